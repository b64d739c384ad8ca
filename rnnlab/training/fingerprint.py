"""What this process computes, in a few words: where they are the same, runs give the same numbers to the last digit.

Versions do not tell. Which instructions torch and its libraries choose for a matrix product depends on the processor,
and on settings of the environment (`ATEN_CPU_CAPABILITY`, `MKL_CBWR`, `DNNL_MAX_CPU_ISA`); they add in another order,
and training carries that into digits that are shown. So a few tiny runs are made, and what they come to is compared.
"""

import hashlib

import torch

from rnnlab.experiment import Experiment
from rnnlab.training.device import device_used
from rnnlab.training.fold import run

LINE = " ".join("abcdefghijkl"[step * step % 12] for step in range(60))

# One sequence alone and many in a batch, in sizes that fill vector registers; every cell, optimizer and kind of pass.
RUNS = (
    Experiment(text=LINE, hidden=64, embed=32, epochs=3),
    Experiment(
        **{"text": LINE, "cell": "lstm", "hidden": 64, "embed": 32, "layers": 2, "dropout": 0.3, "epochs": 2},
        **{"window": 10, "batch": 8, "clip": 1.0, "optimizer": "rmsprop"},
    ),
    Experiment(
        **{"task": "classify", "text": "x | a b c d e\ny | b c\nx | a c e\ny | d c b a", "held_out": 0.0, "epochs": 2},
        **{"cell": "gru", "hidden": 32, "embed": 16, "bidirectional": True, "packed": True},
    ),
    Experiment(
        **{"task": "tag", "text": "a/X b/Y c/X\nb/Y a/X\nc/X b/Y a/X c/X", "held_out": 0.0, "epochs": 2},
        **{"cell": "mgu", "hidden": 32, "embed": 16, "optimizer": "sgd"},
    ),
    Experiment(task="seq2seq", data="reversal", pairs=16, cell="gru", hidden=32, embed=16, epochs=1),
)


def fingerprint() -> dict[str, str]:
    """What decides digits here, by name: the instructions that torch has chosen ("AVX512"), how many threads compute, a
    GPU where that trains, and a digest of all losses and weights of `RUNS` ("1f03c2")."""
    digest = hashlib.sha256()
    for history in map(run, RUNS):
        digest.update(repr(history.losses).encode())
        digest.update(history.checkpoints[-1].weights)
    return {
        "CPU": torch.backends.cpu.get_cpu_capability(),
        "threads": str(torch.get_num_threads()),
        "GPU": device_used(),
        "digits": digest.hexdigest()[:6],
    }
