"""Everything that a trained network computes on the way through a sentence, as arrays whose axes have names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from rnnlab.data import Data, Pair
from rnnlab.data.batches import BOS, EOS_ID
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.inspection.passages import passage
from rnnlab.inspection.replay import Hooks, PartReplay, replay
from rnnlab.inspection.trace import difference, network
from rnnlab.library.notebook import recorded_at
from rnnlab.models import Seq2Seq
from rnnlab.models.decoding import greedy
from rnnlab.records.history import History
from rnnlab.records.opening import Part
from rnnlab.records.short_repr import ShortRepr
from rnnlab.training.observation import unscaled, write_limit
from rnnlab.training.threads import torch_threads

STEP = {"network": "step", "encoder": "source", "decoder": "target"}  # what a step of each part is called


@dataclass(frozen=True, repr=False)
class NamedArray(ShortRepr):
    """Numbers, and what each of their axes counts. NumPy takes it for the array that it holds."""

    values: np.ndarray
    axes: tuple[str, ...]

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype, copy=copy)

    def __repr__(self) -> str:
        sizes = " × ".join(f"{axis} {size}" for axis, size in zip(self.axes, self.values.shape, strict=True))
        return f"<{self.values.dtype} {sizes}>"


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class NamedArrays(Mapping[str, NamedArray]):
    """What has `arrays` is read like a dictionary of them."""

    arrays: dict[str, NamedArray]

    def __getitem__(self, name: str) -> NamedArray:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)


@dataclass(frozen=True, repr=False, eq=False)
class Trace(NamedArrays):
    """One sentence through a network: its arrays by their names.

    | name             | axes                         | what it is                                                     |
    |------------------|------------------------------|----------------------------------------------------------------|
    | x                | step, input                  | what the first layer reads: embedding rows, or one-hot vectors |
    | h; c of an LSTM  | layer, direction, step, unit | the states after each step                                     |
    | i, f, g, o, …    | layer, direction, step, unit | gates and candidates, under the names of the cell's equations  |
    | output           | step, unit                   | h of the last layer, both directions side by side              |
    | logits           | step, class                  | what is said after each step; of a classifier, if the sentence |
    |                  |                              | ended there                                                    |
    | probability      | step, class                  | their softmax                                                  |
    | predicted        | step                         | in place of both where numbers are predicted: in their units   |
    | attention        | target, source               | the decoder's weights, where it has some                       |

    Of an encoder and decoder the names begin with `encoder.` and `decoder.`, and a step is called `source` and
    `target`. Layers, directions (1 reads backward) and steps are counted from 0, in the order of the sentence. All are
    float32.
    """

    epoch: int
    labels: dict[str, tuple[str, ...]]  # by axis: the tokens that its steps read, and the classes
    difference: float  # the largest between these readable steps and torch's modules: outputs and final states
    largest: float  # absolute value among what was compared: a difference is rounding as long as it is small beside it
    notes: tuple[Problem, ...]  # what of the sentence was cut, unknown or left out

    def __repr__(self) -> str:
        lines = (f"  {name:<{max(map(len, self.arrays))}}  {array!r}" for name, array in self.arrays.items())
        return "\n".join([f"<Trace at epoch {self.epoch}, {self.difference:.1e} from torch", *lines, ">"])


def trace(history: History, epoch: int | None, sentence: str) -> Trace:
    e = history.experiment
    if not isinstance(sentence, str):
        raise LabError(Problem("not_text", "sentence", {"value": shorten(sentence)}))
    weights = recorded_at(history.checkpoints, epoch, history.opening.checkpoint_interval)
    with torch_threads(1), torch.no_grad():
        data, model = network(e, weights.weights)
        notes: tuple[Problem, ...] = ()
        if sentence.strip():
            data, notes = reading(e, data, model, sentence)
        chain = replay(model, data, Hooks())
        arrays: dict[str, NamedArray] = {}
        for part in data.parts:
            arrays |= part_arrays(part.name, chain.parts[part.name])
        arrays |= answers(data, chain.logits)
        gaps = [difference(data, model, chain, part.name) for part in data.parts]
    labels = {STEP[part.name]: data.probe_tokens[part.start : part.stop] for part in data.parts}
    if data.column is None:
        labels["class"] = data.classes.tokens
    return Trace(
        arrays=arrays,
        epoch=weights.epoch,
        labels=labels,
        difference=max(gap for gap, _ in gaps),
        largest=max(top for _, top in gaps),
        notes=notes,
    )


def prefix(part: str) -> str:
    return "" if part == "network" else f"{part}."


def part_arrays(part: str, replayed: PartReplay) -> dict[str, NamedArray]:
    """Of the last row of the batch, which is the whole sentence."""
    step, found = STEP[part], {"x": NamedArray(replayed.reads[0][-1].numpy(), (STEP[part], "input"))}
    for name in replayed.cell.values:
        rows = [[torch.stack([values[name][-1] for values in steps]) for steps in row] for row in replayed.values]
        stacked = torch.stack([torch.stack(row) for row in rows])  # [layer, direction, step, unit]
        found[name] = NamedArray(stacked.numpy(), ("layer", "direction", step, "unit"))
    found["output"] = NamedArray(replayed.reads[-1][-1].numpy(), (step, "unit"))
    if replayed.attention is not None:
        found["attention"] = NamedArray(replayed.attention[-1].numpy(), (step, "source"))
    return {prefix(part) + name: array for name, array in found.items()}


def answers(data: Data, logits: Tensor) -> dict[str, NamedArray]:
    """What is said after each step of the part that predicts."""
    part = data.parts[-1].name
    if data.column is not None:
        return {"predicted": NamedArray(unscaled(logits[:, 0], data.column), (STEP[part],))}
    axes = (STEP[part], "class")
    both = {"logits": logits, "probability": logits.softmax(-1)}
    return {prefix(part) + name: NamedArray(values.numpy(), axes) for name, values in both.items()}


# A sentence in the place of the line that is watched


def reading(e: Experiment, data: Data, model: nn.Module, sentence: str) -> tuple[Data, tuple[Problem, ...]]:
    """The data with this sentence as its probe, and what is to be said of that. Raises LabError where it is not one
    line that the network can read."""
    lines = [line for line in sentence.splitlines() if line.strip()]
    if len(lines) > 1 and not e.reads_numbers:
        raise LabError(Problem("one_sentence", "", {"value": len(lines), "limit": 1}))
    if isinstance(model, Seq2Seq):
        return translating(e, data, model, sentence)
    found, (line,) = passage(e, "network", sentence)
    part = Part("network", 0, len(line.tokens))
    watched = replace(data, probe=line.pair, probe_tokens=line.tokens, parts=(part,))
    return watched, found.notes


def translating(e: Experiment, data: Data, model: Seq2Seq, sentence: str) -> tuple[Data, tuple[Problem, ...]]:
    """Of `source | target` the decoder is given the target; of a source alone, what it writes by itself, greedily."""
    found, (line,) = passage(e, "encoder", sentence)
    pair = line.pair
    if pair.targets == [EOS_ID]:
        ids = torch.tensor([pair.inputs])
        written, _ = greedy(model, ids, torch.tensor([len(pair.inputs)]), write_limit(data))
        pair = Pair(pair.inputs, written[0].tolist())
    given = (BOS, *(data.classes.tokens[id] for id in pair.targets[:-1]))
    tokens = (*line.tokens, *given)
    parts = Part("encoder", 0, len(line.tokens)), Part("decoder", len(line.tokens), len(tokens))
    return replace(data, probe=pair, probe_tokens=tokens, parts=parts), found.notes
