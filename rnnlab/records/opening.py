"""What is known of a run before its first epoch: its data, its network, its first batch."""

from collections.abc import Iterable
from dataclasses import dataclass

from rnnlab.experiment import Experiment
from rnnlab.explain.first_batch import FirstBatch
from rnnlab.i18n import Problem
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class TensorShape(ShortRepr):
    """One tensor of the first training batch: its role, its sizes, and the axis each size counts."""

    name: str  # as in the code: ids, one_hot, embedding, output, h_n, c_n, logits, loss
    shape: tuple[int, ...]
    axes: tuple[str, ...]  # of: batch, step, unit, embed, layer, class


@dataclass(frozen=True)
class Part:
    """One of the recurrent networks of a model, and the steps of the probe that it takes."""

    name: str  # network, encoder, decoder
    start: int
    stop: int


@dataclass(frozen=True)
class Place:
    """One recurrent layer of a model, read in one direction: what has states of its own."""

    part: str = "network"  # the name of a `Part`
    layer: int = 0  # from 0, the one that reads the tokens
    direction: int = 0  # 1: backward

    def __str__(self) -> str:
        return f"{self.part}-{self.layer}-{self.direction}"


@dataclass(frozen=True, repr=False)
class Majority(ShortRepr):
    """The most frequent answer: whoever always gives it is right this often, whatever is read."""

    answer: tuple[int, ...]  # classes: one, or those of a whole sequence
    share: float  # of all answers, 0 to 1


@dataclass(frozen=True, repr=False)
class NumberColumn(ShortRepr):
    """Numbers that are read one after the other. Losses are of standardised numbers: (number - mean) / deviation."""

    numbers: tuple[float, ...]  # as typed
    standard: tuple[float, ...]  # standardised, in single precision: what the network reads
    trained: int  # so many from the beginning are trained on, the rest are only tested on
    mean: float  # of those that are trained on
    deviation: float  # their standard deviation, with N in the denominator
    repeat_loss: float  # mean squared error over the targets of training, if each number were said again as the next
    held_repeat_loss: float  # and over those that are only tested on; nan where there are none

    @property
    def held(self) -> int:
        """How many are only tested on."""
        return len(self.numbers) - self.trained


@dataclass(frozen=True, repr=False)
class Line(ShortRepr):
    """A line that is only tested on."""

    tokens: tuple[str, ...]
    targets: tuple[int, ...]  # classes: one for all, one a token, or a sequence of its own


@dataclass(frozen=True, repr=False)
class Opening(ShortRepr):
    """What is known of a run before its first epoch."""

    experiment: Experiment
    vocabulary: tuple[str, ...]  # token of each id that is read, special tokens included
    specials: int  # how many of them, from 0 on, are special tokens
    classes: tuple[str, ...]  # what can be predicted: tokens, labels, tags; none where it is numbers
    class_specials: int
    probe: tuple[str, ...]  # tokens of the probe line, up to PROBE_TOKENS; behind a source, what the decoder reads
    inputs: int  # how many of them the network reads; a last one may be a target only
    targets: tuple[int, ...]  # [inputs] class to predict after each; NO_TARGET where nothing is asked for or known
    parts: tuple[Part, ...]
    predicts_text: bool  # whether what is predicted, step by step, is a text
    predicts_next: bool  # whether it is the next token, so that a text can go on
    views: tuple[str, ...]  # what there is to see of the results, besides what every task has
    held_out: tuple[Line, ...]  # the lines that frames are about
    held_out_count: int  # all that are only tested on
    frame_interval: int  # epochs from one recorded frame to the next
    checkpoint_interval: int  # and of recorded weights
    shapes: tuple[TensorShape, ...]
    first_batch: FirstBatch
    parameters: int
    sequences: int  # trained on
    majority: Majority | None  # among what there is to predict in these; None where that is numbers
    held_majority: Majority | None  # among what the score on `held_out` counts; None where nothing is held out
    batches: int  # an epoch
    notes: tuple[Problem, ...]  # what was left out or cut, to be said
    column: NumberColumn | None = None  # where numbers are read and predicted

    @property
    def joiner(self) -> str:
        """What stands between two classes in a text."""
        return joiner(self.experiment, self.classes[self.class_specials :])


def joiner(experiment: Experiment, tokens: Iterable[str]) -> str:
    """What stands between tokens where they are read as a text: for the reader's own text what the tokenizer took
    away, for generated pairs nothing between single characters."""
    if experiment.data == "text":
        return " " if experiment.tokenizer == "words" else ""
    return "" if all(len(token) == 1 for token in tokens) else " "
