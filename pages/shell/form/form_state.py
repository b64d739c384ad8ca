"""What the form's widgets say, as an experiment, and how they are filled with one. Keys and values are those of
`Experiment` and of links, whatever the language, so that switching the language changes labels and nothing else."""

from functools import cache
from typing import Any

import streamlit as st

from pages.shell.reruns import redraw_page
from pages.shell.state import session
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment, choices
from rnnlab.i18n import LANGUAGES, LabError, Problem, Translate, translator

# A widget's key is its field's name, but where the panel that shows the thing has that key already.
KEYS = {name: name for name in Experiment.model_fields} | {"hidden": "hidden_size", "loss": "loss_reduction"}
CHOICES = (
    *("preset", "task", "data", "tokenizer", "input", "cell", "impl", "nonlinearity", "init", "head", "readout"),
    *("attention", "loss", "class_weights", "optimizer"),
)


def fill(experiment: Experiment) -> None:
    """Put an experiment into the widgets. Only before they are shown in a run, or in a callback."""
    for name, new in experiment.model_dump().items():
        put(name, new)


def put(name: str, new: Any) -> None:
    """Let one field's widget say this value. When that may be done is said above.

    A widget in a closed popover is not in the page and learns nothing of it: the browser goes on telling what it said
    before. That is no wish of the reader's, and counts as the new value until the widget is there."""
    outdated = session.setdefault("outdated", {})
    held = outdated.pop(name)[0] if name in outdated else in_ids(name, st.session_state.get(KEYS[name], new))
    if held != new:
        outdated[name] = held, new
    st.session_state[KEYS[name]] = new
    redraw_page()  # the form is outside every part of a page that is drawn by itself


def tell_browser(*names: str) -> None:
    """The widgets of these fields are in the page now: each is given its value, once more where it was away. On the way
    to another page the browser speaks before it has heard that."""
    outdated = session.get("outdated", {})
    for name in {*names} & {*outdated}:
        st.session_state[KEYS[name]] = outdated[name][1]
        if "go" not in session:
            del outdated[name]


@cache
def ids_by_label(name: str) -> dict[str, str]:
    """What a choice is called, in every language -> its value."""
    return {translator(lang)(f"{name}.{id}"): id for lang in LANGUAGES for id in choices(name)}


def value(name: str) -> Any:
    """What a field's widget says. The browser answers with the label it shows, and while the language changes that
    may be a label of the language before. What the task has no use for is not asked: its default stands. A field for
    whole numbers takes others too, to say that it can't use them."""
    said = in_ids(name, st.session_state.get(KEYS[name], Experiment.model_fields[name].default))
    held, new = session.get("outdated", {}).get(name, (said, said))
    if said == held:
        said = new
    if isinstance(said, float) and said.is_integer() and Experiment.model_fields[name].annotation is int:
        return int(said)
    return said


def in_ids(name: str, said: Any) -> Any:
    return ids_by_label(name).get(said, said) if name in CHOICES else said


def refresh_choices() -> None:
    """Give every choice its value anew, so that the browser shows it under its label of today."""
    for name in CHOICES:
        st.session_state[KEYS[name]] = value(name)


def values() -> dict[str, Any]:
    """What the widgets say now, by field. Once a run is enough: a look into Streamlit's state takes a tenth of a
    millisecond."""
    return {name: value(name) for name in KEYS}


def read(fields: dict[str, Any] | None = None) -> Experiment | tuple[Problem, ...]:
    """What the widgets say as an experiment, or why it is none. `session["experiment"]` keeps the answer."""
    try:
        e = Experiment(**(fields or values()))
    except LabError as error:
        return error.problems
    if e.data == "text" and not e.text.strip():  # what else a text lacks only a worker can tell, who reads it
        return (Problem("text_empty", "text"),)
    return e


def form_experiment(run: Run) -> Experiment:
    """The experiment that the form says, for what depends on its text alone; the run's, while the form says none."""
    said = session["experiment"]
    return said if isinstance(said, Experiment) else run.experiment


def note_untrained(run: Run, t: Translate) -> None:
    """Say so where what is shown is of the form and not of the run."""
    if form_experiment(run) != run.experiment:
        st.caption(t("parts.ahead"))
