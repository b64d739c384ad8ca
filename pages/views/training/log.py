"""The log that a training loop prints: a line an epoch, with its loss and what the network says of the line shown."""

import numpy as np

from pages.components.table.table import Cell, TableView, epoch, number, tables, text
from pages.shell.panel import panel
from pages.shell.run.run_view import RunView
from pages.views.training.shown import written
from rnnlab.records.history import Frame
from rnnlab.records.opening import Opening

NUMBERS = 6  # of a column that a line has


def render(view: RunView) -> None:
    history, o, t = view.history, view.opening, view.t
    with panel("training-log", t):
        losses = {one.epoch: one.loss for one in history.snapshots}
        head = [
            number(t("log.epoch")),
            number(t("log.loss")),
            text(t("log.predicted", expected=expected(o))),
            *([number(t("log.right"))] if o.classes else []),
        ]
        rows: list[list[Cell]] = [
            [
                epoch(frame.epoch),
                number(written(losses[frame.epoch]) if frame.epoch in losses else "–"),
                text(predicted(frame, o)),
                *([number(right(frame, o))] if o.classes else []),
            ]
            for frame in history.frames
        ]
        epochs = [frame.epoch for frame in history.frames]
        label = t("panel.training-log")
        tables("training-log-lines", [TableView(label, rows, head)], "lines", playback=view.over_frames, epochs=epochs)


def numbers(first: np.ndarray) -> str:
    """The first of a column's."""
    return " ".join(f"{number:.3g}" for number in first) + " …"


def shown(o: Opening) -> slice:
    """The steps whose answers are logged: of a sentence with one label the last."""
    return slice(o.inputs - 1, o.inputs) if "prefixes" in o.views else slice(o.parts[-1].start, o.inputs)


def joined(classes: list[int], o: Opening) -> str:
    return o.joiner.join(o.classes[one] for one in classes)


def predicted(frame: Frame, o: Opening) -> str:
    if o.column is not None:
        return numbers(frame.task_arrays["predicted"][:NUMBERS])
    return joined([int(best) for best in frame.top_classes[shown(o), 0] if best >= 0], o)


def expected(o: Opening) -> str:
    if o.column is not None:
        return numbers(np.array(o.column.numbers[1 : NUMBERS + 1]))
    return joined([target for target in o.targets[shown(o)] if target >= 0], o) or "–"


def right(frame: Frame, o: Opening) -> str:
    targets = np.array(o.targets[shown(o)])
    asked = targets >= 0
    hits = (frame.top_classes[shown(o), 0] == targets) & asked
    return f"{int(hits.sum())}/{int(asked.sum())}" if asked.any() else "–"
