"""The training loop where there is a GPU: what has to be moved there, and what has to be made there."""

import re
from collections.abc import Sequence

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.training import listed, modules
from rnnlab.explain.programs.training_loop import ProgramPart

MOVING = """\
device = "cuda" if torch.cuda.is_available() else "cpu"
for module in ({modules}):
    module.to(device)    # a module moves itself, before the optimizer is made
{names} = (one.to(device) for one in ({names}))    # of a tensor there is a copy then: keep it"""
MADE = (  # what programs make on the way, and where it has to be
    (re.compile(r"torch\.arange\(((?:(?!device=)[^()]|\([^()]*\))*)\)"), r"torch.arange(\1, device=device)"),
    (re.compile(r"torch\.ones\(x\.shape\[:2\], "), r"torch.ones(x.shape[:2], device=x.device, "),
    (re.compile(r"pack_padded_sequence\(x, lengths,"), r"pack_padded_sequence(x, lengths.cpu(),"),
)
TRIALS_BEGIN = """\
import torch
from torch import nn
from torch.nn import functional as F

device = "meta"    # in the place of a GPU: it has no numbers, and minds what lies elsewhere
{name} = nn.{kind}(8, {hidden}, batch_first=True).to(device)
linear = nn.Linear({hidden}, 5).to(device)
x, h_0, targets = torch.zeros(1, 3, 8), torch.zeros(1, 1, {hidden}), torch.zeros(3, dtype=torch.int64)"""


def moving(e: Experiment) -> str:
    """The lines that stand between the first batch and the optimizer."""
    if e.reads_numbers:
        names = ["numbers", "targets"]
    else:
        names = ["ids", "lengths", "labels" if e.task == "classify" else "targets"]
    names += ["class_weight"] * (e.class_weights != "none") + ["bos"] * (e.task == "seq2seq")
    return MOVING.format(modules=listed(modules(e)), names=", ".join(names))


def device_program(e: Experiment, parts: Sequence[ProgramPart]) -> str:
    """The parts of the training loop as a program for either device: on a CPU its numbers are the same to the bit."""
    code = [part.code for part in parts]
    return made_there("\n".join([code[0], moving(e), *code[1:]]))


def made_there(code: str) -> str:
    for pattern, replacement in MADE:
        code = pattern.sub(replacement, code)
    return code


def made_lines(program: str) -> list[str]:
    """The other lines of such a program that name a device, as they stand in it."""
    lines = [line.strip() for line in program.splitlines() if "device=" in line or "lengths.cpu()" in line]
    return list(dict.fromkeys(lines))


def trial_kind(e: Experiment) -> str:
    """The class of torch's that is tried: the experiment's own where torch has it."""
    return CELLS[e.cell].class_name if CELLS[e.cell].in_torch else "GRU"


def trials_begin(e: Experiment) -> str:
    kind = trial_kind(e)
    return TRIALS_BEGIN.format(name=kind.lower(), kind=kind, hidden=e.hidden)


def device_trials(e: Experiment) -> dict[str, str]:
    """What is given to modules that have been moved: expressions over what `trials_begin` makes."""
    kind = trial_kind(e)
    name, state = kind.lower(), "(h_0, h_0)" if kind == "LSTM" else "h_0"
    return {
        "moved": f"linear({name}(x.to(device))[0])",
        "input": f"{name}(x)[0]",
        "state": f"{name}(x.to(device), {state})[0]",
        "targets": f"F.cross_entropy(linear({name}(x.to(device))[0])[0], targets)",
    }
