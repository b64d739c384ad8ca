"""Lines of different lengths as one padded batch, and the same batch packed."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.table.table import TableView, number, tables, token
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel, program_place
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.views.text import packed_batch, padding
from pages.views.text.tables import COLUMNS
from rnnlab.cells import CELLS
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.figures import text
from rnnlab.i18n import Translate, percent, significant
from rnnlab.records.text import LINES, Packing

EQUAL = 1e-5  # two float32 states nearer than this are the same but for rounding


def render(view: RunView) -> None:
    o, t = view.opening, view.t
    start = 1
    if o.sequences > LINES:
        start = st.number_input(t("padded.from", lines=LINES), 1, o.sequences, step=LINES, key="text_lines", width=280)
    if view.going:
        st.caption(t("padded.going"))
        return
    seen = ask_worker(jobs.packing, view.experiment, view.checkpoint.weights, min(start, o.sequences))
    if seen is None:
        return
    e = view.experiment
    with panel("padded", t, code=programs.code("padded", e), goes_on=program_place(t)):
        render_padded(seen, t)
    with panel("packed-batch", t, code=programs.code("packed-batch", e), goes_on=program_place(t)):
        render_packed(seen, t)
    with panel("final", t):
        if len(o.parts) > 1:
            st.caption(t("final.encoder"))
        render_final(view, seen)
    if seen.labels:
        with panel("verdicts", t):
            padding.render(view.experiment, seen, t)


def render_padded(seen: Packing, t: Translate) -> None:
    """The batch as a grid of tokens, its mask, and its lengths."""
    steps = min(seen.ids.shape[1], COLUMNS)
    head = [token(""), *(token(str(step)) for step in range(1, steps + 1))]
    tokens, mask = [], []
    for line, ids, real, length in zip(seen.numbers, seen.ids, seen.mask, seen.lengths, strict=True):
        cells = [
            token(seen.tokens[int(id)], str(id), "" if there else "padding")
            for id, there in zip(ids[:steps], real[:steps], strict=True)
        ]
        name = token(str(line))
        tokens.append([name, *cells, token(str(length), tone="aside")])
        mask.append([name, *(token(str(int(there)), tone="" if there else "padding") for there in real[:steps])])
    title = t("padded.ids", rows=len(seen.ids), steps=seen.ids.shape[1])
    shown = [(title, tokens, [*head, token(t("padded.length"))]), (t("padded.mask"), mask, head)]
    tables("text-padded", [TableView(*one, named_rows=True, titled=True) for one in shown], "tokens")
    filler, places = int((~seen.mask).sum()), seen.mask.size
    if filler:
        st.caption(t("padded.share", filler=f"{filler:,}", places=f"{places:,}", share=percent(filler / places)))
    else:
        st.caption(t("padded.none"))
    if seen.ids.shape[1] > COLUMNS:
        st.caption(t("windows.columns", limit=COLUMNS))


def render_packed(seen: Packing, t: Translate) -> None:
    """Which cell of the padded batch goes where: from the real PackedSequence."""
    steps = min(len(seen.batch_sizes), COLUMNS)
    rows = [
        {
            "index": int(index),
            "tokens": [
                seen.tokens[int(id)] if there else None
                for id, there in zip(seen.ids[index, :steps], seen.mask[index, :steps], strict=True)
            ],
        }
        for index in seen.sorted_indices
    ]
    ends = np.cumsum(seen.batch_sizes)[:steps]
    chunks = [
        [
            {"index": int(seen.origin[place, 0]), "token": seen.tokens[int(seen.data[place])]}
            for place in range(end - size, end)
        ]
        for end, size in zip(ends, seen.batch_sizes, strict=False)
    ]
    packed_batch.render("text-packed", rows, chunks, t)
    if len(seen.batch_sizes) > COLUMNS:
        st.caption(t("packed.columns", limit=COLUMNS))
    tensors = {
        "data": seen.data,
        "batch_sizes": seen.batch_sizes,
        "sorted_indices": seen.sorted_indices,
        "unsorted_indices": seen.unsorted_indices,
    }
    lines = [f"packed.{name:<17}# {list(value.shape)}: {listed(value)}" for name, value in tensors.items()]
    st.code("\n".join(lines), language="python", wrap_lines=True)


def listed(values: np.ndarray, most: int = 40) -> str:
    """A vector as Python writes it, long ones from their beginning."""
    shown = ", ".join(map(str, values[:most]))
    return f"[{shown}, …]" if len(values) > most else f"[{shown}]"


def render_final(view: RunView, seen: Packing) -> None:
    """The final hidden state of each line: alone, padded, packed."""
    t = view.t
    longest = int(seen.lengths.max())
    names = (t("final.line"), t("padded.length"), t("final.filler"), t("final.padded"), t("final.packed"))
    columns = (
        seen.numbers,
        map(int, seen.lengths),
        map(int, longest - seen.lengths),
        *([significant(value, 2) for value in seen.differences[way]] for way in ("padded", "packed")),
    )
    rows = [list(map(number, row)) for row in zip(*columns, strict=True)]
    tables("text-final", [TableView(t("panel.final"), rows, list(map(number, names)))], "framed")
    changed = int((seen.differences["padded"] > EQUAL).sum())
    worst = significant(seen.differences["packed"].max(), 2)
    if seen.differences["packed"].max() > EQUAL:
        st.error(t("final.wrong", worst=worst))
    elif changed:
        st.markdown(t("final.polluted", changed=changed, lines=len(seen.numbers), worst=worst))
    elif longest == seen.lengths.min():
        st.markdown(t("final.same", worst=worst))
    else:
        st.markdown(t("final.alike", worst=worst))
    figure = encode(text.states_figure(seen, t))
    run_chart.render_still(view, "final-states", Chart(figure, t("final.chart"), 110 + 26 * len(seen.numbers)))
    if view.experiment.impl == "cell" and CELLS[view.experiment.cell].in_torch:
        st.caption(t("final.cell"))
