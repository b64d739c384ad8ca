"""Weights brought back: a safetensors file of the lab's, opened at its epoch without training.

Everything in such a file may have been made up. It is read in this order, and nothing is built before what bounds it
has been checked: its size, its header, the experiment with the limits of any other, the tokens against those of the
experiment's own text, then each tensor. A pickle, which may run any program, is never read.
"""

import json
from math import nan
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load
from torch import nn

from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.experiment.links import FILE_FIELDS
from rnnlab.explain.loading import tensor_name
from rnnlab.export.weights import FILE_BYTES, HEADER_BYTES, VERSION
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.history import History, Snapshot
from rnnlab.training.device import training_device
from rnnlab.training.fold import open_run
from rnnlab.training.threads import torch_threads
from rnnlab.training.trainer import Trainer

LENGTH = 8  # bytes at the beginning that say how long the header is
PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # an archive of torch.save, or a bare one
LARGEST = 1e300  # of a loss or a norm
MOST_TARGETS = 10**9  # of an epoch

Tensors = dict[str, np.ndarray]


def open_weights(content: bytes) -> History:
    """The run that these weights are of, with the epochs that led to them as the file tells: what the network does with
    them, and what it did before the first epoch, is computed here. Raises LabError where the file can't be used."""
    metadata, tensors = unpacked(content)
    e = experiment_in(metadata)
    snapshots = snapshots_in(metadata, epoch_in(metadata, e))
    with torch_threads(1):
        trainer = Trainer(e, training_device())
        check_tokens(metadata, trainer.data)
        check_tensors(tensors, e, trainer.model)
        return opened_at(trainer, tensors, snapshots)


def opened_at(trainer: Trainer, tensors: Tensors, snapshots: tuple[Snapshot, ...]) -> History:
    """The history of a run that stands where these weights put it."""
    e, epoch, first = trainer.experiment, len(snapshots), open_run(trainer)
    with torch.no_grad():
        for name, p in trainer.model.named_parameters():  # in place: they are views of one tensor
            p.copy_(torch.from_numpy(tensors[tensor_name(e, name)]))
    trainer.epoch, trainer.probe.newest = epoch, -1
    trainer.record_frame(always=True)
    trainer.record_weights()
    frames = trainer.probe.take_frames()
    if not frames:
        raise LabError(Problem("weights_overflow"))
    before = epoch > 0
    return History(
        first.opening,
        snapshots,
        (*first.frames[:before], *frames),
        (*first.checkpoints[:before], *trainer.take_checkpoints()),
        0.0,
        "epochs" if epoch == e.epochs else "",
    )


# The file


def unpacked(content: bytes) -> tuple[dict[str, str], Tensors]:
    """Metadata and tensors, float32 all of them."""
    if len(content) > FILE_BYTES:
        raise LabError(Problem("weights_large", "", {"value": kilobytes(len(content)), "limit": kilobytes(FILE_BYTES)}))
    header = header_of(content)
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or "rnnlab" not in metadata:
        raise LabError(Problem("weights_other"))
    if metadata["rnnlab"] != VERSION:
        raise LabError(Problem("weights_version", "", {"value": shorten(metadata["rnnlab"]), "limit": VERSION}))
    for name, said in header.items():
        if not isinstance(said, dict) or said.get("dtype") != "F32":
            kind = shorten(said.get("dtype") if isinstance(said, dict) else said)
            raise LabError(Problem("weights_dtype", "", {"name": shorten(name), "value": kind}))
    try:
        return metadata, load(content)  # which checks that what the header says of places is true
    except (SafetensorError, ValueError, TypeError, OverflowError) as error:
        raise LabError(Problem("weights_damaged")) from error


def header_of(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:LENGTH], "little")
    if content[LENGTH : LENGTH + 1] != b"{":
        raise LabError(Problem("weights_pickle") if content.startswith(PICKLES) else Problem("weights_damaged"))
    if length > HEADER_BYTES:
        raise LabError(Problem("weights_header", "", {"value": kilobytes(length), "limit": kilobytes(HEADER_BYTES)}))
    try:
        header = json.loads(content[LENGTH : LENGTH + length].decode())
    except (ValueError, RecursionError) as error:
        raise LabError(Problem("weights_damaged")) from error
    if not isinstance(header, dict):
        raise LabError(Problem("weights_damaged"))
    return header


