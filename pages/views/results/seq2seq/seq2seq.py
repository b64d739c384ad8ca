"""What the Results page shows of an encoder–decoder: where it looks, how it writes, and what it wrote."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.components.curves.curves import Curves, curves
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.shell.stream.parts import streamed
from pages.views.results.shared import ResultView
from rnnlab.analysis.seq2seq_frames import (
    Ragged,
    beams_of,
    end_of,
    greedy_score,
    positions,
    ragged,
    shares,
    source_of,
    target_of,
    used_ids,
)
from rnnlab.explain import equations, programs
from rnnlab.figures import results as figures
from rnnlab.records.opening import Opening, joiner

_attention = component(__file__, "attention")
_decoding = component(__file__, "decoding")
_outputs = component(__file__, "outputs")

PAIRS = 30  # rows of held-out pairs

# What each part says.
ALIGNMENT = (
    *("mode", "forced", "free", "source", "target_forced", "target_free", "map"),
    *("hint", "row", "column", "cell"),
)
DECODING = (
    *("previous", "next", "play", "pause", "count", "source", "source_seen", "written"),
    *("options", "chosen", "never", "rest"),
)
HYPOTHESES = ("table", "rank", "output", "score", "chance", "greedy", "same", "better")
FORCING = ("table", "step", "target", "forced", "free", "right")
HELDPAIRS = ("table", "source", "target", "predicted", "verdict", "count")


def render_attention(view: RunView) -> None:
    """Attention over the probe's source, given the true target and while it writes by itself."""
    e, t = view.experiment, view.t
    attends = e.attention != "none"
    shown: dict[str, Any] = {"code": programs.code("alignment", e), "goes_on": program_place(t)} if attends else {}
    with panel("alignment", t, formula=equations.equation("alignment", e), **shown):
        if not attends:
            st.info(t("alignment.none", field=t("field.attention")))
            return
        labels = {name: t(f"alignment.{name}") for name in ALIGNMENT}
        render_part(_attention, "attention", view, labels, attended)


def render_decoding(view: RunView) -> None:
    """How the output comes about, step by step."""
    t = view.t
    with panel("decoding", t, code=programs.code("decoding", view.experiment), goes_on=program_place(t)):
        labels = {name: t(f"decoding.{name}") for name in DECODING}
        render_part(_decoding, "decoding", view, labels, decoded)


def render_beams(view: RunView) -> None:
    """What a beam search finds, beside the greedy output."""
    t = view.t
    with panel("hypotheses", t, formula=r"\log p(y \mid x) = \sum_t \log p(y_t \mid y_{<t},\, x)"):
        labels = {name: t(f"hypotheses.{name}") for name in HYPOTHESES}
        labels["one"] = t("hypotheses.one", field=t("field.beam"))
        render_part(_outputs, "beams", view, labels, hypotheses)


def render_forcing(view: RunView) -> None:
    """Output given the true token at each step against output written freely: of the probe, and of all that is held
    out."""
    o, t = view.opening, view.t
    with panel("forcing", t):
        if target_of(o):
            labels = {name: t(f"forcing.{name}") for name in FORCING}
            render_part(_outputs, "forcing", view, labels, aligned)
        else:
            st.info(t("forcing.unknown", field=t("field.sentence"), line=t("field.probe")))
        if not o.held_out:
            return
        draw_exact(view)


def draw_exact(view: RunView) -> None:
    t, span = view.t, max(view.experiment.epochs, 2)
    lines, levels = figures.exact_lines(view.history, t), figures.exact_levels(view.history, t)
    shown = Curves(lines, "share", t("exact.axis"), t("exact.label"), 240, span, levels)
    curves(f"{view.page}-exact", shown, view.over_frames, t)


def render_pairs(view: RunView) -> None:
    """Held-out pairs, the wrong ones first."""
    t = view.t
    with panel("heldpairs", t):
        labels = {name: t(f"heldpairs.{name}") for name in HELDPAIRS}
        render_part(_outputs, "pairs", view, labels, tested)


VIEWS: dict[str, ResultView] = {
    "attention": render_attention,
    "decoding": render_decoding,
    "beams": render_beams,
    "forcing": render_forcing,
    "pairs": render_pairs,
}


def render_part(
    component: Callable[..., Any],
    name: str,
    view: RunView,
    labels: dict[str, str],
    data_of: Callable[[RunView], dict[str, Any]],
) -> None:
    """What `data_of` makes of the run, packed for the browser, as this component shows it."""

    def draw(view: RunView) -> None:
        key, frames = f"results-{name}", view.history.frames
        version = f"{view.run.id} {view.going} {len(frames)} {frames[-1].epoch}"
        shown = {"key": key, **vars(view.over_frames), "version": version, "kind": name, "labels": labels}
        component(key=key, data=shown | view.run.drawn(name, lambda: data_of(view)))

    streamed(view, draw)


