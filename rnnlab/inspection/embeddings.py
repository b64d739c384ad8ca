"""Embedding rows seen as vectors: which are close, and how they lie in a plane. Weights come as recorded bytes."""

import torch
from torch import Tensor

from rnnlab.records.text import Neighbour, Plane

Shape = tuple[int, int]  # of an embedding: rows, and the numbers of each


def matrix(weights: bytes, shape: Shape) -> Tensor:
    """The embedding, which comes first among a model's recorded weights, as [id, embed]: in float64, for sums over many
    rows shall not lose digits."""
    rows, width = shape
    return torch.frombuffer(bytearray(weights[: 4 * rows * width]), dtype=torch.float32).view(rows, width).double()


def nearest(weights: bytes, shape: Shape, specials: int, id: int, count: int) -> tuple[Neighbour, ...]:
    """The `count` ids whose rows make the largest cosine with the row of `id`, the largest first.

    cos(a, b) = a·b / (|a| |b|). Specials are left out, and a row of zeros, which has no direction.
    """
    table = matrix(weights, shape)  # [id, embed]
    norms = table.norm(dim=-1)
    cosine = table @ table[id] / (norms * norms[id])  # [id]
    cosine[:specials] = torch.nan
    cosine[id] = torch.nan
    found = cosine.nan_to_num(nan=-torch.inf).sort(descending=True, stable=True)
    pairs = zip(found.indices[:count].tolist(), found.values[:count].tolist(), strict=True)
    return tuple(Neighbour(other, max(-1.0, min(value, 1.0))) for other, value in pairs if value > -torch.inf)


def plane(shown: bytes, first: bytes, newest: bytes, shape: Shape, specials: int) -> Plane:
    """A projection on the two directions in which the newest rows vary most (their first principal components).

    The axes and the origin are those of the newest epoch at every epoch, so that points move and axes do not; an axis
    points to the side of its largest entry. In one dimension, or with rows that vary in one only, the second axis is 0.
    """
    last = matrix(newest, shape)[specials:]  # [id, embed]
    origin = last.mean(0)
    axes = torch.linalg.svd(last - origin, full_matrices=False).Vh[:2]  # [axis, embed]
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))  # [axis, 1]
    axes = axes * torch.where(largest < 0, -1.0, 1.0)
    axes = torch.nn.functional.pad(axes, (0, 0, 0, 2 - len(axes)))

    def points(table: Tensor) -> Tensor:
        return (table - origin) @ axes.T  # [id, 2]

    def kept(table: Tensor) -> float:
        around = table - table.mean(0)
        total = around.square().sum().item()
        return (around @ axes.T).square().sum().item() / total if total else torch.nan

    tables = [matrix(weights, shape)[specials:] for weights in (shown, first, newest)]
    reach = max(points(table).abs().max().item() for table in tables)
    return Plane(points(tables[0]).float().numpy(), kept(tables[0]), kept(last), reach)
