"""A reader's own module, looked into while it works: `rnnlab.inspect`.

It runs twice, in evaluation mode. In the second pass each recurrent module of torch's hands on what the readable steps
of its cell make of the same input, with zeros added to the states: so the gradient of what comes out of the whole can
be taken by every state on the way, and both passes can be compared.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.library.module_look import LearntTensor, ModuleLook, ModuleStage, RecurrentLook
from rnnlab.library.recurrent_call import RecurrentCall, cell_of, tensors, written_out
from rnnlab.library.tracing import NamedArray

Loss = Callable[[Any], Tensor]
AXES = ("layer", "direction", "batch", "step", "unit")


def inspect(module: nn.Module, batch: Any, loss: Loss | None) -> ModuleLook:
    names = recurrent_names(module)
    stages: list[ModuleStage] = []
    calls: dict[str, list[list[RecurrentCall]]] = {}  # by module: sequences of calls that follow one another
    with as_it_was(module), torch.enable_grad():
        module.eval()
        with as_it_was(module):
            plain = called(module, batch)
        with hooked(module, stages, calls):
            returned = called(module, batch)
        if not calls:
            raise LabError(Problem("module_not_called", "", {"value": ", ".join(names)}))
        total = loss_of(returned, loss)
        chains = [(name, chain) for name, chains in calls.items() for chain in chains]
        leaves = [zero for _, chain in chains for zero in zeros_of(chain)]
        learnt = [p for p in module.parameters() if p.requires_grad]
        found = iter(derivatives(total, leaves + learnt))
        by_zero = {id(zero): next(found) for zero in leaves}
        by_parameter = {id(p): next(found) for p in learnt}
    kinds = dict(module.named_modules())
    pairs = zip(tensors(plain), tensors(returned), strict=False)
    gaps = [float((a - b).detach().abs().max()) for a, b in pairs if a.is_floating_point() and a.shape == b.shape]
    return ModuleLook(
        stages=tuple(stages),
        parameters=tuple(parameter_table(module, by_parameter)),
        recurrent=tuple(recurrent_look(name, type(kinds[name]), chain, by_zero) for name, chain in chains),
        loss=math.nan if total is None else total.item(),
        difference=max(gaps, default=math.nan),
    )


def recurrent_names(module: Any) -> list[str]:
    """Where torch's recurrent modules are in it. Raises LabError where there is none."""
    if not isinstance(module, nn.Module):
        raise LabError(Problem("no_module", "", {"value": shorten(module)}))
    found = [name or type(module).__name__ for name, one in module.named_modules() if cell_of(one)]
    if not found:
        raise LabError(Problem("module_without_recurrence", "", {"value": type(module).__name__}))
    return found


def called(module: nn.Module, batch: Any) -> Any:
    """What the module makes of a batch; see `rnnlab.inspect` for what that may be."""
    if isinstance(batch, Tensor | PackedSequence):
        return module(batch)
    if isinstance(batch, Mapping):
        return module(**batch)
    if isinstance(batch, tuple | list):
        return module(*batch)
    return batch(module) if callable(batch) else module(batch)


@contextmanager
def as_it_was(module: nn.Module) -> Iterator[None]:
    """Afterwards its modules have the mode and the attributes that they had, hidden states kept among them, and the
    generators that it may draw from are where they were."""
    kept = [(one, attributes(one)) for one in module.modules()]
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
            for one, before in kept:
                vars(one).clear()
                vars(one).update(before)


def attributes(module: nn.Module) -> dict[str, Any]:
    """Of one module; where it keeps parameters as they are now, for some put others in their place as they run."""
    changing = {"_parameters", "_buffers", "_modules", "_flat_weights"}
    return {name: value.copy() if name in changing else value for name, value in vars(module).items()}


# The pass that is looked into


