"""What a file of weights calls its tensors, and the lines of PyTorch that load it into the modules of a program."""

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import one_cell, uses_cells
from rnnlab.explain.programs.training_loop import program_name

LOADING = """\
from safetensors.torch import load_file
model = nn.ModuleDict({{{modules}}})
model.load_state_dict(load_file({file}))"""


def tensor_name(e: Experiment, name: str) -> str:
    """Of a parameter of the lab's model: what `state_dict` calls it where the program's modules are put together as in
    `loading`. encoder.recurrent.cells.0.bias_ih -> encoder_cells.0.bias_ih."""
    return program_name(e, name).replace("[", ".").replace("]", "")


def loading(e: Experiment, file: str) -> str:
    """Three lines that go on from the modules of the experiment's program. file: an expression."""
    return LOADING.format(modules=", ".join(f'"{name}": {module}' for name, module in named_modules(e)), file=file)


def named_modules(e: Experiment) -> list[tuple[str, str]]:
    """All that learns, by its name, and the expression that makes one module of it where it is a list of cells."""
    pair, embeds = e.task == "seq2seq", e.embeds
    names = [*["embedding"] * embeds]
    if pair:
        read, write = ("encoder_cells", "decoder_cells") if uses_cells(e) else ("encoder", "decoder")
        names += [read, *["target_embedding"] * embeds, write, *["W", "v"] * (e.attention == "additive")]
    elif uses_cells(e):
        names.append("cell" if one_cell(e) else "cells")
    else:
        names.append(e.cell)
    names += ["linear"] * (e.head == "linear")
    both = "nn.ModuleList(map(nn.ModuleList, {}))" if e.bidirectional else "nn.ModuleList({})"
    return [(name, both.format(name) if name.endswith("cells") else name) for name in names]
