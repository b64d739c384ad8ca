"""What a notebook needs besides what a page has: a language, a template, an epoch that was recorded."""

import locale
from collections.abc import Sequence
from numbers import Real
from typing import Any

import plotly.graph_objects as go

from rnnlab.i18n import LANGUAGES, LabError, Problem, Translate, first_language, shorten, translator
from rnnlab.records.history import Recorded, nearest

TEMPLATE = "plotly_white"


def spoken(lang: str | None) -> Translate:
    """What speaks this language; None: the shell's, as on the command line. Raises LabError where it speaks neither."""
    chosen = lang or first_language(locale.getlocale()[0])
    if chosen not in LANGUAGES:
        raise LabError(Problem("language", "", {"value": shorten(lang), "choices": ", ".join(LANGUAGES)}))
    return translator(chosen)


def in_notebook(figure: go.Figure) -> go.Figure:
    """The figure with what a page adds by itself: a template, and labels for each row of a heatmap."""
    figure.for_each_trace(repeat_labels, {"type": "heatmap"})
    return figure.update_layout(template=TEMPLATE)


def repeat_labels(heat: Any) -> None:
    if heat.customdata is not None and len(heat.customdata) == 1:
        heat.customdata = [heat.customdata[0]] * len(heat.z)


def recorded_at(recorded: Sequence[Recorded], epoch: int | None, every: int) -> Recorded:
    """What was recorded at an epoch; None: the newest. Raises LabError where nothing was."""
    if epoch is None:
        return recorded[-1]
    found = next((one for one in recorded if one.epoch == epoch), None)
    if found is None:
        closest = nearest(recorded, epoch).epoch if isinstance(epoch, Real) else recorded[-1].epoch
        values = {"value": shorten(epoch), "limit": recorded[-1].epoch, "every": every, "nearest": closest}
        raise LabError(Problem("epoch_not_recorded", "", values))
    return found
