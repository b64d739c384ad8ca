"""A select box whose options are renamed while it stands, by the language or by what the reader does."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T", bound=Hashable)


def choose(label: str, options: Mapping[T, str], key: str, **more: Any) -> T:
    """The option that is chosen, of values with their labels; before the first run it waits in the session's state.

    The browser keeps the label that it shows, and answers with it: under new labels it is given the value anew, and
    what it answers with an old one is understood.
    """
    labels, value = tuple(options.values()), st.session_state[key]
    before = st.session_state.get(f"{key}_labels", labels)
    if value not in options:
        value = dict(zip(before, options, strict=False)).get(value, next(iter(options)))
    if before != labels or value != st.session_state[key]:
        st.session_state[key] = value
    st.session_state[f"{key}_labels"] = labels
    index = list(options).index(value)
    common: dict[str, Any] = {"key": key, "format_func": options.__getitem__, "persist_state": "session"}
    return st.selectbox(label, list(options), index, **common, **more)
