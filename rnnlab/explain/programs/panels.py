"""The lines of PyTorch behind what is shown, for the very model that was chosen: run in its place, they give the run's
own numbers to the bit, and draw what it draws from torch's generator in the same order.

`program` is whole and runs as it stands. The lines of every other panel go on from it: each of their names is made
there or by themselves.
"""

from collections.abc import Sequence

from rnnlab.experiment import Experiment
from rnnlab.explain.programs import results
from rnnlab.explain.programs.gradient import gradient_program
from rnnlab.explain.programs.reading import reading, scoring
from rnnlab.explain.programs.seq2seq import decoding, encoding
from rnnlab.explain.programs.setup import FirstBatch, random_setup, setup
from rnnlab.explain.programs.training import gradient_check, training
from rnnlab.explain.programs.training_loop import (
    ProgramPart,
    carried,
    modes,
    second_backward,
    training_loop,
    weighed,
    with_dropout,
)
from rnnlab.presets.tutorial_sizes import TutorialSizes

PREDICTION = "probability, token = logits.softmax(-1).max(-1)"


def program(e: Experiment, batch: FirstBatch) -> str:
    """From the seed to the loss of the run's first batch, before any update."""
    return f"{setup(e, batch)}\n\n{forward(e)}"


def model_program(e: Experiment, sizes: TutorialSizes) -> str:
    """The same at a tutorial's sizes, over random ids: it draws the numbers that the lab's own model draws."""
    return f"{random_setup(e, sizes)}\n\n{forward(e)}"


def forward(e: Experiment) -> str:
    """From ids to the loss."""
    return f"{scores(e)}\n{loss(e)}"


def scores(e: Experiment) -> str:
    """From ids to the logits."""
    return hidden(e) if e.task == "seq2seq" else f"{hidden(e)}\n{scoring(e)}"


def loop_parts(e: Experiment, batch: FirstBatch, classes: Sequence[str], joiner: str) -> tuple[ProgramPart, ...]:
    """The training loop, whole, in its parts: it runs as it stands."""
    return training_loop(e, batch, scores(e), loss(e), classes, joiner)


def carrying_program(e: Experiment, batch: FirstBatch, way: str) -> str:
    """Two passes, the second from the first one's state: it runs as it stands, or fails as it is said to."""
    e = carried(e)
    return second_backward(e, program(e, batch), forward(e), way)


def modes_program(e: Experiment, batch: FirstBatch) -> str:
    """The same sentence while it trains and while it is asked: it runs as it stands."""
    e = with_dropout(e)
    return f"{setup(e, batch)}\n{modes(e, scores(e))}"


def code(panel: str, e: Experiment) -> str:
    """The lines behind a panel, which go on from those of `program`."""
    match panel:
        case "hidden":
            return hidden(e)
        case "predictions" if e.reads_numbers:
            return f"{scoring(e)}\nin_units = predicted * deviation + mean    # as the column has them"
        case "predictions":
            return f"{hidden(e) if e.task == 'seq2seq' else scoring(e)}\n{PREDICTION}"
        case "loss":
            return loss(e)
        case "alignment":
            return f"{encoding(e)}\n{decoding(e, keep_weights=True)}"
        case "flow":
            return gradient_program(e)
        case "norms":
            return training(e, forward(e))
        case "check":
            return gradient_check(e, forward(without_chance(e)))
    return results.code(panel, without_chance(e))


def without_chance(e: Experiment) -> Experiment:
    """As it is evaluated: no dropout, every true token given, no state from the epoch before."""
    off = {"dropout": 0.0, "dropout_embed": 0.0, "dropout_head": 0.0, "teacher": 1.0, "carry": False}
    return e.model_copy(update=off)


def hidden(e: Experiment) -> str:
    """What computes hidden states: all of an encoder and decoder, whose next token may depend on the one before."""
    return f"{encoding(e)}\n{decoding(e)}" if e.task == "seq2seq" else reading(e)


def loss(e: Experiment) -> str:
    if e.reads_numbers:
        return f'loss = F.mse_loss(predicted, targets, reduction="{e.loss}")'
    given = "logits, labels" if e.task == "classify" else "logits.flatten(0, 1), targets.flatten()"
    return f'loss = F.cross_entropy({given}{weighed(e)}, reduction="{e.loss}")'
