"""A file of the reader's: Streamlit's field for it, which says in English why it does not take one, with our sentence
instead."""

import html
from collections.abc import Callable, Sequence

import streamlit as st

REST = 1  # MB of a request that are not the file

REFUSED = '<p class="rl-refused" role="alert">{}</p>'


def megabytes_of(most: int) -> int:
    """How large a file may be of which a page takes so many megabytes: no larger than the server reads."""
    return min(most, max(st.get_option("server.maxUploadSize") - REST, 1))


def file_upload(
    name: str, label: str, refused: str, types: Sequence[str], key: str, megabytes: int, on_change: Callable[[], None]
) -> None:
    """The field, in a container keyed `<name>_upload`. refused: what is said of a file that the field does not take, of
    another type, too large, or not received by the server."""
    with st.container(key=f"{name}_upload", gap="xxsmall"):
        st.file_uploader(label, type=types, key=key, max_upload_size=megabytes, on_change=on_change)
        with st.container(key=f"{name}_refused"):
            st.html(REFUSED.format(html.escape(refused)))
