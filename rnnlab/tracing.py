"""Running a network again, outside training, to look inside: over the probe sentence, in evaluation mode.

Weights come as a history recorded them, so any epoch can be looked at; results are the values of `trace`.
"""

import math
import time
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.cells import SeeStep, Values, Weights, unroll, weights_of, zero_state
from rnnlab.data import Data
from rnnlab.experiment import Experiment, numeral, shorten
from rnnlab.history import RANKS
from rnnlab.models import TokenModel, recurrent_module
from rnnlab.problems import LabError, Problem
from rnnlab.tasks import TASKS
from rnnlab.trace import LARGEST, VALUES, WEIGHTS, Edit, Look, Walk, Way

TRIES = 3  # of which the quickest is the time a way takes


@lru_cache(maxsize=4)
def data_of(experiment: Experiment) -> Data:
    """An experiment's data; the last few are kept, for a page asks again and again about one run."""
    return TASKS[experiment.task].data(experiment)


def network(experiment: Experiment, weights: bytes) -> tuple[Data, TokenModel]:
    """The data of a run, and its model as it was when `weights` were recorded, in evaluation mode.

    weights: float32, all parameters end to end, as in `Checkpoint`. Raises LabError where the text is of no use.
    """
    data = data_of(experiment)
    model = TASKS[experiment.task].model(experiment, data)
    vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), model.parameters())
    assert isinstance(model, TokenModel)
    return data, model.eval()


def probe_ids(data: Data) -> Tensor:
    """[batch 1, step]"""
    return torch.tensor([data.probe.inputs])


@torch.no_grad()
def look(experiment: Experiment, weights: bytes, layer: int, direction: int, edits: tuple[Edit, ...] = ()) -> Look:
    """Every named value of one layer (from 0) and direction (1: backward) while the network reads the probe sentence;
    and, where there are edits, the same with them.

    Raises LabError for an edit that has no place in this network, or a number that is none.
    """
    data, model = network(experiment, weights)
    for edit in edits:
        check(edit, experiment, data, model)
    original = walk(experiment, data, model, layer, direction, ())
    changed = walk(experiment, data, model, layer, direction, edits) if edits else None
    return Look(original, changed, *difference(experiment, data, model))


Inside = list[list[list[Values]]]  # by layer, direction, step


def run_through(
    experiment: Experiment, model: TokenModel, x: Tensor, edits: tuple[Edit, ...] = ()
) -> tuple[Inside, list[Tensor]]:
    """The recurrent part, step by step, over x [batch, step, input]: the values of every layer and direction, and what
    each layer reads; the last entry of that is the output [batch, step, direction x unit]."""
    e = experiment
    inside: Inside = []
    reads = [x]
    for layer in range(e.layers):
        row = []
        for direction in range(2 if e.bidirectional else 1):
            w = weights_with(model.recurrent, layer, direction, edits)
            state = initial_state(e, x.shape[0], layer, direction, edits)
            see = overwriting(layer, direction, edits)
            row.append(unroll(e.cell, reads[-1], w, state, direction == 1, e.nonlinearity, see))
        inside.append(row)
        hidden = [torch.stack([values["h"] for values in steps], dim=1) for steps in row]
        reads.append(torch.cat(hidden, dim=-1))
    return inside, reads


def walk(
    experiment: Experiment, data: Data, model: TokenModel, layer: int, direction: int, edits: tuple[Edit, ...]
) -> Walk:
    e = experiment
    x = features_with(model, probe_ids(data), edits)
    inside, reads = run_through(e, model, x, edits)
    output = reads[-1]
    chances = (output if model.head is None else model.head(output))[0].softmax(-1)  # [step, class]
    best = chances.topk(min(RANKS, chances.shape[-1]), dim=-1)
    initial = initial_state(e, 1, layer, direction, edits)
    w = weights_with(model.recurrent, layer, direction, edits)
    steps = inside[layer][direction]
    return Walk(
        x=reads[layer][0].numpy(),
        features=reads[0][0].numpy(),
        initial={name: part[0].numpy() for name, part in zip("hc", initial, strict=False)},
        values={name: np.stack([values[name][0].numpy() for values in steps]) for name in VALUES[e.cell]},
        weights={field.name: getattr(w, field.name).numpy() for field in fields(w)},
        hidden=np.stack([[np.stack([v["h"][0].numpy() for v in d]) for d in row] for row in inside]),
        top=best.indices.int().numpy(),
        probability=best.values.numpy(),
        target=chances[torch.arange(len(steps)), torch.tensor(data.probe.targets)].numpy(),
    )


