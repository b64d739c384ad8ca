"""What clipping does in the preset `clipping`: the figures that its text gives.

    python -m scripts.clipping [seeds] [language of its text]

For each seed with and without clipping: the loss of the first and last epoch, in how many epochs the norm was above
1, and how often the loss rose by more than a tenth from one epoch to the next.
"""

import sys

import numpy as np
import torch

from rnnlab import run
from rnnlab.experiment import preset_experiment


def main(seeds: int = 10, lang: str = "zh") -> None:
    torch.set_num_threads(1)
    print("| clip | seed | first loss | last loss | largest norm | epochs above 1 | times it rose | ended |")
    print("|---|---|---|---|---|---|---|---|")
    for clip in (1.0, 0.0):
        for seed in range(seeds):
            history = run(preset_experiment("clipping", lang, clip=clip, seed=seed))
            losses, norms = np.array(history.losses), np.array([s.norm for s in history.snapshots])
            rises = int((losses[1:] > 1.1 * losses[:-1]).sum())
            print(
                f"| {clip:g} | {seed} | {losses[0]:.3g} | {losses[-1]:.3g} | {norms.max():.3g} | {(norms > 1).sum()} | "
                f"{rises} | {history.ended} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10, *sys.argv[2:3])
