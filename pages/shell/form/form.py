"""The experiment's form. Keys and values of its widgets are those of `Experiment` and of links, whatever the
language, so that switching the language changes labels and nothing else."""

from typing import Any

import streamlit as st

from pages.shell import panel
from pages.shell.form.form_state import CHOICES, KEYS, read, refresh_choices, tell_browser, values
from pages.shell.form.presets import choose_preset, choose_task, preset
from pages.shell.page_names import HOME
from pages.shell.state import session
from rnnlab.cells import CELLS
from rnnlab.experiment import UNUSED_FIELDS, Experiment, choices, preset_at_hand
from rnnlab.experiment.limits import (
    ADDED_WORDS,
    BOUNDS,
    RATE_CHARACTERS,
    SENTENCE_CHARACTERS,
    TEXT_CHARACTERS,
    WORD_CHARACTERS,
)
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import Problem, Translate, numeral
from rnnlab.text.reading import tokenizers

FIRST = ("sentence", "tokenizer", "cell", "hidden", "lr")  # beside the data, always in view
GROUPS = {
    "data": (
        *("data", "pairs", "words", "target", "window", "stride", "batch", "probe", "max_length", "held_out"),
        *("shuffle", "lower"),
    ),
    "model": (
        *("impl", "input", "head", "readout", "attention", "init", "embed", "layers", "dropout"),
        *("dropout_embed", "dropout_head", "nonlinearity", "beam", "bidirectional", "carry", "packed"),
    ),
    "training": ("optimizer", "loss", "class_weights", "lr_changes", "epochs", "clip", "teacher", "seed"),
}
SEGMENTED = ("tokenizer", "cell")  # one click, of few: all are in view
WIDE = ("shuffle", "lower", "bidirectional", "carry", "packed", "words", "target")  # a row each, below
TALL = {
    **{"text": TEXT_CHARACTERS, "target": TEXT_CHARACTERS, "sentence": SENTENCE_CHARACTERS},
    "words": ADDED_WORDS * (WORD_CHARACTERS + 1),
}
LINES = {"lr_changes": RATE_CHARACTERS}
SHARES = ("dropout", "dropout_embed", "dropout_head", "held_out", "teacher")
STEPS = {"lr": 0.001, "clip": 0.5, "pairs": 100} | dict.fromkeys(SHARES, 0.1)
FORMATS = {"lr": "%.6g", "clip": "%.3g"} | dict.fromkeys(SHARES, "%.2f")
FIRST_PRESET = Experiment.model_fields["preset"].default  # what the front page opens with
WITHOUT = ("shapes", "history", "course", "room")  # pages on which no setting does anything


def render_preset(t: Translate, page: str) -> None:
    """Which preset the settings began with, and what it is about."""
    fields = values()
    e = session["experiment"] = read(fields)
    if any(st.session_state.get(KEYS[name], fields[name]) not in choices(name) for name in CHOICES):
        refresh_choices()
    tell_browser("preset")
    choice("preset", t, fields, on_change=choose_preset, label_visibility="collapsed")
    with st.container(key="about_preset", gap=None):
        if page == HOME and fields["preset"] == FIRST_PRESET:  # who has chosen another knows by now
            st.markdown(t("lab.what"))
        preset(t, page, e)


def render(t: Translate, page: str) -> None:
    """The settings Each is also given its value as a default: what was put into Streamlit's state is told to the
    browser once, and a slow one that had not built the widget by then would show it empty. One that is not drawn, here
    or on a page without a form, keeps what it says."""
    fields = values()
    e = session["experiment"]
    used = [name for name in Experiment.model_fields if has_effect(name, fields)]
    changed = [name for name, value in vars(original(fields)).items() if name in used and fields[name] != value]
    st.html(f"<style>{marks(changed, t)}</style>")
    if page in WITHOUT:
        return
    wrong = {problem.field: problem for problem in e} if not isinstance(e, Experiment) else {}
    with st.container(key="controls", horizontal=True, gap="small"):
        first = [name for name in first_fields(fields) if name in used]
        tell_browser(*first)
        for name in first:
            control(name, t, fields, wrong)
        render_more(t, fields, [name for name in used if name not in first], changed, wrong)


def first_fields(fields: dict[str, Any]) -> tuple[str, ...]:
    """Those that are always in view: what there is to learn from, and what one tries first; where the learning rate
    changes, how."""
    changes = ("lr_changes",) if fields["lr_changes"] else ()
    return (*(("text",) if fields["data"] == "text" else ("data", "pairs")), *FIRST, *changes)


def render_more(
    t: Translate, fields: dict[str, Any], used: list[str], changed: list[str], wrong: dict[str, Problem]
) -> None:
    """Everything else, by groups. While that is closed, the browser's widgets learn nothing (`form_state.put`)."""
    inside = [name for names in GROUPS.values() for name in names if name in used]
    count = len([name for name in inside if name in changed])
    label = t("form.more.changed", count=count) if count else t("form.more")
    if any(name in wrong for name in inside):
        label = f"⚠ {label}"

    def draw() -> None:
        choice("task", t, fields, help=t("help.task"), on_change=choose_task)
        for group, names in GROUPS.items():
            st.subheader(t(f"form.{group}"), anchor=False)
            with st.container(key=f"fields_{group}"):
                for name in names:
                    if name in used and name not in WIDE:
                        control(name, t, fields, wrong)
            for name in WIDE:
                if name in names and name in used:
                    control(name, t, fields, wrong)

    outdated = tuple(session.get("outdated", ()))
    panel.popover(label, "more", draw, bool(outdated), lambda: tell_browser(*outdated))


