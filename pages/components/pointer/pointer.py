"""Points at a panel: brings it into view and frames it; and leads back to what has pointed at it."""

from pages.components.component import component

_pointer = component(__file__, "pointer")


def pointer(key: str, panel: str, asked: int, veil: str, strip: str, back: str) -> None:
    """`panel` is the key of a container; it is framed. Where `asked` has grown, it is brought into view as well.
    Where there is a `veil` it is hidden behind these words. `strip` is the key of the container that speaks of it:
    while that is out of view, a button that says `back` leads there."""
    data = {"key": key, "panel": panel, "asked": asked, "veil": veil, "strip": strip, "back": back}
    _pointer(key=key, data=data)
