"""The text as torch's Dataset and DataLoader, in programs that a reader can take away, beside what they give."""

from collections.abc import Sequence

import streamlit as st

from pages.components.table.table import Cell, TableView, number, tables, text, token
from pages.shell.ask_worker import ask_worker
from pages.shell.form.form_state import form_experiment, note_untrained
from pages.shell.panel import listing, panel
from pages.shell.run.run_view import RunView
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.explain.programs import loader as programs
from rnnlab.i18n import Translate, percent
from rnnlab.records.text import NUMBERED, LoaderLook, ShownBatch

ROWS = 8  # sequences of a batch that are shown
STEPS = 12  # tokens of each
ITEM = 8  # ids of a window that are shown
TALL = 680  # pixels of the program: its class and its loader are to be seen at once


def render(view: RunView) -> None:
    e, t = form_experiment(view.run), view.t
    note_untrained(view.run, t)
    seen = ask_worker(jobs.data_loader, e)
    if seen is None:
        return
    with panel("dataset", t):
        code, found = st.columns([3, 2], gap="medium")
        with code:
            render_program(e, seen, t)
        with found:
            render_items(e, seen, t)
    with panel("endless", t):
        code, found = st.columns([3, 2], gap="medium")
        with code:
            listing(programs.endless_program(seen.endless))
        with found:
            render_endless(seen, t)
    left, right = st.columns(2, gap="small")
    with left, panel("droplast", t):
        render_dropping(e, seen, t)
    with right, panel("padto", t):
        render_padding(e, seen, t)


def render_program(e: Experiment, seen: LoaderLook, t: Translate) -> None:
    source = seen.source
    shown = programs.lines_shown(source)
    listing(programs.dataset_program(e, source), tall=TALL)
    if shown == source.count:
        return
    st.caption(t("dataset.first", shown=shown, count=f"{source.count:,}"))
    whole = [programs.dataset_program(e, source, whole=True), programs.padding_program(e, source, whole=True)]
    st.download_button(
        t("dataset.whole"),
        "\n\n".join(whole) + "\n",
        "dataset.py",
        "text/x-python",
        key="dataset_whole",
        on_click="ignore",
    )


def render_items(e: Experiment, seen: LoaderLook, t: Translate) -> None:
    """What the Dataset says, and the first batches of its DataLoader."""
    st.markdown(t("dataset.gives", count=f"{seen.count:,}"))
    st.code(programs.items_said(e, seen.count, seen.first), language="python", wrap_lines=True)
    st.markdown(t("dataset.batches", batches=f"{seen.batch_counts[0]:,}"))
    tables("text-loader", [batch_table(place, one, seen, t) for place, one in enumerate(seen.batches, 1)], "tokens")
    st.caption(t("dataset.table"))
    if e.shuffle:
        st.markdown(t("dataset.orders", seed=e.seed, lab=numbers(seen.order), other=numbers(seen.other_order)))


def numbers(order: Sequence[int]) -> str:
    return " ".join(map(str, order)) + (" …" if len(order) == NUMBERED else "")


def batch_table(place: int, batch: ShownBatch, seen: LoaderLook, t: Translate) -> TableView:
    """x, and after an arrow y where that is one answer for all of x; of a long or large batch the beginning."""
    steps = len(batch.ids[0])
    rows = []
    for index, ids, length, targets in list(zip(batch.numbers, batch.ids, batch.lengths, batch.targets, strict=True))[
        :ROWS
    ]:
        cells = [
            token(seen.tokens[id], str(id), "" if step < length else "padding") for step, id in enumerate(ids[:STEPS])
        ]
        more = [token("…", tone="aside")] if steps > STEPS else []
        label = [token(seen.classes[targets[0]], str(targets[0]), "target")] if len(targets) == 1 else []
        rows.append([token(str(index)), *cells, *more, *label])
    if len(batch.ids) > ROWS:
        rows.append([token("…"), token("…", tone="aside")])
    title = t("dataset.batch", number=place, rows=len(batch.ids), steps=steps)
    return TableView(title, rows, named_rows=True, titled=True)


# The loop that never ends


def render_endless(seen: LoaderLook, t: Translate) -> None:
    found = seen.endless
    st.markdown(t("endless.found", length=found.length, taken=f"{found.taken:,}"))
    last = (found.taken - 1, found.last)
    rows = [item_row(place, item, found.window) for place, item in [*shortened(found.items), last]]
    rows.insert(-1, [token("…"), token("…", tone="aside")])
    tables("text-endless", [TableView(t("endless.table"), rows, named_rows=True, titled=True)], "tokens")
    st.markdown(t("endless.ends", mended=found.mended, loaded=found.loaded))


def item_row(place: int, item: tuple[Sequence[int], ...], window: int) -> list[Cell]:
    """x and y, with gaps for what a window lacks."""
    width = min(window, ITEM)
    x, y = ([token(str(id)) for id in ids[:width]] for ids in item)
    gaps = [token("", tone="missing")] * width
    return [token(f"{place:,}"), *(x + gaps)[:width], token("→", tone="aside"), *(y + gaps)[:width]]


def shortened(items: Sequence, most: int = 6) -> list[tuple[int, tuple]]:
    """Of many items the first two, and the last, where it becomes strange."""
    numbered = list(enumerate(items))
    return numbered if len(numbered) <= 2 * most else [*numbered[:2], *numbered[-most - 2 :]]


# Numbers


def render_dropping(e: Experiment, seen: LoaderLook, t: Translate) -> None:
    listing(programs.dropping_program(e, seen.count))
    kept, dropped = seen.batch_counts
    left = seen.count - dropped * e.batch
    names = [text("drop_last"), number(t("droplast.batches")), number(t("droplast.read")), number(t("droplast.left"))]
    rows = [
        [text("False"), number(kept), number(seen.count), number(0)],
        [text("True"), number(dropped), number(seen.count - left), number(left)],
    ]
    tables("text-droplast", [TableView(t("panel.droplast"), rows, names)], "lines")
    if not left:
        st.caption(t("droplast.even", count=f"{seen.count:,}", batch=e.batch))
    elif not dropped:
        st.caption(t("droplast.nothing", count=f"{seen.count:,}", batch=e.batch))
    else:
        st.caption(t("droplast.short", left=left, numbers=numbers(seen.left_out), batch=e.batch))


def render_padding(e: Experiment, seen: LoaderLook, t: Translate) -> None:
    listing(programs.padding_program(e, seen.source))
    if programs.lines_shown(seen.source) < seen.source.count:
        st.caption(t("padto.first", shown=programs.lines_shown(seen.source), count=f"{seen.source.count:,}"))
    names = {
        "batch": t("padto.batch"),
        "all": t("padto.all"),
        "max_length": t("padto.max_length", limit=e.max_length),
    }
    head = [text(t("padto.to")), number(t("padto.cells")), number(t("padto.filler")), number(t("padto.share"))]
    rows = []
    for name, filler in seen.padding.items():
        cells = seen.cells + filler
        rows.append([text(names[name]), number(cells), number(filler), number(percent(filler / cells))])
    tables("text-padto", [TableView(t("panel.padto"), rows, head)], "lines")
    st.caption(t("padto.none" if not seen.padding["all"] else "padto.lab"))
