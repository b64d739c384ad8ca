"""Recurrent layers step by step, by the readable steps of `rnnlab.cells` over the weights that trained: what the lab
*explains* with. Tests and the page itself hold it to the results of the modules that train.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnlab.cells import WEIGHTS, Cell, Hook, State, Values, Weights, unchanged
from rnnlab.models.cell_loop import CellLoop

StepHook = Callable[[int, str, Tensor], Tensor]  # a `Hook` that is also told the step


@dataclass(frozen=True)
class Transition:
    """How the state of one layer and direction goes on from step to step."""

    cell: Cell
    weights: Weights
    nonlinearity: str = "tanh"

    def __call__(self, x: Tensor, state: State, hook: Hook = unchanged) -> Values:
        """One step: of x [batch, input] and the state before, every value that it goes through, [batch, unit] each."""
        return self.cell.step(x, state, self.weights, self.nonlinearity, hook)


def weights_of(recurrent: nn.Module, layer: int, direction: int) -> Weights:
    """The weights of one layer (from 0) and direction (0 forward, 1 backward) of a torch layer or a loop over cells."""
    if isinstance(recurrent, CellLoop):
        cell, end = recurrent.cells[layer * recurrent.directions + direction], ""
    else:
        cell, end = recurrent, f"_l{layer}" + ("_reverse" if direction else "")
    return Weights(*(getattr(cell, name + end) for name in WEIGHTS))


def zero_state(cell: Cell, batch: int, hidden: int) -> State:
    """Where a sequence starts when nothing else is said: [batch, unit] each."""
    return tuple(torch.zeros(batch, hidden) for _ in cell.states)


def at_step(hook: StepHook | None, step: int) -> Hook:
    """What the values of one step pass through."""
    return unchanged if hook is None else lambda name, value: hook(step, name, value)


def unroll(
    transition: Transition,
    x: Tensor,
    state: State,
    *,
    backward: bool = False,
    hook: StepHook | None = None,
    mask: Tensor | None = None,
) -> list[Values]:
    """One layer and direction over a sequence, x [batch, step, input], from `state`: the values of every step, in the
    sequence's own order, also where it is read backward. Where `mask` [batch, step] is false a row has no token and
    keeps the state that it has."""
    steps: list[Values] = [{}] * x.shape[1]
    for t in reversed(range(x.shape[1])) if backward else range(x.shape[1]):
        values = steps[t] = transition(x[:, t], state, at_step(hook, t))
        if mask is not None:
            before = zip(transition.cell.states, state, strict=True)
            values |= {name: torch.where(mask[:, t, None], values[name], old) for name, old in before}
        state = transition.cell.new_state(values)
    return steps