def difference(experiment: Experiment, data: Data, model: TokenModel) -> tuple[float, float]:
    """The largest absolute difference between the readable steps and torch's own pass over the probe sentence: the
    last layer's output at every step, and the final state of every layer; and the largest absolute value among torch's.
    nan where either is."""
    x = model.input(probe_ids(data))
    inside, reads = run_through(experiment, model, x)
    output, final = model.recurrent(x)
    parts = final if isinstance(final, tuple) else (final,)
    pairs = [(output, reads[-1])]
    for name, part in zip("hc", parts, strict=False):  # part: [layer x direction, batch, unit]
        last = [steps[0 if d else -1][name] for row in inside for d, steps in enumerate(row)]
        pairs.append((part, torch.stack(last)))
    gaps = torch.stack([(theirs - mine).abs().max() for theirs, mine in pairs])
    return float(gaps.max()), float(torch.stack([theirs.abs().max() for theirs, _ in pairs]).max())


# What is changed on purpose


def features_with(model: TokenModel, ids: Tensor, edits: tuple[Edit, ...]) -> Tensor:
    """What the first layer reads, [batch, step, input], with the edits of it."""
    ids, written = ids.clone(), [edit for edit in edits if edit.kind == "input"]
    for edit in edits:
        if edit.kind == "token":
            ids[:, edit.step] = int(edit.value)
    x = model.input(ids).clone()
    for edit in written:
        x[:, edit.step, every(edit.unit)] = edit.value
    return x


def initial_state(e: Experiment, batch: int, layer: int, direction: int, edits: tuple[Edit, ...]) -> tuple[Tensor, ...]:
    state = zero_state(e.cell, batch, e.hidden)
    for edit in edits:
        if edit.kind == "state" and (edit.layer, edit.direction) == (layer, direction):
            state["hc".index(edit.name)][:, every(edit.unit)] = edit.value
    return state


def weights_with(recurrent: nn.Module, layer: int, direction: int, edits: tuple[Edit, ...]) -> Weights:
    w = weights_of(recurrent, layer, direction)
    for edit in edits:
        if edit.kind == "weight" and (edit.layer, edit.direction) == (layer, direction):
            new = getattr(w, edit.name).clone()
            new[edit.unit if edit.column is None else (edit.unit, edit.column)] = edit.value
            w = replace(w, **{edit.name: new})
    return w


def overwriting(layer: int, direction: int, edits: tuple[Edit, ...]) -> SeeStep | None:
    """What is to be put in the place of computed values; None where nothing is."""
    mine = [e for e in edits if e.kind in ("gate", "off") and (e.layer, e.direction) == (layer, direction)]
    if not mine:
        return None

    def see(step: int, name: str, value: Tensor) -> Tensor:
        for edit in mine:
            if name == ("h" if edit.kind == "off" else edit.name) and edit.step in (None, step):
                value = value.clone()
                value[:, every(edit.unit)] = 0.0 if edit.kind == "off" else edit.value
        return value

    return see


def every(unit: int | None) -> int | slice:
    return slice(None) if unit is None else unit


