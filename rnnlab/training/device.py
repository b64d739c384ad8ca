"""The device that training computes on, as RNNLAB_DEVICE asks for it and torch finds it in this process.

Only a `Trainer` computes there. Whoever looks at a run does so on the CPU, with weights that were brought back.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from rnnlab.experiment.device import device_wanted
from rnnlab.i18n import LabError, Problem

CPU = torch.device("cpu")


def training_device() -> torch.device:
    """Raises LabError where the variable is none of what it may be, or wants a GPU that torch does not find."""
    wanted = device_wanted()
    if wanted == "cpu":
        return CPU
    if torch.cuda.is_available():
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at the first product: it adds in one order
        return torch.device("cuda")
    if wanted == "cuda":
        raise LabError(Problem("device_missing", "", {"value": wanted, "torch": torch.__version__}))
    return CPU


def device_used() -> str:
    """The name that its maker gives to the GPU that training computes on; "" for the CPU. Raises as the above."""
    device = training_device()
    return torch.cuda.get_device_name(device) if device.type == "cuda" else ""


def moved(value: Any, device: torch.device) -> Any:
    """The same dicts, lists and tuples with their tensors on the device; what lies there already is not copied."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {key: moved(one, device) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(one, device) for one in value)
    return value


def first_random(device: torch.device, seed: int) -> Tensor:
    """The state of the device's own generator for this seed, before anything was drawn."""
    return torch.Generator(device).manual_seed(seed).get_state()


@contextmanager
def for_one_run(device: torch.device) -> Iterator[None]:
    """Within, what torch draws from its own generators it draws for one run, and a GPU comes to the same bits whenever
    it computes the same, where it has a way to. Afterwards all is as before, for the process may be somebody else's."""
    if device.type != "cuda":
        with torch.random.fork_rng(devices=[]):
            yield
        return
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("warn")
    try:
        with torch.random.fork_rng(devices=[device], device_type="cuda"):
            yield
    finally:
        torch.set_deterministic_debug_mode(before)
