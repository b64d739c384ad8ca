"""Figures about whole sequences that an encoder–decoder writes. Pure functions, no torch."""

import plotly.graph_objects as go

from rnnlab.figures.gradients import LEGEND, epoch_axis
from rnnlab.figures.style import BARE, MARGIN
from rnnlab.i18n import Translate
from rnnlab.records.history import History

CURVES = ("score", "forced", "free")  # fields of Held
DASHES = ("solid", "dash", "dot")
HUES = ("", "#d55e00", "#009e73")  # beside the theme's own: told apart by colour-blind eyes too, as the dashes are


def exact_figure(history: History, t: Translate) -> go.Figure:
    """Of the held-out pairs by recorded epoch: the share written right from the first token to the last, and the share
    of tokens that are right, given the true one before or written freely."""
    frames = [frame for frame in history.frames if frame.held is not None]
    names = {field: t(f"exact.{field}") for field in CURVES}
    curves = [
        go.Scatter(
            x=[frame.epoch for frame in frames],
            y=[getattr(frame.held, field) for frame in frames],
            name=names[field],
            mode="lines" if len(frames) > 1 else "markers",
            line={"width": 2, "dash": dash} | ({"color": hue} if hue else {}),
            marker={"color": hue} if hue else {},
            meta={} if hue else {"palette": "line"},
            hovertemplate=t("exact.hover") + "<extra></extra>",
        )
        for field, dash, hue in zip(CURVES, DASHES, HUES, strict=True)
    ]
    layout = {
        "margin": MARGIN | {"t": 30},
        "xaxis": epoch_axis(t, 0, max(history.experiment.epochs, 2)),
        "yaxis": {"title": {"text": t("exact.axis")}, "range": [-0.03, 1.05], "tickformat": ".0%"},
        "showlegend": True,
        "legend": LEGEND,
        "dragmode": False,
    }
    return go.Figure(curves, BARE | layout)
