"""Running a network again, outside training, to look inside: over the probe, in evaluation mode.

Weights come as a history recorded them, so any epoch can be looked at; results are the values of `records.trace`.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters

from rnnlab.cells import WEIGHTS
from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import SPARE_UNITS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.inspection.interventions import InterventionHooks, check
from rnnlab.inspection.replay import Hooks, Replay, replay, tokens_read, weights_at
from rnnlab.models import Seq2Seq, TokenModel
from rnnlab.records.opening import Part, Place
from rnnlab.records.trace import Intervention, PartTrace, TraceResult
from rnnlab.training.answers import AnswerType
from rnnlab.training.observation import probe_batch, unscaled
from rnnlab.training.tasks import TASKS, data_of, model_of


def network(experiment: Experiment, weights: bytes) -> tuple[Data, nn.Module]:
    """The data of a run, and its model as it was when `weights` were recorded, in evaluation mode.

    weights: float32, all parameters end to end, as in `Checkpoint`. Raises LabError where the text is of no use.
    """
    data = data_of(experiment)
    model = model_of(experiment, data)
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
def trace(experiment: Experiment, weights: bytes, place: Place, edits: tuple[Intervention, ...] = ()) -> TraceResult:
    """Every named value at one place while the model reads the probe; and, where there are edits, the same with them:
    those of another part are felt here too.

    Raises LabError for a part that there is not, an edit that has no place in this network, or a number that is none.
    """
    data, model = network(experiment, weights)
    for edit in edits:
        check(edit, experiment, data, model)
    chain = replay(model, data, Hooks())
    answers = TASKS[experiment.task].answers
    original = part_trace(data, model, chain, place, Hooks(), answers)
    changed = None
    if edits:
        hooks = InterventionHooks(edits)
        changed = part_trace(data, model, replay(model, data, hooks), place, hooks, answers)
    return TraceResult(original, changed, *difference(data, model, chain, place.part))


@torch.no_grad()
def units_to_spare(experiment: Experiment, weights: bytes, place: Place) -> tuple[int, ...]:
    """Of the first SPARE_UNITS hidden units at a place those without which, each missing by itself, every answer on the
    probe is what it was."""
    data, model = network(experiment, weights)
    before = replay(model, data, Hooks()).logits.argmax(-1)
    spare = []
    for unit in range(min(experiment.hidden, SPARE_UNITS)):
        off = Intervention("off", layer=place.layer, direction=place.direction, part=place.part, unit=unit)
        if torch.equal(replay(model, data, InterventionHooks((off,))).logits.argmax(-1), before):
            spare.append(unit)
    return tuple(spare)


def part_trace(
    data: Data, model: nn.Module, chain: Replay, place: Place, hooks: Hooks, answers: AnswerType
) -> PartTrace:
    part, replayed = part_of(data, place.part), chain.parts[place.part]
    steps = part.stop - part.start
    if part == data.parts[-1]:
        top, probability, right = answers.ranked(chain.logits, torch.tensor(data.step_targets[part.start :]))
    else:
        top, probability = np.full((steps, 1), -1, np.int32), np.full((steps, 1), np.nan, np.float32)
        right = np.full((steps,), np.nan, np.float32)
    w = hooks.weights(place, weights_at(model, place))
    values = replayed.values[place.layer][place.direction]
    initial, attention = replayed.initial[place.layer][place.direction], replayed.attention
    return PartTrace(  # the last row is the whole probe
        x=replayed.reads[place.layer][-1].numpy(),
        features=replayed.reads[0][-1].numpy(),
        initial={name: state[-1].numpy() for name, state in zip(replayed.cell.states, initial, strict=True)},
        values={name: np.stack([v[name][-1].numpy() for v in values]) for name in replayed.cell.values},
        weights={name: getattr(w, name).numpy() for name in WEIGHTS},
        hidden=np.stack([[np.stack([v["h"][-1].numpy() for v in d]) for d in row] for row in replayed.values]),
        top_classes=top,
        top_probabilities=probability,
        target_probability=right,
        predicted=None if data.column is None else unscaled(chain.logits[:, 0], data.column),
        attention=None if attention is None else attention[-1].numpy(),
        encoded=None if attention is None else chain.parts["encoder"].reads[-1][-1].numpy(),
    )


def difference(data: Data, model: nn.Module, chain: Replay, part: str) -> tuple[float, float]:
    """The largest absolute difference between the readable steps of a part and the modules that train, over the probe:
    of the last layer's output at every step, and of the final state of every layer; and the largest absolute value
    among what those modules give. nan where either is."""
    replayed = chain.parts[part]
    output, final = trained_pass(model, data, part)
    mine = zip(*replayed.final(), strict=True)
    pairs = [(output[0], replayed.reads[-1][-1])]
    pairs += [(theirs[:, 0], torch.stack([one[-1] for one in own])) for theirs, own in zip(final, mine, strict=True)]
    gaps = torch.stack([(theirs - own).abs().max() for theirs, own in pairs])
    return float(gaps.max()), float(torch.stack([theirs.abs().max() for theirs, _ in pairs]).max())


def trained_pass(model: nn.Module, data: Data, part: str) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What the modules that train make of the probe: a part's output [batch, step, direction x unit], and its final
    state, each [layer x direction, batch, unit]."""
    batch = probe_batch(data)
    if isinstance(model, TokenModel):
        output, final = model.recurrent(model.input(batch.ids))
    else:
        assert isinstance(model, Seq2Seq)
        _, output, final, memory = model.encode(batch.ids, batch.lengths)
        if part == "decoder":
            steps = []
            for token in tokens_read(data):
                written, final = model.step(torch.tensor([token]), final, memory)
                steps.append(written.output)
            output = torch.stack(steps, dim=1)
    return output, final if isinstance(final, tuple) else (final,)