def check(edit: Edit, e: Experiment, data: Data, model: TokenModel) -> None:
    """Whether an edit has a place in this network, and its number is one. Raises LabError."""
    if not (math.isfinite(edit.value) and abs(edit.value) <= LARGEST):
        raise LabError(Problem("edit_value", "", {"value": shorten(edit.value), "limit": numeral(LARGEST)}))
    if not (0 <= edit.layer < e.layers and 0 <= edit.direction < (2 if e.bidirectional else 1)):
        raise LabError(Problem("edit_layer", "", {"value": edit.layer + 1, "limit": e.layers}))
    steps = len(data.probe.inputs)
    sizes: dict[str, tuple[int, int]] = {"unit": (edit.unit or 0, e.hidden), "step": (edit.step or 0, steps)}
    names: tuple[str, ...] = ("",)
    match edit.kind:
        case "input":
            sizes["unit"] = edit.unit or 0, model.input(torch.zeros(1, 1, dtype=torch.int64)).shape[-1]
        case "token":
            sizes["token"] = int(edit.value), len(data.vocabulary)
        case "state":
            names = ("h", "c") if e.cell == "lstm" else ("h",)
        case "gate":
            names = VALUES[e.cell]
        case "weight":
            names = WEIGHTS
            if edit.name in names:
                shape = getattr(weights_of(model.recurrent, edit.layer, edit.direction), edit.name).shape
                sizes["unit"] = edit.unit or 0, shape[0]
                if (edit.column is None) is (len(shape) == 2):
                    raise LabError(Problem("edit_name", "", {"value": edit.name, "choices": ", ".join(WEIGHTS)}))
                sizes["column"] = edit.column or 0, shape[-1] if len(shape) == 2 else 1
    if edit.name not in names:
        raise LabError(Problem("edit_name", "", {"value": shorten(edit.name), "choices": ", ".join(names)}))
    for value, size in sizes.values():
        if not 0 <= value < size:
            raise LabError(Problem("edit_place", "", {"value": value + 1, "limit": size}))


# The same network, written in several ways


@torch.no_grad()
def ways(experiment: Experiment, weights: bytes) -> tuple[Way, ...]:
    """The probe sentence through the recurrent part, each time written another way, on the same weights: `steps` (the
    functions of `cells`), `concat` (cell "rnn" only: one Linear over x and h side by side), `cell` (a loop over torch's
    cell), `layer` (torch's fused layer)."""
    e = experiment
    data, model = network(e, weights)
    x = model.input(probe_ids(data))
    learnt = parameters_to_vector(model.recurrent.parameters())
    modules = {}
    for impl in ("cell", "layer"):
        modules[impl] = recurrent_module(e.model_copy(update={"impl": impl, "dropout": 0.0}), x.shape[-1])
        vector_to_parameters(learnt, modules[impl].parameters())  # both keep them layer by layer, in one order
    runs = {
        "steps": lambda: run_through(e, model, x)[1][-1],
        "concat": lambda: concatenated(e, model, x),
        "cell": lambda: modules["cell"](x)[0],
        "layer": lambda: modules["layer"](x)[0],
    }
    return tuple(timed(name, run) for name, run in runs.items() if name != "concat" or e.cell == "rnn")


def concatenated(e: Experiment, model: TokenModel, x: Tensor) -> Tensor:
    """h' = tanh(W [x; h] + b) with W = [W_ih W_hh] and b = b_ih + b_hh: as a beginner writes it. [batch, step, .]"""
    squash = torch.tanh if e.nonlinearity == "tanh" else torch.relu
    for layer in range(e.layers):
        outputs = []
        for direction in range(2 if e.bidirectional else 1):
            w = weights_of(model.recurrent, layer, direction)
            weight, bias = torch.cat([w.weight_ih, w.weight_hh], dim=1), w.bias_ih + w.bias_hh
            h, hidden = torch.zeros(x.shape[0], e.hidden), []
            for x_t in reversed(x.unbind(1)) if direction else x.unbind(1):
                h = squash(nn.functional.linear(torch.cat([x_t, h], dim=-1), weight, bias))
                hidden.append(h)
            outputs.append(torch.stack(hidden[::-1] if direction else hidden, dim=1))
        x = torch.cat(outputs, dim=-1)
    return x


def timed(name: str, run: Callable[[], Tensor]) -> Way:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        output = run()
        times.append(time.perf_counter() - began)
    return Way(name, output[0].numpy(), min(times))
