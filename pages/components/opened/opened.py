"""Tells that what it stands in has been opened: a popover's content is in the browser only while it is open."""

from collections.abc import Callable

from pages.components.component import component

_opened = component(__file__, "opened")


def opened(key: str, asks: bool, on_opened: Callable[[], None]) -> None:
    """`asks`: whether the page is to be told."""
    _opened(key=key, data={"key": key, "asks": asks}, on_opened_change=on_opened)