def kilobytes(count: int) -> str:
    return f"{count // 1000:,}"


# What its metadata says


def said(metadata: dict[str, Any], name: str) -> Any:
    """What stands there under a name, as JSON; None where that is not to be read."""
    try:
        return json.loads(metadata[name])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def refused(name: str) -> LabError:
    return LabError(Problem("weights_metadata", "", {"name": name}))


def experiment_in(metadata: dict[str, Any]) -> Experiment:
    fields = said(metadata, "experiment")
    if not isinstance(fields, dict) or len(fields) > FILE_FIELDS:
        raise refused("experiment")
    return Experiment(**fields)


def epoch_in(metadata: dict[str, Any], e: Experiment) -> int:
    epoch = said(metadata, "epoch")
    if type(epoch) is not int or not 0 <= epoch <= e.epochs:
        values = {"value": shorten(metadata.get("epoch", "")), "limit": f"{e.epochs:,}"}
        raise LabError(Problem("weights_epoch", "epochs", values))
    return epoch


def snapshots_in(metadata: dict[str, Any], epochs: int) -> tuple[Snapshot, ...]:
    """One for each epoch up to the file's."""
    columns = []
    for name, low, high in (("losses", -LARGEST, LARGEST), ("accuracies", 0.0, 1.0), ("norms", 0.0, LARGEST)):
        numbers = said(metadata, name)
        if not isinstance(numbers, list) or len(numbers) != epochs:
            raise refused(name)
        if name == "accuracies":
            numbers = [nan if one is None else one for one in numbers]
        for one in numbers:
            if type(one) not in (int, float) or not (low <= one <= high or one is nan):
                raise refused(name)
        columns.append(map(float, numbers))
    targets = said(metadata, "targets")
    counts = isinstance(targets, list) and all(type(one) is int and 0 < one <= MOST_TARGETS for one in targets)
    if not counts or len(targets) != epochs:
        raise refused("targets")
    rows = zip(range(1, epochs + 1), *columns, targets, strict=True)
    return tuple(Snapshot(epoch, loss, accuracy, norm, count) for epoch, loss, accuracy, norm, count in rows)


def check_tokens(metadata: dict[str, Any], data: Data) -> None:
    """The file's ids stand for what the experiment's own text gives them."""
    for name, own in (("vocabulary", data.vocabulary.tokens), ("classes", data.classes.tokens)):
        tokens = said(metadata, name)
        if not isinstance(tokens, list):
            raise refused(name)
        if len(tokens) != len(own):
            counts = {"name": name, "value": f"{len(tokens):,}", "limit": f"{len(own):,}"}
            raise LabError(Problem("weights_count", "", counts))
        for id, (token, mine) in enumerate(zip(tokens, own, strict=True)):
            if token != mine:
                tells = {"name": name, "id": id, "value": shorten(token), "limit": shorten(mine)}
                raise LabError(Problem("weights_tokens", "", tells))


# Its tensors


def check_tensors(tensors: Tensors, e: Experiment, model: nn.Module) -> None:
    """They are the parameters of this model, and numbers."""
    wanted = {tensor_name(e, name): tuple(p.shape) for name, p in model.named_parameters()}
    if unknown := sorted(tensors.keys() - wanted.keys()):
        raise LabError(Problem("weights_unknown", "", {"name": shorten(unknown[0]), "limit": ", ".join(wanted)}))
    for name, shape in wanted.items():
        if name not in tensors:
            raise LabError(Problem("weights_missing", "", {"name": name, "limit": str(list(shape))}))
        tensor = tensors[name]
        if tensor.shape != shape:
            shapes = {"name": name, "value": shorten(list(tensor.shape)), "limit": str(list(shape))}
            raise LabError(Problem("weights_shape", "", shapes))
        if not np.isfinite(tensor).all():
            place = tuple(int(axis[0]) for axis in np.nonzero(~np.isfinite(tensor)))
            found = {"name": name, "place": str(list(place)), "value": f"{tensor[place]}"}
            raise LabError(Problem("weights_finite", "", found))
