"""The sequences of a text, and the batches that training takes them in."""

import streamlit as st

from pages.components.table.table import TableView, tables, token
from pages.shell.ask_worker import ask_worker
from pages.shell.form.form_state import form_experiment, note_untrained
from pages.shell.panel import panel
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.text.tables import COLUMNS
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.explain.programs import shuffling
from rnnlab.i18n import Translate
from rnnlab.records.text import EPOCHS, BatchOrder, Reading

CELLS = 96  # tokens of x that are drawn, of all sequences together
ROUNDING = 1e-12
NUMBERS = 32  # sequences of a batch that are listed


def render(view: RunView) -> None:
    e, t = form_experiment(view.run), view.t
    note_untrained(view.run, t)
    epoch = min(int(session.get("batch_epoch", 1)), last_epoch(e))
    seen = ask_worker(jobs.epoch_batches, e, epoch)
    if seen is None:
        return
    with panel("windows", t):
        render_windows(e, seen, t)
    with panel("batches", t, code=shuffling(e, seen.count, epoch)):
        render_batches(e, seen, t)


def last_epoch(e: Experiment) -> int:
    return min(e.epochs, EPOCHS)


def render_windows(e: Experiment, seen: Reading, t: Translate) -> None:
    """x above y, y where its tokens stand in the text: one place further on, if the next token is the target."""
    shift = 1 if seen.target_kind == "next" else 0
    shown: list[TableView] = []
    for sequence in seen.sequences:
        if len(shown) * min(len(sequence.inputs), COLUMNS) > CELLS:
            break
        rows = []
        for name, ids, tokens in (("x", sequence.inputs, seen.tokens), ("y", sequence.targets, seen.classes)):
            tone = "target" if name == "y" else ""
            cells = [token(tokens[id], below(id), tone) for id in ids[:COLUMNS]]
            before = [token("", tone="aside")] * shift if name == "y" else []
            more = [token("…", tone="aside")] if len(ids) > COLUMNS else []
            rows.append([token(name), *before, *cells, *more])
        shown.append(TableView(t("windows.number", number=sequence.number), rows, named_rows=True, titled=True))
    if e.window:
        st.markdown(t("windows.count", count=f"{seen.count:,}", window=e.window, stride=e.stride))
    else:
        st.markdown(t("windows.lines", count=f"{seen.count:,}"))
    tables("text-windows", shown, "tokens")
    table = t("windows.numbers") if e.reads_numbers else t("windows.table")
    st.caption(t(f"windows.asks.{seen.target_kind}") + " " + table)
    if seen.held_out_count:
        st.caption(t("windows.held", count=f"{seen.held_out_count:,}"))
    if seen.count > len(shown):
        st.caption(t("windows.first", shown=len(shown), count=f"{seen.count:,}"))
    if any(len(sequence.inputs) > COLUMNS for sequence in seen.sequences):
        st.caption(t("windows.columns", limit=COLUMNS))


def below(id: float) -> str:
    """An id, or a standardised number, of which one that is as good as 0 is 0."""
    return f"{id:.4g}" if abs(id) > ROUNDING else "0"


def render_batches(e: Experiment, seen: Reading, t: Translate) -> None:
    """The same sequences as written and shuffled; which of the two training takes."""
    st.number_input(
        t("batches.epoch"), 1, last_epoch(e), key="batch_epoch", width=220, help=t("batches.epoch.help", limit=EPOCHS)
    )
    used = t("batches.used")
    written = t("batches.written") + (used if not e.shuffle else "")
    shuffled = t("batches.shuffled", seed=e.seed) + (used if e.shuffle else "")
    shown = [order(written, seen.as_written, seen, e, t), order(shuffled, seen.shuffled, seen, e, t)]
    tables("text-batches", shown, "tokens")
    values = {"count": f"{seen.count:,}", "batch": e.batch, "batches": f"{seen.batches:,}"}
    st.markdown(
        t("batches.short", short=seen.last_batch_size, **values)
        if seen.last_batch_size
        else t("batches.even", **values)
    )


def order(title: str, found: BatchOrder, seen: Reading, e: Experiment, t: Translate) -> TableView:
    """One epoch's batches as a table, a batch a row."""
    rows = []
    last = len(found.batches) - 1
    for place, numbers in enumerate(found.batches):
        if place == last and found.left_out:
            rows.append([token("…"), token("…", tone="aside")])
        cells = [token(str(number)) for number in numbers[:NUMBERS]]
        if len(numbers) > NUMBERS:
            cells.append(token("…", str(len(numbers)), "aside"))
        elif len(found.batches) > 1:
            cells += [token("", tone="missing")] * (
                min(e.batch, NUMBERS) - len(cells)
            )  # what the short last batch lacks
        name = t("batches.batch", number=seen.batches if place == last else place + 1)
        rows.append([token(name), *cells])
    return TableView(title, rows, named_rows=True, titled=True)
