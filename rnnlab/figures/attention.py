"""Where a decoder looks while it writes, as a Plotly heatmap. A pure function."""

import plotly.graph_objects as go

from rnnlab.analysis.seq2seq_frames import source_of, target_of
from rnnlab.figures.style import BARE, MARGIN, heatmap_axis, tick
from rnnlab.i18n import Translate
from rnnlab.records.history import Frame, History

SHADES = [[0.0, "#f7fbff"], [0.5, "#6baed6"], [1.0, "#08306b"]]
WRITTEN = 12  # steps either way whose cells have room for a number


def attention_figure(history: History, frame: Frame, t: Translate) -> go.Figure:
    """Weights [target, source] over the probe: what each written token looks at; a row sums to 1. The decoder is given
    the true target; where nobody has said what that is, it writes by itself."""
    o, target = history.opening, target_of(history.opening)
    weights = frame.task_arrays["weights" if target else "free_weights"]
    across = [tick(token) for token in source_of(o)]
    down = [tick(o.classes[id]) for id in target or frame.task_arrays["free"].tolist()]
    heat = go.Heatmap(
        z=weights,
        customdata=[[f"{one} ← {other}" for other in across] for one in down],
        zmin=0,
        zmax=1,
        colorscale=SHADES,
        xgap=1,
        ygap=1,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%", "nticks": 4},
        hovertemplate="%{customdata}: %{z:.3f}<extra></extra>",
        texttemplate="%{z:.2f}" if max(weights.shape) <= WRITTEN else None,
    )
    rows = t("alignment.target_forced") if target else t("alignment.target_free")
    columns = {"tickvals": list(range(len(across))), "ticktext": across, "title": {"text": t("alignment.source")}}
    lines = {"tickvals": list(range(len(down))), "ticktext": down, "title": {"text": rows}, "autorange": "reversed"}
    layout = {"xaxis": heatmap_axis(columns), "yaxis": heatmap_axis(lines), "dragmode": False}
    return go.Figure(heat, {**BARE, "margin": MARGIN, **layout})
