"""Modules that have been moved to another device, given what lies there and what does not."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.device import device_trials, trial_kind
from rnnlab.records.training.device import DeviceTrial, DeviceTrials
from rnnlab.training.device import device_used

DEVICE = "meta"  # in the place of a GPU, which few machines have


def devices(experiment: Experiment) -> DeviceTrials:
    """Whether there is a GPU, and whether the lab uses it; and what torch says of each of the trials of
    `explain.programs.device.device_trials`."""
    kind, hidden = trial_kind(experiment), experiment.hidden
    layer: nn.RNNBase = getattr(nn, kind)(8, hidden, batch_first=True, device=DEVICE)
    linear = nn.Linear(hidden, 5, device=DEVICE)
    x, h_0, targets = torch.zeros(1, 3, 8), torch.zeros(1, 1, hidden), torch.zeros(3, dtype=torch.int64)
    there, state = x.to(DEVICE), (h_0, h_0) if kind == "LSTM" else h_0
    tried: dict[str, Callable[[], Tensor]] = {
        "moved": lambda: linear(layer(there)[0]),
        "input": lambda: layer(x)[0],
        "state": lambda: layer(there, state)[0],
        "targets": lambda: cross_entropy(linear(layer(there)[0])[0], targets),
    }
    trials = tuple(trial(name, tried[name]) for name in device_trials(experiment))
    return DeviceTrials(torch.cuda.is_available(), device_used(), trials)


def trial(name: str, tried: Callable[[], Tensor]) -> DeviceTrial:
    try:
        return DeviceTrial(name, str(tried().device))
    except RuntimeError as refused:
        return DeviceTrial(name, "", str(refused))
