"""A page's complete link, with a button that copies it."""

from pages.components.component import component

_copy = component(__file__, "copy_link")


def copy_link(*, key: str, page: str, query: str, labels: dict[str, str]) -> None:
    """The page's complete link with a button that copies it. labels: link, copy, copied, failed."""
    _copy(key=key, data={"key": key, "page": page, "query": query, "labels": labels})
