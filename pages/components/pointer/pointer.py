"""Points at a panel: brings it into view and frames it."""

from pages.components.component import component

_pointer = component(__file__, "pointer")


def pointer(key: str, panel: str, asked: int, veil: str = "") -> None:
    """`panel` is the key of a container; it is framed. Where `asked` has grown, it is brought into view as well.
    Where there is a `veil` it is hidden behind these words."""
    _pointer(key=key, data={"key": key, "panel": panel, "asked": asked, "veil": veil})
