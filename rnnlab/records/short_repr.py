"""A repr of a line or two for values that hold much: in a notebook, or in an error, the whole would be megabytes."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

import numpy as np

CHARACTERS = 60  # of a value that is written out
ITEMS = 8


class ShortRepr:
    """Base of dataclasses with `repr=False`. Their repr names every field; of arrays, weights and long lists it says
    only what they are and how much."""

    def __repr__(self) -> str:
        values = ", ".join(f"{field.name}={brief(getattr(self, field.name))}" for field in fields(self) if field.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({values})"


def brief(value: Any) -> str:
    """A small value as it is, of a large one what it is and how much."""
    match value:
        case np.ndarray():
            return f"<{value.dtype} {list(value.shape)}>"
        case bytes():
            return f"<{len(value):,} bytes>"
        case str():
            return repr(value if len(value) <= CHARACTERS else value[: CHARACTERS - 1] + "…")
        case tuple() | list() | dict():
            items = value.values() if isinstance(value, dict) else value
            written = "" if len(value) > ITEMS or any(map(is_large, items)) else repr(value)
            return written if 0 < len(written) <= CHARACTERS else f"<{type(value).__name__} of {len(value):,}>"
        case ShortRepr():
            return f"<{type(value).__name__}>"
    written = repr(value)
    return written if len(written) <= CHARACTERS else f"<{type(value).__name__}>"


def is_large(value: Any) -> bool:
    """Whether even to write it out takes long."""
    return isinstance(value, np.ndarray | ShortRepr) or (isinstance(value, Collection) and len(value) > CHARACTERS)
