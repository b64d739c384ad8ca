"""What is seen of a module that was built and run: values that travel from the worker to the page."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.records.opening import TensorShape
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class TensorLook(ShortRepr):
    """One tensor of a module that was built and run."""

    name: str  # torch's own: input, h_0, output, weight_ih_l0_reverse …
    role: Literal["input", "state", "output", "weight", "bias"]
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    count: int  # numel
    values: np.ndarray | None  # float32, of small tensors
    parts: tuple[str, ...] = ()  # gates stacked along the first axis


@dataclass(frozen=True, repr=False)
class Readout(ShortRepr):
    """Where the output holds what h_n holds: found by comparing numbers."""

    equal: np.ndarray  # bool [layer x direction, step, direction]: h_n[k] is that half of the output, in every sequence
    sees_others: tuple[bool, ...]  # per direction: do the other tokens change its half of the output at the last step?
    top_alone: float | None  # how far the last layer alone, over the output of those below, is from the output; None
    # where there is a single layer, or where dropout stands between


@dataclass(frozen=True, repr=False)
class StepLook(ShortRepr):
    """One step: of a cell all that goes in and comes out, of a layer its output. Values only where they are few."""

    step: int
    tensors: tuple[TensorLook, ...]


@dataclass(frozen=True, repr=False)
class LayerLook(ShortRepr):
    """What a module holds, and what it did with one input."""

    setting: LayerSpec
    tensors: tuple[TensorLook, ...]  # what goes in and comes out
    weights: tuple[tuple[TensorLook, ...], ...]  # of each layer and direction
    parameters: int  # numel of the whole module, asked of the module
    steps: tuple[StepLook, ...]  # the first and the last ones
    readout: Readout | None  # of a layer


@dataclass(frozen=True, repr=False)
class PresetModel(ShortRepr):
    """The model of a preset, built larger than the preset trains it, and what one pass through it was like."""

    experiment: Experiment  # of the model
    stages: tuple[TensorShape, ...]  # of a training pass, in the order of computing
    parameters: int
