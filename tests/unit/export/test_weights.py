"""Weights as a safetensors file: plain modules of torch load it, and the lab opens it where it stood."""

import io
import json
import pickle
from contextlib import redirect_stdout
from math import inf, nan
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save
from torch import nn

from rnnlab import Experiment, History, LabError, run
from rnnlab.explain.loading import loading
from rnnlab.export import open_weights, script, weights_file
from rnnlab.export.weights import FILE_BYTES, HEADER_BYTES
from rnnlab.i18n import LANGUAGES, describe
from rnnlab.records.history import Checkpoint
from rnnlab.training.threads import torch_threads
from tests.support.examples import examples
from tests.support.problems import problem

PAIRS = {"task": "seq2seq", "text": "a b c | x y\nb a | y\nc b a b | z y x"}
LABELS = {"task": "classify", "text": "good | we like rain\nbad | we fear the long rain\ngood | rain\nbad | fear"}
SMALL = Experiment(text="a b c a", tokenizer="words", epochs=3, hidden=4, embed=2)
EVERY_KIND = (
    {"cell": "lstm"},
    {"cell": "gru", "layers": 2, "bidirectional": True, **LABELS},
    {"cell": "gru", "impl": "cell"},
    {"cell": "mgu", "layers": 2, "bidirectional": True, "task": "tag", "text": "we/r like/v rain/n\nthey/r fear/v"},
    {"cell": "lstm", "layers": 2, "attention": "additive", **PAIRS},
    {"cell": "rnn", "impl": "cell", "attention": "dot", **PAIRS},
    {"cell": "rnn", "input": "onehot", "hidden": 4, "head": "none", "text": "a b c d a"},
    {"cell": "lstm", "task": "series", "text": "1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2", "impl": "cell", "layers": 2},
)


def file_of(history: History, checkpoint: Checkpoint | None = None) -> bytes:
    return weights_file(history.opening, history.snapshots, checkpoint or history.checkpoints[-1])


@pytest.fixture(scope="module")
def small() -> bytes:
    return file_of(run(SMALL))


# Out


def test_plain_modules_load_it_in_the_lines_that_are_shown_and_say_what_was_recorded(tmp_path, monkeypatch):
    e = Experiment(cell="lstm", epochs=12, hidden=6, embed=5)
    history = run(e)
    tokens, frame = list(history.opening.vocabulary), history.frames[-1]
    (tmp_path / "mine.safetensors").write_bytes(file_of(history))
    monkeypatch.chdir(tmp_path)
    embedding, lstm = nn.Embedding(len(tokens), 5), nn.LSTM(5, 6, batch_first=True)
    linear = nn.Linear(6, len(history.opening.classes))
    lines = loading(e, '"mine.safetensors"')
    assert len(lines.splitlines()) == 3
    exec(lines, {"nn": nn, "embedding": embedding, "lstm": lstm, "linear": linear})
    ids = torch.tensor([[tokens.index(token) for token in history.opening.probe[: history.opening.inputs]]])
    with torch.no_grad():
        output, _ = lstm(embedding(ids))
        chances = linear(output)[0].softmax(-1)
    assert torch.allclose(output[0], torch.from_numpy(frame.hidden), atol=1e-6)
    assert chances.argmax(-1).tolist() == frame.top_classes[:, 0].tolist()
    assert np.allclose(chances.max(-1).values.numpy(), frame.top_probabilities[:, 0], atol=1e-6)


@pytest.mark.parametrize("fields", EVERY_KIND, ids=lambda fields: "-".join(map(str, fields.values()))[:30])
def test_its_names_are_those_of_the_program_and_its_numbers_those_that_the_program_learns(
    fields, tmp_path, monkeypatch
):
    e = Experiment(**{"tokenizer": "words", "hidden": 3, "embed": 2, "epochs": 2} | fields)
    content = file_of(run(e))
    (tmp_path / "w.safetensors").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    program: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()), torch_threads(1):
        exec(script(e, "en"), program)
    together = loading(e, '"w.safetensors"').splitlines()[1]
    exec(together, program)
    kept = load(content)
    learnt = {name: p.detach().clone().numpy() for name, p in program["model"].state_dict().items()}
    assert {name: array.tolist() for name, array in learnt.items()} == {name: kept[name].tolist() for name in kept}
    for p in program["learnt"]:
        nn.init.zeros_(p)
    exec(loading(e, '"w.safetensors"'), program)
    assert all(torch.equal(p, torch.from_numpy(kept[name])) for name, p in program["model"].state_dict().items())


