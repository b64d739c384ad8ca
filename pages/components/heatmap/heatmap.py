"""Units by steps in colours, of every recorded epoch or of a run that goes on."""

from dataclasses import dataclass
from typing import Any

from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_heatmap = component(__file__, "heatmap")


@dataclass(frozen=True)
class Heatmap:
    tokens: list[str]  # a label for each step
    units: int
    frames: dict[str, Any]  # {"values": int16 [frame, unit, step] packed, "scale": s}; a value is int16 / 32767 * s
    limit: float  # the end of the colour scale, which is centred at 0
    across: tuple[int, ...]  # a line before each of these units
    down: tuple[int, ...]  # and before each of these steps
    label: str  # its accessible name
    height: int  # pixels


def heatmap(key: str, shown: Heatmap, playback: Playback, t: Translate) -> None:
    """Draw it, or bring what is drawn up to date."""
    labels = {"unit": t("axis.unit"), "cell": t("heatmap.cell")}
    _heatmap(key=key, data={"key": key, **vars(playback), **vars(shown), "labels": labels})
