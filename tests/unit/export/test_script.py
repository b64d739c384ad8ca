"""An exported script prints the losses of the lab to every digit, in a process that knows nothing of the lab."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rnnlab import Experiment, LabError, run
from rnnlab.__main__ import main, to_lines
from rnnlab.cells import CELLS
from rnnlab.experiment import choices, preset_experiment
from rnnlab.export import script
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.presets.presets import PRESETS
from tests.support.cases import some_now

# Runs each program that comes in, as JSON, and answers with what it has printed.
RUNNER = """\
import importlib.util, io, json, sys
from contextlib import redirect_stdout
assert importlib.util.find_spec("rnnlab") is None
for line in sys.stdin:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(json.loads(line), "script", "exec"), {"__name__": "__main__"})
    print(json.dumps(printed.getvalue()), flush=True)
"""
TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d b a\nd", "0 1 2\n0 1 3 4 0 1 5 2", "<pad> a\n<pad> b c"],
    "classify": ["good | we like the Rain\nso so | we fear\nbad | we fear the long rain\ngood | rain\ngood | <unk> a"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
    "series": ["1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2", "0.1, 0.7; 12 5e2 3 2 1 7 9 11"],
}


@contextmanager
def clean_process(folder) -> Iterator[Any]:
    """What a program prints that runs alone, without the lab in reach."""
    command = [sys.executable, "-I", "-c", RUNNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as process:

        def printed(program: str) -> list[str]:
            process.stdin.write(json.dumps(program) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline()).splitlines()

        yield printed
        process.stdin.close()


def expected(e: Experiment, lang: str) -> list[str]:
    """The lines of `rnnlab run` that tell a loss."""
    begins = translator(lang)("status.epoch", epoch="", epochs="").split("/")[0].strip().split(" ")[0]
    return [line for line in to_lines(run(e), lang).splitlines() if line.startswith(begins) and str(e.epochs) in line]


def drawn(rng: random.Random) -> dict[str, Any]:
    """Settings of any kind, which may not go together."""
    task = rng.choice(sorted(TEXTS))
    of_choices = {
        name: rng.choice(choices(name))
        for name in (*("cell", "impl", "nonlinearity", "input", "head", "readout", "attention", "init"), "loss")
    }
    return of_choices | {
        "task": task,
        "text": rng.choice(TEXTS[task]),
        "tokenizer": rng.choice(["words", "chars"]),
        "class_weights": rng.choice(choices("class_weights")),
        "optimizer": rng.choice(choices("optimizer")),
        **{name: rng.choice([True, False]) for name in ("shuffle", "lower", "bidirectional", "packed", "carry")},
        **{name: rng.choice([0, 0, 0.3]) for name in ("dropout", "dropout_embed", "dropout_head", "held_out")},
        **{name: rng.randint(1, 7) for name in ("hidden", "embed")},
        "layers": rng.randint(1, 3),
        "batch": rng.randint(1, 4),
        "seed": rng.randint(0, 99),
        "window": rng.choice([0, 0, 2]),
        "stride": rng.randint(1, 2),
        "max_length": rng.choice([2, 64]),
        "lr": rng.choice([0.001, 0.01, 0.1, 3, 1000]),  # the last ones diverge
        "lr_changes": rng.choice(["", "", "3:0.5", "2:0.001 5:0.1"]),
        "epochs": rng.randint(1, 12),
        "clip": rng.choice([0, 0, 0.5, 5]),
        "teacher": rng.choice([1, 1, 0.5, 0]),
    }


@pytest.mark.parametrize("name", some_now(list(PRESETS), ("words-next", "packed", "hello-world")))
def test_the_script_of_every_example_prints_the_labs_losses(name, tmp_path):
    with clean_process(tmp_path) as printed:
        for lang in LANGUAGES:
            e = preset_experiment(name, lang)
            e = e.model_copy(update={"epochs": min(e.epochs, 3)})
            lines = expected(e, lang)
            assert lines
            assert printed(script(e, lang)) == lines


@pytest.mark.parametrize(
    ("first", "count"), [(0, 12), pytest.param(1_000, 300, marks=pytest.mark.thorough)], ids=["few", "many"]
)
def test_so_does_that_of_any_experiment(first, count, tmp_path):
    done: list[Experiment] = []
    with clean_process(tmp_path) as printed:
        for seed in range(first, first + 10 * count):
            try:
                e = Experiment(**drawn(random.Random(seed)))
                lines = expected(e, "en")
            except LabError:  # these settings do not go together
                continue
            assert printed(script(e, "en")) == lines, (seed, e)
            done.append(e)
            if len(done) == count:
                break
    assert len(done) == count
    if count >= 300:
        assert {(e.task, e.cell) for e in done} == {(task, cell) for task in TEXTS for cell in CELLS}


def test_what_the_reader_typed_is_only_a_literal(tmp_path):
    text = "'''; import os #\n\"\"\" {x} \\ %s\n\\'' print(1) $(id)"
    e = Experiment(text=text, tokenizer="words", epochs=2)
    with clean_process(tmp_path) as printed:
        assert printed(script(e, "en")) == expected(e, "en")


def test_the_command_prints_the_script(capsys):
    fields = ["--preset", "two-layers", "--epochs", "2", "--seed", "3"]
    assert main(["export", "--to", "script", "--lang", "en", *fields]) == 0
    assert capsys.readouterr().out == script(Experiment(preset="two-layers", epochs=2, seed=3), "en")


def test_a_text_that_is_of_no_use_is_refused_in_one_line(capsys):
    assert main(["export", "--lang", "en", "--text", "a"]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
