"""What becomes of what lies on another device."""

from dataclasses import dataclass

from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True)
class DeviceTrial:
    name: str
    device: str  # of what came out, as torch writes it; "" where torch refused
    error: str = ""  # its own words then


@dataclass(frozen=True, repr=False)
class DeviceTrials(ShortRepr):
    cuda: bool  # whether torch finds a GPU on this machine
    used: str  # the name of the one that the lab trains on; "" for the CPU
    trials: tuple[DeviceTrial, ...]
