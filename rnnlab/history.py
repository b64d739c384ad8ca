"""What a run leaves behind: values without torch, so that the web process can hold and draw them."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, TypeVar

import numpy as np

from rnnlab.experiment import FRAMES, HISTORY_BYTES, WEIGHT_BYTES, Experiment
from rnnlab.problems import Problem

RANKS = 3  # how many of the likeliest classes a frame keeps

Ended = Literal["", "epochs", "time", "diverged"]


@dataclass(frozen=True)
class TensorShape:
    """One tensor of the first training batch: its role, its sizes, and the axis each size counts."""

    name: str  # as in the code: ids, one_hot, embedding, output, h_n, c_n, logits, loss
    shape: tuple[int, ...]
    axes: tuple[str, ...]  # of: batch, step, unit, embed, layer, class


@dataclass(frozen=True)
class Frame:
    """What the network did with the probe sentence after `epoch` epochs of training."""

    epoch: int  # 0: before training
    hidden: np.ndarray  # [step, unit] float32: the recurrent output, both directions side by side
    top: np.ndarray  # [step, rank] int32: the likeliest classes, best first
    probability: np.ndarray  # [step, rank] float32: theirs
    target: np.ndarray  # [step] float32: probability of the right class; nan where there is none


@dataclass(frozen=True)
class Checkpoint:
    """All that the network knew after `epoch` epochs: enough to run it again, not to train it on."""

    epoch: int  # 0: before training
    weights: bytes  # float32, all parameters end to end, in the model's own order


Recorded = TypeVar("Recorded", Frame, Checkpoint)


@dataclass(frozen=True)
class Snapshot:
    """One epoch of training. Loss and norm are those of its passes, so from before its updates."""

    epoch: int  # counted from 1
    loss: float
    accuracy: float  # share of targets predicted right, 0 to 1
    norm: float  # largest gradient norm of the epoch's steps, before clipping


@dataclass(frozen=True)
class Opening:
    """What is known of a run before its first epoch."""

    experiment: Experiment
    vocabulary: tuple[str, ...]  # token of each id, special tokens included
    specials: int  # how many of them, from 0 on, are special tokens
    probe: tuple[str, ...]  # tokens of the probe line, up to PROBE_TOKENS
    inputs: int  # how many of them the network reads; a last one may be a target only
    targets: tuple[int, ...]  # [inputs] class to predict after each
    shapes: tuple[TensorShape, ...]
    parameters: int
    sequences: int  # in the data
    batches: int  # an epoch
    notes: tuple[Problem, ...]  # what was left out or cut, to be said


@dataclass(frozen=True)
class State:
    """A run between two slices: everything that `advance` needs to go on, and nothing else."""

    experiment: Experiment
    run: str  # names the run, so that a worker can keep its live trainer
    step: int  # optimizer steps done
    epoch: int  # epochs done
    seconds: float  # of computing so far
    ended: Ended
    blob: bytes  # weights, optimizer, random generators, partial epoch


@dataclass(frozen=True)
class Chunk:
    """What one slice brings: its epochs, the frames and the weights it recorded, the newest last."""

    snapshots: tuple[Snapshot, ...]
    frames: tuple[Frame, ...]
    checkpoints: tuple[Checkpoint, ...]
    seconds: float  # of computing
    ended: Ended


@dataclass(frozen=True)
class History:
    """All that was recorded of a run so far. A value: `extended` gives a new one."""

    opening: Opening
    snapshots: tuple[Snapshot, ...]
    frames: tuple[Frame, ...]  # frame 0, the thinned ones, and the newest
    checkpoints: tuple[Checkpoint, ...]  # likewise, perhaps thinned more: their epochs are epochs of frames
    seconds: float
    ended: Ended

    @property
    def experiment(self) -> Experiment:
        return self.opening.experiment

    @property
    def epoch(self) -> int:
        return len(self.snapshots)

    @property
    def losses(self) -> list[float]:
        return [snapshot.loss for snapshot in self.snapshots]

    @property
    def predicted(self) -> tuple[str, ...]:
        """The likeliest token after each token of the probe, by the newest frame."""
        return tuple(self.opening.vocabulary[best] for best in self.frames[-1].top[:, 0])

    def extended(self, chunk: Chunk) -> "History":
        """This history with one more slice; of what was recorded in between, the thinned ones stay. Of a run that
        diverged the last weights may give no frame any more: they go."""
        e, o = self.experiment, self.opening
        frames = joined(self.frames, chunk.frames, spacing(e, o.inputs))
        checkpoints = joined(self.checkpoints, chunk.checkpoints, weight_spacing(e, o.inputs, o.parameters))
        if chunk.ended == "diverged":
            checkpoints = tuple(kept for kept in checkpoints if kept.epoch <= frames[-1].epoch)
        return replace(
            self,
            snapshots=self.snapshots + chunk.snapshots,
            frames=frames,
            checkpoints=checkpoints,
            seconds=self.seconds + chunk.seconds,
            ended=chunk.ended,
        )


def spacing(experiment: Experiment, inputs: int) -> int:
    """Frames are kept every so many epochs: at most FRAMES of them, within HISTORY_BYTES."""
    units = experiment.hidden * (2 if experiment.bidirectional else 1)
    frame_bytes = inputs * (4 * units + 8 * RANKS + 4)
    frames = min(FRAMES, HISTORY_BYTES // frame_bytes - 2)  # two more are kept: epoch 0 and the newest
    return max(1, ceil(experiment.epochs / frames))


def weight_spacing(experiment: Experiment, inputs: int, parameters: int) -> int:
    """Weights are kept with every frame, or every so many frames where that would exceed WEIGHT_BYTES."""
    every = spacing(experiment, inputs)
    kept = max(1, WEIGHT_BYTES // (4 * parameters) - 2)  # as with frames; a huge network keeps its first and newest
    return every * ceil(experiment.epochs / (every * kept))


def joined(kept: tuple[Recorded, ...], new: tuple[Recorded, ...], every: int) -> tuple[Recorded, ...]:
    """What was recorded so far and what has come; without what was kept only while it was the newest."""
    return (kept[:-1] if new and kept[-1].epoch % every else kept) + new
