"""The recurrent layer written in several ways, as short programs: what the page on the cell shows side by side.

Each takes `x` [step, input] and `layer`, the module that trains with one layer and one direction, and leaves `output`
[step, unit]. Where the state is that of an encoder it is called `final`, as that module gives it.
"""

from rnnlab.cells import CELLS, Cell
from rnnlab.experiment import Experiment
from rnnlab.explain.modules import block_lines, cell_class, step_lines

WEIGHTS = "W_ih, W_hh, b_ih, b_hh = layer.parameters()"
LOOP = """\
{before}
{start}
output = []
for x_t in x:
    {step}
    output.append(h)
output = torch.stack(output)"""


def code(implementation: str, e: Experiment, given: bool = False) -> str:
    """The program of a `records.trace.Implementation`, by its name, for this experiment's cell. With a `given` state,
    `final` of the encoder, it starts from that; else from zeros."""
    cell = CELLS[e.cell]
    start = start_of(cell, given)
    match implementation:
        case "steps":
            before = "\n".join([WEIGHTS, *block_lines(cell, ("W_ih", "W_hh", "b_ih", "b_hh"))])
            step = "\n    ".join(step_lines(cell, e.nonlinearity, "x_t"))
            return LOOP.format(before=before, start=start, step=step)
        case "concat":
            before = (
                "inputs, units = layer.input_size, layer.hidden_size\n"  # short lines: two programs stand side by side
                "linear = nn.Linear(inputs + units, units)\n"
                f"{WEIGHTS}\n"
                "linear.weight.data = torch.cat([W_ih, W_hh], dim=1)\n"
                "linear.bias.data = b_ih + b_hh"
            )
            function = "torch.relu" if e.relu else "torch.tanh"
            return LOOP.format(before=before, start=start, step=f"h = {function}(linear(torch.cat([x_t, h])))")
        case "cell":
            return LOOP.format(before=making(cell, e), start=start, step="{} = cell(x_t, {})".format(*handed(cell)))
    return f"output, final = layer(x{', final' if given else ''})    # nn.{cell.class_name}"


def start_of(cell: Cell, given: bool) -> str:
    """Lines that set the state before the first step."""
    if given:
        state = ", ".join(cell.states)
        return f"{state} = (state[0] for state in final)" if cell.has_memory else f"{state} = final[0]"
    return "\n".join(f"{name} = torch.zeros(layer.hidden_size)" for name in cell.states)


def handed(cell: Cell) -> tuple[str, str]:
    """How a program takes the state from a cell, and how it hands it over."""
    state = ", ".join(cell.states)
    return state, f"({state})" if len(cell.states) > 1 else state


def making(cell: Cell, e: Experiment) -> str:
    """Lines that make the cell and give it the layer's weights."""
    copied = "for own, given in zip(cell.parameters(), layer.parameters()):\n    own.data = given.data"
    sizes = "layer.input_size, layer.hidden_size"
    if not cell.in_torch:
        return f"{cell_class(cell, e.nonlinearity)}\n\ncell = {cell.class_name}Cell({sizes})\n{copied}"
    option = ', nonlinearity="relu"' if e.relu else ""
    return f"cell = nn.{cell.class_name}Cell({sizes}{option})\n{copied}"
