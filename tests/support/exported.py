"""What is exported: experiments of any kind, what the lab says of them, and a process that knows nothing of the lab."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from rnnlab import Experiment, History, LabError, run
from rnnlab.__main__ import to_lines
from rnnlab.experiment import choices
from rnnlab.i18n import translator

# Runs each program that comes in, as JSON, and answers with what it has printed.
RUNNER = """\
import importlib.util, io, json, sys
from contextlib import redirect_stdout
assert importlib.util.find_spec("rnnlab") is None
for line in sys.stdin:
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    with redirect_stdout(printed):
        exec(compile(json.loads(line), "script", "exec"), {"__name__": "__main__", "__file__": "script.py"})
    printed.flush()
    print(json.dumps(printed.buffer.getvalue().decode()), flush=True)
"""

TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d b a\nd", "0 1 2\n0 1 3 4 0 1 5 2", "<pad> a\n<pad> b c"],
    "classify": ["good | we like the Rain\nso so | we fear\nbad | we fear the long rain\ngood | rain\ngood | <unk> a"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
    "series": ["1 2 3.5 2 1 0.25 -1 -2 -1 0 1 2 3 2", "0.1, 0.7; 12 5e2 3 2 1 7 9 11"],
}


@contextmanager
def clean_process(folder: Path) -> Iterator[Callable[[str], list[str]]]:
    """What a program prints that runs alone there, without the lab in reach."""
    command = [sys.executable, "-I", "-c", RUNNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdin
        assert process.stdout
        written, answers = process.stdin, process.stdout

        def printed(program: str) -> list[str]:
            written.write(json.dumps(program) + "\n")
            written.flush()
            return json.loads(answers.readline()).splitlines()

        yield printed
        written.close()


def expected(e: Experiment, lang: str) -> list[str]:
    """The lines of `rnnlab run` that tell a loss."""
    return expected_of(run(e), lang)


def expected_of(history: History, lang: str) -> list[str]:
    """Those of a run that has ended."""
    begins = translator(lang)("status.epoch", epoch="", epochs="").split("/")[0].strip().split(" ")[0]
    epochs = str(history.experiment.epochs)
    return [line for line in to_lines(history, lang).splitlines() if line.startswith(begins) and epochs in line]


def trained_ones(first: int) -> Iterator[tuple[Experiment, History]]:
    """Experiments of any kind, drawn with seeds from the first one on, with what the lab makes of them; those whose
    settings do not go together are left out."""
    for seed in count(first):
        try:
            e = Experiment(**drawn(random.Random(seed)))
            yield e, run(e)
        except LabError:
            continue


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
        **{name: rng.choice([0, 0, 0.312345678]) for name in ("dropout", "dropout_embed", "dropout_head", "held_out")},
        **{name: rng.randint(1, 7) for name in ("hidden", "embed")},
        "layers": rng.randint(1, 3),
        "batch": rng.randint(1, 4),
        "seed": rng.randint(0, 99),
        "window": rng.choice([0, 0, 2]),
        "stride": rng.randint(1, 2),
        "max_length": rng.choice([2, 64]),
        "lr": rng.choice([0.001, 0.01, 0.123456789, 3, 1000]),  # the last ones diverge
        "lr_changes": rng.choice(["", "", "3:0.5", "2:0.001 5:0.1"]),
        "epochs": rng.randint(1, 12),
        "clip": rng.choice([0, 0, 0.512345678, 5]),
        "teacher": rng.choice([1, 1, 0.5, 0]),
    }
