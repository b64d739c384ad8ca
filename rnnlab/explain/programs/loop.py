"""A recurrent layer as a loop over its cells, in lines for a program.

Over `cell`, or over `cells`: one for each layer, or a pair of them where the layer reads in both directions. Packed
sequences are a mask over the steps here, for torch packs for its own layers only.
"""

from textwrap import indent

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.numeral import numeral

SCAN = """\
state, output = {first}, []
for x_t in x.unbind(1){order}:    # step by step
    state = {state} = cell(x_t, state)
    output.append(h)"""
MASKED_SCAN = """\
state, output = {first}, []
for x_t, real in zip(x.unbind(1){order}, mask.unbind(1){order}):    # step by step
    state = {state} = {kept}    # padding leaves it as it is
    output.append(h)"""
KEPT = "torch.where(real[:, None], cell(x_t, state), state)"
KEPT_PARTS = "tuple(torch.where(real[:, None], new, old) for new, old in zip(cell(x_t, state), state))"
LAYERS = """\
final = []
for layer, cell in enumerate(cells):{dropped}
{scan}
    final.append(state)
    x = torch.stack(output, dim=1)    # what the layer above reads"""
DIRECTIONS = """\
final = []
for layer, both in enumerate(cells):    # its forward and its backward cell{dropped}
    halves = []
    for cell, order in zip(both, (1, -1)):    # the backward one begins at the last step
{scan}
        final.append(state)
        halves.append(torch.stack(output[::order], dim=1))
    x = torch.cat(halves, dim=-1)    # what the layer above reads"""
MASK = "mask = torch.arange(ids.shape[1]) < lengths[:, None]    # [batch, step]: what is no padding"
FUNCTION = """\
def loop(cells, x, before=None{mask}):    # does what a layer of torch.nn does
{layers}
    return x, final


"""
ALL_REAL = "    mask = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else mask\n"


def uses_cells(e: Experiment) -> bool:
    """Whether a program for it makes cells, not a layer of torch.nn."""
    return e.impl == "cell" or not CELLS[e.cell].in_torch


def one_cell(e: Experiment) -> bool:
    return e.layers == 1 and not e.bidirectional


def loop(e: Experiment) -> str:
    """From `x` to `output` and `h_n`."""
    lines = [MASK] if e.packed else []
    if one_cell(e):
        lines.append(scan(e, "hidden" if e.carry else "", "hidden"))
        lines.append("output, h_n = torch.stack(output, dim=1), h.unsqueeze(0)")
    else:
        lines.append(over_layers(e, "hidden[len(final)]" if e.carry else "", "hidden"))
        states = ", ".join(CELLS[e.cell].states)
        lines.append(f"output, h_n = x, torch.stack({'final' if states == 'h' else f'[h for {states} in final]'})")
    if e.packed:
        lines.append("output = output.masked_fill(~mask.unsqueeze(-1), 0.0)    # nothing on padding")
    return "\n".join(lines)


def loop_function(e: Experiment) -> str:
    """The loop as a function, for a model that has two of them."""
    layers = indent(over_layers(e, "before[layer]", "before"), "    ")
    return FUNCTION.format(mask=", mask=None" if e.packed else "", layers=(ALL_REAL if e.packed else "") + layers)


def over_layers(e: Experiment, given: str, where: str) -> str:
    """All layers from `x` up to the last one's `x`, with their states in `final`; from zeros, or from the state `given`
    if there is one in the variable `where`."""
    drops = f"\n    x = F.dropout(x, {numeral(e.dropout)}) if layer else x    # in training only"
    dropped = drops if e.dropout and e.layers > 1 else ""
    if not e.bidirectional:
        return LAYERS.format(dropped=dropped, scan=indent(scan(e, given, where), " " * 4))
    return DIRECTIONS.format(dropped=dropped, scan=indent(scan(e, given, where, "[::order]"), " " * 8))


def scan(e: Experiment, given: str, where: str, order: str = "") -> str:
    """One cell over all steps, from the first to the last unless they are put in another `order`."""
    names, first = CELLS[e.cell].states, "None"
    if e.packed:
        first = bundle([f"x.new_zeros(len(x), {e.hidden})"] * len(names))
    if given:
        first = f"{first} if {where} is None else {given}"
    kept = KEPT if len(names) == 1 else KEPT_PARTS
    return (MASKED_SCAN if e.packed else SCAN).format(first=first, order=order, state=", ".join(names), kept=kept)


def bundle(parts: list[str]) -> str:
    """One value, or a tuple of them."""
    return f"({', '.join(parts)})" if len(parts) > 1 else parts[0]
