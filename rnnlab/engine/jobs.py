"""What the web process may ask of a worker.

Functions travel to workers by name, and the web process has no torch: so each imports its module when it runs.
"""

from typing import TYPE_CHECKING

from rnnlab.analysis.bigrams import Line
from rnnlab.analysis.shape_errors import Shape, Trial
from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.records.dataset import DataLook
from rnnlab.records.generation import Generation, Settings
from rnnlab.records.gradients import Check, OverEpochs, Parameter, ThroughTime
from rnnlab.records.history import Checkpoint, Chunk, History, Place, State
from rnnlab.records.layers import LayerLook, LessonModel
from rnnlab.records.readouts import Reach
from rnnlab.records.text import Neighbour, Packing, Plane, Reading
from rnnlab.records.trace import Implementation, Intervention, TraceResult
from rnnlab.records.units import Activations, Shown
from rnnlab.text.segmentation import Segmentation

if TYPE_CHECKING:  # which imports this module
    from rnnlab.records.race import RaceChunk, RaceOpening


def start(experiment: Experiment) -> tuple[State, History]:
    from rnnlab import training

    return training.start(experiment)


def advance(state: State, budget: float, epochs: int | None = None) -> tuple[State, Chunk]:
    from rnnlab import training

    return training.advance(state, budget, epochs)


def race_start(experiment: Experiment, like: Experiment | None) -> tuple[State, "RaceOpening"]:
    from rnnlab.training import race_slices

    return race_slices.start(experiment, like)


def race_on(state: State, budget: float) -> tuple[State, "RaceChunk"]:
    from rnnlab.training import race_slices

    return race_slices.advance(state, budget)


def examples(experiment: Experiment) -> tuple[Line, ...]:
    from rnnlab.analysis import bigrams

    return bigrams.examples(experiment)


def layer(setting: LayerSpec) -> LayerLook:
    from rnnlab.inspection import layers

    return layers.look(setting)


def try_shape(setting: LayerSpec, x: Shape, state: Shape | None) -> Trial:
    from rnnlab.inspection import layers

    return layers.attempt(setting, x, state)


def lesson_model(preset: str) -> LessonModel:
    from rnnlab.inspection import lesson_models

    return lesson_models.lesson_model(preset)


def trace(experiment: Experiment, weights: bytes, place: Place, edits: tuple[Intervention, ...] = ()) -> TraceResult:
    from rnnlab.inspection import trace

    return trace.trace(experiment, weights, place, edits)


def implementations(experiment: Experiment, weights: bytes, part: str) -> tuple[Implementation, ...]:
    from rnnlab.inspection import implementations

    return implementations.implementations(experiment, weights, part)


def cuts(experiment: Experiment, whole: str, limit: int) -> dict[str, Segmentation]:
    from rnnlab.text import segmentation

    return segmentation.segmentations(experiment, whole, limit)


def counts(experiment: Experiment, written: bool) -> dict[str, int]:
    from rnnlab.inspection import dataset

    return dataset.token_counts(experiment, written)


def nearest(weights: bytes, shape: tuple[int, int], specials: int, id: int, count: int) -> tuple[Neighbour, ...]:
    from rnnlab.inspection import embeddings

    return embeddings.nearest(weights, shape, specials, id, count)


def plane(shown: bytes, first: bytes, newest: bytes, shape: tuple[int, int], specials: int) -> Plane:
    from rnnlab.inspection import embeddings

    return embeddings.plane(shown, first, newest, shape, specials)


def reading(experiment: Experiment, epoch: int) -> Reading:
    from rnnlab.inspection import dataset

    return dataset.epoch_batches(experiment, epoch)


def dataset(experiment: Experiment, held: bool, first: int) -> DataLook:
    from rnnlab.inspection import dataset

    return dataset.dataset(experiment, held, first)


def first_batch(experiment: Experiment) -> tuple[int, int, int]:
    from rnnlab.inspection import dataset

    return dataset.first_batch(experiment)


def packing(experiment: Experiment, weights: bytes, start: int) -> Packing:
    from rnnlab.inspection import packing

    return packing.packing(experiment, weights, start)


def through_time(experiment: Experiment, weights: bytes, layer: int, direction: int) -> ThroughTime:
    from rnnlab.inspection import gradients

    return gradients.through_time(experiment, weights, layer, direction)


def over_epochs(
    experiment: Experiment, checkpoints: tuple[Checkpoint, ...], layer: int, direction: int, target: int
) -> OverEpochs:
    from rnnlab.inspection import gradients

    return gradients.over_epochs(experiment, checkpoints, layer, direction, target)


def parameters(experiment: Experiment) -> tuple[Parameter, ...]:
    from rnnlab.inspection import gradients

    return gradients.parameters(experiment)


def check(experiment: Experiment, weights: bytes, name: str, place: tuple[int, ...] | None) -> Check:
    from rnnlab.inspection import gradients

    return gradients.check(experiment, weights, name, place)


def reach(experiment: Experiment, weights: bytes) -> Reach:
    from rnnlab.inspection import readouts

    return readouts.reach(experiment, weights)


def samples(
    experiment: Experiment, checkpoints: tuple[Checkpoint, ...], prompt: str, settings: Settings
) -> tuple[Generation, ...]:
    from rnnlab.inspection import generation

    return generation.samples(experiment, checkpoints, prompt, settings)


def activations(experiment: Experiment, weights: bytes, place: Place, state: Shown, text: str) -> Activations:
    from rnnlab.inspection import activations

    return activations.activations(experiment, weights, place, state, text)
