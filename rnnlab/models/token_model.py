"""Ids -> embedding or one-hot -> recurrent layer, or a loop over cells -> head -> logits."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.data import Batch
from rnnlab.experiment import Experiment
from rnnlab.models.recurrent import Recurrent, input_module, read, recurrent_module

Stages = dict[str, tuple[Tensor, tuple[str, ...]]]  # name -> a tensor and what its axes count


@dataclass(frozen=True)
class Pass:
    """Every named tensor of one forward pass."""

    features: Tensor  # [batch, step, embed]: embedding rows, or one-hot vectors with embed = class
    output: Tensor  # [batch, step, direction x unit]: the last layer's hidden state at every step
    final: Recurrent  # [layer x direction, batch, unit]: every layer's state after the last step
    logits: Tensor  # [batch, step, class], or [batch, class] where a sequence has one
    whole: Tensor | None = None  # [batch, direction x unit]: what a sequence is judged by, where it has one class

    def stages(self) -> Stages:
        """What a pass goes through, in order, and the axes of each, for the table of shapes."""
        h_n, c_n = self.final if isinstance(self.final, tuple) else (self.final, None)
        stages: Stages = {"output": (self.output, ("batch", "step", "unit")), "h_n": (h_n, ("layer", "batch", "unit"))}
        if c_n is not None:
            stages["c_n"] = (c_n, ("layer", "batch", "unit"))
        if self.whole is not None:
            stages["readout"] = (self.whole, ("batch", "unit"))
        kinds = ("batch", "step", "class") if self.whole is None else ("batch", "class")
        return stages | {"logits": (self.logits, kinds)}


class TokenModel(nn.Module):
    """A class score for every token. Modules are made in the order a plain program makes them: embedding,
    recurrent, head; so one seed gives one set of weights."""

    def __init__(self, experiment: Experiment, types: int, classes: int, pad: int | None):
        super().__init__()
        e = self.experiment = experiment
        self.input, width = input_module(e, types, pad)
        self.recurrent = recurrent_module(e, width)
        units = e.hidden * e.directions
        self.head = nn.Linear(units, classes) if e.head == "linear" else None

    def forward(self, batch: Batch, initial: Recurrent | None = None) -> Pass:
        features = self.input(batch.ids)  # [batch, step, embed]
        x = self.dropped(features, self.experiment.dropout_embed)
        output, final = read(self.recurrent, x, batch.lengths, initial, self.experiment.packed)
        return self.judged(features, output, final, batch.lengths)

    def dropped(self, x: Tensor, share: float) -> Tensor:
        return functional.dropout(x, share, self.training) if share else x

    def judged(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:  # noqa: ARG002
        """The pass, with the logits of what the recurrent part gave."""
        x = self.dropped(output, self.experiment.dropout_head)
        return Pass(features, output, final, x if self.head is None else self.head(x))


class Classifier(TokenModel):
    """A class score for every sequence, from what `readout` makes of the recurrent part."""

    def judged(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:
        e = self.experiment
        whole = readout(e.readout, output, final, lengths, e.bidirectional)
        assert self.head is not None
        return Pass(features, output, final, self.head(self.dropped(whole, e.dropout_head)), whole)


def readout(kind: str, output: Tensor, final: Recurrent, lengths: Tensor, both: bool) -> Tensor:
    """One vector for each sequence, [batch, direction x unit].

    | kind  | what it is                                                                                   |
    |-------|----------------------------------------------------------------------------------------------|
    | final | the last layer's final states of both directions side by side                                 |
    | last  | the output at the batch's last step, padding or not; its backward half has read one token only |
    | valid | the output at each sequence's own last token; of its backward half the same is true            |
    | mean  | the mean of the outputs at the sequence's own tokens                                          |
    """
    if kind == "last":
        return output[:, -1]
    if kind == "valid":
        return output[torch.arange(len(output)), lengths - 1]
    if kind == "mean":
        own = (torch.arange(output.shape[1]) < lengths[:, None]).unsqueeze(-1)  # [batch, step, 1]
        return (output * own).sum(1) / lengths[:, None]
    h_n = final[0] if isinstance(final, tuple) else final  # [layer x direction, batch, unit]
    return torch.cat([h_n[-2], h_n[-1]], dim=-1) if both else h_n[-1]
