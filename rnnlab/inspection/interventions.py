"""What a reader changes inside a network on purpose, done to the values on their way through it."""

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from rnnlab.cells import CELLS, WEIGHTS, State, Weights
from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, numeral, shorten
from rnnlab.inspection.replay import Hooks, part_module, weights_at
from rnnlab.models import Decoder, Encoder, TokenModel
from rnnlab.models.unroll import StepHook
from rnnlab.records.opening import Place
from rnnlab.records.trace import LARGEST, Intervention


class InterventionHooks(Hooks):
    """The edits, done to a model's values."""

    def __init__(self, edits: tuple[Intervention, ...]):
        self.edits = edits

    def at(self, place: Place, *kinds: str) -> list[Intervention]:
        return [edit for edit in self.edits if edit.kind in kinds and edit.place == place]

    def ids(self, part: str, ids: Tensor) -> Tensor:
        for edit in self.at(Place(part), "token"):
            ids = ids.clone()
            ids[:, edit.step] = int(edit.value)
        return ids

    def x(self, part: str, step: int, x: Tensor) -> Tensor:
        for edit in self.at(Place(part), "input"):
            if edit.step == step:
                x = x.clone()
                x[:, every(edit.unit)] = edit.value
        return x

    def weights(self, place: Place, w: Weights) -> Weights:
        for edit in self.at(place, "weight"):
            new = getattr(w, edit.name).clone()
            new[edit.unit if edit.column is None else (edit.unit, edit.column)] = edit.value
            w = replace(w, **{edit.name: new})
        return w

    def initial(self, place: Place, state: State) -> State:
        edits = self.at(place, "state")
        if edits:
            state = tuple(values.clone() for values in state)
        for edit in edits:
            state["hc".index(edit.name)][:, every(edit.unit)] = edit.value
        return state

    def values(self, place: Place) -> StepHook | None:
        mine = self.at(place, "gate", "off")
        if not mine:
            return None

        def overwritten(step: int, name: str, value: Tensor) -> Tensor:
            for edit in mine:
                if name == ("h" if edit.kind == "off" else edit.name) and edit.step in (None, step):
                    value = value.clone()
                    value[:, every(edit.unit)] = 0.0 if edit.kind == "off" else edit.value
            return value

        return overwritten


def every(unit: int | None) -> int | slice:
    return slice(None) if unit is None else unit


def check(edit: Intervention, e: Experiment, data: Data, model: nn.Module) -> None:
    """Whether an edit has a place in this network, and its number is one. Raises LabError."""
    if not (math.isfinite(edit.value) and abs(edit.value) <= LARGEST):
        raise LabError(Problem("edit_value", "", {"value": shorten(edit.value), "limit": numeral(LARGEST)}))
    parts = {part.name: part for part in data.parts}
    if edit.part not in parts:
        raise LabError(Problem("edit_part", "", {"value": shorten(edit.part), "choices": ", ".join(parts)}))
    if not (0 <= edit.layer < e.layers and 0 <= edit.direction < e.directions):
        raise LabError(Problem("edit_layer", "", {"value": edit.layer + 1, "limit": e.layers}))
    steps = parts[edit.part].stop - parts[edit.part].start
    sizes: dict[str, tuple[int, int]] = {"unit": (edit.unit or 0, e.hidden), "step": (edit.step or 0, steps)}
    names: tuple[str, ...] = ("",)
    match edit.kind:
        case "input":
            sizes["unit"] = edit.unit or 0, width_of(part_module(model, edit.part), e)
        case "token":
            known = data.classes if edit.part == "decoder" else data.vocabulary
            sizes["token"] = int(edit.value), len(known)
        case "state":
            names = CELLS[e.cell].states
        case "gate":
            names = CELLS[e.cell].values
        case "weight":
            names = WEIGHTS
            if edit.name in names:
                shape = getattr(weights_at(model, edit.place), edit.name).shape
                sizes["unit"] = edit.unit or 0, shape[0]
                if (edit.column is None) is (len(shape) == 2):
                    raise LabError(Problem("edit_name", "", {"value": edit.name, "choices": ", ".join(WEIGHTS)}))
                sizes["column"] = edit.column or 0, shape[-1] if len(shape) == 2 else 1
    if edit.name not in names:
        raise LabError(Problem("edit_name", "", {"value": shorten(edit.name), "choices": ", ".join(names)}))
    for name, (value, size) in sizes.items():
        if not 0 <= value < size:
            raise LabError(beyond(name, value, size))


def beyond(name: str, value: int, size: int) -> Problem:
    """What is said of a place that the network does not have: people count steps from 1, all else from 0 as in code."""
    if name == "step":
        return Problem("edit_step", "", {"value": value + 1, "limit": size})
    values = {"value": value, "limit": size - 1}
    match name:
        case "column":
            return Problem("edit_column", "", values)
        case "token":
            return Problem("edit_token", "", values)
    return Problem("edit_row", "", values)


def width_of(part: TokenModel | Encoder | Decoder, e: Experiment) -> int:
    """How many numbers the first layer of a part reads at a step."""
    context = e.hidden if isinstance(part, Decoder) and part.attention is not None else 0
    return part.input(torch.zeros(1, 1, dtype=torch.int64)).shape[-1] + context
