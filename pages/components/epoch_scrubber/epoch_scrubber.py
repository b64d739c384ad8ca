"""The slider and buttons that move through the recorded epochs."""

from collections.abc import Callable
from typing import Any

from pages.components.component import component

_scrubber = component(__file__, "epoch_scrubber")


def epoch_scrubber(
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    total: int,
    labels: dict[str, str],
    known: dict[str, Any] | None = None,
    on_moved_change: Callable[[], None] | None = None,
) -> None:
    """Moves the group's cursor through `epochs`, by hand or playing.

    Given `known` {"epoch", "step"}, which the page was drawn for, it tells the page when the reader looks elsewhere:
    the result's `moved` is then {"run", "epoch", "step"}.
    labels: name, epoch (with {epoch} and {total}), start (for epoch 0), following, play, pause, previous, next, speed.
    """
    _scrubber(
        key=key,
        on_moved_change=on_moved_change or (lambda: None),
        data={
            "known": known,
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "total": total,
            "labels": labels,
        },
    )
