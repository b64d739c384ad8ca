"""Ids -> embedding or one-hot -> recurrent layer, or a loop over cells -> head -> logits."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.data import Batch
from rnnlab.experiment import Experiment
from rnnlab.models.cell_loop import Recurrent
from rnnlab.models.initialisation import initialise
from rnnlab.models.recurrent import NumberInput, input_module, read, recurrent_module, within
from rnnlab.records.opening import TensorShape

Stages = dict[str, tuple[Tensor, tuple[str, ...]]]  # name -> a tensor and what its axes count


@dataclass(frozen=True)
class Pass:
    """Every named tensor of one forward pass."""

    features: Tensor  # [batch, step, embed]: embedding rows, or one-hot vectors with embed = class
    output: Tensor  # [batch, step, direction x unit]: the last layer's hidden state at every step
    final: Recurrent  # [layer x direction, batch, unit]: every layer's state after the last step
    logits: Tensor  # [batch, step, class], or [batch, class] where a sequence has one
    readout: Tensor | None = None  # [batch, direction x unit]: what a sequence is judged by, where it has one class

    def stages(self) -> Stages:
        """What is computed from the features, in order, with the axes of each tensor."""
        stages: Stages = {"output": (self.output, ("batch", "step", "unit")), **self.final_stages()}
        if self.readout is not None:
            stages["readout"] = (self.readout, ("batch", "unit"))
        axes = ("batch", "step", "class") if self.readout is None else ("batch", "class")
        return stages | {"logits": (self.logits, axes)}

    def final_stages(self) -> Stages:
        """h_n, and c_n of an LSTM."""
        final = self.final if isinstance(self.final, tuple) else (self.final,)
        return {name: (state, ("layer", "batch", "unit")) for name, state in zip(("h_n", "c_n"), final, strict=False)}


@dataclass(frozen=True)
class NumberPass(Pass):
    """Of a network that predicts numbers: `features` and `logits` are [batch, step, 1], and no class is among them."""

    def stages(self) -> Stages:
        stages = super().stages()
        return {name: one for name, one in stages.items() if name != "logits"} | {
            "predicted": (self.logits, ("batch", "step", "number"))
        }


def all_stages(e: Experiment, batch: Batch, result: Pass) -> Stages:
    """Every tensor of a pass over this batch, in the order of computing: what is read, and what becomes of it."""
    if e.reads_numbers:
        return {"numbers": (result.features, ("batch", "step", "number")), **result.stages()}
    step = "source" if e.task == "seq2seq" else "step"
    name, width = ("embedding", "embed") if e.input == "embedding" else ("one_hot", "class")
    read: Stages = {"ids": (batch.ids, ("batch", step)), name: (result.features, ("batch", step, width))}
    return read | result.stages()


def stage_shapes(e: Experiment, batch: Batch, result: Pass) -> tuple[TensorShape, ...]:
    """The shape of every stage of a pass over this batch, in the order of computing."""
    return tuple(
        TensorShape(name, tuple(tensor.shape), directed(name, axes) if e.bidirectional else axes)
        for name, (tensor, axes) in all_stages(e, batch, result).items()
    )


def directed(name: str, axes: tuple[str, ...]) -> tuple[str, ...]:
    """Axes where sequences are read in both directions: they lie along the units, or along a final state's layers."""
    if name in ("h_n", "c_n"):
        return tuple("layer_direction" if axis == "layer" else axis for axis in axes)
    return tuple("direction_unit" if axis == "unit" else axis for axis in axes)


def dropped(module: nn.Module, x: Tensor, share: float) -> Tensor:
    """Dropout, while the module trains; without one, nothing is drawn from torch's generator."""
    return functional.dropout(x, share, module.training) if share else x


def packs(experiment: Experiment, training: bool, lengths: Tensor) -> bool:
    """Whether a model reads sequences of these lengths [batch] without their padding. While it is training, where the
    experiment says so. In evaluation mode always: each is judged as if it were alone, whatever it shares a batch with.
    """
    return experiment.packed or (not training and bool((lengths != lengths[0]).any()))


class TokenModel(nn.Module):
    """A class score for every token. Modules are made in the order a plain program makes them: embedding,
    recurrent, head; so one seed gives one set of weights."""

    def __init__(self, experiment: Experiment, types: int, classes: int, pad: int | None):
        super().__init__()
        e = self.experiment = experiment
        self.input, width = input_module(e, types, pad)
        self.recurrent = recurrent_module(e, width)
        self.head = nn.Linear(e.hidden * e.directions, classes) if e.head == "linear" else None
        initialise(self, e.init)

    def forward(self, batch: Batch, initial: Recurrent | None = None) -> Pass:
        e, features = self.experiment, self.input(batch.ids)  # [batch, step, embed]
        x = dropped(self, features, e.dropout_embed)
        output, final = read(self.recurrent, x, batch.lengths, initial, packs(e, self.training, batch.lengths))
        return self.scored(features, output, final, batch.lengths)

    def scored(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:  # noqa: ARG002
        """The pass, with the logits of what the recurrent part gave."""
        x = dropped(self, output, self.experiment.dropout_head)
        return Pass(features, output, final, x if self.head is None else self.head(x))


class NumberModel(TokenModel):
    """The next number after every number, without an embedding: what is read is a vector of one entry, and so is what
    is said."""

    def __init__(self, experiment: Experiment):
        nn.Module.__init__(self)
        e = self.experiment = experiment
        self.input = NumberInput()
        self.recurrent = recurrent_module(e, 1)
        self.head = nn.Linear(e.hidden, 1)
        initialise(self, e.init)

    def scored(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:
        return NumberPass(**vars(super().scored(features, output, final, lengths)))


class Classifier(TokenModel):
    """A class score for every sequence, from the readout of the recurrent part."""

    @property
    def readout_kind(self) -> str:
        """The experiment's; in evaluation mode, where each sequence is read alone, its last step is its own."""
        kind = self.experiment.readout
        return "valid" if kind == "last" and not self.training else kind

    def scored(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:
        e = self.experiment
        vector = readout(self.readout_kind, output, final, lengths, e.bidirectional)
        assert self.head is not None
        return Pass(features, output, final, self.head(dropped(self, vector, e.dropout_head)), vector)


def readout(kind: str, output: Tensor, final: Recurrent, lengths: Tensor, both: bool) -> Tensor:
    """One vector for each sequence, [batch, direction x unit].

    | kind  | what it is                                                                                     |
    |-------|------------------------------------------------------------------------------------------------|
    | final | the last layer's final states of both directions side by side                                  |
    | last  | the output at the batch's last step, padding or not; its backward half has taken one step only |
    | valid | the output at each sequence's own last token; of its backward half the same is true            |
    | mean  | the mean of the outputs at the sequence's own tokens                                           |
    """
    if kind == "last":
        return output[:, -1]
    if kind == "valid":
        return output[torch.arange(len(output), device=output.device), lengths.to(output.device) - 1]
    if kind == "mean":
        mask = within(output, lengths).unsqueeze(-1)  # [batch, step, 1]
        return (output * mask).sum(1) / lengths.to(output.device)[:, None]
    h_n = final[0] if isinstance(final, tuple) else final  # [layer x direction, batch, unit]
    return torch.cat([h_n[-2], h_n[-1]], dim=-1) if both else h_n[-1]
