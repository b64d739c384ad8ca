"""How a program begins that runs as it stands: imports, the seed, the modules, and a batch."""

from typing import Any

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.first_batch import FirstBatch
from rnnlab.explain.modules import cell_class
from rnnlab.explain.programs.loop import loop_function, one_cell, uses_cells
from rnnlab.explain.programs.numeral import numeral
from rnnlab.explain.programs.training import listed
from rnnlab.explain.programs.training import modules as learning
from rnnlab.presets.tutorial_sizes import TutorialSizes

IMPORTS = """\
import torch
from torch import nn
from torch.nn import functional as F
"""
PACKING = "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence\n"
NO_TARGET = -100  # as in `data.batches`
INITIALISING = """\
for module in ({modules}):{note}
    for p in module.parameters():
        {fill}"""
FILLED = {  # a matrix, by the field `init`
    "xavier": "nn.init.xavier_uniform_(p)",
    "orthogonal": "nn.init.orthogonal_(p)",
    "constant": "nn.init.constant_(p, 0.1)",
    "zeros": "nn.init.zeros_(p)",
}


def setup(e: Experiment, batch: FirstBatch) -> str:
    """Of a run: draws the weights that it starts from."""
    lines = [*modules(e, batch.types, batch.classes, batch.padding), "", *given_batch(e, batch)]
    return "\n".join([beginning(e), *lines, *(["hidden = None    # before the first epoch"] if e.carry else [])])


def random_setup(e: Experiment, sizes: TutorialSizes) -> str:
    """Of a preset's model at its tutorial's sizes, with random ids."""
    return "\n".join([beginning(e), *modules(e, sizes.types, sizes.classes, True), "", *random_batch(e, sizes)])


def beginning(e: Experiment) -> str:
    cell, packs = CELLS[e.cell], e.packed and not uses_cells(e)
    own = "" if cell.in_torch else f"\n\n{cell_class(cell)}\n"
    function = f"{'' if own else chr(10)}\n{loop_function(e).rstrip()}\n\n" if needs_function(e) else ""
    return f"{IMPORTS}{PACKING if packs else ''}{own}{function}\ntorch.manual_seed({e.seed})"


def needs_function(e: Experiment) -> bool:
    return uses_cells(e) and e.task == "seq2seq"


def modules(e: Experiment, types: int, classes: int, padding: bool) -> list[str]:
    """In the order in which they draw their first weights."""
    lines = number_modules(e) if e.reads_numbers else token_modules(e, types, classes, padding)
    return [*lines, *([initialising(e)] if e.init != "torch" else [])]


def number_modules(e: Experiment) -> list[str]:
    return [recurrent(e, "", "1"), f"linear = nn.Linear({e.hidden}, 1)"]


def token_modules(e: Experiment, types: int, classes: int, padding: bool) -> list[str]:
    embeds, pair = e.embeds, e.task == "seq2seq"
    context = e.hidden if e.attention != "none" else 0
    lines = [f"types, classes = {types}, {classes}    # of what is read, of what is predicted"]
    if embeds:
        lines.append(f"embedding = nn.Embedding(types, {e.embed}{', padding_idx=0' if padding else ''})")
    width = str(e.embed) if embeds else "types"
    if pair:
        lines.append(recurrent(e, "encoder", width))
        if embeds:
            lines.append(f"target_embedding = nn.Embedding(classes, {e.embed}, padding_idx=0)")
        wide = str(e.embed + context) if embeds else f"classes + {context}" if context else "classes"
        lines.append(recurrent(e, "decoder", wide))
        if e.attention == "additive":
            lines += [f"W = nn.Linear({2 * e.hidden}, {e.hidden})", f"v = nn.Linear({e.hidden}, 1, bias=False)"]
    else:
        lines.append(recurrent(e, "", width))
    if e.head == "linear":
        lines.append(f"linear = nn.Linear({e.hidden * e.directions + context}, classes)")
    return lines


def initialising(e: Experiment) -> str:
    """The lines that put other weights in the place of those that were drawn."""
    named = [name for name in learning(e) if not name.endswith("embedding")]
    matrix, bias = FILLED[e.init], FILLED["zeros"]
    fill = matrix if matrix == bias else f"{matrix} if p.dim() > 1 else {bias}    # biases: 0"
    note = "    # the embedding stays as it was drawn" if e.embeds else ""
    return INITIALISING.format(modules=listed(named), note=note, fill=fill)


