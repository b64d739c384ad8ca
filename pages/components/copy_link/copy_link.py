"""A page's complete link, with a button that copies it."""

from pages.components.component import component

_copy = component(__file__, "copy_link")


def copy_link(*, key: str, query: str, labels: dict[str, str], path: str = "") -> None:
    """A complete link to this page, or to another `path`, with a button that copies it. labels: link, copy, copied,
    failed."""
    _copy(key=key, data={"key": key, "path": path, "query": query, "labels": labels})
