"""What a run leaves behind: values without torch, so that the web process can hold and draw them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil, nan
from typing import Literal, TypeVar

import numpy as np

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import FRAMES
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import numeral
from rnnlab.records.opening import Opening
from rnnlab.records.short_repr import ShortRepr

RANKS = 3  # how many of the likeliest classes a frame keeps
HELD_OUT_LINES = 200  # of the lines that are only tested on, those that a frame is about

Ended = Literal["", "epochs", "time", "diverged"]


@dataclass(frozen=True, repr=False)
class Frame(ShortRepr):
    """What the network did with the probe sentence after `epoch` epochs of training."""

    epoch: int  # 0: before training
    hidden: np.ndarray  # [step, unit] float32: the recurrent output, both directions side by side
    top_classes: np.ndarray  # [step, rank] int32: the likeliest classes, best first
    top_probabilities: np.ndarray  # [step, rank] float32: theirs
    target_probability: np.ndarray  # [step] float32: probability of the right class; nan where there is none
    held_out: "HeldOutResult | None" = None  # what it did with the lines that are only tested on, where there are any
    task_arrays: dict[str, np.ndarray] = field(
        default_factory=dict
    )  # what only its task has: see `training.observation`

    @property
    def bytes(self) -> int:
        """About what it takes to keep."""
        arrays = [
            self.hidden,
            self.top_classes,
            self.top_probabilities,
            self.target_probability,
            *self.task_arrays.values(),
        ]
        return sum(a.nbytes for a in arrays) + (self.held_out.bytes if self.held_out else 0)


@dataclass(frozen=True, repr=False)
class HeldOutResult(ShortRepr):
    """What the network did with the lines that are only tested on, up to HELD_OUT_LINES of them."""

    loss: float  # mean over all targets, each given the true ones before it
    score: float  # share that is right, 0 to 1: of tokens, or of whole sequences where the network writes freely
    forced_accuracy: float  # where it writes freely: the share of tokens right if given the true one before; else nan
    predictions: tuple[np.ndarray, ...]  # int32, for each line: the classes that were said, one for all, or one a token
    free_accuracy: float = (
        nan  # where it writes freely: the share of the target's tokens that stand at their places; else nan
    )

    @property
    def bytes(self) -> int:
        return sum(line.nbytes + 100 for line in self.predictions)


@dataclass(frozen=True, repr=False)
class Checkpoint(ShortRepr):
    """All that the network knew after `epoch` epochs: enough to run it again, not to train it on."""

    epoch: int  # 0: before training
    weights: bytes  # float32, all parameters end to end, in the model's own order


@dataclass(frozen=True)
class Score:
    """How good the network was, after `epoch` epochs, on the lines that are only tested on."""

    epoch: int
    loss: float  # mean over all targets
    score: float  # share that is right, 0 to 1


Recorded = TypeVar("Recorded", Frame, Checkpoint, Score)


@dataclass(frozen=True)
class Snapshot:
    """One epoch of training. Loss and norm are those of its passes, so from before its updates."""

    epoch: int  # counted from 1
    loss: float
    accuracy: float  # share of targets predicted right, 0 to 1
    norm: float  # largest gradient norm of the epoch's steps, before clipping
    targets: int  # that loss and accuracy are about: all of them, fewer where a divergence cut the epoch short


@dataclass(frozen=True, repr=False)
class State(ShortRepr):
    """A run between two slices: everything that `advance` needs to go on, and nothing else."""

    experiment: Experiment
    run: str  # names the run, so that a worker can keep its live trainer
    step: int  # optimizer steps done
    epoch: int  # epochs done
    seconds: float  # of computing so far
    ended: Ended
    blob: bytes  # weights, optimizer, random generators, partial epoch


@dataclass(frozen=True, repr=False)
class Chunk(ShortRepr):
    """What one slice brings: its epochs, the frames and the weights it recorded, the newest last."""

    snapshots: tuple[Snapshot, ...]
    frames: tuple[Frame, ...]
    checkpoints: tuple[Checkpoint, ...]
    seconds: float  # of computing
    ended: Ended
    optimizer_seconds: float = (
        0.0  # seconds of computing in optimizer steps alone: nothing recorded, loaded, or waited for
    )
    passing: tuple[Frame, ...] = ()  # frames in between, to be looked at now and not kept; of the probe alone


@dataclass(frozen=True, repr=False)
class History:
    """All that was recorded of a run so far. A value: `extended` gives a new one."""

    opening: Opening
    snapshots: tuple[Snapshot, ...]
    frames: tuple[Frame, ...]  # frame 0, the thinned ones, and the newest
    checkpoints: Sequence[Checkpoint]  # likewise, perhaps thinned more: their epochs are epochs of frames
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
    def ending(self) -> dict[str, object]:
        """What is said of the end of a run that diverged or took too long: its last epoch, and what came out there."""
        last, most = self.snapshots[-1], numeral(host_limits().run_seconds)
        return {"limit": most, "epoch": last.epoch, "loss": f"{last.loss:.4g}", "norm": f"{last.norm:.4g}"}

    def __repr__(self) -> str:
        e = self.experiment
        loss = f"loss {self.losses[-1]:.6g}" if self.epoch else "not trained yet"
        return f"<History of {e.preset}: {e.task}, {e.cell}, epoch {self.epoch} of {e.epochs}, {loss}>"

    @property
    def predicted(self) -> tuple[str, ...]:
        """The likeliest class after each token of the probe that something is predicted after, by the newest frame."""
        return tuple(self.opening.classes[best] for best in self.frames[-1].top_classes[:, 0] if best >= 0)

    @property
    def marks(self) -> tuple[int, int]:
        """Of the answers that are known of the watched line: how many are right by the newest frame, and ticked under
        its tokens, and how many there are."""
        targets = np.array(self.opening.targets)  # below 0 where nothing is asked for or known
        best = self.frames[-1].top_classes[: len(targets), 0]
        return int(((best == targets) & (targets >= 0)).sum()), int((targets >= 0).sum())

    @property
    def line_is_all(self) -> bool:
        """Whether the watched line, as it is marked, is all that is trained on."""
        o, e = self.opening, self.experiment
        alone = o.sequences == 1 and not o.held_out_count and not e.sentence
        return alone and bool(self.snapshots) and self.marks[1] == self.snapshots[0].targets

    @property
    def accuracy(self) -> float:
        """The share of targets that is right: after the newest epoch where the watched line is all of them, so that it
        is the share of its marks; else in the passes of that epoch, for to look through all data again takes as long
        as to train on it. nan before the first."""
        if not self.snapshots:
            return nan
        right, asked = self.marks
        return right / asked if self.line_is_all else self.snapshots[-1].accuracy

    def extended(self, chunk: Chunk) -> "History":
        """This history with one more slice; of what was recorded in between, the thinned ones stay. Of a run that
        diverges the last weights may give no frame any more: they go."""
        opening = self.opening
        frames = joined(self.frames, chunk.frames, opening.frame_interval)
        checkpoints = joined(tuple(self.checkpoints), chunk.checkpoints, opening.checkpoint_interval)
        if len(frames) > 2 * FRAMES:  # it goes on beyond the end that was meant
            every, weights_every = 2 * opening.frame_interval, 2 * opening.checkpoint_interval
            opening = replace(opening, frame_interval=every, checkpoint_interval=weights_every)
            frames, checkpoints = thinned(frames, every), thinned(checkpoints, weights_every)
        checkpoints = tuple(kept for kept in checkpoints if kept.epoch <= frames[-1].epoch)
        return replace(
            self,
            opening=opening,
            snapshots=self.snapshots + chunk.snapshots,
            frames=frames,
            checkpoints=checkpoints,
            seconds=self.seconds + chunk.seconds,
            ended=chunk.ended,
        )


def frame_spacing(experiment: Experiment, frame_bytes: int) -> int:
    """Frames are kept every so many epochs: at most FRAMES of them, within the bytes of a history."""
    frames = max(
        1, min(FRAMES, host_limits().history_bytes // frame_bytes - 2)
    )  # two more are kept: epoch 0 and the newest
    return max(1, ceil(experiment.epochs / frames))


def weight_spacing(experiment: Experiment, every: int, parameters: int) -> int:
    """Weights are kept with every frame, or every so many frames where that would exceed as many bytes."""
    kept = max(
        1, host_limits().history_bytes // (4 * parameters) - 2
    )  # as with frames; a huge network keeps its first and newest
    return every * ceil(experiment.epochs / (every * kept))


def nearest(recorded: Sequence[Recorded], epoch: int) -> Recorded:
    """What was recorded nearest to an epoch; of two as near, the earlier."""
    return min(recorded, key=lambda one: abs(one.epoch - epoch))


def joined(kept: tuple[Recorded, ...], new: tuple[Recorded, ...], every: int) -> tuple[Recorded, ...]:
    """What was recorded so far and what has come; without what was kept only while it was the newest."""
    before = kept[:-1] if new and kept[-1].epoch % every else kept
    return before + thinned(new, every)


def thinned(recorded: tuple[Recorded, ...], every: int) -> tuple[Recorded, ...]:
    """What is due, and the newest."""
    return tuple(one for one in recorded if one is recorded[-1] or one.epoch % every == 0)
