"""Prints the table of docs/tutorials.md: for each preset what was compared, and the largest difference over the seeds.

    python -m scripts.tutorials [preset …]

Numbers differ by what is written; words, shapes and orders by how many of them are unequal.
"""

import sys
from collections.abc import Callable

import torch

from rnnlab.presets.timeline import AGES
from scripts.tutorials import next_token, sentences, shapes
from scripts.tutorials.comparing import Differences, unequal

SEEDS = (2, 17, 4242)


def preset_history(_: int) -> Differences:
    """The decades in which each way of processing language prevailed."""
    decades = {"rules": 1950, "statistics": 1980, "learning": 1990, "deep": 2010}
    return {"first years": unequal([age.start for age in AGES], decades.values())}


PRESETS: dict[str, Callable[[int], Differences]] = {
    name.removeprefix("preset_").replace("_", "-"): check
    for module in (next_token, shapes, sentences, sys.modules[__name__])
    for name, check in vars(module).items()
    if name.startswith("preset_")
}


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    print("| preset | compared with a plain program | largest difference |", "| --- | --- | ---: |", sep="\n")
    for name in names or PRESETS:
        found = [PRESETS[name](seed) for seed in SEEDS]
        for what in found[0]:
            print(f"| `{name}` | {what} | {max(one[what] for one in found):.2g} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
