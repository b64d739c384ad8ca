"""Experiments that are trained side by side, and compared."""

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import plotly.graph_objects as go

from rnnlab.engine import InProcess
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import VARIANTS, RacePlan
from rnnlab.figures.race import race_figure
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.library.card import table
from rnnlab.library.notebook import in_notebook, spoken
from rnnlab.races.race import Race, finished
from rnnlab.races.report import to_lines, variant_name
from rnnlab.races.standings import Measure, Standing, held_out, ranked, to_csv
from rnnlab.records.short_repr import ShortRepr

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class FinishedRace(ShortRepr):
    """A race that is over. Variants are the experiments it was given, counted from 0."""

    race: Race

    @property
    def standings(self) -> tuple[Standing, ...]:
        """All variants, the best first: by how far their scores on held-out lines are above what the most frequent
        answer alone would score there, and else by loss; medians over the seeds."""
        return ranked(self.race)

    @property
    def best(self) -> Experiment:
        """The best run of the best variant, to be run again with all that it records."""
        record = self.standings[0].best
        assert record is not None
        return record.experiment

    def to_frame(self) -> "pd.DataFrame":
        """One row for each run. `variant`, here counted from 1, then the fields that differ, `seed`, and

        | column                                  | what it is                                                     |
        |-----------------------------------------|----------------------------------------------------------------|
        | parameters, epochs                      | how many it learnt, and for how long                           |
        | loss, accuracy                          | of its last epoch's passes: as in `RunHistory.to_frame`        |
        | majority                                | accuracy of whoever always gives the most frequent answer      |
        | held_out_loss, held_out_score,          | the same on lines that are only tested on                      |
        | held_out_majority, held_out_above_majority |                                                             |
        | seconds, seconds_per_epoch              | of computing, in optimizer steps alone                         |
        | ended                                   | epochs: all done; time: it took too long; diverged             |
        """
        import pandas as pd  # here, as in `RunHistory.to_frame`

        return pd.read_csv(io.StringIO(to_csv(self.race)))

    def plot(self, measure: Measure = "loss", lang: str | None = None) -> go.Figure:
        """By epoch the training `loss`, the `accuracy` in training, or the `score` on held-out lines: a line for the
        median over the seeds of each variant, within a band from the first to the third quartile."""
        t = spoken(lang)
        known = [name for name in get_args(Measure) if name != "score" or held_out(self.race)]
        if self.race.plan.base.reads_numbers:
            known = ["loss"]
        if measure not in known:
            raise LabError(Problem("no_curve", "", {"value": shorten(measure), "choices": ", ".join(known)}))
        names = [variant_name(overrides) for overrides in self.race.plan.variants]
        return in_notebook(race_figure(self.race, names, measure, t))

    def __str__(self) -> str:
        return to_lines(self.race, spoken("en"))

    def _repr_html_(self) -> str:
        lines = to_lines(self.race, spoken(None)).split("\n")
        return table([[html.escape(part) for part in line.split("  ")] for line in lines])


def race(experiments: Sequence[Experiment], seeds: int, equal: bool) -> FinishedRace:
    return FinishedRace(finished(InProcess(), plan_of(experiments, seeds, equal)))


def plan_of(experiments: Sequence[Experiment], seeds: int, equal: bool) -> RacePlan:
    """The first experiment, and in which fields any of them differ. Raises LabError where these may not differ."""
    if not experiments:
        raise LabError(Problem("race_variants", "", {"value": 0, "low": VARIANTS[0], "high": VARIANTS[1]}))
    fields = [one.model_dump(exclude={"preset"}) for one in experiments]
    differing = [name for name in fields[0] if any(one[name] != fields[0][name] for one in fields)]
    variants = tuple(tuple((name, one[name]) for name in differing) for one in fields)
    return RacePlan(experiments[0], variants, seeds, equal)
