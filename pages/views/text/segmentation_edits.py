"""Changing how the text is cut. Callbacks: they write into the form, whose fields are the experiment."""

import streamlit as st

from pages.shell.form import form_state
from pages.shell.state import session
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem
from rnnlab.text.segmentation import Lines, merge_tokens, split_token, with_new_tokens


def change(**fields: str) -> bool:
    """Put these into the form if it stays an experiment; else say why not, change nothing, and return False."""
    experiment = form_state.read()
    try:
        if not isinstance(experiment, Experiment):
            raise LabError(*experiment)
        Experiment(**{**experiment.model_dump(), **fields})
    except LabError as error:
        refuse(error.problems)
        return False
    for name, value in fields.items():
        form_state.put(name, value)
    refuse(())
    return True


def refuse(problems: tuple[Problem, ...]) -> None:
    """Say why an edit was none, for as long as the text stands."""
    session["recut_problems"] = (session["text"], problems)


def refused() -> tuple[Problem, ...]:
    text, problems = session.get("recut_problems", ("", ()))
    return problems if text == session["text"] else ()


def use(tokenizer: str) -> None:
    change(tokenizer=tokenizer)


def add_words() -> None:
    """What was typed, behind the words that are there."""
    added = session["text_add"].split()
    if added and change(words=" ".join([*session["words"].split(), *added])):
        session["text_add"] = ""


def edit(key: str, lines: Lines) -> None:
    """Two tokens merged, or one parted, in the browser. The text is from then on these tokens between spaces."""
    action = st.session_state[key].edit
    if not action:
        return
    try:
        if action["kind"] == "merge":
            lines = merge_tokens(lines, action["line"], action["place"])
        else:
            lines = split_token(lines, action["line"], action["place"], action["after"])
        e = form_state.read()
        if not isinstance(e, Experiment):
            raise LabError(*e)
        text = with_new_tokens(e, lines)
    except LabError as error:
        refuse(error.problems)
        return
    except (IndexError, ValueError):  # from a text that is no longer there
        return
    if len(text) > TEXT_CHARACTERS:
        values = {"length": len(text), "limit": TEXT_CHARACTERS}
        refuse((Problem("spaced_too_long", "text", values),))
        return
    before = {"text": session["text"], "tokenizer": form_state.value("tokenizer")}
    if undoable():
        before = session["cut_before"]["before"]
    if change(text=text, tokenizer="words"):
        session["cut_before"] = {"before": before, "text": text}


def undoable() -> bool:
    """Whether the text is still what the last edit by hand has made of it."""
    kept = session.get("cut_before")
    return bool(kept) and kept["text"] == session["text"] and form_state.value("tokenizer") == "words"


def undo() -> None:
    change(**session.pop("cut_before")["before"])
