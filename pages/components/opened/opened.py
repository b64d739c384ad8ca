"""Tells that what it stands in has been opened: a popover's content is in the browser only while it is open."""

from collections.abc import Callable

from pages.components.component import component

_opened = component(__file__, "opened")


def opened(key: str, on_opened: Callable[[], None]) -> None:
    _opened(key=key, data={"key": key}, on_opened_change=on_opened)
