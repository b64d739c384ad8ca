"""What the views of the Results page share: the frames that are shown, and the figures about them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pages.components.chart.chart import live_chart
from pages.components.component import encode, pack
from pages.shell import cursor
from pages.shell.run_view import history
from rnnlab.analysis import metrics
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate
from rnnlab.records.history import Frame

View = Callable[[Run, Translate], None]


def frames(run: Run) -> tuple[Frame, ...]:
    """Those that the browser gets: while a run goes on the newest, else all, for it to move through by itself."""
    recorded = history(run).frames
    return recorded[-1:] if run.going else recorded


def frame(run: Run) -> Frame:
    """The one the reader looks at, as far as the page has been told."""
    wanted = cursor.cursor(run).epoch
    return min(frames(run), key=lambda kept: abs(kept.epoch - wanted))


def place(run: Run) -> dict[str, Any]:
    return cursor.place(run, history(run).frames)


def counts(run: Run) -> np.ndarray:
    """What was taken for what on held-out lines at each recorded epoch, [frame, truth, said]."""
    past = history(run)
    o = past.opening

    def count() -> np.ndarray:
        held = [one.held for one in past.frames if one.held]
        return np.stack([metrics.confusion_of(o.held, one, len(o.classes)) for one in held])

    return run.drawn("counts", count)


def chart(
    run: Run,
    key: str,
    figure: go.Figure,
    label: str,
    t: Translate,
    height: int,
    moving: np.ndarray | None = None,
    **more,
) -> None:
    """A figure about the run. `moving`: whole numbers [frame, row, column], trace 0's z in each of `frames(run)`."""
    packed = None
    if moving is not None and not run.going:
        packed = {"values": pack(moving.astype(np.int16)), "scale": 32767.0}
    live_chart(
        encode(figure),
        key=f"results-{key}",
        **place(run),
        frames=packed,
        height=height,
        label=label,
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
        **more,
    )
