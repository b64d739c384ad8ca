"""The experiment's form. Keys and values of its widgets are those of `Experiment` and of links, whatever the
language, so that switching the language changes labels and nothing else."""

import time
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.plain import verbatim
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.experiment import UNUSED, Experiment, choices
from rnnlab.experiment.limits import BOUNDS, SENTENCE_CHARACTERS, TEXT_CHARACTERS, WORD_CHARACTERS, WORDS
from rnnlab.i18n import LANGUAGES, LabError, Problem, Translate, describe, numeral, translator
from rnnlab.lessons.presets import FIRST, OPENS_ON

GROUPS = {
    "data": (
        *("data", "pairs", "tokenizer", "words", "target", "window", "stride", "batch", "probe", "max_length"),
        *("held_out", "shuffle", "lower"),
    ),
    "model": (
        *("cell", "impl", "input", "head", "readout", "attention", "hidden", "embed", "layers", "dropout"),
        *("dropout_embed", "dropout_head", "nonlinearity", "beam", "bidirectional", "carry", "packed"),
    ),
    "training": ("optimizer", "loss", "lr", "epochs", "clip", "teacher", "seed"),
}
WIDE = ("shuffle", "lower", "bidirectional", "carry", "packed", "words", "target")  # a row each, below
# A widget's key is its field's name, but where the panel that shows the thing has that key already.
KEYS = {name: name for name in Experiment.model_fields} | {"hidden": "hidden_size", "loss": "loss_reduction"}
CHOICES = (
    *("preset", "task", "data", "tokenizer", "input", "cell", "impl", "nonlinearity", "head", "readout", "attention"),
    *("loss", "optimizer"),
)
TALL = {"words": WORDS * (WORD_CHARACTERS + 1), "target": TEXT_CHARACTERS, "sentence": SENTENCE_CHARACTERS}
SHARES = ("dropout", "dropout_embed", "dropout_head", "held_out", "teacher")
STEPS = {"lr": 0.001, "clip": 0.5, "pairs": 100} | dict.fromkeys(SHARES, 0.1)
FORMATS = {"lr": "%.6g", "clip": "%.3g"} | dict.fromkeys(SHARES, "%.2f")
ECHO = 3.0  # seconds within which the browser has learnt what the form is filled with
STYLE = Path(__file__).with_name("form.css")


def fill(experiment: Experiment) -> None:
    """Put an experiment into the widgets. Only before they are shown in a run, or in a callback."""
    for name, now in experiment.model_dump().items():
        st.session_state[KEYS[name]] = now


def echoed(name: str, said: str) -> bool:
    """Whether a change is none of the reader's: what the browser sends of its own accord may bring along what the form
    said before it was filled, for it does not know yet. That is a timer's tick, which draws a fragment, and all that
    belongs to going on to another page."""
    context = get_script_run_ctx()
    tick = bool(context and context.fragment_ids_this_run)
    filled, before = st.session_state.get("overwritten", (0.0, {}))
    unasked = tick or "go" in st.session_state or "luggage" in st.session_state
    return unasked and said == before.get(name) and time.monotonic() - filled < ECHO


@cache
def ids_by_label(name: str) -> dict[str, str]:
    """What a choice is called, in every language -> its value."""
    return {translator(lang)(f"{name}.{id}"): id for lang in LANGUAGES for id in choices(name)}


def value(name: str) -> Any:
    """What a field's widget says. The browser answers with the label it shows, and while the language changes that
    may be a label of the language before. What the task has no use for is not asked: its default stands."""
    said = st.session_state.get(KEYS[name], Experiment.model_fields[name].default)
    return ids_by_label(name).get(said, said) if name in CHOICES else said


def keep() -> None:
    """Give every choice its value anew, so that the browser shows it under its label of today."""
    for name in CHOICES:
        st.session_state[KEYS[name]] = value(name)


def said() -> dict[str, Any]:
    """What the widgets say now, by field. Once a run is enough: a look into Streamlit's state takes a tenth of a
    millisecond."""
    return {name: value(name) for name in KEYS}


def read(fields: dict[str, Any] | None = None) -> Experiment | tuple[Problem, ...]:
    """What the widgets say as an experiment, or why it is none. `st.session_state.experiment` keeps a run's answer."""
    try:
        return Experiment(**(fields or said()))
    except LabError as error:
        return error.problems


def open_experiment(experiment: Experiment, train: bool = False) -> None:
    """Show another experiment, from its start."""
    st.session_state.overwritten = time.monotonic(), {name: value(name) for name in ("preset", "task")}
    fill(experiment)
    st.session_state.run = runs.begin(engine.shared(), experiment, train, before=st.session_state.run)
    st.session_state.patience = 0.5


def choose_preset() -> None:
    chosen = value("preset")
    if chosen != st.session_state.run.experiment.preset and not echoed(
        "preset", chosen
    ):  # else it has only changed its label
        open_experiment(Experiment(preset=chosen), train=True)
        st.session_state.go = OPENS_ON.get(chosen, "playground")


