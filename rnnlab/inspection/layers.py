"""Recurrent layers and cells, built for a specification, run, and described: for the page Shapes."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnlab.analysis.shape_errors import Shape, Trial, check_work, crashes, diagnose, right_state
from rnnlab.experiment.layer_spec import LayerSpec, idle
from rnnlab.models.step_cell import cell_class, layer_class
from rnnlab.records.layers import LayerLook, Readout, StepLook, TensorLook

NUMBERS = 1_300  # a tensor of more is shown without its values
FIRST, LAST = 6, 3  # steps that are shown, where there are many

# The state of a module: (h,), or (h, c) of an LSTM
States = tuple[Tensor, ...]


def build(s: LayerSpec) -> nn.Module:
    """The module, freshly initialised from torch's global generator."""
    options: dict[str, Any] = {"bias": s.bias}
    if s.cell.takes_nonlinearity:
        options["nonlinearity"] = s.nonlinearity
    if not s.is_cell:
        options |= {"num_layers": s.num_layers, "batch_first": s.batch_first, "bidirectional": s.bidirectional}
        options["dropout"] = 0.0 if idle("dropout", s) else s.dropout
    made = cell_class(s.cell) if s.is_cell else layer_class(s.cell)
    return made(s.input_size, s.hidden_size, **options)


def call(module: nn.Module, x: Tensor, states: States | None) -> tuple[Tensor, ...]:
    """One call, its results flat: (output, h_n), (output, h_n, c_n), (h_1,) or (h_1, c_1)."""
    given = states if states is None or len(states) == 2 else states[0]
    results = module(x, given)
    return tuple(part for one in (results if isinstance(results, tuple) else (results,)) for part in flat(one))


