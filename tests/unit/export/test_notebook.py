"""An exported notebook runs from top to bottom: its losses are the lab's to every digit, its figures of the same
states."""

import base64
import random
from itertools import islice
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest

from rnnlab import Experiment, LabError, run
from rnnlab.experiment import preset_experiment
from rnnlab.export import notebook, script, weights_file
from rnnlab.export.trained import trained_script
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.presets.presets import PRESETS
from tests.support.cases import some_now
from tests.support.catalogue import EN
from tests.support.exported import drawn, expected, expected_of, trained_ones

PLOTLY = "application/vnd.plotly.v1+json"


def cells(e: Experiment, lang: str = "en") -> list[Any]:
    file = nbformat.reads(notebook(e, lang), as_version=4)
    nbformat.validate(file)
    return file.cells


def executed(e: Experiment, folder, lang: str = "en") -> list[Any]:
    """The outputs of all its cells, in order."""
    file = nbformat.reads(notebook(e, lang), as_version=4)
    nbclient.NotebookClient(file, resources={"metadata": {"path": str(folder)}}).execute()
    return [output for cell in file.cells if cell.cell_type == "code" for output in cell.outputs]


def figures(outputs: list[Any]) -> list[Any]:
    return [output.data[PLOTLY] for output in outputs if PLOTLY in output.get("data", {})]


def streamed(outputs: list[Any]) -> list[str]:
    return "".join(output.text for output in outputs if output.output_type == "stream").splitlines()


def numbers(values: Any) -> np.ndarray:
    """Of a figure's JSON, where an array is a list, or its bytes in base64."""
    if not isinstance(values, dict):
        return np.array(values)
    found = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return found.reshape([int(size) for size in values["shape"].split(",")]) if "shape" in values else found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_draws_the_losses_and_hidden_states_of_the_lab(lang, tmp_path):
    e = preset_experiment("words-next", lang)
    history = run(e)
    outputs = executed(e, tmp_path, lang)
    losses, hidden = figures(outputs)
    assert streamed(outputs)[: len(expected(e, lang))] == expected(e, lang)
    np.testing.assert_array_equal(numbers(losses["data"][0]["y"]), history.losses)
    np.testing.assert_allclose(numbers(hidden["data"][0]["z"]).T, history.frames[-1].hidden, rtol=1e-5, atol=1e-6)
    answers = [line.split("  ") for line in streamed(outputs)[len(expected(e, lang)) :]]
    assert tuple(answer[2] for answer in answers) == history.predicted


@pytest.mark.thorough
def test_it_draws_attention_which_is_shared_out_wholly(tmp_path):
    e = preset_experiment("attention", "en").model_copy(update={"epochs": 2})
    _, states, attention = figures(executed(e, tmp_path))
    weights = numbers(attention["data"][0]["z"])
    assert weights.shape == (len(attention["data"][0]["y"]), numbers(states["data"][0]["z"]).shape[1])
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
    assert weights.min() >= 0


@pytest.mark.parametrize("name", some_now(list(PRESETS), ("hello-world",)))
def test_the_cells_of_every_example_print_the_labs_losses_and_what_it_answers(name, printed):
    e = preset_experiment(name, "zh")
    e = e.model_copy(update={"epochs": min(e.epochs, 2)})
    lines = expected(e, "zh")
    program = "\n".join(cell.source for cell in cells(e, "zh") if cell.cell_type == "code")
    found = printed(program)
    assert found[: len(lines)] == lines
    assert e.reads_numbers or all("%" in answer for answer in found[len(lines) :])


@pytest.mark.parametrize(
    ("first", "count"), [(0, 6), pytest.param(2_000, 60, marks=pytest.mark.thorough)], ids=["few", "many"]
)
def test_so_do_those_of_any_experiment_and_they_answer_as_the_trained_weights_do(first, count, alone):
    folder, printed = alone
    for e, history in islice(trained_ones(first), count):
        lines = expected_of(history, "en")
        found = printed("\n".join(cell.source for cell in cells(e) if cell.cell_type == "code"))
        assert found[: len(lines)] == lines, e
        content = weights_file(history.opening, history.snapshots, history.checkpoints[-1])
        (folder / "any.safetensors").write_bytes(content)
        answers = printed(trained_script(e, "any.safetensors", history.epoch, "en"))
        assert answers
        if history.ended != "diverged":  # then the lab has kept weights from before, which are numbers
            assert found[len(lines) :] == ([] if e.reads_numbers else answers), e


def test_its_first_cells_are_the_script_of_any_experiment():
    """Line by line, but for the two that keep every loss for the chart: so what holds of scripts holds of notebooks."""
    same = 0
    for seed in range(3_000, 3_000 + 4 * 300):
        try:
            e = Experiment(**drawn(random.Random(seed)))
            _, *program = script(e, "zh").split("\n\n\n", 1)
        except LabError:  # these settings do not go together
            continue
        first = [cell.source for cell in cells(e, "zh") if cell.cell_type == "code"][:5]
        kept = [line for line in "\n\n\n".join(first).split("\n") if not line.lstrip().startswith("losses")]
        assert ["\n".join(kept) + "\n"] == program, seed
        same += 1
    assert same >= 300


def test_every_cell_has_words_before_it_and_none_is_left_over():
    t = translator("en")
    kinds = [cell.cell_type for cell in cells(preset_experiment("attention", "en"))]
    assert kinds == ["markdown", *["markdown", "code"] * 9, "markdown"]
    found = [cell.source for cell in cells(preset_experiment("attention", "en")) if cell.cell_type == "markdown"]
    elsewhere = {"notebook.true", "notebook.predicted", "notebook.weights"}  # on axes, and in that which is trained
    told = [id for id in EN if id.startswith("notebook.") and id not in elsewhere]
    assert all(any(t(id) in words for words in found) for id in told)
