"""Running a network again, outside training, to look inside: over the probe, in evaluation mode.

Weights come as a history recorded them, so any epoch can be looked at; results are the values of `trace`.
"""

import time
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.cells import State, unroll, weights_of
from rnnlab.data import NO_TARGET, Data
from rnnlab.editing import Edited, check
from rnnlab.experiment import Experiment, shorten
from rnnlab.history import RANKS, Part
from rnnlab.models import TokenModel, recurrent_module
from rnnlab.problems import LabError, Problem
from rnnlab.tasks import TASKS, data_of
from rnnlab.trace import VALUES, Edit, Look, Walk, Way
from rnnlab.translator import Translator
from rnnlab.unrolling import Chain, Hands, follow, hidden, recurrent_of, tokens_read
from rnnlab.watching import probe_batch

TRIES = 3  # of which the quickest is the time a way takes


def network(experiment: Experiment, weights: bytes) -> tuple[Data, nn.Module]:
    """The data of a run, and its model as it was when `weights` were recorded, in evaluation mode.

    weights: float32, all parameters end to end, as in `Checkpoint`. Raises LabError where the text is of no use.
    """
    data = data_of(experiment)
    model = TASKS[experiment.task].model(experiment, data)
    vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), model.parameters())
    for p in model.parameters():  # off the one tensor: where a sum lies in memory may decide its last bit
        p.data = p.data.clone()
    return data, model.eval()


def part_of(data: Data, name: str) -> Part:
    """Raises LabError where the model has no such part."""
    parts = {part.name: part for part in data.parts}
    if name not in parts:
        raise LabError(Problem("edit_part", "", {"value": shorten(name), "choices": ", ".join(parts)}))
    return parts[name]


@torch.no_grad()
def look(
    experiment: Experiment, weights: bytes, part: str, layer: int, direction: int, edits: tuple[Edit, ...] = ()
) -> Look:
    """Every named value of one layer (from 0) and direction (1: backward) of a part (`history.Part.name`), while the
    model reads the probe; and, where there are edits, the same with them: those of another part are felt here too.

    Raises LabError for a part that there is not, an edit that has no place in this network, or a number that is none.
    """
    data, model = network(experiment, weights)
    place = part_of(data, part), layer, direction
    for edit in edits:
        check(edit, experiment, data, model)
    chain = follow(model, data, Hands())
    original = walk(experiment, data, model, chain, Hands(), *place)
    changed = None
    if edits:
        hands = Edited(edits)
        changed = walk(experiment, data, model, follow(model, data, hands), hands, *place)
    return Look(original, changed, *difference(data, model, chain, part))


def walk(
    e: Experiment, data: Data, model: nn.Module, chain: Chain, hands: Hands, part: Part, layer: int, direction: int
) -> Walk:
    inside = chain.parts[part.name]
    steps = part.stop - part.start
    if part == data.parts[-1]:
        chances = chain.logits.softmax(-1)  # [step, class]
        best = chances.topk(min(RANKS, chances.shape[-1]), dim=-1)
        top, probability = best.indices.int().numpy(), best.values.numpy()
        asked = torch.tensor(data.asked[part.start :])
        right = chances[torch.arange(steps), asked.clamp(min=0)].masked_fill(asked == NO_TARGET, torch.nan)
    else:
        top, probability = np.full((steps, 1), -1, np.int32), np.full((steps, 1), np.nan, np.float32)
        right = torch.full((steps,), torch.nan)
    w = hands.weights(part.name, layer, direction, weights_of(recurrent_of(model, part.name), layer, direction))
    values = inside.values[layer][direction]
    attention = inside.attention
    return Walk(  # the last row is the whole probe
        x=inside.reads[layer][-1].numpy(),
        features=inside.reads[0][-1].numpy(),
        initial={name: part[-1].numpy() for name, part in zip("hc", inside.initial[layer][direction], strict=False)},
        values={name: np.stack([v[name][-1].numpy() for v in values]) for name in VALUES[e.cell]},
        weights={field.name: getattr(w, field.name).numpy() for field in fields(w)},
        hidden=np.stack([[np.stack([v["h"][-1].numpy() for v in d]) for d in row] for row in inside.values]),
        top=top,
        probability=probability,
        target=right.numpy(),
        attention=None if attention is None else attention[-1].numpy(),
        encoded=None if attention is None else chain.parts["encoder"].reads[-1][-1].numpy(),
    )


