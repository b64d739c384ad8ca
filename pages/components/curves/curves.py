"""Numbers by epoch as lines, of a run at rest or one that goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pages.components.component import component, pack
from pages.components.playback import Playback
from rnnlab.figures.curves import Kind, Level, Mark, Series
from rnnlab.i18n import Translate

_curves = component(__file__, "curves")
PLAIN = ("kind", "label", "height", "span", "along", "cursor", "legend", "unit")
PARTS = ("y", "x", "seconds", "low", "high")


@dataclass(frozen=True)
class Curves:
    series: Sequence[Series]
    kind: Kind
    title: str  # of the upright axis
    label: str  # its accessible name
    height: int  # pixels, without its legend
    span: float | None = None  # the end of the other axis; None: where the lines end
    levels: Sequence[Level] = ()
    marks: Sequence[Mark] = ()  # along the axis of epochs
    along: Literal["x", "seconds"] = "x"
    cursor: bool = True  # whether a line marks the epoch shown, and moves it
    legend: bool = True  # whether the lines' names stand above them; else each is named where the pointer is
    unit: str = ""  # of the numbers, where they are not shares
    record: Sequence[Series] = ()  # what else of these epochs is saved with the lines; the names are those of columns


def curves(key: str, shown: Curves, playback: Playback, t: Translate) -> None:
    """Draw them, or bring what is drawn up to date."""
    labels = {
        "x": t("axis.epoch" if shown.along == "x" else "race.axis.seconds"),
        "y": shown.title,
        "at": t(f"curves.at.{shown.along}"),
        "epoch": t("curves.at.x"),
        "band": t("curves.band"),
        "reset": t("chart.reset"),
    }
    data = {
        "series": [packed(one) for one in shown.series],
        "levels": [vars(level) for level in shown.levels],
        "marks": [vars(mark) for mark in shown.marks],
        "record": [packed(one) for one in shown.record],
        **{name: getattr(shown, name) for name in PLAIN},
    }
    _curves(key=key, data={"key": key, **vars(playback), **data, "labels": labels})


def packed(series: Series) -> dict[str, Any]:
    arrays = {name: getattr(series, name) for name in PARTS}
    return vars(series) | {
        name: None if array is None else pack(np.asarray(array, dtype=np.float64)) for name, array in arrays.items()
    }
