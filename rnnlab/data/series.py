"""The data of the task `series`: one column of numbers, standardised, in windows; its end is only tested on."""

from math import nan

import numpy as np
import torch

from rnnlab.data.batches import NO_TARGET, Data, Pair
from rnnlab.data.next_token import check_sizes, cut
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem
from rnnlab.records.opening import NumberColumn, Part
from rnnlab.text import Vocabulary
from rnnlab.text.numbers import typed_numbers

STEPS = 40  # that are watched one by one


def series_data(experiment: Experiment) -> Data:
    """Each number with the next one as its target. The beginning of the column is trained on, whole or in windows; its
    end, never shuffled into that, is predicted by a network that has read all before it. Raises LabError where the text
    is no such column, or too short."""
    e, read = experiment, typed_numbers(experiment)
    numbers = torch.tensor(read.numbers, dtype=torch.float64)
    mean, deviation = numbers[: read.trained].mean(), numbers[: read.trained].std(correction=0)
    if not deviation > 0:  # numbers that differ by less than double precision can tell
        raise LabError(Problem("numbers_alike", "text", {"value": read.written[0]}))
    standard = [shortest(z) for z in ((numbers - mean) / deviation).float().numpy()]
    known = tuple(standard[: read.trained])
    pairs = [Pair(list(inputs), list(targets)) for inputs, targets in cut(known[:-1], known[1:], e)]
    check_sizes(e, pairs, 0)
    tested = standard[read.trained - 1 :] if read.trained < len(standard) else []
    column = NumberColumn(
        numbers=read.numbers,
        standard=tuple(standard),
        trained=read.trained,
        mean=mean.item(),
        deviation=deviation.item(),
        repeat_loss=float(np.mean([squares(pair.inputs, pair.targets) for pair in pairs])),
        held_repeat_loss=float(squares(tested[:-1], tested[1:]).mean()) if tested else nan,
    )
    shown = read.written[: STEPS + 1]
    steps = len(shown) - 1
    long = steps < len(standard) - 1
    notes = (Problem("series_cut", "text", {"value": len(standard), "limit": steps}),) if long else ()
    nothing = Vocabulary(())
    return Data(
        vocabulary=nothing,
        classes=nothing,
        pairs=pairs,
        probe=Pair(standard[:steps], standard[1 : steps + 1]),
        probe_tokens=shown,
        probe_row=None,
        notes=notes,
        step_targets=(NO_TARGET,) * steps,
        parts=(Part("network", 0, steps),),
        column=column,
    )


def shortest(value: np.float32) -> float:
    """The same in single precision, in as few digits as tell it from its neighbours: programs write it out."""
    return float(str(value))


def squares(said: list[float], true: list[float]) -> np.ndarray:
    return (np.array(said) - np.array(true)) ** 2
