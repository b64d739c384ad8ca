"""The recorded weights of a run that rests: most of what a session holds, so they are kept in half the memory."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np

from rnnlab.records.history import Checkpoint
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class PackedCheckpoints(ShortRepr, Sequence[Checkpoint]):
    """Checkpoints as `History.checkpoints` has them, to the bit.

    From epoch to epoch a weight moves by little, and by nearly as much as before. Of the float32's bits, taken as whole
    numbers, the change of the change is kept: its upper bytes are mostly zero, and zlib makes little of these. Half the
    memory where 100 epochs of a small network are recorded, three quarters where a large one's epochs are far apart.
    """

    epochs: tuple[int, ...]
    packed: bytes

    @classmethod
    def of(cls, checkpoints: Sequence[Checkpoint]) -> "PackedCheckpoints":
        bits = np.stack([np.frombuffer(one.weights, "<u4") for one in checkpoints])  # [epoch, weight]
        for _ in range(2):
            bits = np.diff(bits, axis=0, prepend=np.zeros_like(bits[:1]))
        signed = bits.view("<i4")
        magnitude_first = ((signed << 1) ^ (signed >> 31)).view(
            np.uint8
        )  # small changes down have zeros above them too
        planes = np.ascontiguousarray(magnitude_first.reshape(-1, 4).T)  # [byte, epoch and weight]
        return cls(tuple(one.epoch for one in checkpoints), zlib.compress(planes.tobytes(), 1))

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


@lru_cache(maxsize=1)  # of all sessions: a page asks for several, one after the other
def unpacked(checkpoints: PackedCheckpoints) -> np.ndarray:
    """All weights: float32 [epoch, weight]"""
    planes = np.frombuffer(zlib.decompress(checkpoints.packed), np.uint8).reshape(4, -1)
    kept = np.ascontiguousarray(planes.T).view("<u4").reshape(len(checkpoints), -1)
    bits = (kept >> 1) ^ (0 - (kept & 1))
    for _ in range(2):
        bits = bits.cumsum(axis=0, dtype=np.uint32)
    return bits.view("<f4")
