"""The lab from a shell.

    python -m rnnlab run --preset words-next --seed 0 --json

Every field of `Experiment` is an option; what is not given comes from the preset.
"""

import argparse
import json
import locale
import math
import sys

from rnnlab import Experiment, History, LabError, run
from rnnlab.experiment import choices
from rnnlab.experiment.limits import BOUNDS
from rnnlab.i18n import LANGUAGES, describe, first_language, translator

PRINTED = 10  # epochs from one printed line to the next


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 for input that can't be used."""
    options = vars(parser().parse_args(arguments))
    lang = options.pop("lang") or first_language(locale.getlocale()[0])
    as_json = options.pop("json")
    del options["command"]
    try:
        history = run(Experiment(**options))
    except LabError as error:
        for problem in error.problems:
            print(describe(problem, lang), file=sys.stderr)
        return 2
    print(to_json(history) if as_json else to_lines(history, lang))
    return 0


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser("python -m rnnlab", description="RNN Lab without its pages.")
    command = root.add_subparsers(dest="command", required=True).add_parser("run", help="train, and print the losses")
    command.add_argument("--json", action="store_true", help="losses, seconds, predicted and experiment as JSON")
    command.add_argument("--lang", choices=LANGUAGES, help="language of messages; by default the shell's")
    for name in Experiment.model_fields:
        command.add_argument(f"--{name}", default=argparse.SUPPRESS, metavar=values(name))
    return root


def values(name: str) -> str:
    """What a field takes, for the help."""
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return f"{low:g}..{high:g}"
    if Experiment.model_fields[name].annotation is bool:
        return "true|false"
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
    t, epochs = translator(lang), history.experiment.epochs
    lines = [
        f"{t('status.epoch', epoch=epoch, epochs=epochs)}  {t('status.loss', loss=f'{loss:.6f}')}"
        for epoch, loss in enumerate(history.losses, start=1)
        if epoch % PRINTED == 1 or epoch == history.epoch
    ]
    if history.ended in ("time", "diverged"):
        lines.append(t(f"ended.{history.ended}", epoch=history.epoch))
    return "\n".join([*lines, f"{t('strip.predicted')}: {joined(history)}"])


def joined(history: History) -> str:
    """What the network predicts after each token it read, as text."""
    return (history.opening.joiner if history.opening.written else " ").join(history.predicted)


if __name__ == "__main__":
    sys.exit(main())
