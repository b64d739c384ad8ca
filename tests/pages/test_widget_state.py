"""The view of a session that Streamlit's widgets get is what they would have got."""

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.shell.server.widget_state import SessionView

dictionary = SafeSessionState.filtered_state.fget


def script() -> None:
    import streamlit as st

    st.session_state["own"] = {"any": "value"}
    st.number_input("n", value=3, key="n")
    st.text_input("without a key")
    st.selectbox("s", ["a", "b"], key="s", index=None)
    st.button("pressed", key="pressed")


def test_it_holds_what_the_dictionary_holds():
    app = AppTest.from_function(script).run()
    app.number_input(key="n").set_value(5)
    app.selectbox(key="s").set_value("b").run()
    state = app.session_state._state
    safe = state if isinstance(state, SafeSessionState) else SafeSessionState(state, lambda: None)
    view = SessionView(safe)
    assert dict(view) == dictionary(safe) == {"own": {"any": "value"}, "n": 5, "s": "b", "pressed": False}
    assert len(view) == 4
    assert "n" in view
    assert "gone" not in view
    with pytest.raises(KeyError):
        view["gone"]


def test_a_session_that_holds_nothing_is_empty():
    assert dict(SessionView(SafeSessionState(SessionState(), lambda: None))) == {}
