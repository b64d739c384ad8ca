"""A padded batch taken column by column into one packed row."""

from collections.abc import Sequence
from typing import Any

from pages.components.component import component
from rnnlab.i18n import Translate

_packed = component(__file__, "packed_batch")


def render(key: str, rows: Sequence[dict[str, Any]], chunks: Sequence[Sequence[dict[str, Any]]], t: Translate) -> None:
    """A padded batch with its longest line first, taken column by column into one row. rows: {"index", "tokens"}, None
    for padding; chunks, one a step: [{"index", "token"}]."""
    names = ("sorted", "index", "sizes", "data", "step", "previous", "next", "start", "taken")
    labels = {name: t(f"packing.{name}") for name in names}
    _packed(key=key, data={"key": key, "rows": list(rows), "chunks": list(chunks), "labels": labels})
