"""The recorded weights of a run that rests: most of what a session holds, so they are kept in a third to three quarters
of the memory."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np

from rnnlab.records.history import Checkpoint
from rnnlab.records.short_repr import ShortRepr

ORDERS = range(1, 5)  # of differences
SAMPLE = 1_000  # weights by which the order is chosen


@dataclass(frozen=True, repr=False)
class PackedCheckpoints(ShortRepr, Sequence[Checkpoint]):
    """Checkpoints as `History.checkpoints` has them, to the bit.

    From epoch to epoch a weight moves by little, and by nearly as much as before. Of the float32's bits, taken as whole
    numbers, differences are kept: of the change, of the change of the change, and so on, where all epochs are recorded;
    of the weights alone where they are far apart. Their upper bytes are mostly zero, and zlib makes little of these.
    """

    epochs: tuple[int, ...]
    order: int  # of the differences
    packed: bytes  # zlib: uint8 [byte, weight, epoch]

    @classmethod
    def of(cls, checkpoints: Sequence[Checkpoint]) -> "PackedCheckpoints":
        if isinstance(checkpoints, cls):
            return checkpoints
        bits = np.stack([np.frombuffer(one.weights, "<u4") for one in checkpoints], axis=1)  # [weight, epoch]
        sample = bits[:: max(1, len(bits) // SAMPLE)]
        order = min(ORDERS, key=lambda one: np.log2(differences(sample, one) + 1.0).sum())
        planes = np.ascontiguousarray(differences(bits, order).view(np.uint8).reshape(-1, 4).T)
        return cls(tuple(one.epoch for one in checkpoints), order, zlib.compress(planes.tobytes(), 1))

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Checkpoint]:
        return (Checkpoint(epoch, row.tobytes()) for epoch, row in zip(self.epochs, unpacked(self), strict=True))

    @overload
    def __getitem__(self, index: int) -> Checkpoint: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Checkpoint, ...]: ...

    def __getitem__(self, index: int | slice) -> Checkpoint | tuple[Checkpoint, ...]:
        if isinstance(index, slice):
            return tuple(map(self.__getitem__, range(len(self))[index]))
        return Checkpoint(self.epochs[index], unpacked(self)[index].tobytes())


def differences(bits: np.ndarray, order: int) -> np.ndarray:
    """uint32 [weight, epoch], of the same. Their signs are in the lowest bits, so that small ones down have zeros above
    them too."""
    for _ in range(order):
        bits = np.diff(bits, axis=1, prepend=np.zeros_like(bits[:, :1]))
    signed = bits.view("<i4")
    return ((signed << 1) ^ (signed >> 31)).view("<u4")


@lru_cache(maxsize=1)  # of all sessions: a page asks for several, one after the other
def unpacked(checkpoints: PackedCheckpoints) -> np.ndarray:
    """All weights: float32 [epoch, weight]"""
    planes = np.frombuffer(zlib.decompress(checkpoints.packed), np.uint8).reshape(4, -1)
    kept = np.ascontiguousarray(planes.T).view("<u4").reshape(-1, len(checkpoints))
    bits = (kept >> 1) ^ (0 - (kept & 1))
    for _ in range(checkpoints.order):
        bits = bits.cumsum(axis=1, dtype=np.uint32)
    return np.ascontiguousarray(bits.T).view("<f4")