# In again


def same(first: Any, second: Any) -> bool:
    return np.array_equal(first, second, equal_nan=True)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"cell": "gru"}, 2),
        ({"dropout_head": 0.3, "cell": "lstm", "held_out": 0.25, **LABELS}, -1),
        ({"attention": "dot", "cell": "gru", **PAIRS}, -1),
        ({"task": "series", "text": "1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2"}, 1),
        ({}, 0),
    ],
)
def test_it_is_opened_at_its_epoch_with_what_was_recorded_there(fields, place):
    e = Experiment(**{"tokenizer": "words", "hidden": 3, "embed": 2, "epochs": 5} | fields)
    history = run(e)
    there = history.checkpoints[place]
    opened = open_weights(file_of(history, there))
    (frame,) = [frame for frame in history.frames if frame.epoch == there.epoch]
    again = opened.frames[-1]
    assert (opened.experiment, opened.opening.vocabulary) == (e, history.opening.vocabulary)
    assert (opened.epoch, opened.checkpoints[-1]) == (there.epoch, there)
    assert opened.checkpoints[0] == history.checkpoints[0]
    assert repr(opened.snapshots) == repr(history.snapshots[: there.epoch])  # nan among them
    for name in ("hidden", "top_classes", "top_probabilities", "target_probability"):
        assert same(getattr(again, name), getattr(frame, name)), name
    assert again.task_arrays.keys() == frame.task_arrays.keys()
    assert all(same(again.task_arrays[name], frame.task_arrays[name]) for name in frame.task_arrays)
    assert repr(again.held_out) == repr(frame.held_out)
    assert opened.ended == ("epochs" if there.epoch == e.epochs else "")


def remade(content: bytes, change, **said: str) -> bytes:
    """The file with other tensors, and other metadata; None: without."""
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"] | said
    tensors = load(content)
    change(tensors)
    return save(tensors, {name: value for name, value in metadata.items() if value is not None})


def put(name: str, make):
    def change(tensors):
        tensors[name] = make(tensors[name].copy())

    return change


def put_at(value: float):
    def make(array: np.ndarray) -> np.ndarray:
        array.flat[1] = value
        return array

    return make


def nothing(_: Any) -> None:
    """Tensors stay as they are."""