def flat(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


class Setup:
    """A module, an input and a first state, drawn in the order in which `explain.layer_program` draws them: the numbers
    are those that the program prints."""

    def __init__(self, s: LayerSpec):
        check_work(s, s.input_shape if not s.is_cell else (s.steps, *s.input_shape))
        torch.manual_seed(0)
        self.setting = s
        self.module = build(s)
        self.x = torch.randn((s.steps, *s.input_shape) if s.is_cell else s.input_shape)
        make = torch.randn if s.given else torch.zeros
        self.states: States = tuple(make(s.state_shape) for _ in range(2 if s.has_memory else 1))
        self.generator = torch.get_rng_state()

    def run(self, x: Tensor) -> tuple[Tensor, ...]:
        """The layer over a whole input. Dropout draws the same masks each time."""
        torch.set_rng_state(self.generator)
        return call(self.module, x, self.states if self.setting.given else None)


def inspect_layer(s: LayerSpec) -> LayerLook:
    """Build the module, run it, and describe all it holds. Raises LabError where that is too much work."""
    # With gradients, as in the program that is shown: without them torch runs an LSTM by another kernel, which rounds
    # in another way.
    with torch.random.fork_rng(devices=[]):
        setup = Setup(s)
        weights = weight_looks(setup.module, s)
        first = state_looks(setup.states, 0, s)
        parameters = sum(p.numel() for p in setup.module.parameters())
        if s.is_cell:
            steps, states = cell_steps(setup, weights[0])
            x = tensor_look(setup.x[0], "input", "input", s.input_axes)
            return LayerLook(s, (x, *first, *state_looks(states, s.steps, s)), weights, parameters, steps, None)
        output, *last = setup.run(setup.x)
        x, out = (
            tensor_look(setup.x, "input", "input", s.input_axes),
            tensor_look(output, "output", "output", s.output_axes),
        )
        tensors = (x, *first, out, *state_looks(tuple(last), "n", s))
        return LayerLook(s, tensors, weights, parameters, output_steps(output, s), readout(setup, output, last[0]))


def tensor_look(tensor: Tensor, name: str, role: Any, axes: tuple[str, ...], parts: tuple[str, ...] = ()) -> TensorLook:
    """A tensor with its numbers, where they are few."""
    values = tensor.detach().numpy().astype(np.float32) if tensor.numel() <= NUMBERS else None
    return TensorLook(name, role, tuple(tensor.shape), axes, tensor.numel(), values, parts)


def state_looks(states: States, after: int | str, s: LayerSpec) -> tuple[TensorLook, ...]:
    return tuple(tensor_look(state, f"{'hc'[i]}_{after}", "state", s.state_axes) for i, state in enumerate(states))


def weight_looks(module: nn.Module, s: LayerSpec) -> tuple[tuple[TensorLook, ...], ...]:
    """Every parameter under the module's own name for it, in its order: of each layer, forward before backward."""
    gate = "gate_unit" if len(s.gates) > 1 else "unit"
    parts = s.gates if len(s.gates) > 1 else ()
    named = list(module.named_parameters())
    size = len(named) // (s.layers * s.directions)  # four, or two without biases
    groups = []
    for start in range(0, len(named), size):
        below = "input" if start < size * s.directions else "unit" if s.directions == 1 else "direction_unit"
        group = []
        for name, parameter in named[start : start + size]:
            kind, side = name.rpartition(".")[2].split("_")[:2]  # weight_hh_l0, or cells.0.weight_hh in a loop
            axes = (gate,) if kind == "bias" else (gate, below if side == "ih" else "unit")
            group.append(tensor_look(parameter, name, kind, axes, parts))
        groups.append(tuple(group))
    return tuple(groups)


def shown_steps(steps: int) -> list[int]:
    """Which steps are shown: all, or of many the first and the last ones."""
    return [step for step in range(steps) if step < FIRST or step >= steps - LAST]


def cell_steps(setup: Setup, weights: tuple[TensorLook, ...]) -> tuple[tuple[StepLook, ...], States]:
    """The cell over all steps: at each what goes in, the weights it meets, and what comes out."""
    s, states, seen = setup.setting, setup.states, []
    shown = set(shown_steps(s.steps))
    for step, x_t in enumerate(setup.x):
        before, states = states, call(setup.module, x_t, states)
        if step in shown:
            x = tensor_look(x_t, f"x[{step}]", "input", s.input_axes)
            inside = sorted(
                weights, key=lambda weight: "_hh" in weight.name
            )  # first those that meet x, then those of h
            reads = (x, *inside[: len(inside) // 2], *state_looks(before, step, s), *inside[len(inside) // 2 :])
            seen.append(StepLook(step, (*reads, *state_looks(states, step + 1, s))))
    return tuple(seen), states


def step_first(output: Tensor, s: LayerSpec) -> Tensor:
    """Output or input with the steps in front: [step, batch, .], or [step, .] of one sequence."""
    return output.transpose(0, 1) if s.leads_with_batch else output


def output_steps(output: Tensor, s: LayerSpec) -> tuple[StepLook, ...]:
    """The output step by step."""
    axes = (*(("batch",) if s.batched else ()), s.output_axes[-1])
    sheets = step_first(output, s)
    names = {step: f"output[:, {step}]" if s.leads_with_batch else f"output[{step}]" for step in shown_steps(s.steps)}
    return tuple(StepLook(step, (tensor_look(sheets[step], name, "output", axes),)) for step, name in names.items())


def readout(setup: Setup, output: Tensor, h_n: Tensor) -> Readout:
    """Compare h_n with every step of the output, number by number; and see whether other tokens reach the last step."""
    s = setup.setting
    halves = step_first(output, s).unflatten(-1, (s.directions, s.hidden_size))  # [step, (batch,) direction, unit]
    steps = halves.movedim(-2, 1).flatten(2)  # [step, direction, batch x unit]
    final = h_n.flatten(1)  # [layer x direction, batch x unit]
    equal = (steps[None] == final[:, None, None]).all(-1)  # [layer x direction, step, direction]
    others = setup.x.clone()
    step_first(others, s)[:-1] += 1.0  # every token but the last is another one
    changed = step_first(setup.run(others)[0], s).unflatten(-1, (s.directions, s.hidden_size))[-1]
    differs = (changed != halves[-1]).movedim(-2, 0).flatten(1).any(-1)  # [direction]
    return Readout(equal.numpy(), tuple(differs.tolist()), top_alone(setup, output))


def top_alone(setup: Setup, output: Tensor) -> float | None:
    """The largest difference between the output and what the last layer makes alone, with its own weights, of what the
    layers below put out at every step."""
    s = setup.setting
    if s.layers == 1 or (s.dropout and not idle("dropout", s)):
        return None
    below = build(replace(s, num_layers=s.layers - 1))
    top = build(replace(s, input_size=s.hidden_size * s.directions, num_layers=1))
    for copied, own in zip((*below.parameters(), *top.parameters()), setup.module.parameters(), strict=True):
        copied.data = own.data
    rows = (s.layers - 1) * s.directions
    given = setup.states if s.given else None
    between = call(below, setup.x, given and tuple(state[:rows] for state in given))[0]
    again = call(top, between, given and tuple(state[rows:] for state in given))[0]
    return float((again - output).detach().abs().max())


def try_shape(s: LayerSpec, x: Shape, state: Shape | None) -> Trial:
    """Give the real module an input of this shape, and keep what it answers. An LSTM's c_0 always has the right shape:
    it is h_0 that is tried. Raises LabError where that is too much work."""
    check_work(s, x)
    advice = diagnose(s, x, state)
    if crashes(s, x, state):
        return Trial(x, state, "", (), advice)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        module = build(s)
        states = None if state is None else (torch.zeros(state), torch.zeros(right_state(s, x)))
        try:
            results = call(module, torch.zeros(x), states if states is None or s.has_memory else states[:1])
        except (RuntimeError, ValueError, IndexError) as error:
            return Trial(x, state, f"{type(error).__name__}: {error}", (), advice)
    names = ["h_1", "c_1"] if s.is_cell else ["output", "h_n", "c_n"]
    shapes = tuple(tuple(result.shape) for result in results)
    return Trial(x, state, "", tuple(zip(names, shapes, strict=False)), advice)
