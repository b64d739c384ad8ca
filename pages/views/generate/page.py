"""What the Generate page shows of a run that predicts the next token: a text it goes on with, every choice that was
made on the way, and the same at other epochs."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.form.presets import open_preset
from pages.shell.guide import evaluation
from pages.shell.messages import complain, show_notes
from pages.shell.panel import panel, program_place
from pages.shell.run import token_strip
from pages.shell.run.run_view import RunView
from pages.shell.stream.parts import streamed
from pages.views.generate import requests, settings
from pages.views.generate.requests import Request, RequestQueue
from rnnlab.explain import equations, programs
from rnnlab.i18n import Translate, visible
from rnnlab.presets.presets import PRESETS
from rnnlab.records.generation import Generation, spread
from rnnlab.records.history import Checkpoint, History
from rnnlab.records.opening import Opening
from rnnlab.text.normalization import normalization_notes

_generated = component(__file__, "generated")
_samples = component(__file__, "samples")

PRESET = next(preset for preset, one in PRESETS.items() if one.page == "generate")
ANEW = r"p'_i \propto \exp(z_i / T) \quad\text{for } i \text{ among the top } k \text{ and within } p"
WORDS = (
    *("name", "prompt", "play", "pause", "count", "unsure", "sure", "rare", "stale"),
    *("step", "network", "drawn", "rest", "chosen", "cut", "never", "entropy", "kept"),
)
NOTHING = Generation(
    prompt=(),
    unknown=(),
    ids=np.zeros(0, np.int32),
    probability=np.zeros(0, np.float32),
    sampling_probability=np.zeros(0, np.float32),
    entropy=np.zeros((0, 2), np.float32),
    candidates=np.zeros(0, np.int32),
    top_classes=np.zeros((0, 0), np.int32),
    top_probabilities=np.zeros((0, 0), np.float32),
    top_sampling_probabilities=np.zeros((0, 0), np.float32),
    copied=0,
    ended="length",
)
COLUMNS = ("name", "epoch", "start", "text", "bits", "copied", "waiting", "go")


def render(view: RunView) -> None:
    e = view.experiment
    if view.opening.predicts_next:
        render_texts(view)
    else:
        render_way_to_preset(view)
    code, formula = programs.code("predictions", e), equations.equation("predictions", e)
    about, goes_on = f"predictions.{view.reads}", program_place(view.t)
    with panel("predictions", view.t, formula=formula, code=code, goes_on=goes_on, about=about):
        token_strip.render(view)
    requests.come_back(view.run)


def render_texts(view: RunView) -> None:
    o, e, t = view.opening, view.experiment, view.t
    queue = requests.queue()
    with panel("written", t, formula=ANEW, code=programs.code("written", e), goes_on=program_place(t)):
        request = Request(view.run.id, *settings.render(o, t))
        evaluation.tell(writing=(request.prompt, request.settings))
        with st.container():
            if o.experiment.bidirectional:
                st.info(t("generate.both"))
        queue.texts_of(view.run, request, groups_of(view))
        if problems := queue.problems(request):
            complain(problems)
            return
        streamed(view, partial(draw_text, request=request, queue=queue))
        show_notes(tuple(normalization_notes([request.prompt])))
    with panel("samples", t):
        streamed(view, partial(draw_samples, request=request, queue=queue))


def render_way_to_preset(view: RunView) -> None:
    """This run predicts something else: the way to one that goes on with texts. Not while the run goes on: a tick
    that the browser sent before it heard of the new one says what the form said before, and that one is back."""
    t = view.t
    numbers = view.reads == "numbers"
    st.info(t("generate.numbers") if numbers else t("generate.elsewhere"))
    label = t("generate.preset", preset=t(f"preset.{PRESET}"))
    tip = t("generate.preset.help") if view.going else None
    st.button(label, key="generate_preset", on_click=open_preset, args=(PRESET,), disabled=view.going, help=tip)


def sampled_checkpoints(history: History) -> list[Checkpoint]:
    """The weights whose texts are laid side by side."""
    recorded = [one.epoch for one in history.checkpoints]
    epochs = spread(recorded, history.opening.checkpoint_interval, history.experiment.epochs)
    return [one for one in history.checkpoints if one.epoch in epochs]


def groups_of(view: RunView) -> list[list[Checkpoint]]:
    """The weights that are to write, those looked at first."""
    sampled = sampled_checkpoints(view.history)
    return [sampled] if view.going else [[view.checkpoint], sampled]


def draw_text(view: RunView, request: Request, queue: RequestQueue) -> None:
    """The prompt and what was written after it. Until that has come, what was shown before it."""
    texts, t = queue.texts_of(view.run, request, groups_of(view)), view.t
    # While it trains the newest text is never quite that of the newest weights.
    epoch = max(texts, default=view.checkpoint.epoch) if view.going else view.checkpoint.epoch
    found = texts.get(epoch)
    if found is not None:
        queue.shown = view.opening, epoch, found
    o, epoch, shown = queue.shown or (view.opening, epoch, NOTHING)
    _generated(
        key="generate-text",
        data={
            "key": "generate-text",
            **vars(view.over_checkpoints),
            "epoch": epoch,
            "stale": found is None,
            **packed(o, shown),
            "remarks": remarks(shown, t),
            "labels": {name: t(f"written.{name}") for name in WORDS},
        },
    )


def remarks(found: Generation, t: Translate) -> list[str]:
    unknown = ", ".join(visible(token) for token in dict.fromkeys(found.unknown))
    return [
        *([t("generate.unknown", tokens=unknown)] if unknown else []),
        *([t(f"generate.ended.{found.ended}", count=len(found.ids))] if found.ended != "length" else []),
        *([t("generate.copied", count=found.copied)] if len(found.ids) else []),
    ]


def packed(o: Opening, found: Generation) -> dict[str, Any]:
    """A text as the browser gets it, with the tokens that it needs."""
    used, places = np.unique(np.concatenate([found.ids, found.top_classes.ravel()]), return_inverse=True)
    places = places.astype(np.int32)
    return {
        "prompt": list(found.prompt),
        "joiner": o.joiner,
        "vocabulary": [o.classes[id] for id in used],
        "specials": int((used < o.class_specials).sum()),
        "classes": len(o.classes),
        "ids": pack(places[: found.ids.size]),
        "model": pack(found.probability),
        "left": pack(found.sampling_probability),
        "entropy": pack(found.entropy),
        "kept": pack(found.candidates),
        "top": pack(places[found.ids.size :].reshape(found.top_classes.shape)),
        "top_model": pack(found.top_probabilities),
        "top_left": pack(found.top_sampling_probabilities),
    }


def draw_samples(view: RunView, request: Request, queue: RequestQueue) -> None:
    """How the same prompt goes on at several epochs."""
    o, t = view.opening, view.t
    texts = queue.texts_of(view.run, request, groups_of(view))
    epochs = [one.epoch for one in sampled_checkpoints(view.history)]
    if view.going:  # the newest weights have no text yet: in their place those that wrote last
        epochs = sorted(texts.keys() & {*epochs, max(texts, default=0)})
    rows = []
    for epoch in epochs:
        row: dict[str, Any] = {"epoch": epoch}
        if found := texts.get(epoch):
            row |= {
                "text": o.joiner.join(o.classes[id] for id in found.ids),
                "bits": float(found.entropy[:, 0].mean()) if found.ids.size else None,
                "copied": found.copied,
            }
        rows.append(row)
    _samples(
        key="generate-samples",
        data={
            "key": "generate-samples",
            **vars(view.over_checkpoints),
            "rows": rows,
            "most": float(np.log2(len(o.classes))),
            "labels": {name: t(f"samples.{name}") for name in COLUMNS},
        },
    )
