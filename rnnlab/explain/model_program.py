"""The whole program of a lesson's model at a tutorial's sizes: its modules, a batch of random ids, and the pass over
it."""

from rnnlab.experiment import Experiment
from rnnlab.explain.programs import code
from rnnlab.lessons.tutorial_sizes import TutorialSizes

IMPORTS = """\
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
"""


def model_program(e: Experiment, sizes: TutorialSizes) -> str:
    """A program that runs as it stands, and draws the numbers that the lab's own model draws from the same seed. For a
    model with an embedding, torch's fused layers and a linear layer at the end."""
    parts = [IMPORTS, f"torch.manual_seed({e.seed})", *modules(e, sizes), "", *batch(e, sizes), "", code("shapes", e)]
    return "\n".join(parts)


def modules(e: Experiment, sizes: TutorialSizes) -> list[str]:
    """In the order in which they draw their first weights."""
    context = e.hidden if e.attention != "none" else 0
    head = f"linear = nn.Linear({e.hidden * e.directions + context}, {sizes.classes})"
    embedding = f"embedding = nn.Embedding({sizes.types}, {e.embed}, padding_idx=0)"
    if e.task != "seq2seq":
        return [embedding, f"{e.cell} = {layer(e, e.embed)}", head]
    lines = [
        embedding,
        f"encoder = {layer(e, e.embed)}",
        f"target_embedding = nn.Embedding({sizes.classes}, {e.embed}, padding_idx=0)",
    ]
    lines.append(f"decoder = {layer(e, e.embed + context)}")
    if e.attention == "additive":
        lines += [f"W = nn.Linear({2 * e.hidden}, {e.hidden})", f"v = nn.Linear({e.hidden}, 1, bias=False)"]
    return [*lines, head]


def layer(e: Experiment, inputs: int) -> str:
    """The constructor of the recurrent layer; defaults are left out."""
    arguments = [str(inputs), str(e.hidden), *([str(e.layers)] if e.layers > 1 else []), "batch_first=True"]
    if e.dropout and e.layers > 1:
        arguments.append(f"dropout={e.dropout:g}")
    if e.bidirectional:
        arguments.append("bidirectional=True")
    return f"nn.{e.cell.upper()}({', '.join(arguments)})"


def batch(e: Experiment, sizes: TutorialSizes) -> list[str]:
    """Random ids; none of them is one of the special tokens."""
    rows, steps, targets = sizes.batch, sizes.steps, sizes.target_steps
    lines = [f"ids = torch.randint(2, {sizes.types}, ({rows}, {steps}))    # 0 is <pad>, 1 is <unk>"]
    if e.task == "seq2seq":
        lines.append(f"targets = torch.randint(3, {sizes.classes}, ({rows}, {targets}))    # <pad>, <bos>, <eos>")
        lines.append(f"bos = torch.ones({rows}, 1, dtype=torch.int64)")
    elif e.task == "classify":
        lines.append(f"labels = torch.randint(0, {sizes.classes}, ({rows},))")
    else:
        lines.append(f"targets = torch.randint(0, {sizes.classes}, ({rows}, {targets}))")
    if e.packed or e.attention != "none":
        lines.append(f"lengths = torch.full(({rows},), {steps})")
    return lines
