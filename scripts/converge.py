"""Of twenty seeds of each lesson, how many reach what the lesson is for: the table in the README.

    python -m scripts.converge [seeds] [lesson …]

`right` is the share of targets predicted right in the last epoch of training, `held out` that of the lines that were
never trained on, by the last frame (of whole sequences where the network writes them), `loss` that of the last epoch.
"""

import sys
from statistics import median
from time import perf_counter

import torch

from rnnlab import Experiment, run
from rnnlab.history import History
from rnnlab.presets import PRESETS

# What counts as reached. A bound, not a wish: most lessons of `next` can be learnt by heart.
GOALS: dict[str, tuple[str, float]] = {name: ("right", 0.99) for name in PRESETS} | {
    "clipping": ("loss", 0.5),
    "text-classification": ("held out", 0.95),
    "lstm-classifier": ("held out", 0.90),
    "bilstm": ("held out", 0.95),
    "gru-tagger": ("held out", 0.90),
    "seq2seq": ("held out", 0.90),
    "attention": ("held out", 0.95),
}


def reached(history: History, kind: str) -> float:
    """What a run came to, in the terms of its goal."""
    held = history.frames[-1].held
    if kind == "held out":
        return held.score if held else 0.0
    return history.losses[-1] if kind == "loss" else history.snapshots[-1].accuracy


def main(seeds: int = 20, *lessons: str) -> None:
    torch.set_num_threads(1)
    print("| lesson | goal | seeds that reach it | worst | median | seconds a run |")
    print("|---|---|---:|---:|---:|---:|")
    for name in lessons or PRESETS:
        kind, goal = GOALS[name]
        began = perf_counter()
        values = sorted(reached(run(Experiment(preset=name, seed=seed)), kind) for seed in range(seeds))
        seconds = (perf_counter() - began) / seeds
        if kind == "loss":
            met, worst, sign = sum(value <= goal for value in values), values[-1], "≤"
        else:
            met, worst, sign = sum(value >= goal for value in values), values[0], "≥"
        row = f"| `{name}` | {kind} {sign} {goal:g} | {met} of {seeds} | {worst:.3g} | {median(values):.3g} | {seconds:.1f} |"
        print(row, flush=True)


if __name__ == "__main__":
    main(*(int(argument) if argument.isdigit() else argument for argument in sys.argv[1:]))
