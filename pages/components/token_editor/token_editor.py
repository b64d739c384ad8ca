"""Lines of tokens, as typed, that can be merged and parted."""

from collections.abc import Callable, Sequence

from pages.components.component import component
from rnnlab.text import graphemes

_tokens = component(__file__, "token_editor")


def token_editor(
    key: str,
    lines: Sequence[Sequence[str]],
    labels: dict[str, str],
    *,
    first: int = 1,
    on_edit: Callable[[], None] | None = None,
) -> None:
    """Lines of tokens, as typed. With `on_edit` they can be merged and parted: the result's `edit` is then {"kind":
    "merge" | "part", "line", "place", "after"}, the line counted from 0 in the whole text, of which `first` (counted
    from 1) is the first one shown. labels: name; where they can be merged hint, part_hint, single_hint, parts, part
    (with {left} and {right}), previous, next."""
    _tokens(
        key=key,
        on_edit_change=on_edit or (lambda: None),
        data={
            "key": key,
            "lines": [[graphemes(token) for token in line] for line in lines],
            "first": first,
            "numbered": len(lines) > 1,
            "editable": on_edit is not None,
            "labels": labels,
        },
    )
