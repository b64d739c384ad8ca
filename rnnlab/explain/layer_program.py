"""The program, the parameter count and the comparison that the page Shapes shows for one module."""

from dataclasses import fields
from typing import Any

from rnnlab.experiment.layer_spec import LayerSpec, ends, idle, parameter_count, widths
from rnnlab.explain.modules import cell_class, layer_class

ARGUMENTS = ("num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional")  # beside the two sizes


def formula(s: LayerSpec) -> str:
    """That sum as LaTeX: in symbols, and with the numbers put in. D directions, G gates, H hidden_size, I what a layer
    reads."""
    biases = " + 2" if s.bias else ""
    factors = rf"{s.directions}\cdot {len(s.gates)}\cdot {s.hidden_size}"
    terms = [rf"{factors}\,({width} + {s.hidden_size}{biases})" for width in widths(s)]
    symbols = rf"\sum_{{\ell=1}}^{{L}} D\,G\,H\,(I_\ell + H{biases})"
    lines = "".join(rf"&= {term} \\" if i == 0 else rf"&\;+ {term} \\" for i, term in enumerate(terms))
    return rf"\begin{{aligned}} P &= {symbols} \\ {lines} &= {parameter_count(s)} \end{{aligned}}"


# The program


def arguments(s: LayerSpec) -> str:
    """What the class is called with, as one would write it: defaults are left out."""
    named: dict[str, Any] = {"input_size": s.input_size, "hidden_size": s.hidden_size}
    for field in fields(s):
        value = getattr(s, field.name)
        if field.name in ARGUMENTS and value != field.default and not idle(field.name, s):
            named[field.name] = value
    return ", ".join(f"{name}={value!r}" for name, value in named.items())


def construction(s: LayerSpec) -> str:
    """The call that makes the module."""
    if s.cell.in_torch:
        return f"nn.{s.kind}({arguments(s)})"
    return f"{s.kind}({arguments(s)})" if s.is_cell else f"CellLoop({s.kind}Cell, {arguments(s)})"


def classes(s: LayerSpec) -> str:
    """What a program imports, and the classes of a cell that torch.nn lacks."""
    if s.cell.in_torch:
        return "import torch\nfrom torch import nn\n"
    if s.is_cell:
        return f"import torch\nfrom torch import nn\n\n\n{cell_class(s.cell, s.nonlinearity)}\n"
    return layer_class(s.cell, s.nonlinearity) + "\n"


def variable_of(s: LayerSpec) -> str:
    return "cell" if s.is_cell else s.cell.name


def counting(s: LayerSpec) -> str:
    """Lines to go after the program: every weight's name, shape and count, and their sum."""
    name = variable_of(s)
    return f"""for name, p in {name}.named_parameters():
    print(name, list(p.shape), p.numel())
print(sum(p.numel() for p in {name}.parameters()))"""


def program(s: LayerSpec) -> str:
    """A few lines of PyTorch that compute what the page shows, to the last digit."""
    names = ["h", "c"] if s.has_memory else ["h"]
    lines = [classes(s), "torch.manual_seed(0)"]
    variable = variable_of(s)
    lines.append(f"{variable} = {construction(s)}")
    axes = ("step", *s.input_axes) if s.is_cell else s.input_axes
    shape = (s.steps, *s.input_shape) if s.is_cell else s.input_shape
    lines.append(f"x = torch.randn{shape}  # [{', '.join(axes)}]")
    if s.is_cell:
        make = "randn" if s.given else "zeros"
        state = ", ".join(names)
        sizes = ", ".join(map(str, s.state_shape))
        lines.append(f"{state} = " + ", ".join(f"torch.{make}({sizes})" for _ in names))
        lines.append("for x_t in x:  # step by step")
        lines.append(f"    {state} = cell(x_t, {f'({state})' if s.has_memory else state})")
        return "\n".join([*lines, "    print(h)"])
    handed = ""
    if s.given:
        first = ", ".join(f"{name}_0" for name in names)
        lines.append(f"{first} = " + ", ".join(f"torch.randn{s.state_shape}" for _ in names))
        handed = f", ({first})" if s.has_memory else f", {first}"
    last = "(h_n, c_n)" if s.has_memory else "h_n"
    lines.append(f"output, {last} = {variable}(x{handed})")
    return "\n".join([*lines, f"print(output.shape, {', '.join(f'{name}_n.shape' for name in names)})"])


def part_of_output(s: LayerSpec, step: int, direction: int) -> str:
    """Where one direction's hidden state of one step stands in the output, as one writes it in Python."""
    place = "-1" if step == s.steps - 1 and s.steps > 1 else str(step)
    index = [":", place] if s.leads_with_batch else [place]
    if s.directions == 2:
        index += [":"] if s.batched and not s.leads_with_batch else []
        index += [f":{s.hidden_size}" if direction == 0 else f"{s.hidden_size}:"]
    return f"output[{', '.join(index)}]"


def comparing(s: LayerSpec) -> str:
    """Lines to go after the program: the output holds h_n's last layer."""
    return "\n".join(f"print(torch.equal({part_of_output(s, *place)}, h_n[{row}]))" for row, *place in ends(s))
