"""What can be taken away of the experiment and of the run at hand, and weights that are brought back. Files are made
when they are asked for, of what the reader looks at then: in a thread without a session, by a worker."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.components.looked_at.looked_at import looked_at
from pages.shell.form import form_state
from pages.shell.run import current_run, cursor
from pages.shell.run.run_view import GROUP
from pages.shell.run.sight import Cursor, Sight
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import ReaderEngine, jobs
from rnnlab.experiment import Experiment
from rnnlab.explain.loading import loading
from rnnlab.i18n import LabError, Problem, Translate, describe, failure_of
from rnnlab.records.history import Checkpoint, History, Snapshot, nearest
from rnnlab.records.opening import Opening

PATIENCE = 60.0  # seconds for a file to be made: workers take turns among all readers
WEIGHTS = ".safetensors"  # how the names of their files end


def programs(e: Experiment, t: Translate) -> None:
    """Downloads of the experiment that the form holds, as what trains it elsewhere."""
    name, lang = e.preset.replace("-", "_"), session["lang"]
    with st.container(horizontal=True, gap="small"):
        for label, help, kind, ending in (
            (t("share.script"), t("share.script.help"), "script", "py"),
            (t("share.notebook"), t("share.notebook.help"), "notebook", "ipynb"),
        ):
            file(label, partial(written, kind, e, lang), f"{name}.{ending}", help, f"download_{kind}")


def render(t: Translate) -> None:
    """Downloads of the weights, alone or with the program, and of the record of the run at hand, which may not be open
    yet."""
    e = session["run"].experiment
    name, told = f"rnnlab-{e.preset}", session.get("cursor", Cursor())
    key, known = "share-looked-at", {"run": told.run, "epoch": told.epoch}
    sight, lang = cursor.sight(), session["lang"]
    with st.container(gap=None):  # what is not seen takes no room
        looked_at(key, GROUP, known, on_moved=partial(cursor.move, key))
        with st.container(horizontal=True, gap="small"):
            for label, help, make, ending, key in (
                (t("share.weights"), t("share.weights.help"), partial(weights, sight), WEIGHTS, "weights"),
                (
                    t("share.trained"),
                    t("share.trained.help"),
                    partial(trained, sight, lang),
                    ".zip",
                    "trained",
                ),
                (t("share.record"), t("share.record.help"), partial(record, sight), "-record.zip", "record"),
            ):
                file(label, make, name + ending, help, f"download_{key}")
    st.caption(t("share.weights.load"))
    st.code(loading(e, f'"{name}{WEIGHTS}"'), language="python")


def file(label: str, make: Callable[[ReaderEngine], bytes], name: str, help: str, key: str) -> None:
    made = partial(made_or_told, make, workers(), session["lang"])
    st.download_button(label, made, name, "application/octet-stream", key=key, on_click="ignore", help=help)


def made_or_told(make: Callable[[ReaderEngine], bytes], engine: ReaderEngine, lang: str) -> bytes:
    """What `make` makes; where that fails, the button says why in the reader's language."""
    try:
        return make(engine)
    except Exception as error:
        raise RuntimeError(" ".join(describe(problem, lang) for problem in failure_of(error))) from None


def written(kind: str, e: Experiment, lang: str, engine: ReaderEngine) -> bytes:
    """A program or a notebook."""
    return engine.submit(jobs.script if kind == "script" else jobs.notebook, e, lang).result(PATIENCE).encode()


def weights(sight: Sight, engine: ReaderEngine) -> bytes:
    """Of the epoch that is looked at."""
    return engine.submit(jobs.weights_file, *weights_of(sight)).result(PATIENCE)


def weights_of(sight: Sight) -> tuple[Opening, tuple[Snapshot, ...], Checkpoint]:
    history, epoch = of_reader(sight)
    return history.opening, history.snapshots, nearest(history.checkpoints, epoch)


def trained(sight: Sight, lang: str, engine: ReaderEngine) -> bytes:
    """Of the epoch that is looked at, with the program."""
    return engine.submit(jobs.trained_file, *weights_of(sight), lang).result(PATIENCE)


def record(sight: Sight, engine: ReaderEngine) -> bytes:
    """Of all epochs so far."""
    history, _ = of_reader(sight)
    return engine.submit(jobs.record_file, history).result(PATIENCE)


def of_reader(sight: Sight) -> tuple[History, int]:
    """The run as it is now, and the epoch."""
    assert sight.live is not None
    run = sight.live.wait_for(0, PATIENCE).shown
    if run.history is None:
        raise LabError(*run.problems)
    return run.history, cursor.cursor_of(sight.cursor, run, run.history).epoch


def open_weights(content: bytes) -> tuple[Problem, ...]:
    """A file of weights was dropped: show its run, or say what is wrong with it and change nothing."""
    try:
        history = workers().submit(jobs.open_weights, content).result(PATIENCE)
    except Exception as error:
        return failure_of(error)
    form_state.fill(history.experiment)
    current_run.open_brought(history)
    return ()
