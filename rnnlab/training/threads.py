"""How many threads torch computes with. Last digits depend on it, so it is one wherever the lab computes: in a worker,
on a cluster, and in a process that is somebody else's, such as a notebook's, which gets its own setting back."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch use `count` threads of this process, and afterwards as many as before. More than one make a network of
    this size no faster, and beside another busy process many times slower: they wait for each other at every
    operation."""
    before = torch.get_num_threads()
    if count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
