"""What several lessons ask of a run."""

import numpy as np

from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.lessons.look import Look
from rnnlab.records.trace import Intervention, TraceResult, top_place


def nearest(options: tuple[str, ...], value: float) -> str:
    """Of options that are numbers, the one that a number is nearest to."""
    return min(options, key=lambda option: abs(float(option) - value))


def id_of(look: Look, token: str) -> int | None:
    """The id of a token; None where the run's vocabulary has none of it."""
    vocabulary = look.opening.vocabulary
    return vocabulary.index(token) if token in vocabulary else None


def first_epoch_all_right(look: Look) -> int | None:
    """The first recorded epoch at which all that the probe asks for is predicted right."""
    assert look.history is not None
    return next((frame.epoch for frame in look.history.frames if look.all_right(frame)), None)


def changed_steps(original: np.ndarray, changed: np.ndarray, least: float = 1e-6) -> list[int]:
    """The steps at which any unit of two traces [step, unit] differs."""
    return [int(step) for step in np.flatnonzero(np.abs(changed - original).max(axis=1) > least)]


def traced(look: Look, *edits: Intervention, line: int | None = None) -> TraceResult | None:
    """What the network as it is now does with the line shown, or with another one, counted from 1; with these edits."""
    assert look.history is not None
    e = look.experiment if line is None else Experiment(**{**look.experiment.model_dump(), "probe": line})
    return look.ask(jobs.trace, e, look.history.checkpoints[-1].weights, top_place(look.opening), edits)
