"""Tells where the reader looks when what it stands in is opened, a popover, on a page that need not know."""

from collections.abc import Callable
from typing import Any

from pages.components.component import component

_looked_at = component(__file__, "looked_at")


def looked_at(key: str, group: str, known: dict[str, Any], on_moved: Callable[[], None]) -> None:
    """Of a group's cursor. known: {"run", "epoch"} that were told last; where the reader looks elsewhere, the result's
    `moved` is {"run", "epoch", "step"}."""
    _looked_at(key=key, data={"key": key, "group": group, "known": known}, on_moved_change=on_moved)
