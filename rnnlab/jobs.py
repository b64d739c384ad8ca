"""What the web process may ask of a worker.

Functions travel to workers by name, and the web process has no torch: so each imports its module when it runs.
"""

from typing import TYPE_CHECKING

from rnnlab.bigrams import Line
from rnnlab.cutting import Cut
from rnnlab.experiment import Experiment
from rnnlab.generation import Generation, Settings
from rnnlab.gradients import Check, OverEpochs, Parameter, ThroughTime
from rnnlab.history import Checkpoint, Chunk, History, State
from rnnlab.layerlooks import LayerLook, ModelLook
from rnnlab.layersetting import LayerSetting
from rnnlab.mismatch import Shape, Trial
from rnnlab.reach import Reach
from rnnlab.rowlooks import DataLook
from rnnlab.textlooks import Neighbour, Packing, Plane, Reading
from rnnlab.trace import Edit, Look, Way
from rnnlab.units import Activations, Shown

if TYPE_CHECKING:  # which imports this module
    from rnnlab.race import Leg, Start


def start(experiment: Experiment) -> tuple[State, History]:
    from rnnlab import training

    return training.start(experiment)


def advance(state: State, budget: float, epochs: int | None = None) -> tuple[State, Chunk]:
    from rnnlab import training

    return training.advance(state, budget, epochs)


def race_start(experiment: Experiment, like: Experiment | None) -> tuple[State, "Start"]:
    from rnnlab import racing

    return racing.start(experiment, like)


def race_on(state: State, budget: float) -> tuple[State, "Leg"]:
    from rnnlab import racing

    return racing.advance(state, budget)


def examples(experiment: Experiment) -> tuple[Line, ...]:
    from rnnlab import bigrams

    return bigrams.examples(experiment)


def layer(setting: LayerSetting) -> LayerLook:
    from rnnlab import layers

    return layers.look(setting)


def try_shape(setting: LayerSetting, x: Shape, state: Shape | None) -> Trial:
    from rnnlab import layers

    return layers.attempt(setting, x, state)


def architecture(name: str) -> ModelLook:
    from rnnlab import architectures

    return architectures.look(name)


def look(
    experiment: Experiment, weights: bytes, part: str, layer: int, direction: int, edits: tuple[Edit, ...] = ()
) -> Look:
    from rnnlab import tracing

    return tracing.look(experiment, weights, part, layer, direction, edits)


def ways(experiment: Experiment, weights: bytes, part: str) -> tuple[Way, ...]:
    from rnnlab import tracing

    return tracing.ways(experiment, weights, part)


def cuts(experiment: Experiment, whole: str, limit: int) -> dict[str, Cut]:
    from rnnlab import cutting

    return cutting.cuts_of(experiment, whole, limit)


def counts(experiment: Experiment, written: bool) -> dict[str, int]:
    from rnnlab import batching

    return batching.counts(experiment, written)


def nearest(weights: bytes, shape: tuple[int, int], specials: int, id: int, count: int) -> tuple[Neighbour, ...]:
    from rnnlab import embeddings

    return embeddings.nearest(weights, shape, specials, id, count)


def plane(shown: bytes, first: bytes, newest: bytes, shape: tuple[int, int], specials: int) -> Plane:
    from rnnlab import embeddings

    return embeddings.plane(shown, first, newest, shape, specials)


def reading(experiment: Experiment, epoch: int) -> Reading:
    from rnnlab import batching

    return batching.reading(experiment, epoch)


def dataset(experiment: Experiment, held: bool, first: int) -> DataLook:
    from rnnlab import dataset

    return dataset.look(experiment, held, first)


def first_batch(experiment: Experiment) -> tuple[int, int, int]:
    from rnnlab import batching

    return batching.first_batch(experiment)


def packing(experiment: Experiment, weights: bytes, start: int) -> Packing:
    from rnnlab import packing

    return packing.packing(experiment, weights, start)


def through_time(experiment: Experiment, weights: bytes, layer: int, direction: int) -> ThroughTime:
    from rnnlab import backward

    return backward.through_time(experiment, weights, layer, direction)


def over_epochs(
    experiment: Experiment, checkpoints: tuple[Checkpoint, ...], layer: int, direction: int, target: int
) -> OverEpochs:
    from rnnlab import backward

    return backward.over_epochs(experiment, checkpoints, layer, direction, target)


def parameters(experiment: Experiment) -> tuple[Parameter, ...]:
    from rnnlab import backward

    return backward.parameters(experiment)


def check(experiment: Experiment, weights: bytes, name: str, place: tuple[int, ...] | None) -> Check:
    from rnnlab import backward

    return backward.check(experiment, weights, name, place)


def reach(experiment: Experiment, weights: bytes) -> Reach:
    from rnnlab import readouts

    return readouts.reach(experiment, weights)


def samples(
    experiment: Experiment, checkpoints: tuple[Checkpoint, ...], prompt: str, settings: Settings
) -> tuple[Generation, ...]:
    from rnnlab import generating

    return generating.samples(experiment, checkpoints, prompt, settings)


def activations(
    experiment: Experiment, weights: bytes, part: str, layer: int, direction: int, state: Shown, text: str
) -> Activations:
    from rnnlab import activations

    return activations.activations(experiment, weights, part, layer, direction, state, text)