def difference(data: Data, model: nn.Module, chain: Chain, part: str) -> tuple[float, float]:
    """The largest absolute difference between the readable steps of a part and torch's own pass over the probe: the
    last layer's output at every step, and the final state of every layer; and the largest absolute value among
    torch's. nan where either is."""
    inside = chain.parts[part]
    output, final = torchs(model, data, part)
    mine = zip(*inside.final(), strict=True)
    pairs = [(output[0], inside.reads[-1][-1])]
    pairs += [(theirs[:, 0], torch.stack([one[-1] for one in own])) for theirs, own in zip(final, mine, strict=True)]
    gaps = torch.stack([(theirs - own).abs().max() for theirs, own in pairs])
    return float(gaps.max()), float(torch.stack([theirs.abs().max() for theirs, _ in pairs]).max())


def torchs(model: nn.Module, data: Data, part: str) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What torch's own layers make of the probe: a part's output [batch, step, direction x unit], and its final state,
    each [layer x direction, batch, unit]."""
    batch = probe_batch(data)
    if isinstance(model, TokenModel):
        output, final = model.recurrent(model.input(batch.ids))
    else:
        assert isinstance(model, Translator)
        _, output, final, memory = model.encode(batch.ids, batch.lengths)
        if part == "decoder":
            steps = []
            for token in tokens_read(data):
                written, final = model.step(torch.tensor([token]), final, memory)
                steps.append(written.output)
            output = torch.stack(steps, dim=1)
    return output, final if isinstance(final, tuple) else (final,)


# The same network, written in several ways


@torch.no_grad()
def ways(experiment: Experiment, weights: bytes, part: str) -> tuple[Way, ...]:
    """What a part's recurrent network reads of the probe, run through it again, each time written another way, on the
    same weights: `steps` (the functions of `cells`), `concat` (cell "rnn" only: one Linear over x and h side by side),
    `cell` (a loop over torch's cell), `layer` (torch's fused layer). A decoder starts from the encoder's state."""
    e = experiment
    data, model = network(e, weights)
    part_of(data, part)
    inside = follow(model, data, Hands()).parts[part]
    x = inside.reads[0][-1:]  # [batch, step, input]
    starts = [tuple(values[-1:] for values in start) for row in inside.initial for start in row]
    given = tuple(torch.stack(values) for values in zip(*starts, strict=True))  # [layer x direction, batch, unit]
    state = given if e.cell == "lstm" else given[0]
    recurrent = recurrent_of(model, part)
    learnt = parameters_to_vector(recurrent.parameters())
    modules = {}
    for impl in ("cell", "layer"):
        modules[impl] = recurrent_module(e.model_copy(update={"impl": impl, "dropout": 0.0}), x.shape[-1])
        vector_to_parameters(learnt, modules[impl].parameters())  # both keep them layer by layer, in one order
    runs = {
        "steps": lambda: stepped(e, recurrent, x, starts),
        "concat": lambda: concatenated(e, recurrent, x, starts),
        "cell": lambda: modules["cell"](x, state)[0],
        "layer": lambda: modules["layer"](x, state)[0],
    }
    return tuple(timed(name, run) for name, run in runs.items() if name != "concat" or e.cell == "rnn")


def stepped(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """Layer by layer through the functions of `cells`: [batch, step, direction x unit]."""
    directions = 2 if e.bidirectional else 1
    for layer in range(e.layers):
        both = []
        for direction in range(directions):
            w, start = weights_of(recurrent, layer, direction), starts[layer * directions + direction]
            both.append(hidden(unroll(e.cell, x, w, start, direction == 1, e.nonlinearity)))
        x = torch.cat(both, dim=-1)
    return x


def concatenated(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """h' = tanh(W [x; h] + b) with W = [W_ih W_hh] and b = b_ih + b_hh: as a beginner writes it. [batch, step, .]"""
    squash = torch.tanh if e.nonlinearity == "tanh" else torch.relu
    directions = 2 if e.bidirectional else 1
    for layer in range(e.layers):
        outputs = []
        for direction in range(directions):
            w = weights_of(recurrent, layer, direction)
            weight, bias = torch.cat([w.weight_ih, w.weight_hh], dim=1), w.bias_ih + w.bias_hh
            (h,), steps = starts[layer * directions + direction], []
            for x_t in reversed(x.unbind(1)) if direction else x.unbind(1):
                h = squash(nn.functional.linear(torch.cat([x_t, h], dim=-1), weight, bias))
                steps.append(h)
            outputs.append(torch.stack(steps[::-1] if direction else steps, dim=1))
        x = torch.cat(outputs, dim=-1)
    return x


def timed(name: str, run: Callable[[], Tensor]) -> Way:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        output = run()
        times.append(time.perf_counter() - began)
    return Way(name, output[0].numpy(), min(times))
