"""The browser's address, kept at what the page shows."""

from collections.abc import Callable
from typing import Any

from pages.components.component import component

_address = component(__file__, "address_bar")


def address_bar(
    *,
    key: str,
    page: str,
    query: str | None,
    text_draft: str | None,
    restore: bool = False,
    leaving: float | None = None,
    on_restored_change: Callable[[], None] | None = None,
    on_still_change: Callable[[], None] | None = None,
) -> Any:
    """Keep this page's address at `?query` (None: as it is), and a text too long for a link in the tab's storage.

    With `restore` the stored text is asked for instead, once: the result's `restored` is then {"text": str | None}.
    A new number as `leaving` is answered by `still` when it has been drawn.
    """
    return _address(
        key=key,
        on_restored_change=on_restored_change or (lambda: None),
        on_still_change=on_still_change or (lambda: None),
        data={
            "key": key,
            "page": page,
            "query": query,
            "text_draft": text_draft,
            "restore": restore,
            "leaving": leaving,
        },
    )