WEIGHT = "linear.weight"
OTHER_TEXT = json.dumps(SMALL.model_copy(update={"text": "a b d a"}).model_dump())
LONGER = json.dumps(SMALL.model_copy(update={"text": "a b c d a"}).model_dump())
REFUSED = {
    "empty": (lambda _: b"", "weights_damaged", []),
    "json": (lambda _: b'{"experiment": {}}', "weights_damaged", []),
    "pickle": (lambda _: pickle.dumps([1.0]), "weights_pickle", []),
    "archive": (lambda _: b"PK\x03\x04" + bytes(60), "weights_pickle", []),
    "cut off": (lambda file: file[:-1], "weights_damaged", []),
    "longer": (lambda file: file + b"\0", "weights_damaged", []),
    "huge header": (lambda file: (2**63).to_bytes(8, "little") + file[8:], "weights_header", ["4,000"]),
    "header too long": (lambda file: (len(file)).to_bytes(8, "little") + file[8:], "weights_damaged", []),
    "deep header": (lambda _: (9_000).to_bytes(8, "little") + b'{"":' * 2_250, "weights_damaged", []),
    "large": (lambda file: file + bytes(FILE_BYTES), "weights_large", ["12,000"]),
    "not ours": (lambda file: save(load(file)), "weights_other", []),
    "version": (lambda file: remade(file, nothing, rnnlab="9"), "weights_version", ["9", "1"]),
    "no epoch": (lambda file: remade(file, nothing, epoch=None), "weights_epoch", ["3"]),
    "late epoch": (lambda file: remade(file, nothing, epoch="4"), "weights_epoch", ["4", "3"]),
    "no experiment": (lambda file: remade(file, nothing, experiment="[]"), "weights_metadata", ["experiment"]),
    "losses": (lambda file: remade(file, nothing, losses="[1, 2]"), "weights_metadata", ["losses"]),
    "no number": (lambda file: remade(file, nothing, norms="[1, NaN, 1]"), "weights_metadata", ["norms"]),
    "truth": (lambda file: remade(file, nothing, accuracies="[1, true, 1]"), "weights_metadata", ["accuracies"]),
    "targets": (lambda file: remade(file, nothing, targets="[3, 3, 0]"), "weights_metadata", ["targets"]),
    "digits": (lambda file: remade(file, nothing, losses=f"[{'9' * 9_000}, 1, 1]"), "weights_metadata", ["losses"]),
    "tokens": (lambda file: remade(file, nothing, experiment=OTHER_TEXT), "weights_tokens", ["vocabulary", "c", "d"]),
    "more tokens": (lambda file: remade(file, nothing, experiment=LONGER), "weights_count", ["vocabulary", "3", "4"]),
    "no tokens": (lambda file: remade(file, nothing, vocabulary="3"), "weights_metadata", ["vocabulary"]),
    "out of bounds": (lambda file: remade(file, nothing, experiment='{"hidden": 9999}'), "bounds", ["9999", "256"]),
    "float64": (lambda file: remade(file, put(WEIGHT, np.float64)), "weights_dtype", [WEIGHT, "F64"]),
    "shape": (lambda file: remade(file, put(WEIGHT, np.transpose)), "weights_shape", [WEIGHT, "[4, 3]", "[3, 4]"]),
    "rank": (lambda file: remade(file, put(WEIGHT, np.ravel)), "weights_shape", [WEIGHT, "[12]", "[3, 4]"]),
    "nan": (lambda file: remade(file, put(WEIGHT, put_at(nan))), "weights_finite", [WEIGHT, "nan", "[0, 1]"]),
    "inf": (lambda file: remade(file, put(WEIGHT, put_at(-inf))), "weights_finite", [WEIGHT, "-inf"]),
    "overflow": (lambda file: remade(file, put(WEIGHT, lambda a: a * 0 + 3e38)), "weights_overflow", []),
    "missing": (lambda file: remade(file, lambda tensors: tensors.pop(WEIGHT)), "weights_missing", [WEIGHT, "[3, 4]"]),
    "one more": (
        lambda file: remade(file, lambda ts: ts.update(x=np.zeros(2, "f4"))),
        "weights_unknown",
        ["x", WEIGHT],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_used_is_refused_with_what_is_wrong_where_and_what_would_do(name, small):
    change, code, told = REFUSED[name]
    found = problem(open_weights, change(small))
    assert found.code == code
    for lang in LANGUAGES:
        said = describe(found, lang)
        assert [part for part in told if part not in said] == []
        assert "{" not in said


def test_no_pickle_is_unpacked(small, monkeypatch):
    """Not even one that the file holds by itself."""
    ran = []
    monkeypatch.setattr("pickle.loads", ran.append)
    monkeypatch.setattr("torch.load", ran.append)
    problem(open_weights, pickle.dumps({"a": 1}))
    assert open_weights(small).epoch == 3
    assert ran == []


def opens_or_is_refused(content: bytes) -> None:
    try:
        told = open_weights(content)
    except LabError as error:
        told = [describe(one, "en") for one in error.problems]
    assert told


@given(content=st.binary(max_size=200), header=st.integers(0, 2 * HEADER_BYTES))
def test_any_bytes_are_refused(content, header):
    opens_or_is_refused(content)
    opens_or_is_refused(header.to_bytes(8, "little") + b"{" + content)


@examples(60)
@given(place=st.integers(0), new=st.binary(min_size=1, max_size=9), left=st.integers(0, 9))
def test_a_file_changed_anywhere_opens_or_is_refused(place, new, left, small):
    place %= len(small)
    opens_or_is_refused(small[:place] + new + small[place + left :])