def recurrent(e: Experiment, part: str, width: str) -> str:
    """The line that makes the layer, or its cells; of a model's `part`, if it has two."""
    cell, prefix = CELLS[e.cell], f"{part}_" if part else ""
    relu = ', nonlinearity="relu"' if e.relu else ""
    if not uses_cells(e):
        arguments = [width, str(e.hidden), *([str(e.layers)] if e.layers > 1 else []), "batch_first=True"]
        if e.dropout and e.layers > 1:
            arguments.append(f"dropout={numeral(e.dropout)}")
        if e.bidirectional:
            arguments.append("bidirectional=True")
        return f"{part or e.cell} = nn.{cell.class_name}({', '.join(arguments)}{relu})"
    kind = f"{'nn.' if cell.in_torch else ''}{cell.class_name}Cell"

    def made(inputs: str) -> str:
        one = f"{kind}({inputs}, {e.hidden}{relu})"
        return f"[{one}, {one}]" if e.bidirectional else one

    if one_cell(e) and not part:
        return f"cell = {made(width)}"
    note = "    # of each layer" + (", forward and backward" if e.bidirectional else "")
    if e.layers == 1:
        return f"{prefix}cells = [{made(width)}]{note}"
    widths = ", ".join([width, *[str(e.hidden * e.directions)] * (e.layers - 1)])
    return f"{prefix}cells = [{made('inputs')} for inputs in ({widths})]{note}"


# The batch


def given_batch(e: Experiment, batch: FirstBatch) -> list[str]:
    ids, targets = ([list(sequence[i]) for sequence in batch.sequences] for i in (0, 1))
    note = "the first batch" if batch.whole else "the beginning of the first batch"
    if e.reads_numbers:
        mean, deviation = batch.scale
        return [
            f"mean, deviation = {mean!r}, {deviation!r}    # of the numbers that are trained on",
            tensor("numbers", ids, f"{note}; standardised: (number - mean) / deviation"),
            tensor("targets", targets, "the next ones"),
        ]
    lines = [tensor("ids", rows(ids, 0), note)]
    lines.append(f"lengths = torch.tensor({[len(row) for row in ids]})")
    if e.task == "classify":
        lines.append(f"labels = torch.tensor({[label for (label,) in targets]})")
    else:
        targets = rows(targets, NO_TARGET)
        has_none = any(NO_TARGET in row for row in targets)
        lines.append(tensor("targets", targets, f"{NO_TARGET}: no target" if has_none else ""))
    if e.class_weights == "balanced":
        lines.append(f"counts = torch.tensor({list(batch.counts)})    # of each class in all lines that are trained on")
        lines.append(
            "class_weight = counts.sum() / ((counts > 0).sum() * counts.clamp(min=1))    # rare ones weigh more"
        )
    if e.task == "next":
        lines.append(f"specials = {int(batch.padding)}    # how many ids are <pad> and its like, never written")
    if e.task == "seq2seq":
        lines.append("bos = torch.ones(len(ids), 1, dtype=torch.int64)    # the id of <bos>")
    return lines


def rows(sequences: list[list[int]], filler: int) -> list[list[int]]:
    """Filled up at their ends to the longest."""
    longest = max(map(len, sequences))
    return [row + [filler] * (longest - len(row)) for row in sequences]


def tensor(name: str, values: list[list[Any]], note: str) -> str:
    said = f"    # {note}" if note else ""
    if len(values) == 1:
        return f"{name} = torch.tensor({values}){said}"
    return "\n".join([f"{name} = torch.tensor([{said}", *(f"    {row}," for row in values), "])"])


def random_batch(e: Experiment, sizes: TutorialSizes) -> list[str]:
    """Random ids; none of them is one of the special tokens."""
    count, steps, targets = sizes.batch, sizes.steps, sizes.target_steps
    lines = [f"ids = torch.randint(2, types, ({count}, {steps}))    # 0 is <pad>, 1 is <unk>"]
    if e.task == "seq2seq":
        lines.append(f"targets = torch.randint(3, classes, ({count}, {targets}))    # <pad>, <bos>, <eos>")
        lines.append(f"bos = torch.ones({count}, 1, dtype=torch.int64)")
    elif e.task == "classify":
        lines.append(f"labels = torch.randint(0, classes, ({count},))")
    else:
        lines.append(f"targets = torch.randint(0, classes, ({count}, {targets}))")
    return [*lines, f"lengths = torch.full(({count},), {steps})"]
