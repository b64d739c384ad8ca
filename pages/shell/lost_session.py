"""A page that outlives its session. The server was restarted, or out of reach for longer than it keeps a session; the
browser still shows the page, and what it asks next is the first request of a session that knows nothing. But that
request says what every widget says, so the form is what the reader sees, down to the change that is being asked for."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import user_key_from_element_id

from pages.shell.form.form_state import CHOICES, KEYS, ids_by_label
from rnnlab.experiment import Experiment, preset_experiment
from rnnlab.experiment.links import Link, from_link, valid_part
from rnnlab.i18n import LANGUAGES, first_language
from rnnlab.presets.presets import FIRST_OF_TASK


@dataclass(frozen=True)
class Remains:
    """What the browser says of such a page."""

    link: Link  # what its address said when it was drawn last
    fields: dict[str, Any]  # what the form says, which may be no experiment
    experiment: Experiment  # as far as it is one
    lang: str
    switches: dict[str, bool]  # the others of the page's frame, by key
    train: bool  # whether the reader has just asked for that


def remains(query: str) -> Remains | None:
    """None on a first visit: a page that is being loaded has no widgets yet. `query` is what the browser takes for its
    address, which may be the one that it has loaded."""
    said = widgets()
    if not KEYS.keys() & said.keys():
        return None
    link = from_link(said.get("last_address") or query)
    names = {name: lang for lang, name in LANGUAGES.items()}
    lang = names.get("".join(said.get("lang", ())), link.lang or first_language(st.context.locale))
    fields = {name: field(name, said[key]) for name, key in KEYS.items() if key in said}
    fields = link.experiment_for(lang).model_dump() | fields
    chosen = ""
    if said.get("last_address") and fields["preset"] != link.experiment.preset:  # the reader has just chosen it
        chosen = fields["preset"]
    elif said.get("last_address") and fields["task"] != link.experiment.task:
        chosen = FIRST_OF_TASK[fields["task"]]
    experiment = preset_experiment(chosen, lang) if chosen else valid_part(fields)[0]
    if chosen:
        fields = experiment.model_dump()
    switches = {key: said[key] for key in ("run_on_opening", "loss_log") if key in said}
    return Remains(link, fields, experiment, lang, switches, bool(chosen) or said.get("train", False))


def widgets() -> dict[str, Any]:
    """What the widgets of the page say that asks to be drawn, by key: a choice its label, a number a float."""
    context = get_script_run_ctx()
    states = context.session_state.get_widget_states() if context else []
    values = {user_key_from_element_id(state.id): getattr(state, state.WhichOneof("value") or "id") for state in states}
    return {key: getattr(value, "data", value) for key, value in values.items() if key}


def field(name: str, said: Any) -> Any:
    if name in CHOICES:
        said = said if isinstance(said, str) else "".join(said)  # of the segmented control, a list of one
        return ids_by_label(name).get(said, said)
    return int(said) if Experiment.model_fields[name].annotation is int else said
