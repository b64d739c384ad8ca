"""A run as a notebook has it."""

from math import nan
from typing import TYPE_CHECKING, Literal, get_args

import plotly.graph_objects as go

from rnnlab.figures import hidden_figure, loss_figure, score_figure
from rnnlab.figures.attention import attention_figure
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.library.card import card
from rnnlab.library.notebook import in_notebook, recorded_at, spoken
from rnnlab.records.history import Frame, History

if TYPE_CHECKING:
    import pandas as pd

Curve = Literal["loss", "score"]


class RunHistory(History):
    """All that was recorded of a run; it becomes a table and figures, and a notebook shows it as a card.

    Figures are Plotly's. They speak `lang`, "en" or "zh"; None: the shell's language, as on the command line. An
    `epoch` is one that was recorded, from 0, the untrained network, on; None: the newest. Every method raises
    `LabError`, with field, value, limit and remedy, for what it can't take.
    """

    def to_frame(self) -> "pd.DataFrame":
        """One row for each epoch, indexed by `epoch`, from 1 on.

        | column           | what it is, of the passes of that epoch, so from before its updates                  |
        |------------------|--------------------------------------------------------------------------------------|
        | loss             | of a target, in nats, their mean or sum as `Experiment.loss` says; of numbers squared |
        |                  | error, in squared standard deviations                                                |
        | accuracy         | share of targets predicted right, 0 to 1; nan where numbers are predicted            |
        | norm             | largest gradient norm of the epoch's steps, before clipping                          |
        | rate             | learning rate                                                                        |
        | targets          | how many targets these are                                                           |
        | held_out_loss    | after that epoch, on lines that are only tested on: mean loss of a target            |
        | held_out_score   | and share that is right, 0 to 1: of tokens or lines, of whole sequences where the    |
        |                  | network writes freely                                                                |
        | held_out_forced_accuracy, held_out_free_accuracy | where it does: share of tokens that are right if each |
        |                  | is given the true one before, and if it is not                                       |

        The last ones are there where lines are held out, and nan at epochs that were not recorded.
        """
        import pandas as pd  # here, for it takes half a second, and most runs are not tabulated

        e, snapshots = self.experiment, self.snapshots
        columns: dict[str, list[float]] = {
            "loss": self.losses,
            "accuracy": [snapshot.accuracy for snapshot in snapshots],
            "norm": [snapshot.norm for snapshot in snapshots],
            "rate": [e.rate_after(snapshot.epoch - 1) for snapshot in snapshots],
            "targets": [snapshot.targets for snapshot in snapshots],
        }
        if self.opening.held_out_count:
            tested = {frame.epoch: frame.held_out for frame in self.frames}
            writes = self.opening.parts[-1].name == "decoder"
            for name in ("loss", "score", *(("forced_accuracy", "free_accuracy") if writes else ())):
                found = (tested.get(snapshot.epoch) for snapshot in snapshots)
                columns[f"held_out_{name}"] = [getattr(one, name) if one else nan for one in found]
        return pd.DataFrame(columns, pd.Index([snapshot.epoch for snapshot in snapshots], name="epoch"))

    def plot(self, curve: Curve = "loss", lang: str | None = None) -> go.Figure:
        """By epoch the mean `loss` of a target, or the `score`: the share of right answers, from 0 to 1. Both in
        training, and on held-out lines where there are any; with what giving always the same answer would reach."""
        t = spoken(lang)
        if curve not in get_args(Curve):
            raise LabError(Problem("no_curve", "", {"value": shorten(curve), "choices": ", ".join(get_args(Curve))}))
        if curve == "score" and self.opening.column is not None:
            raise LabError(Problem("no_score", "task", {"value": self.experiment.task}))
        return in_notebook(score_figure(self, t) if curve == "score" else loss_figure(self, t))

    def plot_hidden(self, epoch: int | None = None, lang: str | None = None) -> go.Figure:
        """The hidden state of every unit at every step of the line that is watched, after an epoch: [unit, step]."""
        return in_notebook(hidden_figure(self, self.frame(epoch), spoken(lang)))

    def plot_attention(self, epoch: int | None = None, lang: str | None = None) -> go.Figure:
        """How much each step of the source counts for each of the target, after an epoch: [target, source], rows sum to
        1. Of a network with attention."""
        if self.experiment.attention == "none":
            raise LabError(Problem("no_attention", "attention", {"value": self.experiment.attention}))
        return in_notebook(attention_figure(self, self.frame(epoch), spoken(lang)))

    def frame(self, epoch: int | None = None) -> Frame:
        """What the network did with the watched line after an epoch."""
        return recorded_at(self.frames, epoch, self.opening.frame_interval)

    def _repr_html_(self) -> str:
        return card(self, spoken(None))
