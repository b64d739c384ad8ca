"""The experiment's form. Keys and values of its widgets are those of `Experiment` and of links, whatever the
language, so that switching the language changes labels and nothing else."""

from pathlib import Path
from typing import Any

import streamlit as st

from pages.shell.form.form_state import CHOICES, KEYS, read, refresh_choices, values
from pages.shell.form.lessons import choose_preset, choose_task, lesson
from pages.shell.state import session
from rnnlab.cells import CELLS
from rnnlab.experiment import UNUSED_FIELDS, Experiment, choices
from rnnlab.experiment.limits import ADDED_WORDS, BOUNDS, SENTENCE_CHARACTERS, TEXT_CHARACTERS, WORD_CHARACTERS
from rnnlab.i18n import Translate, numeral
from rnnlab.text.reading import tokenizers

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
TALL = {"words": ADDED_WORDS * (WORD_CHARACTERS + 1), "target": TEXT_CHARACTERS, "sentence": SENTENCE_CHARACTERS}
SHARES = ("dropout", "dropout_embed", "dropout_head", "held_out", "teacher")
STEPS = {"lr": 0.001, "clip": 0.5, "pairs": 100} | dict.fromkeys(SHARES, 0.1)
FORMATS = {"lr": "%.6g", "clip": "%.3g"} | dict.fromkeys(SHARES, "%.2f")
STYLE = Path(__file__).with_name("form.css")


def render(t: Translate) -> None:
    """The widgets. Each is also given its value as a default: what was put into Streamlit's state is told to the
    browser once, and a slow one that had not built the widget by then would show it empty."""
    fields = values()
    e = session["experiment"] = read(fields)
    if any(st.session_state.get(KEYS[name], fields[name]) not in choices(name) for name in CHOICES):
        refresh_choices()
    choice("preset", t, fields, help=t("help.preset"), on_change=choose_preset)
    lesson(t, e)
    choice("task", t, fields, help=t("help.task"), on_change=choose_task)
    st.html(STYLE)
    tip = t(f"help.text.{fields['task']}", limit=numeral(TEXT_CHARACTERS))
    made = isinstance(e, Experiment) and e.data != "text"
    shown: dict[str, Any] = {"height": 120, "max_chars": TEXT_CHARACTERS, "help": tip, "disabled": made}
    st.text_area(t("field.text"), value=fields["text"], key="text", **shown)
    used = [name for name in Experiment.model_fields if name not in UNUSED_FIELDS.get(fields["task"], ())]
    if "sentence" in used:
        control("sentence", t, fields, disabled=False)
    for group, names in GROUPS.items():
        with st.expander(t(f"form.{group}"), expanded=group != "training"):
            with st.container(key=f"fields_{group}"):
                for name in names:
                    if name in used and name not in WIDE:
                        control(name, t, fields, disabled=isinstance(e, Experiment) and has_no_effect(name, e))
            for name in WIDE:
                if name in names and name in used:
                    control(name, t, fields, disabled=isinstance(e, Experiment) and has_no_effect(name, e))


def choice(name: str, t: Translate, fields: dict[str, Any], **more: Any) -> None:
    options = tokenizers(fields["task"]) if name == "tokenizer" else choices(name)
    st.selectbox(
        t(f"field.{name}"),
        options,
        index=options.index(fields[name]) if fields[name] in options else 0,
        key=KEYS[name],
        format_func=lambda id: t(f"{name}.{id}"),
        **more,
    )


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
        value = fields[name]
        st.number_input(label, min_value=low, max_value=high, value=value, step=step, format=form, **common)
    elif kind is bool:
        st.toggle(label, fields[name], **common)
    else:
        choice(name, t, fields, help=common["help"], disabled=disabled)


def has_no_effect(name: str, e: Experiment) -> bool:
    """Whether a field has no effect, given the others."""
    return {
        "words": e.tokenizer != "jieba" or e.data != "text",
        "embed": e.input == "onehot",
        "impl": not CELLS[e.cell].in_torch,
        "nonlinearity": not CELLS[e.cell].takes_nonlinearity,
        "dropout": e.layers == 1,
        "stride": e.window == 0,
        "pairs": e.data == "text",
        "tokenizer": e.data != "text",
        "lower": e.data != "text",
    }.get(name, False)
