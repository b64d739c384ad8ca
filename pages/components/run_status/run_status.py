"""The line that says how a run stands, and how far it is. While the run goes on it follows the stream, and tells the
page when there is something that the page itself must draw."""

import time
from dataclasses import dataclass
from typing import Any

from pages.components.component import component
from pages.components.playback import Playback

_run_status = component(__file__, "run_status")


@dataclass(frozen=True)
class RunStatus:
    text: str
    share: float  # of the way, 0 to 1
    held_up: str  # why nothing moves, or ""
    looks: float | None  # seconds between two draws of a page that computes what it shows; None: the stream has it all
    page_parts: str  # id of what the stream draws of the page
    opening: bool = False  # nothing is known of the run yet
    needs: str = ""  # when the stream says another one, there is something that the page alone can draw
    provenance: dict[str, Any] | None = None  # of what is saved of it, see pages/shell/provenance.py


def run_status(key: str, status: RunStatus, playback: Playback) -> None:
    """Draw it. It asks to be drawn again when the run has come to rest, and every `looks` seconds before; every second
    where the browser gets no stream."""
    drawn = time.monotonic()  # never the same: the browser hears of every draw, also of one that brings nothing new
    data = {"key": key, "drawn": drawn, **vars(playback), **vars(status)}
    _run_status(key=key, on_draw_again_change=lambda: None, data=data)
