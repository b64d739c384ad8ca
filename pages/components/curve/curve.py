"""A number by epoch, of a run at rest or one that goes on."""

from dataclasses import dataclass
from typing import Any, Literal

from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_curve = component(__file__, "curve")


@dataclass(frozen=True)
class EpochCurve:
    values: dict[str, Any]  # float64 [epoch] packed, of epoch 1 and on; nan is a gap
    name: Literal["losses"]  # of the stream's numbers that go on from there
    epochs_planned: int  # the end of the axis, so that it stands still while the curve grows
    logarithmic: bool
    axis: str  # the title of the other axis
    label: str  # its accessible name
    height: int  # pixels


def curve(key: str, shown: EpochCurve, playback: Playback, t: Translate) -> None:
    """Draw it, or bring what is drawn up to date."""
    labels = {"x": t("axis.epoch"), "y": shown.axis, "at": t("curve.at"), "reset": t("chart.reset")}
    data = {name: value for name, value in vars(shown).items() if name != "axis"}
    _curve(key=key, data={"key": key, **vars(playback), **data, "labels": labels})
