"""TASKS: what is particular to a task, as a record of functions. The trainer knows no task by name, nor does a page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor, nn

from rnnlab.data import Batch, Data, next_token_data
from rnnlab.data.batches import PAD_ID
from rnnlab.data.labelled import classify_data, pair_data, tag_data
from rnnlab.data.series import series_data
from rnnlab.experiment import Experiment
from rnnlab.models import Classifier, NumberModel, Pass, Seq2Seq, TokenModel
from rnnlab.text import Vocabulary
from rnnlab.training.answers import CLASSES, NUMBERS, AnswerType
from rnnlab.training.evaluation import Evaluate, evaluate, evaluate_seq2seq, evaluate_series
from rnnlab.training.observation import (
    ExtraBytes,
    Observe,
    classifier_extra_bytes,
    no_extra_bytes,
    observe_classifier,
    observe_seq2seq,
    observe_series,
    observe_tokens,
    seq2seq_extra_bytes,
    series_extra_bytes,
)


@dataclass(frozen=True)
class Task:
    data: Callable[[Experiment], Data]
    model: Callable[[Experiment, Vocabulary, Vocabulary], nn.Module]  # of what is read, and of the classes
    observe: Observe  # what is to be seen of the probe
    extra_bytes: ExtraBytes  # what this adds to each frame, beside hidden states and likeliest classes
    evaluate: Evaluate  # how good the model is on the lines that are only tested on
    answers: AnswerType = CLASSES  # what is predicted
    views: tuple[str, ...] = ()  # what its results page shows, besides what every task has
    predicts_text: bool = False  # whether what is predicted, step by step, is a text
    predicts_next: Callable[[Experiment], bool] = lambda _: (
        False
    )  # whether it is the next token, so that a text can go on


def pad_of(vocabulary: Vocabulary) -> int | None:
    """The id of <pad>, where the vocabulary has it."""
    return PAD_ID if vocabulary.specials else None


def token_model(experiment: Experiment, vocabulary: Vocabulary, classes: Vocabulary) -> nn.Module:
    return TokenModel(experiment, len(vocabulary), len(classes), pad_of(vocabulary))


def classifier(experiment: Experiment, vocabulary: Vocabulary, classes: Vocabulary) -> nn.Module:
    return Classifier(experiment, len(vocabulary), len(classes), pad_of(vocabulary))


def seq2seq_model(experiment: Experiment, vocabulary: Vocabulary, classes: Vocabulary) -> nn.Module:
    return Seq2Seq(experiment, len(vocabulary), len(classes))


def number_model(experiment: Experiment, _: Vocabulary, __: Vocabulary) -> nn.Module:
    return NumberModel(experiment)


def loss_of(experiment: Experiment, result: Pass, batch: Batch) -> Tensor:
    """Over all targets, their mean or their sum; a scalar."""
    return TASKS[experiment.task].answers.loss(experiment, result, batch)


TASKS: dict[str, Task] = {
    "next": Task(
        next_token_data,
        token_model,
        observe_tokens,
        no_extra_bytes,
        evaluate,
        views=("orders",),
        predicts_text=True,
        predicts_next=lambda e: not e.target.strip(),
    ),
    "classify": Task(
        classify_data,
        classifier,
        observe_classifier,
        classifier_extra_bytes,
        evaluate,
        views=("prefixes", "saliency", "orders", "readouts", "confusion", "classes", "judged"),
    ),
    "tag": Task(
        tag_data, token_model, observe_tokens, no_extra_bytes, evaluate, views=("tagged", "classes", "confusion")
    ),
    "seq2seq": Task(
        pair_data,
        seq2seq_model,
        observe_seq2seq,
        seq2seq_extra_bytes,
        evaluate_seq2seq,
        views=("attention", "decoding", "beams", "forcing", "pairs"),
        predicts_text=True,
    ),
    "series": Task(
        series_data,
        number_model,
        observe_series,
        series_extra_bytes,
        evaluate_series,
        NUMBERS,
        ("forecast",),
    ),
}


def model_of(experiment: Experiment, data: Data) -> nn.Module:
    """A new model for this data. Its weights are drawn from torch's global generator."""
    return TASKS[experiment.task].model(experiment, data.vocabulary, data.classes)


# What has no say in how a text becomes data. Experiments that differ in nothing else, such as variants in a race, share
# theirs.
NO_DATA = (
    *("preset", "cell", "impl", "layers", "nonlinearity", "init", "input", "embed", "readout", "beam"),
    *("teacher", "dropout", "dropout_embed", "dropout_head", "loss", "optimizer", "lr", "lr_changes", "clip", "epochs"),
)


def data_of(experiment: Experiment) -> Data:
    """An experiment's data. The last few are kept: a page asks again and again about one run, and a slice of training
    may go to a worker that did not have the one before, while to tag a text takes as long as a slice."""
    return built(experiment.model_copy(update={name: Experiment.model_fields[name].default for name in NO_DATA}))


@lru_cache(maxsize=12)  # as many as a race has seeds
def built(experiment: Experiment) -> Data:
    return TASKS[experiment.task].data(experiment)
