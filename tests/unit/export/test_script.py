"""An exported script prints the losses of the lab to every digit, in a process that knows nothing of the lab."""

import re
from itertools import islice

import pytest

from rnnlab import ROOT, Experiment
from rnnlab.__main__ import main
from rnnlab.cells import CELLS
from rnnlab.experiment import preset_experiment
from rnnlab.export import script
from rnnlab.i18n import LANGUAGES
from rnnlab.presets.presets import PRESETS
from tests.support.cases import some_now
from tests.support.exported import TEXTS, expected, expected_of, trained_ones

LONG = ("attention", "seq2seq", "text-classification", "writer", "brackets")  # two minutes of computing; others: one


@pytest.mark.parametrize("name", some_now(list(PRESETS), ("words-next", "packed", "hello-world")))
def test_the_script_of_every_example_prints_the_labs_losses(name, printed):
    """To the last epoch, but for five long ones, of which only the first three are trained here: docs/measurements.md
    says what all of them came to."""
    for lang in LANGUAGES:
        e = preset_experiment(name, lang)
        e = e.model_copy(update={"epochs": min(e.epochs, 3)}) if name in LONG else e
        lines = expected(e, lang)
        assert lines
        assert printed(script(e, lang)) == lines


@pytest.mark.parametrize(
    ("first", "count"), [(0, 12), pytest.param(1_000, 300, marks=pytest.mark.thorough)], ids=["few", "many"]
)
def test_so_does_that_of_any_experiment(first, count, printed):
    done: list[Experiment] = []
    for e, history in islice(trained_ones(first), count):
        assert printed(script(e, "en")) == expected_of(history, "en"), e
        done.append(e)
    if count >= 300:
        assert {(e.task, e.cell) for e in done} == {(task, cell) for task in TEXTS for cell in CELLS}


def test_what_the_reader_typed_is_only_a_literal(printed):
    text = "'''; import os #\n\"\"\" {x} \\ %s\n\\'' print(1) $(id)"
    e = Experiment(text=text, tokenizer="words", epochs=2)
    assert printed(script(e, "en")) == expected(e, "en")


def test_the_command_prints_the_script(capsys):
    fields = ["--preset", "two-layers", "--epochs", "2", "--seed", "3"]
    assert main(["export", "--to", "script", "--lang", "en", *fields]) == 0
    assert capsys.readouterr().out == script(Experiment(preset="two-layers", epochs=2, seed=3), "en")


def test_a_text_that_is_of_no_use_is_refused_in_one_line(capsys):
    assert main(["export", "--lang", "en", "--text", "a"]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)


def test_the_readme_shows_its_first_lines():
    shown = re.findall(r"```python\n(# .*?)\n```", (ROOT.parent / "README.md").read_text("utf-8"), re.S)
    assert len(shown) == 1
    written = re.sub(" {4}# ", "  # ", script(Experiment(preset="words-next"), "en")).replace("'", '"')
    assert written.startswith(shown[0])  # which is formatted as our own code is
