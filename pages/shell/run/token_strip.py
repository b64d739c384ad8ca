"""The tokens of the probe sentence, the spine of every page: a step is chosen here, and all parts follow."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pages.components.component import pack
from pages.components.token_strip.token_strip import States, TokenStrip, token_strip
from pages.shell import navigation
from pages.shell.run import cursor
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab import figures
from rnnlab.experiment.twins import text_language
from rnnlab.figures.style import as_tokens
from rnnlab.presets.glosses import glosses

GLOSS = 13  # pixels of a token's chip for what it means


def render(view: RunView) -> None:
    """Under each token what the network expects next."""
    token_strip(key_on(view), strip_of(view), view.over_frames, view.t)


def render_network(view: RunView, height: int) -> None:
    """The network over them: each token, the state after it, and above that what is expected next. A step can be opened
    on the page about the cell. So many pixels are between tokens and predictions."""
    key = key_on(view)

    def open_step() -> None:
        if cursor.look_at(key, "opened"):
            navigation.go_to("cell")

    strip = strip_of(view)
    strip = replace(strip, states=states_of(view, height - (GLOSS if strip.glosses else 0)))
    token_strip(key, strip, view.over_frames, view.t, on_opened=open_step)


def key_on(view: RunView) -> str:
    return f"{view.page}-predictions"


def strip_of(view: RunView) -> TokenStrip:
    o, top = view.opening, np.stack([frame.top_classes for frame in view.frames])
    if o.column is not None:
        return strip_of_numbers(view)
    # The browser gets the tokens it needs, not a whole vocabulary on every tick.
    ids = np.concatenate([top.ravel(), np.array(o.targets, dtype=np.int32)])
    used, places = np.unique(ids, return_inverse=True)
    places = np.where(ids < 0, -1, places)  # nothing predicted, nothing asked for
    return TokenStrip(
        tokens=list(o.probe),
        glosses=glosses_of(view, view.opening.probe),
        inputs=o.inputs,
        vocabulary=[o.classes[id] if id >= 0 else "" for id in used],
        specials=int((used < o.class_specials).sum()),
        targets=places[top.size :].tolist(),
        target_ids=list(o.targets),
        top=pack(places[: top.size].reshape(top.shape).astype(np.int32)),
        probability=pack(np.stack([frame.top_probabilities for frame in view.frames])),
        joiner=o.joiner,
        written=o.predicts_text,
    )


def strip_of_numbers(view: RunView) -> TokenStrip:
    """Each number is what was expected after the one before: nothing else is asked for. A prediction has no
    probability."""
    o = view.opening
    said = np.stack([frame.task_arrays["predicted"][: o.inputs] for frame in view.frames])  # [frame, step]
    written, places = as_tokens(said)
    return TokenStrip(
        tokens=list(o.probe),
        glosses=[],
        inputs=o.inputs,
        vocabulary=written,
        specials=0,
        targets=[-1] * o.inputs,
        target_ids=list(o.targets),
        top=pack(places[..., None]),
        probability=pack(np.full((*said.shape, 1), np.nan, np.float32)),
        joiner=" ",
        written=False,
        numbers=True,
    )


def glosses_of(view: RunView, tokens: Sequence[str]) -> list[str]:
    """What these tokens of a preset's text mean, where it is in another language than its reader's. Empty: nothing is
    to be said. A letter is no word; a Chinese character is one."""
    e, lang = view.experiment, session["lang"]
    written = text_language(e.preset, e.text)
    if written in ("", lang) or (e.tokenizer == "chars" and written == "en"):
        return []
    found = glosses(tokens, lang)
    return found if any(found) else []


def states_of(view: RunView, height: int) -> States:
    history, o, e = view.history, view.opening, view.experiment
    scale = figures.largest(history)

    def values() -> np.ndarray:
        hidden = np.stack([frame.hidden for frame in view.frames])
        return np.rint(hidden * (127 / scale)).astype(np.int8)

    return States(
        values=view.run.drawn(("states", view.going), lambda: pack(values())),
        scale=scale,
        limit=figures.scale_limit(history),
        directions=e.directions,
        layers=e.layers,
        starts=[part.start for part in o.parts],
        reads=answer_reads(view),
        height=height,
    )


def answer_reads(view: RunView) -> list[tuple[int, int]] | None:
    """(step, direction) of the states that the one answer about a sentence is read from. None where each step has its
    own, from its own state; of a sentence that is read forwards alone that is the answer for its beginning."""
    e, last = view.experiment, view.opening.inputs - 1
    if view.reads != "sentence" or (e.readout != "mean" and not e.bidirectional):
        return None
    if e.readout == "mean":
        return [(step, direction) for step in range(last + 1) for direction in range(e.directions)]
    return [(last, 0), (0 if e.readout == "final" else last, 1)]
