"""What the lab knows of a reader at one moment: all that a lesson's answers and done-conditions are functions of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from rnnlab.analysis.shape_errors import Trial
from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.races.race import Race
from rnnlab.records.generation import Settings
from rnnlab.records.gradients import Check
from rnnlab.records.history import Checkpoint, Frame, History, nearest
from rnnlab.records.opening import Opening
from rnnlab.records.trace import Intervention


@lru_cache(maxsize=12)  # as many as a page keeps: an answer is only read
def at_once(job: Callable[..., Any], *args: Any) -> Any:
    """Asks for a job where there is no worker to wait for."""
    return job(*args)


@dataclass(frozen=True)
class Look:
    page: str  # the one that is shown
    history: History | None  # of the run that is shown; None until it is open
    form: Experiment | None  # what the form says; None where that can't be used
    epoch: int = 0  # where the reader looks in the run
    step: int | None = None
    opened: Opening | None = None  # of the run that the lesson opened last, which the reader may have changed since
    # By the ids of the lesson's steps, what was trained there to its end. Who comes by a link has none of it.
    earlier: Mapping[str, History] = field(default_factory=dict)
    others: Mapping[str, History] = field(default_factory=dict)  # by cell: the same experiment, on the page Gradients
    interventions: tuple[Intervention, ...] = ()
    layer: LayerSpec | None = None  # the module on the page Shapes
    trial: Trial | None = None  # the newest shape that was tried on it
    check: Check | None = None  # the newest weight whose gradient was checked
    race: Race | None = None
    rules: tuple[int, ...] = ()  # on the page History, those that fit what was typed, counted from 1; the first replies
    typed: str = ""  # on the page Units, the text that the reader has typed there
    writing: tuple[str, Settings] | None = None  # on the page Generate, the prompt, and how it goes on
    lesson_texts: frozenset[str] = frozenset()  # with which the lesson's examples open
    ask: Callable[..., Any] = at_once  # a job and its arguments: the answer, None while it is not there yet

    @property
    def experiment(self) -> Experiment:
        """Of the run."""
        return self.opening.experiment

    @property
    def opening(self) -> Opening:
        assert self.history is not None
        return self.history.opening

    @property
    def trained(self) -> bool:
        """Whether the run has come to its end."""
        return self.history is not None and self.history.ended == "epochs"

    @property
    def epochs(self) -> int:
        """Epochs trained so far."""
        return self.history.epoch if self.history else 0

    @property
    def newest(self) -> Frame:
        assert self.history is not None
        return self.history.frames[-1]

    @property
    def checkpoint(self) -> Checkpoint:
        """The recorded weights nearest to where the reader looks."""
        assert self.history is not None
        return nearest(self.history.checkpoints, self.epoch)

    def all_right(self, frame: Frame) -> bool:
        """Whether all that was asked for of the probe was predicted right."""
        return bool(np.array_equal(frame.top_classes[:, 0], np.array(self.opening.targets)))
