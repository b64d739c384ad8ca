"""Histograms of every parameter and its gradient at recorded epochs."""

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn.utils import vector_to_parameters

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.training_loop import program_name
from rnnlab.inspection.training.bench import Bench
from rnnlab.records.history import Checkpoint
from rnnlab.records.training.distributions import BINS, Distribution, Distributions

EPOCHS = 60  # that are shown, at most
SECONDS = 2.0  # of computing for all of them: of a slow network fewer are shown
DECADES = 12  # powers of ten below the largest gradient that are told apart


def distributions(experiment: Experiment, checkpoints: Sequence[Checkpoint]) -> Distributions:
    """The weights of recorded epochs, and with them the gradients of the first batch's loss: in training mode, before
    clipping."""
    bench = Bench(experiment, checkpoints[0].weights)
    began = time.thread_time()
    gradients(bench, checkpoints[0])
    shown = spread(checkpoints, int(SECONDS / max(time.thread_time() - began, 1e-9)))
    found = [gradients(bench, one) for one in shown]
    named = list(bench.model.named_parameters())
    return Distributions(
        epochs=tuple(one.epoch for one in shown),
        parameters=tuple(
            distribution(program_name(experiment, name), weights, slopes)
            for (name, _), weights, slopes in zip(
                named,
                zip(*(weights for weights, _ in found), strict=True),
                zip(*(slopes for _, slopes in found), strict=True),
                strict=True,
            )
        ),
        whole=bench.whole,
    )


def spread(checkpoints: Sequence[Checkpoint], affordable: int) -> list[Checkpoint]:
    """The first, the last, and as many between them as can be computed, evenly."""
    count = min(len(checkpoints), EPOCHS, max(affordable, 2))
    places = np.linspace(0, len(checkpoints) - 1, count).round().astype(int)
    return [checkpoints[place] for place in dict.fromkeys(places.tolist())]


def gradients(bench: Bench, checkpoint: Checkpoint) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """All parameters, and their gradients."""
    weights = torch.frombuffer(bytearray(checkpoint.weights), dtype=torch.float32)
    vector_to_parameters(weights, bench.model.parameters())
    for p in bench.parameters:
        p.grad = None
    with bench.draws():
        _, loss = bench.forward()
    loss.backward()
    slopes = [torch.zeros_like(p) if p.grad is None else p.grad for p in bench.parameters]
    return [p.detach().numpy().copy() for p in bench.parameters], [slope.numpy().copy() for slope in slopes]


def distribution(name: str, weights: Sequence[np.ndarray], slopes: Sequence[np.ndarray]) -> Distribution:
    edges = edges_for([one[np.isfinite(one)] for one in weights])
    sizes = [np.abs(one[np.isfinite(one)].astype(np.float64)) for one in slopes]
    logs = [np.log10(size[size > 0]) for size in sizes]
    highest = max((float(one.max()) for one in logs if one.size), default=0.0)
    logs = [np.maximum(one, highest - DECADES) for one in logs]
    gradient_edges = edges_for(logs)
    return Distribution(
        name=name,
        shape=weights[0].shape,
        edges=edges,
        counts=histograms(weights, edges),
        gradient_edges=gradient_edges,
        gradient_counts=histograms(logs, gradient_edges),
        zeros=np.array([int((one == 0).sum()) for one in slopes], np.int32),
        medians=np.array([np.median(size[size > 0]) if size.any() else np.nan for size in sizes]),
    )


def edges_for(values: Sequence[np.ndarray]) -> np.ndarray:
    """Of bins of one width that hold all of these."""
    seen = np.concatenate([np.ravel(one) for one in values]).astype(np.float64)
    return np.histogram_bin_edges(seen, BINS)


def histograms(values: Sequence[np.ndarray], edges: np.ndarray) -> np.ndarray:
    """[epoch, bin]: how many entries lie where."""
    return np.stack([np.histogram(one, edges)[0] for one in values]).astype(np.int32)
