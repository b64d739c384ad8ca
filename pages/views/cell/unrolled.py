"""The network unrolled over the probe sentence, one step of the cell opened in its place: a component of our own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.components.component import component, pack
from pages.shell.run.run_view import RunView
from pages.shell.run.token_strip import glosses_of
from pages.shell.state import session
from rnnlab.cells import CELLS
from rnnlab.explain.open_cell import open_cell
from rnnlab.figures.style import as_tokens
from rnnlab.records.opening import Opening, Part, Place
from rnnlab.records.trace import Intervention, PartTrace, TraceResult, part_named, token_width, vocabulary_of

_unrolled = component(__file__, "unrolled")

# Every value that an opened cell may show: x, the states as they were, and what a step computes.
STARTS = (f"{state}0" for cell in CELLS.values() for state in cell.states)
VALUES = tuple(dict.fromkeys(["x", *STARTS, *(name for cell in CELLS.values() for name in cell.values)]))
# What the component says.
NAMES = (
    *("steps", "controls", "previous", "next", "play", "pause", "close", "original", "beside", "difference"),
    *("forward", "backward", "inside", "announcement", "announcement_changed", "right", "wrong"),
    *("announcement_number", "announcement_number_changed"),
    *("from_embedding", "from_onehot", "from_number", "from_below", "from_start", "from_before", "from_change"),
    *("rest", "forced", "was"),
    *("from_encoder", "from_context", "half_embedding", "half_onehot", "half_context", "announcement_nothing"),
    *("part_m", "part_k", "activation"),
    *("what_if", "clamp", "clamp_all", "off", "set", "apply", "new_value", "edit_weight", "heading"),
)


def first_step(view: RunView, part: Part) -> int:
    """The step of this part that is open: the chosen one, or the second (the first has no past) where none of this part
    was chosen."""
    chosen = view.cursor.step
    if chosen is not None and part.start <= chosen < part.stop:
        return chosen - part.start
    return min(1, part.stop - part.start - 1)


@dataclass(frozen=True)
class Traced:
    """What was computed, and what of."""

    result: TraceResult
    epoch: int
    place: Place
    edits: tuple[Intervention, ...]


def render(view: RunView, traced: Traced, on_chosen: Callable[[], None], on_edit: Callable[[], None]) -> None:
    """The component, keyed `cell-unrolled`. Its result's `chosen` is {"part", "layer", "direction"} that the reader
    wants to look at, `edit` the fields of an `Intervention` with `value` as typed."""
    e, o, t, place = view.experiment, view.opening, view.t, traced.place
    part = part_named(o, place.part)
    reads, own = changes(o, part, traced)
    version = repr((view.run.id, traced.epoch, place, traced.edits, traced.result.changed is None))
    cached: tuple[str, dict[str, Any]] = session.get("unrolled", ("", {}))
    if cached[0] != version:  # megabytes with large networks: packed once, and only the last is kept
        cached = session["unrolled"] = (version, payload(o, traced.result, part))
    _unrolled(
        key="cell-unrolled",
        on_chosen_change=on_chosen,
        on_edit_change=on_edit,
        data={
            "key": "cell-unrolled",
            **vars(view.over_checkpoints),
            "version": version,
            "epoch": traced.epoch,
            "cell": open_cell(e),
            "bounded": not e.relu,
            "hidden": e.hidden,
            "layers": e.layers,
            "directions": e.directions,
            "part": place.part,
            "offset": part.start,
            "several": len(o.parts) > 1,
            "layer": place.layer,
            "direction": place.direction,
            "source": "number" if o.column else e.input,
            "reads": reads,
            "glosses": meanings(view, {*o.probe[part.start : part.stop], *reads}),
            "own": own,
            "labels": {name: t(f"unrolled.{name}") for name in NAMES},
            "roles": {name: t(f"unrolled.role_{name}") for name in VALUES},
            **cached[1],
        },
    )


def meanings(view: RunView, tokens: set[str]) -> dict[str, str]:
    """What they mean to a reader of another language, where that is to be said."""
    known = sorted(tokens)
    return dict(zip(known, glosses_of(view, known), strict=False))


def changes(o: Opening, part: Part, traced: Traced) -> tuple[list[str], list[tuple[str, int, int | None]]]:
    """Which tokens are read with the edits, and which given values are the reader's own: (name, step, unit or None for
    all of them), a step from 0."""
    reads = list(o.probe[part.start : part.stop])
    first = len(reads) - 1 if traced.place.direction else 0
    own: list[tuple[str, int, int | None]] = []
    for edit in traced.edits:
        if edit.part != part.name:
            continue
        if edit.kind == "token" and edit.step is not None:
            reads[edit.step] = vocabulary_of(o, part)[int(edit.value)]
        elif edit.kind == "input" and edit.step is not None:
            own.append(("x", edit.step, edit.unit))
        elif edit.kind == "state" and edit.place == traced.place:
            own.append((f"{edit.name}0", first, edit.unit))
    return reads, own


def payload(o: Opening, result: TraceResult, part: Part) -> dict[str, Any]:
    """What was computed, for the browser. Of the classes it gets those that are mentioned: ids become places among
    them, and what is below 0 (nothing predicted, nothing to predict) becomes -1."""
    traces = [trace for trace in (result.original, result.changed) if trace is not None]
    if o.column is not None:
        return numbers_payload(o, traces)
    targets = np.array(o.targets[part.start : part.stop], dtype=np.int32)
    mentioned = np.unique(np.concatenate([*(trace.top_classes.ravel() for trace in traces), targets]))
    mentioned = mentioned[mentioned >= 0]
    return {
        "tokens": list(o.probe[part.start : part.stop]),
        "sources": list(o.probe[: o.parts[0].stop]),
        "embedded": token_width(o, part),
        "vocabulary": [o.classes[id] for id in mentioned],
        "specials": int((mentioned < o.class_specials).sum()),
        "targets": among(mentioned, targets).tolist(),
        "original": packed(result.original, mentioned),
        "changed": packed(result.changed, mentioned, result.original) if result.changed else None,
    }


def numbers_payload(o: Opening, traces: list[PartTrace]) -> dict[str, Any]:
    """The same of numbers: they are written in the place of classes, and have no probability."""
    said = np.stack([trace.predicted for trace in traces if trace.predicted is not None])  # [trace, step]
    written, places = as_tokens(said)
    uncertain = np.full((said.shape[1], 1), np.nan, np.float32)
    shown = [
        packed(trace, np.arange(len(written)), original) | {"top": pack(own[:, None]), "probability": pack(uncertain)}
        for trace, own, original in zip(traces, places, (None, traces[0]), strict=False)
    ]
    return {
        "tokens": list(o.probe[: o.inputs]),
        "sources": list(o.probe[: o.inputs]),
        "embedded": 1,
        "vocabulary": written,
        "specials": 0,
        "targets": [-1] * o.inputs,
        "original": shown[0],
        "changed": shown[1] if len(shown) > 1 else None,
    }


def among(mentioned: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.where(ids < 0, -1, np.searchsorted(mentioned, ids)).astype(np.int32)


def packed(trace: PartTrace, mentioned: np.ndarray, original: PartTrace | None = None) -> dict[str, Any]:
    """A trace as text. Weights that are those of the original are not sent again: they are most of it."""
    known = original.weights if original else {}
    return {
        "x": pack(trace.x),
        "features": pack(trace.features),
        "initial": {name: pack(values) for name, values in trace.initial.items()},
        "values": {name: pack(values) for name, values in trace.values.items()},
        "weights": {
            name: pack(values)
            for name, values in trace.weights.items()
            if name not in known or not np.array_equal(values, known[name])
        },
        "hidden": pack(trace.hidden),
        "top": pack(among(mentioned, trace.top_classes)),
        "probability": pack(trace.top_probabilities),
        "attention": None if trace.attention is None else pack(trace.attention),
        "encoded": None if trace.encoded is None else pack(trace.encoded),
    }
