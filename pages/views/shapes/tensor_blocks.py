"""Tensors drawn to scale, with names on their axes: a component of our own."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pages.components.component import component, pack
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate
from rnnlab.records.layers import TensorLook
from rnnlab.records.opening import TensorShape

# What a stage of a model is like in a single layer: there it has the same colour.
ROLES = {
    **dict.fromkeys(("ids", "tokens"), "input"),
    **dict.fromkeys(("h_n", "c_n"), "state"),
    **dict.fromkeys(("output", "encoded", "decoded"), "output"),
    **dict.fromkeys(("scores", "weights"), "weight"),
}

_blocks = component(__file__, "tensor_blocks")


def block(tensor: TensorLook, t: Translate, note: str = "") -> dict[str, Any]:
    """A tensor as a solid block, to the scale of all others."""
    return {
        "kind": "block",
        "name": tensor.name,
        "role": tensor.role,
        "shape": tensor.shape,
        "axes": [t(f"axis.{axis}") for axis in tensor.axes],
        "parts": tensor.parts,
        "values": pack(tensor.values.astype(np.float32)) if tensor.values is not None else None,
        "note": note,
    }


def sheet(tensor: TensorLook, t: Translate, halves: int = 1, marks: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A matrix or vector with a cell a number, its columns made of one or two `halves`. A mark outlines one of them:
    {"part": which, "tone": 0, 1 or 2, "label"}."""
    return {**block(tensor, t), "kind": "sheet", "halves": halves, "marks": list(marks)}


def stage(tensor: TensorShape, e: Experiment, t: Translate) -> dict[str, Any]:
    """A stage of an experiment's model, of which only the shape is shown."""
    note = t(f"stage.readout.{e.readout}") if tensor.name == "readout" else t(f"stage.{tensor.name}")
    return {
        "kind": "block",
        "name": tensor.name,
        "role": ROLES.get(tensor.name, "stage"),
        "beside": tensor.name in ("h_n", "c_n"),  # come out together with the stage before
        "shape": tensor.shape,
        "axes": [t(f"axis.{axis}") for axis in tensor.axes],
        "parts": (),
        "values": None,
        "note": note,
    }


def group(items: Sequence[dict[str, Any]], title: str = "", note: str = "", chain: bool = False) -> dict[str, Any]:
    """Tensors side by side under a title; a `chain` has arrows between them."""
    return {"title": title, "note": note, "items": list(items), "chain": chain}


def render(key: str, groups: Sequence[dict[str, Any]], t: Translate) -> None:
    """Groups of tensors, all blocks among them to one scale."""
    labels = {name: t(f"blocks.{name}") for name in ("scale", "short", "broken", "values")}
    _blocks(key=key, data={"key": key, "groups": list(groups), "labels": labels})
