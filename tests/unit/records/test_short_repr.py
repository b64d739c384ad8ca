"""What a notebook or an error shows of a record: a few lines, whatever it holds; and nothing of a text is run."""

from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module

import numpy as np
import pytest

from rnnlab import Experiment, History, run
from rnnlab.inspection.trace import trace
from rnnlab.records.opening import Place
from rnnlab.records.short_repr import ShortRepr
from rnnlab.training import advance, start
from rnnlab.training.tasks import data_of
from tests.support.eventually import ROOT


@dataclass(frozen=True, repr=False)
class Thing(ShortRepr):
    value: object


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        ("a'b", '"a\'b"'),
        ("x" * 100_000, repr("x" * 59 + "…")),
        (b"\0" * 2_000_000, "<2,000,000 bytes>"),
        (np.zeros((2, 3), np.float32), "<float32 [2, 3]>"),
        ((1, 2), "(1, 2)"),
        (tuple(range(5_000)), "<tuple of 5,000>"),
        ((np.zeros(9),), "<tuple of 1>"),
        (["x" * 100_000], "<list of 1>"),
        ({"a": 1}, "{'a': 1}"),
        ({"a": np.zeros(9)}, "<dict of 1>"),
        ({"a": tuple(range(5_000))}, "<dict of 1>"),
        (Thing(1), "<Thing>"),
        ((Thing(1), Thing(2)), "<tuple of 2>"),
        (Experiment(), "<Experiment>"),
    ],
)
def test_a_small_value_is_shown_and_of_a_large_one_how_much_it_is(value, shown):
    assert repr(Thing(value)) == f"Thing(value={shown})"


def test_what_a_run_leaves_is_shown_in_a_line_or_two():
    history = run(Experiment(preset="writer", epochs=2, text="a b c d e f g " * 60))
    assert history.epoch == 2
    state, opened = start(history.experiment)
    state, chunk = advance(state, epochs=1)
    seen = trace(history.experiment, history.checkpoints[-1].weights, Place("network"))
    values = [history, opened, history.opening, state, chunk, history.frames[-1], history.checkpoints[-1], seen]
    for value in [*values, data_of(history.experiment)]:
        assert len(repr(value)) < 1_200, type(value)


def test_a_history_says_what_it_is_of_and_how_far_it_got():
    history = run(Experiment(epochs=3))
    assert repr(history) == f"<History of words-next: next, rnn, epoch 3 of 3, loss {history.losses[-1]:.6g}>"
    _, opened = start(Experiment())
    assert repr(opened) == "<History of words-next: next, rnn, epoch 0 of 100, not trained yet>"


LARGE = ("ndarray", "bytes", "...", "dict[", "list[", "History", "Tensor")
HOLDING = ["rnnlab.data.batches", "rnnlab.races.race", "rnnlab.engine.runs", "rnnlab.training.observation"]
HOLDING += [f"rnnlab.records.{path.stem}" for path in (ROOT / "rnnlab" / "records").glob("[!_]*.py")]


@pytest.mark.parametrize("module", HOLDING)
def test_every_record_that_may_hold_much_has_a_short_repr(module):
    for name, found in vars(import_module(module)).items():
        if isinstance(found, type) and is_dataclass(found) and found.__module__ == module:
            much = [field.name for field in fields(found) if any(word in str(field.type) for word in LARGE)]
            assert not much or found.__repr__ in (ShortRepr.__repr__, History.__repr__), (name, much)
