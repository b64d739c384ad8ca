"""Of twenty seeds of each preset, how many reach what the preset is for: a table of docs/measurements.md.

A preset with a twin in another language is two rows.

    python -m scripts.converge [seeds] [preset …]

`right` is the share of targets predicted right in the last epoch of training, of all that can be known: where the same
beginning goes on in two ways, one of them must be wrong. `test` is the accuracy on the lines that were never
trained on, by the last frame (of whole sequences where the network writes them), `loss` that of the last epoch.
"""

import sys
from collections import Counter
from statistics import median
from time import process_time

import torch

from rnnlab import Experiment, run
from rnnlab.experiment import preset_experiment, preset_texts
from rnnlab.presets.presets import PRESETS
from rnnlab.records.history import History
from rnnlab.training.tasks import TASKS

GOALS: dict[str, tuple[str, float]] = dict.fromkeys(PRESETS, ("right", 0.99)) | {
    "paragraph-next": ("right", 0.97),  # shuffled batches: each is judged before the others have taught it
    "clipping": ("loss", 0.5),
    "writer": ("right", 0.98),  # windows begin in mid-text, and two words may begin alike
    "text-classification": ("test", 0.95),
    "lstm-classifier": ("test", 0.90),
    "bilstm": ("test", 0.90),
    "rare-faults": ("test", 0.80),  # it says of none that it is rare
    "gru-tagger": ("test", 0.90),
    "seq2seq": ("test", 0.90),
    "attention": ("test", 0.95),
    "sine": ("loss", 0.02),
    "noisy-sine": ("loss", 0.12),  # noise alone makes 0.08
}


def reached(history: History, kind: str) -> float:
    """What a run came to, in the terms of its goal."""
    held = history.frames[-1].held_out
    if kind == "test":
        return held.score if held else 0.0
    return history.losses[-1] if kind == "loss" else history.snapshots[-1].accuracy / knowable(history.experiment)


def knowable(experiment: Experiment) -> float:
    """The largest share of targets that anything could predict right that reads from left to right."""
    pairs = TASKS[experiment.task].data(experiment).pairs
    if any(len(pair.inputs) != len(pair.targets) for pair in pairs):
        return 1.0
    seen: dict[tuple[int, ...], Counter[int]] = {}
    for pair in pairs:
        for step, target in enumerate(pair.targets):
            seen.setdefault(tuple(pair.inputs[: step + 1]), Counter())[target] += 1
    return sum(max(found.values()) for found in seen.values()) / sum(found.total() for found in seen.values())


def languages(name: str) -> list[str]:
    """Those in which the preset has a text of its own; "" where there is one text for all."""
    texts = preset_texts(name)
    return list(texts) if len(set(texts.values())) > 1 else [""]


def row(name: str, lang: str, seeds: int) -> str:
    kind, goal = GOALS[name]
    began = process_time()
    values = sorted(reached(run(preset_experiment(name, lang, seed=seed)), kind) for seed in range(seeds))
    seconds = (process_time() - began) / seeds
    met = sum(value <= goal if kind == "loss" else value >= goal for value in values)
    worst, sign = (values[-1], "≤") if kind == "loss" else (values[0], "≥")
    figures = f"{met} of {seeds} | {worst:.3g} | {median(values):.3g} | {seconds:.1f}"
    return f"| `{name}` | {lang or '–'} | {kind} {sign} {goal:g} | {figures} |"


def main(seeds: int, *presets: str) -> None:
    torch.set_num_threads(1)
    print("| example | text | goal | seeds that reach it | worst | median | seconds of computing a run |")
    print("|---|---|---|---:|---:|---:|---:|")
    for name in presets or PRESETS:
        for lang in languages(name):
            print(row(name, lang, seeds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, *sys.argv[2:])
