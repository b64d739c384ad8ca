"""The record of a run: arrays against the history, tables against both and against plain torch."""

import csv
import io
import json
import re
import sys
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab import Experiment, History, run
from rnnlab.__main__ import main
from rnnlab.export import open_weights, record, record_file, tables
from rnnlab.export.csv_cells import FORMULA, QUOTED
from tests.support.eventually import ROOT

TEXTS = {
    "next": "a b c a d",
    "classify": "good | we like rain\nbad | we fear the long rain\ngood | rain\nbad | fear\ngood | like\nbad | fear",
    "seq2seq": "a b c | x y\nb a | y\nc b a b | z y x\na | x\nb | y",
    "series": "1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2",
}
NAMES = {"weights.*": r"weights\..+", "task.*": r"task\..+"}


def history_of(task: str, **fields) -> History:
    held = 0.0 if task == "next" else 0.34
    given = {"tokenizer": "words", "hidden": 3, "embed": 2, "epochs": 4, "cell": "lstm", "held_out": held}
    attention = {"attention": "additive"} if task == "seq2seq" else {}
    return run(Experiment(**given | attention | {"task": task, "text": TEXTS[task]} | fields))


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    return {task: history_of(task) for task in TEXTS}


def unpacked(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, list[list[str]]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        texts = {name: file.read(name).decode("utf-8-sig") for name in file.namelist() if name != "record.npz"}
        with np.load(io.BytesIO(file.read("record.npz")), allow_pickle=False) as arrays:
            loaded = dict(arrays)
    read = {name: list(csv.reader(io.StringIO(text, newline=""))) for name, text in texts.items() if "tsv" not in name}
    return loaded, read | {
        name: [line.split("\t") for line in text.splitlines()] for name, text in texts.items() if "tsv" in name
    }


def test_the_arrays_are_what_the_history_holds(histories):
    for history in histories.values():
        arrays, _ = unpacked(record_file(history))
        frames = history.frames
        assert arrays["loss"].tolist() == history.losses
        assert arrays["gradient_norm"].tolist() == [one.norm for one in history.snapshots]
        assert arrays["frame_epoch"].tolist() == [frame.epoch for frame in frames]
        for name in ("hidden", "top_classes", "top_probabilities", "target_probability"):
            assert np.array_equal(arrays[name], [getattr(one, name) for one in frames], equal_nan=True)
        for name, array in frames[-1].task_arrays.items():
            mine = arrays[f"task.{name}"][-1][tuple(map(slice, array.shape))]
            assert np.array_equal(mine, array, equal_nan=True)
        parameters = [arrays[name] for name in arrays if name.startswith("weights.")]
        vectors = np.concatenate([array.reshape(len(array), -1) for array in parameters], axis=1)
        assert [row.tobytes() for row in vectors] == [one.weights for one in history.checkpoints]
        assert tuple(json.loads(arrays["vocabulary"].item())) == history.opening.vocabulary
        assert Experiment(**json.loads(arrays["experiment"].item())) == history.experiment
        if frames[-1].held_out:
            assert arrays["test_loss"].tolist() == [frame.held_out.loss for frame in frames]


def schema(text: str) -> dict[str, tuple[str, str]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
    return {row[0].strip("`"): (row[1], row[2]) for row in rows if len(row) == 4 and row[0].startswith("`")}


def test_every_array_is_documented_with_its_shape_and_its_type(histories):
    told = schema((ROOT / "docs" / "record.md").read_text("utf-8"))
    assert told == schema(record.__doc__)
    met = set()
    for history in histories.values():
        sizes: dict[str, int] = {}
        for name, array in unpacked(record_file(history))[0].items():
            (entry,) = [one for one in told if re.fullmatch(NAMES.get(one, one), name)]
            met.add(entry)
            axes, kind = told[entry]
            open_end = axes.endswith("…")
            named = axes.replace("…", "").split()
            assert array.ndim == len(named) or (open_end and array.ndim > len(named)), name
            assert all(sizes.setdefault(axis, size) == size for axis, size in zip(named, array.shape, strict=False)), (
                name
            )
            assert entry == "task.*" or kind == ("str" if array.dtype.kind == "U" else array.dtype.name), name
    assert met == told.keys()


def column(table: list[list[str]], name: str) -> list[str]:
    return [row[table[0].index(name)] for row in table[1:]]


def test_the_tables_are_the_arrays(histories):
    arrays, read = unpacked(record_file(histories["classify"]))
    o = histories["classify"].opening
    assert [float(cell) for cell in column(read["losses.csv"], "loss")] == arrays["loss"].tolist()
    assert [float(cell) for cell in column(read["test_lines.csv"], "score")] == arrays["test_score"].tolist()
    units = np.array([row[3:] for row in read["hidden.csv"][1:]], np.float32)
    assert np.array_equal(units.reshape(arrays["hidden"].shape), arrays["hidden"])
    assert column(read["hidden.csv"], "token")[: o.inputs] == list(o.probe[: o.inputs])
    said = read["predictions.csv"]
    chances = np.array(column(said, "probability"), np.float32)
    assert np.array_equal(chances.reshape(arrays["top_probabilities"].shape), arrays["top_probabilities"])
    ids = [o.classes.index(name) for name in column(said, "class")]
    assert ids == arrays["top_classes"].flatten().tolist()
    counts = np.array([row[1:] for row in read["confusion.csv"][1:]], int)
    truth = [target for line in o.held_out for target in line.targets]
    best = arrays["test_predictions"][-1].flatten().tolist()
    assert counts.sum() == len(truth)
    assert all(counts[t, b] == list(zip(truth, best, strict=True)).count((t, b)) for t in (0, 1) for b in (0, 1))
    vectors = np.array(read["vectors.tsv"], np.float32)
    assert np.array_equal(vectors, arrays["weights.embedding.weight"][-1])
    assert [row[0] for row in read["metadata.tsv"]] == list(o.vocabulary)


def test_attention_and_both_embeddings_of_an_encoder_and_decoder_are_there(histories):
    arrays, read = unpacked(record_file(histories["seq2seq"]))
    weights = np.array(column(read["attention.csv"], "weight"), np.float32)
    assert np.array_equal(weights.reshape(arrays["task.weights"].shape), arrays["task.weights"])
    assert np.array_equal(
        np.array(read["target_vectors.tsv"], np.float32), arrays["weights.target_embedding.weight"][-1]
    )
    parts = {tuple(row[1:4]) for row in read["gates.csv"][1:]}
    assert parts == {("encoder", "1", "0"), ("decoder", "1", "0")}


def test_numbers_that_are_predicted_are_there_in_their_own_units(histories):
    arrays, read = unpacked(record_file(histories["series"]))
    said = np.array(column(read["predictions.csv"], "predicted"), np.float32)
    assert np.array_equal(said.reshape(arrays["task.predicted"].shape), arrays["task.predicted"])


def test_gates_are_those_of_a_plain_cell(histories):
    """Of torch's own cell, whose gates are found by what it makes of its state."""
    arrays, read = unpacked(record_file(histories["next"]))
    history, newest = histories["next"], str(histories["next"].epoch)
    w = {
        name: torch.from_numpy(arrays[f"weights.lstm.{name}_l0"][-1])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    embedding = torch.from_numpy(arrays["weights.embedding.weight"][-1])
    cell = nn.LSTMCell(2, 3)
    cell.load_state_dict(w)
    rows = [row for row in read["gates.csv"][1:] if row[0] == newest]
    table = {(row[4], int(row[5])): np.array(row[7:], np.float32) for row in rows}
    h = c = torch.zeros(1, 3)
    with torch.no_grad():
        for step, token in enumerate(history.opening.probe[: history.opening.inputs], start=1):
            x = embedding[[history.opening.vocabulary.index(token)]]
            total = x @ w["weight_ih"].T + w["bias_ih"] + h @ w["weight_hh"].T + w["bias_hh"]
            i, f, g, o = total.chunk(4, dim=1)
            h, c = cell(x, (h, c))
            wanted = {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid(), "c": c, "h": h}
            for name, value in wanted.items():
                assert np.allclose(table[name, step], value[0].numpy(), atol=1e-6), (name, step)


def test_large_tables_have_fewer_epochs_and_the_first_and_the_newest(histories, monkeypatch):
    monkeypatch.setattr(tables, "NUMBERS", 3 * histories["next"].frames[0].hidden.size)
    arrays, read = unpacked(record_file(histories["next"]))
    assert [*dict.fromkeys(column(read["hidden.csv"], "epoch"))] == ["0", "2", "4"]
    assert [*dict.fromkeys(column(read["gates.csv"], "epoch"))] == ["0", "4"]
    assert arrays["frame_epoch"].tolist() == [0, 1, 2, 3, 4]


def test_what_a_reader_typed_is_no_formula():
    text = "=1+1 | @SUM(A1) =x\n+2 | ＝y\t-3 @SUM(A1)\n=1+1 | =x -3\n+2 | ＝y =x"
    history = history_of("classify", text=text, head="linear")
    _, read = unpacked(record_file(history))
    cells = [cell for table in read.values() for row in table for cell in row]
    assert {"'=1+1", "'+2", "'@SUM(A1)", "'=x", "'＝y", "'-3"} <= set(cells)
    bad = {cell for cell in cells if FORMULA.match(cell) and not re.fullmatch(r"-\d+(\.\d*)?(e[-+]\d+)?", cell)}
    assert bad == set()


def test_cells_follow_the_rules_of_the_browsers():
    rules = (ROOT / "pages" / "components" / "save" / "csv.js").read_text("utf-8")
    assert f"/^{FORMULA.pattern}/" in rules
    assert f"/{QUOTED.pattern}/" in rules


def test_the_command_writes_either_into_a_file_and_neither_to_a_terminal(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("rnnlab.training.fold.MOMENT", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    fields = ["--preset", "two-layers", "--epochs", "2", "--lang", "en"]
    written = {}
    for to in ("weights", "record"):
        with (tmp_path / to).open("w") as file:
            monkeypatch.setattr(sys, "stdout", file)
            assert main(["export", "--to", to, *fields]) == 0
        written[to] = (tmp_path / to).read_bytes()
    e = Experiment(preset="two-layers", epochs=2)
    assert open_weights(written["weights"]).losses == run(e).losses
    assert unpacked(written["record"])[0]["loss"].tolist() == run(e).losses
    monkeypatch.undo()
    assert "epoch 2 / 2" in capfd.readouterr().err  # how far it is
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["export", "--to", "weights", *fields]) == 2
    told = capfd.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert "two-layers.safetensors" in told.err
