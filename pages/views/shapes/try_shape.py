"""Try a wrong shape: the real module is given it, and torch's own words are explained."""

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.guide import evaluation
from pages.shell.messages import complain
from pages.shell.state import session
from rnnlab.analysis.shape_errors import Advice, Trial, read_shape, written
from rnnlab.engine import jobs
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.i18n import LabError, Translate


def render(setting: LayerSpec, t: Translate) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        st.text_input(t("field.try_input"), key="try_input", max_chars=80, persist_state="session", help=t("try.help"))
    with right:
        st.text_input(
            t("field.try_state"), key="try_state", max_chars=80, persist_state="session", help=t("try.help_state")
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(t("try.examples"), width="content")
        for index, (x, state) in enumerate(suggestions(setting)):
            label = x if not state else f"{x}  +  {state}"
            st.button(label, key=f"try_{index}", on_click=fill, args=(x, state))
    try:
        x = read_shape(session["try_input"], "try_input")
        state = read_shape(session["try_state"], "try_state")
    except LabError as error:
        complain(error.problems)
        return
    if x is None:
        return
    trial = ask_worker(jobs.try_shape, setting, x, state)
    evaluation.tell(trial=trial)
    if trial is not None:
        answer(trial, t)


def fill(x: str, state: str) -> None:
    session["try_input"], session["try_state"] = x, state


def suggestions(s: LayerSpec) -> list[tuple[str, str]]:
    """Shapes worth trying: the right one, and the usual mistakes."""
    x, state = list(s.input_shape), list(s.state_shape)
    found = [(x, []), ([*x[:-1], x[-1] + 1], []), ([s.sequences, *x], [])]
    if not s.is_cell and s.batched:
        found += [([x[1], x[0], x[2]], state), (x, [state[1], state[0], state[2]])]
    else:
        found += [(x, [*state[:-1], state[-1] + 1])]
    typed = [(", ".join(map(str, one)), ", ".join(map(str, other))) for one, other in found]
    return list(dict.fromkeys(typed))


def answer(trial: Trial, t: Translate) -> None:
    """torch's own words, and beside them what they mean."""
    with st.container(key="try_answer"):
        if trial.outputs:
            shapes = ", ".join(f"`{name} {written(shape)}`" for name, shape in trial.outputs)
            st.success(t("try.fits", shapes=shapes))
            for advice in trial.advice:
                st.warning(meaning(advice, t))
            return
        left, right = st.columns(2, gap="small")
        with left:
            st.caption(t("try.torch") if trial.error else t("try.not_run"))
            if trial.error:
                st.code(trial.error, language=None, wrap_lines=True)
        with right:
            st.caption(t("try.meaning"))
            for advice in trial.advice:
                st.warning(meaning(advice, t))


def meaning(advice: Advice, t: Translate) -> str:
    """What is wrong and how to mend it. All that is put in was counted by us: nothing that was typed."""
    return t(f"advice.{advice.code}", **advice.values) if advice.values else t(f"advice.{advice.code}")