def choose_task() -> None:
    """The first lesson of a task: its text is of another kind. The reader's own text is kept at hand."""
    chosen = value("task")
    before = st.session_state.run.experiment
    if chosen == before.task or echoed("task", chosen):
        return
    text = value("text")
    if text != Experiment(preset=before.preset).text:
        st.session_state.own_text = text
    open_experiment(Experiment(preset=FIRST[chosen]), train=True)
    st.session_state.go = OPENS_ON.get(FIRST[chosen], "playground")


def own_text() -> None:
    st.session_state.text = st.session_state.pop("own_text")


def lesson(t: Translate, e: Experiment | tuple[Problem, ...]) -> None:
    """What the lesson is about, or, once anything but the seed was changed, the way back to it."""
    if st.session_state.get("own_text", "") not in ("", value("text")):
        st.button(t("lesson.own_text"), key="own_text_back", on_click=own_text, type="tertiary")
    preset = value("preset")
    original = Experiment(preset=preset, seed=st.session_state.seed)
    if e == original:
        st.caption(t(f"lesson.{preset}"))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("lesson.changed"), width="stretch")
        st.button(t("lesson.back"), key="lesson_back", on_click=open_experiment, args=(original, True), type="tertiary")


def show(t: Translate) -> None:
    """The widgets. Each is also given its value as a default: what was put into Streamlit's state is told to the
    browser once, and a slow one that had not built the widget by then would show it empty."""
    fields = said()
    e = st.session_state.experiment = read(fields)
    if any(st.session_state.get(KEYS[name], fields[name]) not in choices(name) for name in CHOICES):
        keep()
    choice("preset", t, fields, help=t("help.preset"), on_change=choose_preset)
    lesson(t, e)
    choice("task", t, fields, help=t("help.task"), on_change=choose_task)
    st.html(STYLE)
    tip = t(f"help.text.{fields['task']}", limit=numeral(TEXT_CHARACTERS))
    made = isinstance(e, Experiment) and e.data != "text"
    shown: dict[str, Any] = {"height": 120, "max_chars": TEXT_CHARACTERS, "help": tip, "disabled": made}
    st.text_area(t("field.text"), value=fields["text"], key="text", **shown)
    used = [name for name in Experiment.model_fields if name not in UNUSED.get(fields["task"], ())]
    if "sentence" in used:
        control("sentence", t, fields, disabled=False)
    for group, names in GROUPS.items():
        with st.expander(t(f"form.{group}"), expanded=group != "training"):
            with st.container(key=f"fields_{group}"):
                for name in names:
                    if name in used and name not in WIDE:
                        control(name, t, fields, disabled=isinstance(e, Experiment) and idle(name, e))
            for name in WIDE:
                if name in names and name in used:
                    control(name, t, fields, disabled=isinstance(e, Experiment) and idle(name, e))


def choice(name: str, t: Translate, fields: dict[str, Any], **more: Any) -> None:
    st.selectbox(
        t(f"field.{name}"),
        choices(name),
        index=place(name, fields),
        key=KEYS[name],
        format_func=lambda id: t(f"{name}.{id}"),
        **more,
    )


def place(name: str, fields: dict[str, Any]) -> int:
    """Where a choice stands among the choices of its field."""
    options = choices(name)
    return options.index(fields[name]) if fields[name] in options else 0


def control(name: str, t: Translate, fields: dict[str, Any], disabled: bool) -> None:
    """One field's widget, by the kind of its values."""
    common: dict[str, Any] = {"key": KEYS[name], "help": t(f"help.{name}"), "disabled": disabled}
    label = t(f"field.{name}")
    kind = Experiment.model_fields[name].annotation
    if name in TALL:
        st.text_area(label, fields[name], height=68, max_chars=TALL[name], **common)
    elif name in BOUNDS:
        low, high = BOUNDS[name]
        common["help"] += " " + t("form.range", low=numeral(low), high=numeral(high))
        step, form = STEPS.get(name, 1), FORMATS.get(name, "%d")
        now = fields[name]
        st.number_input(label, min_value=low, max_value=high, value=now, step=step, format=form, **common)
    elif kind is bool:
        st.toggle(label, fields[name], **common)
    else:
        choice(name, t, fields, help=common["help"], disabled=disabled)


def idle(name: str, e: Experiment) -> bool:
    """Whether a field has no effect, given the others."""
    return {
        "words": e.tokenizer != "jieba" or e.data != "text",
        "embed": e.input == "onehot",
        "nonlinearity": e.cell != "rnn",
        "dropout": e.layers == 1,
        "stride": e.window == 0,
        "pairs": e.data == "text",
        "tokenizer": e.data != "text",
        "lower": e.data != "text",
    }.get(name, False)


def complain(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        st.error(describe(problem, st.session_state.lang, verbatim))


def say(notes: tuple[Problem, ...]) -> None:
    """What was left out or cut, which is no error."""
    for note in notes:
        st.caption(describe(note, st.session_state.lang, verbatim))
