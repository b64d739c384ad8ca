"""The experiment's form. Keys and values of its widgets are those of `Experiment` and of links, whatever the
language, so that switching the language changes labels and nothing else."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.plain import verbatim
from rnnlab import engine, session
from rnnlab.experiment import BOUNDS, TEXT_CHARACTERS, WORD_CHARACTERS, WORDS, Experiment, choices, numeral
from rnnlab.i18n import LANGUAGES, Translate, describe, translator
from rnnlab.presets import OPENS_ON
from rnnlab.problems import LabError, Problem

GROUPS = {
    "data": ("tokenizer", "words", "target", "window", "stride", "batch", "probe", "shuffle"),
    "model": (
        *("cell", "impl", "input", "head", "hidden", "embed", "layers", "dropout"),
        *("nonlinearity", "bidirectional", "carry"),
    ),
    "training": ("optimizer", "loss", "lr", "epochs", "clip", "seed"),
}
WIDE = ("shuffle", "bidirectional", "carry", "words", "target")  # a row each, below the pairs
# A widget's key is its field's name, but where the panel that shows the thing has that key already.
KEYS = {name: name for name in Experiment.model_fields} | {"hidden": "hidden_size", "loss": "loss_reduction"}
CHOICES = ("preset", "tokenizer", "input", "cell", "impl", "nonlinearity", "head", "loss", "optimizer")
TALL = {"words": WORDS * (WORD_CHARACTERS + 1), "target": TEXT_CHARACTERS}  # the most characters
STEPS = {"lr": 0.001, "dropout": 0.1, "clip": 0.5}
FORMATS = {"lr": "%.6g", "dropout": "%.2f", "clip": "%.3g"}
STYLE = Path(__file__).with_name("form.css")


def fill(experiment: Experiment) -> None:
    """Put an experiment into the widgets. Only before they are shown in a run, or in a callback."""
    for name, value in experiment.model_dump().items():
        st.session_state[KEYS[name]] = value


@cache
def ids_by_label(name: str) -> dict[str, str]:
    """What a choice is called, in every language -> its value."""
    return {translator(lang)(f"{name}.{id}"): id for lang in LANGUAGES for id in choices(name)}


def value(name: str) -> Any:
    """What a field's widget says. The browser answers with the label it shows, and while the language changes that
    may be a label of the language before."""
    said = st.session_state[KEYS[name]]
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
    fill(experiment)
    st.session_state.run = session.begin(engine.shared(), experiment, train, before=st.session_state.run)
    st.session_state.patience = 0.5


def choose_preset() -> None:
    chosen = value("preset")
    if chosen != st.session_state.run.experiment.preset:  # else it has only changed its label
        open_experiment(Experiment(preset=chosen), train=True)
        st.session_state.go = OPENS_ON.get(chosen, "playground")


def lesson(t: Translate, e: Experiment | tuple[Problem, ...]) -> None:
    """What the lesson is about, or, once anything but the seed was changed, the way back to it."""
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
    if any(st.session_state[KEYS[name]] not in choices(name) for name in CHOICES):
        keep()
    st.selectbox(
        t("field.preset"),
        choices("preset"),
        index=place("preset", fields),
        key="preset",
        format_func=lambda id: t(f"preset.{id}"),
        help=t("help.preset"),
        on_change=choose_preset,
    )
    lesson(t, e)
    st.html(STYLE)
    tip = t("help.text", limit=numeral(TEXT_CHARACTERS))
    st.text_area(t("field.text"), value=fields["text"], key="text", height=120, max_chars=TEXT_CHARACTERS, help=tip)
    for group, names in GROUPS.items():
        with st.expander(t(f"form.{group}"), expanded=group != "training"):
            with st.container(key=f"fields_{group}"):
                for name in names:
                    if name not in WIDE:
                        control(name, t, fields, disabled=isinstance(e, Experiment) and idle(name, e))
            for name in WIDE:
                if name in names:
                    control(name, t, fields, disabled=isinstance(e, Experiment) and idle(name, e))


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
        shown = {"index": place(name, fields), "format_func": lambda id: t(f"{name}.{id}")}
        st.selectbox(label, choices(name), **shown, **common)


def idle(name: str, e: Experiment) -> bool:
    """Whether a field has no effect, given the others."""
    return {
        "words": e.tokenizer != "jieba",
        "embed": e.input == "onehot",
        "nonlinearity": e.cell != "rnn",
        "dropout": e.layers == 1,
        "stride": e.window == 0,
    }.get(name, False)


def complain(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        st.error(describe(problem, st.session_state.lang, verbatim))


def say(notes: tuple[Problem, ...]) -> None:
    """What was left out or cut, which is no error."""
    for note in notes:
        st.caption(describe(note, st.session_state.lang, verbatim))
