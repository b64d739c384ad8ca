"""What the reader says of a text to be written: the prompt, and how its tokens are drawn."""

from typing import Any

import streamlit as st

from pages.shell.state import session
from rnnlab.i18n import Translate, numeral
from rnnlab.records.generation import BOUNDS, PROMPT_CHARACTERS, Settings
from rnnlab.records.opening import Opening

STEPS = {"temperature": 0.05, "top_p": 0.01}
LENGTHS = {"words": 40, "jieba": 60}  # words say more than characters
FIRST_TOKENS = 8  # of the watched line, at most: what the prompt begins as


def render(o: Opening, t: Translate) -> tuple[str, Settings]:
    """The widgets, and what they say."""
    suggest("prompt", first_prompt(o))
    suggest("length", LENGTHS.get(o.experiment.tokenizer, Settings.length))
    with st.container(key="generate_form"):
        prompt = st.text_area(  # with a `max_chars` Streamlit drops a longer text that is pasted, and says nothing
            t("field.prompt"),
            session["generate_prompt"],
            key="generate_prompt",
            height=96,
            help=t("help.prompt", limit=PROMPT_CHARACTERS),
            persist_state="session",
        )
        with st.container(key="generate_fields"):
            values = {name: control(name, t) for name in BOUNDS}
            st.button(t("generate.another"), key="generate_another", on_click=another, help=t("generate.another.help"))
    return prompt, Settings(**values)


def suggest(name: str, value: Any) -> None:
    """What a widget says until the reader says something else. Put into it only when that changes: a value that is put
    in at every tick of a run would take the place of what is being typed."""
    key = f"generate_{name}"
    before = st.session_state.get(f"{key}_suggested")
    if key not in st.session_state or (st.session_state[key] == before and value != before):
        st.session_state[key] = value
    st.session_state[f"{key}_suggested"] = value


def control(name: str, t: Translate) -> Any:
    """One setting's widget."""
    low, high = BOUNDS[name]
    key = f"generate_{name}"
    value = st.session_state.get(key, getattr(Settings(), name))
    label, tip = t(f"field.{name}"), t(f"help.{name}") + " " + t("form.range", low=numeral(low), high=numeral(high))
    common: dict[str, Any] = {"key": key, "help": tip, "persist_state": "session"}
    if name in STEPS:
        return st.slider(label, low, high, value, STEPS[name], format="%.2f", **common)
    return st.number_input(label, int(low), int(high), value, step=1, **common)


def another() -> None:
    """The next seed: the same network, other draws."""
    low, high = BOUNDS["draw"]
    value = int(session.get("generate_draw", 0))
    session["generate_draw"] = value + 1 if value < high else int(low)


def first_prompt(o: Opening) -> str:
    """The watched line's first tokens; none where they fill no prompt."""
    text = o.joiner.join(o.probe[: max(1, min(FIRST_TOKENS, len(o.probe) // 4))])
    return text if len(text) <= PROMPT_CHARACTERS else ""
