"""The slider and buttons that move through the recorded epochs."""

from collections.abc import Callable
from typing import Any

from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_scrubber = component(__file__, "epoch_scrubber")

LABELS = ("name", "epoch", "start", "following", "play", "pause", "previous", "next", "speed")


def epoch_scrubber(
    key: str,
    playback: Playback,
    total: int,
    t: Translate,
    known: dict[str, Any] | None = None,
    on_moved: Callable[[], None] = lambda: None,
) -> None:
    """Moves the group's cursor through its epochs, of `total` ones, by hand or playing.

    Given `known` {"epoch", "step"}, which the page was drawn for, it tells the page when the reader looks elsewhere:
    the result's `moved` is then {"run", "epoch", "step"}.
    """
    labels = {name: t(f"scrubber.{name}") for name in LABELS}
    data = {"key": key, **vars(playback), "known": known, "total": total, "labels": labels}
    _scrubber(key=key, on_moved_change=on_moved, data=data)
