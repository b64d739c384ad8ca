"""Calling what a click in a component calls, which AppTest can't send."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from streamlit.runtime.state import session_state_proxy


@contextmanager
def in_session(state: MutableMapping[str, Any]) -> Iterator[None]:
    """Meanwhile this is what pages read and write as their session's state."""
    with mock.patch.object(session_state_proxy, "get_session_state", return_value=state):
        yield
