"""How many seeds of each cell learn the preset `long-range`: the figures that its text gives.

    python -m scripts.longrange [seeds]

A seed has learnt it when, after the last epoch, the last character of all four lines is predicted right.
"""

import sys
from time import perf_counter

import torch

from rnnlab import Experiment, run
from rnnlab.data import batch_of
from rnnlab.experiment import choices
from rnnlab.inspection.trace import network
from rnnlab.records.history import History


def answers(history: History) -> int:
    """Of how many lines the last prediction is right."""
    data, model = network(history.experiment, history.checkpoints[-1].weights)
    with torch.no_grad():
        best = model(batch_of(data.pairs)).logits[:, -1].argmax(-1).tolist()
    return sum(guess == pair.targets[-1] for guess, pair in zip(best, data.pairs, strict=True))


def main(seeds: int = 10) -> None:
    torch.set_num_threads(1)
    print("| cell | seeds solved | lines right, seed by seed | first epoch without a mistake | seconds a run |")
    print("|---|---|---|---|---|")
    for cell in choices("cell"):
        right, first = [], []
        began = perf_counter()
        for seed in range(seeds):
            history = run(Experiment(preset="long-range", cell=cell, seed=seed))
            right.append(answers(history))
            first.append(next((s.epoch for s in history.snapshots if s.accuracy == 1.0), None))
        seconds = (perf_counter() - began) / seeds
        solved = sum(n == history.opening.sequences for n in right)
        epochs = " ".join(str(epoch or "–") for epoch in first)
        print(f"| {cell} | {solved} of {seeds} | {' '.join(map(str, right))} | {epochs} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
