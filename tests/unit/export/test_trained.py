"""A program that has the trained weights beside it, in a process without the lab: it says what the lab has recorded of
its first line."""

import io
import os
import subprocess
import sys
import zipfile

import nbclient
import nbformat
import pytest

from rnnlab import Experiment, History, run
from rnnlab.__main__ import main
from rnnlab.export import open_weights, script, trained_file
from rnnlab.i18n import LANGUAGES
from tests.support.exported import expected

PAIRS = {"task": "seq2seq", "text": "a b c | x y\nb a | y\nc b a b | z y x"}
LABELS = {"task": "classify", "text": "good | we like rain\nbad | we fear the long rain\ngood | rain\nbad | fear"}
TAGS = {"task": "tag", "text": "we/r like/v rain/n\nthey/r fear/v long/a rain/n"}
DROPOUT = {"layers": 2, "dropout": 0.6, "dropout_embed": 0.4, "dropout_head": 0.4}
KINDS = (
    {"cell": "lstm", "text": "a b c\nb d a\nc c d b a"} | DROPOUT,
    {"cell": "mgu", "bidirectional": True} | TAGS | DROPOUT,
    {"cell": "gru", "packed": True} | LABELS | DROPOUT,
    {"cell": "lstm", "attention": "additive", "packed": True, "teacher": 0.5} | PAIRS | DROPOUT,
    {"cell": "mgu", "attention": "dot"} | PAIRS | DROPOUT,
    {"cell": "rnn", "carry": True, "class_weights": "balanced", "text": "a b c d a"},
)


def told(history: History) -> list[tuple[str, str]]:
    """The likeliest class and its probability, wherever something was predicted at the newest frame."""
    frame, classes = history.frames[-1], history.opening.classes
    ranked = zip(frame.top_classes[:, 0].tolist(), frame.top_probabilities[:, 0].tolist(), strict=True)
    found = [(classes[best], f"{chance:.0%}") for best, chance in ranked if best >= 0]
    return found[-1:] if history.experiment.task == "classify" else found


def answered(lines: list[str]) -> list[tuple[str, str]]:
    return [(one[-3], one[-2]) for one in (line.split("  ") for line in lines)]


def unpacked(content: bytes, folder) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.extractall(folder)
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.parametrize("fields", KINDS, ids=lambda fields: "-".join(map(str, fields.values()))[:30])
def test_it_answers_as_the_lab_does_without_dropout(fields, alone):
    folder, printed = alone
    e = Experiment(**{"tokenizer": "words", "hidden": 5, "embed": 4, "epochs": 6} | fields)
    history = run(e)
    unpacked(trained_file(history.opening, history.snapshots, history.checkpoints[-1], "en"), folder)
    assert answered(printed((folder / "words_next_trained.py").read_text("utf-8"))) == told(history)


def test_of_numbers_it_tells_both_in_their_own_units(alone):
    folder, printed = alone
    e = Experiment(task="series", text="1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2", hidden=4, epochs=5)
    history = run(e)
    unpacked(trained_file(history.opening, history.snapshots, history.checkpoints[-1], "en"), folder)
    said = printed((folder / "words_next_trained.py").read_text("utf-8"))
    predicted = history.frames[-1].task_arrays["predicted"][: len(said)].tolist()
    assert said[0] == f"1  →  {predicted[0]:.4g}  (true 2)"
    assert [float(line.split()[2]) for line in said] == pytest.approx(predicted, rel=1e-3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_writes_three_files_that_work_beside_each_other_wherever_they_are(
    lang, tmp_path, monkeypatch, printed
):
    fields = {"preset": "two-layers", "epochs": 12, "seed": 4}
    with (tmp_path / "made.zip").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        options = [part for name, value in fields.items() for part in (f"--{name}", str(value))]
        assert main(["export", "--to", "trained", "--lang", lang, *options]) == 0
    monkeypatch.undo()
    e = Experiment(**fields)
    files = unpacked((tmp_path / "made.zip").read_bytes(), tmp_path / "my files")
    assert set(files) == {f"two_layers{end}" for end in (".py", "_trained.py", "_trained.ipynb", ".safetensors")}
    assert files["two_layers.py"].decode() == script(e, lang)
    assert printed(files["two_layers.py"].decode()) == expected(e, lang)
    assert open_weights(files["two_layers.safetensors"]).losses == run(e).losses
    command = [sys.executable, str(tmp_path / "my files" / "two_layers_trained.py")]
    console = os.environ | {"PYTHONIOENCODING": "gbk", "PYTHONPATH": ""}  # which has a sign for neither right nor wrong
    done = subprocess.run(command, cwd="/", env=console, capture_output=True, encoding="gbk", check=True)
    assert answered(done.stdout.splitlines()) == told(run(e))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_notebook_answers_and_draws_the_same(lang, tmp_path):
    e = Experiment(preset="gru", epochs=9, seed=2)
    history = run(e)
    unpacked(trained_file(history.opening, history.snapshots, history.checkpoints[4], lang), tmp_path)
    file = nbformat.read(tmp_path / "gru_trained.ipynb", as_version=4)
    nbformat.validate(file)
    nbclient.NotebookClient(file, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in file.cells if cell.cell_type == "code" for output in cell.outputs]
    said = "".join(output.text for output in outputs if output.output_type == "stream").splitlines()
    assert answered(said) == told(run(e.model_copy(update={"epochs": 4})))
    assert "RNN Lab" in file.cells[0].source
    assert "optimizer" not in "".join(cell.source for cell in file.cells if cell.cell_type == "code")


def test_the_weights_are_those_of_the_epoch_that_was_looked_at(alone):
    folder, printed = alone
    history = run(Experiment(epochs=30))
    unpacked(trained_file(history.opening, history.snapshots, history.checkpoints[3], "en"), folder)
    program = (folder / "words_next_trained.py").read_text("utf-8")
    assert answered(printed(program)) == told(run(Experiment(epochs=3)))
    assert "of epoch 3" in program
