"""What a classifier says of the same lines, read alone, padded and packed."""

import numpy as np
import streamlit as st

from rnnlab.experiment import Experiment
from rnnlab.figures import text
from rnnlab.i18n import Translate, percent, visible
from rnnlab.records.text import Packing


def render(e: Experiment, seen: Packing, t: Translate) -> None:
    """What the model says of each line, by the way in which it was read."""

    def verdict(way: str, row: int) -> str:
        chances = seen.probabilities[way][row]
        label = visible(seen.labels[int(chances.argmax())])
        return f"{label}  {percent(chances.max())}  ({seen.log_odds[way][row]:+.2f})"

    rows = range(len(seen.numbers))
    columns = {
        t("final.line"): list(seen.numbers),
        t("padded.length"): seen.lengths,
        t("verdicts.right"): [visible(seen.labels[id]) for id in seen.right],
        **{t(f"final.way.{way}"): [verdict(way, row) for row in rows] for way in text.WAYS},
    }
    st.dataframe(columns, hide_index=True, key="text-verdicts")
    alone = seen.probabilities["alone"]
    moved, turned = (
        np.abs(seen.probabilities["padded"] - alone),
        seen.probabilities["padded"].argmax(1) != alone.argmax(1),
    )
    values = {"turned": int(turned.sum()), "lines": len(rows), "most": percent(moved.max())}
    st.markdown(t("verdicts.padded", **values, packed=f"{np.abs(seen.probabilities['packed'] - alone).max():.0e}"))
    apart = {way: f"{np.abs(seen.log_odds[way] - seen.log_odds['alone']).max():.2g}" for way in ("padded", "packed")}
    st.markdown(t("verdicts.odds", **apart))
    st.caption(t("verdicts.trained.packed" if e.packed else "verdicts.trained.padded"))
