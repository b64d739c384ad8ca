"""The lab from a shell.

    rnnlab run --preset words-next --seed 0 --json
    rnnlab race --preset words-next --vary cell=rnn,lstm,gru --seeds 3
    rnnlab export --preset words-next --seed 0 > words_next.py
    rnnlab export --preset words-next --seed 0 --to weights > words_next.safetensors
    rnnlab export --preset words-next --seed 0 --to trained > words_next.zip
    rnnlab app --server.port 8600

`run` trains without a browser: every field of `Experiment` is an option, and what is not given comes from the preset.
`race` trains variants of one side by side, and says which did best.
`export` writes the same training as a program of PyTorch alone, or as a notebook, which print the same losses; or it
trains, and writes the weights (safetensors), program and weights together (a zip), or the whole record (a zip of an npz
and tables): these are no text, and go into a file.
`app` serves the pages; what follows it is said to `streamlit run`. In a checkout it is `python -m rnnlab` instead.
"""

import argparse
import json
import locale
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from rnnlab import ROOT, Experiment, History, LabError, run
from rnnlab.engine import open_engine
from rnnlab.experiment import choices
from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.race_plan import RacePlan, grid, suggested_axis, validated_values
from rnnlab.i18n import (
    LANGUAGES,
    Problem,
    describe,
    first_language,
    print_anywhere,
    print_progress,
    shorten,
    translator,
    visible,
)
from rnnlab.races import report
from rnnlab.races.race import finished

PRINTED = 10  # epochs from one printed line to the next
FILES = {"weights": "safetensors", "trained": "zip", "record": "zip"}  # what is no text, and how its file's name ends


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 for input that can't be used."""
    print_anywhere()
    commands = parser()
    known, rest = commands.parse_known_args(arguments)
    if known.command == "app":
        return serve(rest)
    if rest:
        commands.error(f"unrecognized arguments: {' '.join(rest)}")
    options = vars(known)
    lang = options.pop("lang") or first_language(locale.getlocale()[0])
    as_json, to = options.pop("json", False), options.pop("to", "")
    plan = {name: options.pop(name) for name in ("vary", "seeds", "equal")} if known.command == "race" else {}
    del options["command"]
    if as_json or to:
        print_anywhere("utf-8")  # what JSON is, and a program's text, on any console
    try:
        e = Experiment(**options)
        if to in FILES:
            write_file(e, to, lang)
            return 0
        print(written(e, to, lang) if to else raced(e, plan, as_json, lang) if plan else trained(e, as_json, lang))
    except LabError as error:
        for problem in error.problems:
            print(describe(problem, lang), file=sys.stderr)
        return 2
    return 0


def trained(e: Experiment, as_json: bool, lang: str) -> str:
    history = run_telling(e, lang)
    return to_json(history) if as_json else to_lines(history, lang)


def run_telling(e: Experiment, lang: str) -> History:
    """On a terminal it is said how far it is."""
    t = translator(lang)
    try:
        return run(e, told=lambda so_far: print_progress(t("status.epoch", epoch=so_far.epoch, epochs=e.epochs)))
    finally:
        print_progress("")


def raced(e: Experiment, plan: dict[str, Any], as_json: bool, lang: str) -> str:
    varied: dict[str, list[str]] = {}
    for option in plan["vary"]:
        name, equals, values = option.partition("=")
        if not (name and equals and values):
            raise LabError(Problem("vary", "", {"value": shorten(option)}))
        varied.setdefault(name, []).extend(values.split(","))
    axes = {name: validated_values(e, name, values) for name, values in varied.items()} or suggested_axis(e)
    seeds = (1 if "seed" in axes else 3) if plan["seeds"] is None else plan["seeds"]
    agreed, engine = RacePlan(e, grid(axes), seeds, plan["equal"]), open_engine()
    try:
        race = finished(engine, agreed, lambda so_far: print_progress(f"{so_far.progress:.0%}"))
    finally:
        engine.close()
        print_progress("")
    return report.to_json(race) if as_json else report.to_lines(race, translator(lang))


def written(e: Experiment, to: str, lang: str) -> str:
    from rnnlab import export  # here, for torch takes seconds to import, and a wrong option is to be told at once

    return {"script": export.script, "notebook": export.notebook}[to](e, lang).rstrip("\n")