@contextmanager
def hooked(module: nn.Module, stages: list[ModuleStage], calls: dict[str, list[list[RecurrentCall]]]) -> Iterator[None]:
    """Within, every call of a module becomes a stage, and every call of a recurrent one is written out."""
    handles = []
    begun: dict[str, list[int]] = defaultdict(list)  # where its calls stand among the stages: they may be nested
    for name, one in module.named_modules():
        handles.append(one.register_forward_pre_hook(partial(begin, name, stages, begun), with_kwargs=True))
        if cell_of(one):
            handles.append(one.register_forward_hook(partial(write_out, name, calls), with_kwargs=True))
        handles.append(one.register_forward_hook(partial(end, name, stages, begun), with_kwargs=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    stages[:] = together(stages)


def begin(name: str, stages: list, begun: dict[str, list[int]], module: nn.Module, args: Any, kwargs: Any) -> None:
    begun[name].append(len(stages))
    stages.append(ModuleStage(name, type(module).__name__, (*sizes(args), *sizes(kwargs)), (), 1))


def end(
    name: str, stages: list, begun: dict[str, list[int]], module: nn.Module, args: Any, kwargs: Any, returned: Any
) -> None:
    del module, args, kwargs
    place = begun[name].pop()
    stages[place] = replace(stages[place], returned=sizes(returned))


def sizes(value: Any) -> tuple[str, ...]:
    """The shape of each tensor; of packed sequences that of their data, and how long each is."""
    if isinstance(value, PackedSequence):
        lengths = pad_packed_sequence(value)[1].tolist()
        return (f"packed {list(value.data.shape)}: {'+'.join(map(str, lengths))}",)
    if isinstance(value, tuple | list):
        return tuple(size for one in value for size in sizes(one))
    if isinstance(value, dict):
        return tuple(size for one in value.values() for size in sizes(one))
    return tuple(str(list(one.shape)) for one in tensors(value))


def together(stages: list[ModuleStage]) -> list[ModuleStage]:
    """A loop calls the same modules again and again: what is repeated in all it shows stands at its first call."""
    found: dict[ModuleStage, int] = {}
    for one in stages:
        found[one] = found.get(one, 0) + 1
    return [replace(one, calls=count) for one, count in found.items()]


def write_out(
    name: str, calls: dict[str, list[list[RecurrentCall]]], module: nn.Module, args: Any, kwargs: Any, returned: Any
) -> Any:
    """What the readable steps make of this call, in the place of what torch has made of it."""
    given = {**dict(zip(("input", "hx"), args, strict=False)), **kwargs}
    if "input" not in given or not returns_as_torch(module, returned):
        raise LabError(Problem("module_own_forward", "", {"value": type(module).__name__}))
    call = written_out(module, given["input"], given.get("hx"), returned)
    chains = calls.setdefault(name, [])
    if chains and goes_on(chains[-1][-1], call):
        chains[-1].append(call)
    else:
        chains.append([call])
    return call.result


def returns_as_torch(module: nn.Module, returned: Any) -> bool:
    """Whether what a recurrent module returns is laid out as torch's own class has it."""
    states = tuple if isinstance(module, nn.LSTM | nn.LSTMCell) else Tensor
    if isinstance(module, nn.RNNCellBase):
        return isinstance(returned, states)
    return isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[1], states)


def goes_on(before: RecurrentCall, call: RecurrentCall) -> bool:
    """Whether it was handed what the one before has left: just so, or something computed."""
    if call.given is None or call.given[0].shape != before.final[0].shape:
        return False
    both = zip(call.given, before.final, strict=True)
    return all(part.grad_fn is not None or torch.equal(part, left) for part, left in both)


# What comes of it


def loss_of(returned: Any, loss: Loss | None) -> Tensor | None:
    """The loss of what a module returns; without one half the sum of squares of the first tensor that depends on
    anything, None where none does. Raises LabError where that is no single number."""
    if loss is None:
        found = next((one for one in tensors(returned) if one.is_floating_point() and one.requires_grad), None)
        return None if found is None else found.square().sum() / 2
    total = loss(returned)
    if not (isinstance(total, Tensor) and total.numel() == 1 and total.requires_grad):
        value = str(list(total.shape)) if isinstance(total, Tensor) else shorten(total)
        raise LabError(Problem("module_loss", "", {"value": value}))
    return total.sum()


def derivatives(total: Tensor | None, leaves: list[Tensor]) -> list[Tensor | None]:
    if total is None:
        return [None] * len(leaves)
    return list(torch.autograd.grad(total, leaves, allow_unused=True))


def zeros_of(chain: list[RecurrentCall]) -> Iterator[Tensor]:
    for call in chain:
        for row in call.zeros:
            for steps in row:
                for added in steps:
                    yield from added.values()


def parameter_table(module: nn.Module, gradients: dict[int, Tensor | None]) -> Iterator[LearntTensor]:
    first: dict[int, str] = {}
    for name, p in module.named_parameters(remove_duplicate=False):
        same_as = first.setdefault(id(p), name)
        gradient = gradients.get(id(p))
        norm = math.nan if gradient is None else float(gradient.double().norm())
        shared = same_as != name
        yield LearntTensor(
            name, tuple(p.shape), 0 if shared else p.numel(), p.requires_grad, norm, same_as if shared else ""
        )


def recurrent_look(
    name: str, kind: type, chain: list[RecurrentCall], gradients: dict[int, Tensor | None]
) -> RecurrentLook:
    cell = chain[0].cell
    arrays = {one: laid(chain, lambda call, layer, d, t, one=one: call.values[layer][d][t][one]) for one in cell.values}
    norms = {}
    for state in cell.states:
        derived = laid(chain, lambda call, layer, d, t, at=state: derivative(call.zeros[layer][d][t][at], gradients))
        norms[state] = NamedArray(np.linalg.norm(derived.values.astype(np.float64), axis=-1), AXES[:-1])
    return RecurrentLook(
        name=name,
        kind=kind.__name__,
        calls=len(chain),
        arrays=arrays,
        gradients=norms,
        difference=max(call.difference for call in chain),
        largest=max(call.largest for call in chain),
    )


def derivative(zero: Tensor, gradients: dict[int, Tensor | None]) -> Tensor:
    found = gradients[id(zero)]
    return torch.zeros_like(zero) if found is None else found


def laid(chain: list[RecurrentCall], at: Callable[[RecurrentCall, int, int, int], Tensor]) -> NamedArray:
    """One tensor [batch, unit] for each layer, direction and step as one array; nan where a row has no step."""
    parts = []
    for call in chain:
        layers, directions, steps = len(call.values), len(call.values[0]), len(call.values[0][0])
        flat = [at(call, *place) for place in np.ndindex(layers, directions, steps)]
        part = torch.stack(flat).detach().unflatten(0, (layers, directions, steps)).transpose(2, 3)
        if call.mask is not None:
            part = part.masked_fill(~call.mask[:, :, None], torch.nan)
        parts.append(part)  # [layer, direction, batch, step, unit]
    whole = torch.cat(parts, dim=3).cpu()
    return NamedArray((whole if whole.dtype == torch.float64 else whole.float()).numpy(), AXES)