# What each part draws, packed for the browser


def packed(rows: Ragged) -> dict[str, Any]:
    return {"values": pack(rows.values), "lengths": pack(rows.lengths), "width": rows.width}


def named(o: Opening, used: np.ndarray) -> dict[str, Any]:
    """The classes that are spoken of: a part gets no whole vocabulary on every tick."""
    return {"classes": [o.classes[id] for id in used], "specials": int((used < o.class_specials).sum())}


def free_outputs(view: RunView, used: np.ndarray) -> dict[str, Any]:
    """What was written at each epoch, without being given the true tokens."""
    return packed(ragged([positions(frame.task_arrays["free"], used) for frame in view.frames]))


def attended(view: RunView) -> dict[str, Any]:
    o, recorded = view.opening, view.frames
    target = target_of(o)
    used = used_ids([target, *(frame.task_arrays["free"] for frame in recorded)])
    forced = {"weights": pack(shares(np.stack([frame.task_arrays["weights"] for frame in recorded])))} if target else {}
    return {
        **named(o, used),
        **forced,
        "source": list(source_of(o)),
        "target": positions(target, used).tolist(),
        "free": free_outputs(view, used),
        "free_weights": packed(ragged([shares(frame.task_arrays["free_weights"]) for frame in recorded])),
    }


def decoded(view: RunView) -> dict[str, Any]:
    o, recorded = view.opening, view.frames
    options = [frame.task_arrays["options"] for frame in recorded]
    used = used_ids(options)  # what is chosen is among them
    seen = {}
    if "free_weights" in recorded[0].task_arrays:
        seen["free_weights"] = packed(ragged([shares(frame.task_arrays["free_weights"]) for frame in recorded]))
    return {
        **named(o, used),
        **seen,
        "source": list(source_of(o)),
        "free": free_outputs(view, used),
        "ranks": options[0].shape[1],
        "options": packed(ragged([positions(some, used) for some in options])),
        "option_chances": packed(ragged([frame.task_arrays["option_chances"] for frame in recorded])),
        "never": np.flatnonzero(used < end_of(o)).tolist(),
        "classes_all": len(o.classes),
    }


def hypotheses(view: RunView) -> dict[str, Any]:
    o, recorded = view.opening, view.frames
    found = [beams_of(frame) for frame in recorded]
    used = used_ids([*(row for rows in found for row in rows), *(frame.task_arrays["free"] for frame in recorded)])
    return {
        **named(o, used),
        "width": view.experiment.beam,
        "joiner": o.joiner,
        "free": free_outputs(view, used),
        "greedy_scores": pack(np.array([greedy_score(frame) for frame in recorded], dtype=np.float32)),
        "counts": pack(np.array([len(rows) for rows in found], dtype=np.int32)),
        "beams": packed(ragged([positions(row, used) for rows in found for row in rows])),
        "scores": pack(np.concatenate([frame.task_arrays["beam_scores"] for frame in recorded])),
    }


def aligned(view: RunView) -> dict[str, Any]:
    o, recorded = view.opening, view.frames
    part, target = o.parts[-1], target_of(o)
    forced = np.stack([frame.top_classes[part.start : part.stop, 0] for frame in recorded])  # [frame, target]
    used = used_ids([target, forced, *(frame.task_arrays["free"] for frame in recorded)])
    return {
        **named(o, used),
        "target": positions(target, used).tolist(),
        "forced": pack(positions(forced, used)),
        "free": free_outputs(view, used),
    }


def tested(view: RunView) -> dict[str, Any]:
    o = view.opening
    held = [frame.held_out for frame in view.frames if frame.held_out is not None]
    predicted = [row for one in held for row in one.predictions]
    used = used_ids([[end_of(o)], *(line.targets for line in o.held_out), *predicted])
    e, sources = view.experiment, [token for line in o.held_out for token in line.tokens]
    return {
        **named(o, used),
        "lines": [
            {"source": list(line.tokens), "target": positions(line.targets, used).tolist()} for line in o.held_out
        ],
        "predicted": packed(ragged([positions(row, used) for row in predicted])),
        "score": pack(np.array([one.score for one in held], dtype=np.float32)),
        "end": int(positions([end_of(o)], used)[0]),
        "most": PAIRS,
        "joiners": {"source": joiner(e, sources), "target": o.joiner},
    }
