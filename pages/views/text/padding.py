"""What a classifier says of the same lines, read alone, padded and packed."""

import numpy as np
import streamlit as st

from pages.components.table import table
from pages.components.table.table import Cell
from rnnlab.experiment import Experiment
from rnnlab.figures import text
from rnnlab.i18n import Translate, percent, significant
from rnnlab.records.text import Packing


def render(e: Experiment, seen: Packing, t: Translate) -> None:
    """What the model says of each line, by the way in which it was read."""

    def verdict(way: str, row: int) -> Cell:
        chances = seen.probabilities[way][row]
        label = seen.labels[int(chances.argmax())]
        odds = f"{seen.log_odds[way][row]:+z.2f}".replace("-", "−")
        return table.text(f"{label}  {percent(chances.max())}  ({odds})")

    rows = [
        [
            table.number(line),
            table.number(int(seen.lengths[row])),
            table.text(seen.labels[seen.right[row]]),
            *(verdict(way, row) for way in text.WAYS),
        ]
        for row, line in enumerate(seen.numbers)
    ]
    names = [t("verdicts.right"), *(t(f"final.way.{way}") for way in text.WAYS)]
    head = [table.number(t("final.line")), table.number(t("padded.length")), *map(table.text, names)]
    table.tables("text-verdicts", [table.TableView(t("panel.verdicts"), rows, head)], "framed")
    alone = seen.probabilities["alone"]
    moved, turned = (
        np.abs(seen.probabilities["padded"] - alone),
        seen.probabilities["padded"].argmax(1) != alone.argmax(1),
    )
    values = {"turned": int(turned.sum()), "lines": len(rows), "most": percent(moved.max()).removesuffix("%")}
    st.markdown(
        t("verdicts.padded", **values, packed=significant(100 * np.abs(seen.probabilities["packed"] - alone).max(), 2))
    )
    apart = {
        way: significant(np.abs(seen.log_odds[way] - seen.log_odds["alone"]).max(), 2) for way in ("padded", "packed")
    }
    st.markdown(t("verdicts.odds", **apart))
    st.caption(t("verdicts.trained.packed" if e.packed else "verdicts.trained.padded"))