def original(fields: dict[str, Any]) -> Experiment:
    """The preset as it opens, in the language that its text is in."""
    return preset_at_hand(fields["preset"], fields["text"], session["lang"])


def marks(changed: list[str], t: Translate) -> str:
    """A dot before the name of each field that says something else than the preset does."""
    if not changed:
        return ""
    labels = ", ".join(f".st-key-{KEYS[name]} [data-testid='stWidgetLabel']::before" for name in changed)
    return f'{labels} {{ content: "●" / "{t("form.changed")}"; }}'


def complain_at(name: str, wrong: dict[str, Problem], t: Translate) -> None:
    """At the field, in few words; the whole sentence stands at Train."""
    if name in wrong:
        low, high = map(numeral, BOUNDS.get(name, (0, 0)))
        short = t("form.range", low=low, high=high) if name in BOUNDS else t("form.wrong")
        with st.container(key=f"wrong_{name}"):
            st.markdown(short)


def options(name: str, fields: dict[str, Any]) -> tuple[str, ...]:
    return tokenizers(fields["task"]) if name == "tokenizer" else choices(name)


def choice(name: str, t: Translate, fields: dict[str, Any], **more: Any) -> None:
    offered = options(name, fields)
    st.selectbox(
        t(f"field.{name}"),
        offered,
        index=offered.index(fields[name]) if fields[name] in offered else 0,
        key=KEYS[name],
        format_func=lambda id: t(f"{name}.{id}"),
        persist_state="session",
        **more,
    )


def control(name: str, t: Translate, fields: dict[str, Any], wrong: dict[str, Problem]) -> None:
    """One field's widget, by the kind of its values, and what is wrong with its value. Numbers have no bounds here, and
    may be fractions: a browser keeps one beyond its bounds to itself, and cuts 3.7 or 1e9 to a whole number that can be
    used; the lab would train with another than was typed."""
    common: dict[str, Any] = {"key": KEYS[name], "help": help_of(name, fields, t), "persist_state": "session"}
    label = t(f"field.{name}")
    kind = Experiment.model_fields[name].annotation
    with st.container(key=f"field_{name}", gap=None):
        if name in TALL:
            st.text_area(label, fields[name], height=68, max_chars=TALL[name], **common)
        elif name in LINES:
            st.text_input(label, fields[name], max_chars=LINES[name], placeholder="40:0.001", **common)
        elif name in BOUNDS:
            value = None if fields[name] is None else float(fields[name])
            step, form = float(STEPS.get(name, 1)), FORMATS.get(name, "%.15g")
            st.number_input(label, value=value, step=step, format=form, **common)
        elif kind is bool:
            st.toggle(label, fields[name], **common)
        elif name in SEGMENTED:
            names = {id: t(f"{name}.{id}") for id in options(name, fields)}
            chosen = fields[name] if fields[name] in names else next(iter(names))
            st.segmented_control(
                label, list(names), default=chosen, format_func=names.__getitem__, required=True, **common
            )
        else:
            choice(name, t, fields, help=common["help"])
        complain_at(name, wrong, t)


def help_of(name: str, fields: dict[str, Any], t: Translate) -> str:
    """What is behind a field's "?"."""
    if name == "text":
        return t(f"help.text.{fields['task']}", limit=numeral(TEXT_CHARACTERS))
    if name not in BOUNDS:
        return t(f"help.{name}")
    low, high = map(numeral, BOUNDS[name])
    seconds = {"seconds": numeral(host_limits().run_seconds)} if name == "epochs" else {}
    return f"{t(f'help.{name}', **seconds)} {t('form.range', low=low, high=high)}"


def helps(t: Translate, page: str) -> dict[str, str]:
    """The same of all fields that the page shows, by the keys of their widgets."""
    fields = values()
    inside = dict.fromkeys((*first_fields(fields), *(name for names in GROUPS.values() for name in names)))
    shown = [] if page in WITHOUT else [name for name in inside if has_effect(name, fields)]
    return {KEYS[name]: help_of(name, fields, t) for name in shown}


def has_effect(name: str, fields: dict[str, Any]) -> bool:
    """Whether a field has an effect, given the others."""
    without = {
        "text": fields["data"] != "text",
        "words": fields["tokenizer"] != "jieba" or fields["data"] != "text",
        "embed": fields["input"] == "onehot",
        "impl": not CELLS[fields["cell"]].in_torch,
        "nonlinearity": not CELLS[fields["cell"]].takes_nonlinearity,
        "dropout": fields["layers"] == 1,
        "stride": fields["window"] == 0,
        "pairs": fields["data"] == "text",
        "tokenizer": fields["data"] != "text",
        "lower": fields["data"] != "text",
    }
    return name not in UNUSED_FIELDS.get(fields["task"], ()) and not without.get(name, False)
