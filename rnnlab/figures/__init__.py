"""Records as Plotly figures. Pure functions: the same record gives the same figure, in a page or a notebook."""

from rnnlab.figures.lines import loss_figure, rate_marks, score_figure
from rnnlab.figures.run import hidden_figure, hidden_frames, largest, scale_limit
from rnnlab.figures.style import tick

__all__ = [
    "hidden_figure",
    "hidden_frames",
    "largest",
    "loss_figure",
    "rate_marks",
    "scale_limit",
    "score_figure",
    "tick",
]