def write_file(e: Experiment, to: str, lang: str) -> None:
    """Train, and write what is no text. Raises LabError where it would go to a terminal."""
    if sys.stdout.isatty():
        raise LabError(Problem("terminal", "", {"value": to, "name": f"{e.preset}.{FILES[to]}"}))
    from rnnlab import export

    history = run_telling(e, lang)
    known = history.opening, history.snapshots, history.checkpoints[-1]
    if to == "weights":
        content = export.weights_file(*known)
    elif to == "trained":
        content = export.trained_file(*known, lang)
    else:
        content = export.record_file(history)
    sys.stdout.buffer.write(content)


class Parser(argparse.ArgumentParser):
    """What is wrong is said in one line: usage names every field there is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    root = Parser("rnnlab", description="RNN Lab: a playground for recurrent networks.")
    commands = root.add_subparsers(dest="command", metavar="app|run|race|export", required=True)
    commands.add_parser("app", help="the pages, in a browser; further options go to `streamlit run`")
    command = commands.add_parser("run", help="train without a browser, and print the losses")
    command.add_argument("--json", action="store_true", help="losses, seconds, predicted and experiment as JSON")
    add_experiment(command)
    command = commands.add_parser("race", help="train variants side by side, and say which did best")
    command.add_argument("--vary", action="append", default=[], metavar="FIELD=VALUE,VALUE", help="given twice: a grid")
    command.add_argument("--seeds", type=int, help="runs of each variant; 3, or 1 where seeds vary")
    command.add_argument("--equal", action="store_true", help="the same number of parameters for all")
    command.add_argument("--json", action="store_true", help="plan, standings and every run's numbers as JSON")
    add_experiment(command)
    command = commands.add_parser(
        "export", help="write a program or a notebook that trains the same, weights, both, or a record"
    )
    command.add_argument("--to", choices=("script", "notebook", *FILES), default="script", help="what to write")
    add_experiment(command)
    return root


def add_experiment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=LANGUAGES, help="language of messages; by default the shell's")
    for name in Experiment.model_fields:
        command.add_argument(f"--{name}", default=argparse.SUPPRESS, metavar=values(name))


def serve(options: list[str]) -> int:
    """Become Streamlit's server of the pages. It runs in the folder that they lie in, wherever it is called from: there
    it finds the lab's settings, and no module of the reader's own that has a library's name."""
    os.chdir(pages_folder())
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    if os.name == "posix":
        os.execv(sys.executable, command)
    return subprocess.call(command)  # Windows: a shell there does not wait for what a program has become


def pages_folder() -> Path:
    """Where app.py is: beside the package in a checkout, in a folder of its own where a wheel was installed."""
    installed = ROOT.parent / "rnnlab_app"
    return installed if installed.is_dir() else ROOT.parent


def values(name: str) -> str:
    """What a field takes, for the help."""
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return f"{low:g}..{high:g}"
    if Experiment.model_fields[name].annotation is bool:
        return "true|false"
    if name == "lr_changes":
        return "EPOCH:RATE"
    return "TEXT" if name in ("text", "target", "words", "sentence") else "|".join(choices(name))


def to_json(history: History) -> str:
    """Not-a-number has no place in JSON: a loss that diverged is null."""
    return json.dumps(
        {
            "losses": [loss if math.isfinite(loss) else None for loss in history.losses],
            "seconds": round(history.seconds, 3),
            "predicted": joined(history),
            "ended": history.ended,
            "experiment": history.experiment.model_dump(),
        },
        ensure_ascii=False,
    )


def to_lines(history: History, lang: str) -> str:
    t, e, epochs = translator(lang), history.experiment, history.experiment.epochs
    lines = [
        f"{t('status.epoch', epoch=epoch, epochs=epochs)}  {t('status.loss', loss=f'{loss:.6f}')}"
        + (f"  {t('status.learning_rate', rate=f'{e.rate_after(epoch - 1):g}')}" if e.lr_changes else "")
        for epoch, loss in enumerate(history.losses, start=1)
        if epoch % PRINTED == 1 or epoch == history.epoch
    ]
    lines += [describe(note, lang) for note in history.opening.notes]
    if history.ended in ("time", "diverged"):
        lines.append(t(f"ended.{history.ended}", **history.ending))
    return "\n".join([*lines, f"{t('strip.predicted')}: {visible(joined(history))}"])


def joined(history: History) -> str:
    """What the network predicts after each token it read, as text."""
    return (history.opening.joiner if history.opening.predicts_text else " ").join(history.predicted)


if __name__ == "__main__":
    sys.exit(main())
