"""Streamlit makes a dictionary of the whole session for each number, choice and text that it draws, to look one value
up in it: with the form's widgets a quarter of a page's time. Here it gets a view of the session instead."""

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState


class SessionView(Mapping[str, Any]):
    """What the dictionary holds, looked up when it is asked for."""

    def __init__(self, state: SafeSessionState):
        self.state = state

    def __getitem__(self, key: str) -> Any:
        with self.state._lock:
            return self.state._state[key]

    def __iter__(self) -> Iterator[str]:
        with self.state._lock:
            return iter(self.state._state.filtered_state)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def install() -> None:
    """Once a process, before the first session."""
    SafeSessionState.filtered_state = property(SessionView)  # type: ignore[method-assign, assignment]
