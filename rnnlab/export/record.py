"""The whole record of a run: one npz with everything that its history holds, and tables for spreadsheets beside it.

`numpy.load("record.npz", allow_pickle=False)` reads it. E epochs were trained, F frames and C times the weights
recorded; the line shown has S steps, U entries has the recurrent output (both directions side by side), R ranks are
kept. Only a loss has a unit: nats, or squared standard deviations of the numbers. docs/record.md says more, and of the
tables.

| name                        | shape     | dtype   |                                                                |
| --------------------------- | --------- | ------- | -------------------------------------------------------------- |
| `format`                    |           | str     | the version of this format                                     |
| `experiment`                |           | str     | JSON: the fields of `Experiment`                               |
| `vocabulary`                |           | str     | JSON: the token of each id that is read                        |
| `classes`                   |           | str     | JSON: what can be predicted, by id                             |
| `line`                      |           | str     | JSON: the tokens of the line shown, S of them                  |
| `line_targets`              | S         | int64   | the class to predict after each; below 0: none is known        |
| `epoch`                     | E         | int64   | 1, 2, …                                                        |
| `loss`                      | E         | float64 | mean or sum over all targets, as the experiment says           |
| `accuracy`                  | E         | float64 | share of targets predicted right; nan where it is numbers      |
| `gradient_norm`             | E         | float64 | the largest of the epoch, before clipping                      |
| `targets`                   | E         | int64   | how many `loss` and `accuracy` are about                       |
| `frame_epoch`               | F         | int64   | when each frame was recorded; 0: before training               |
| `hidden`                    | F S U     | float32 | the recurrent output                                           |
| `top_classes`               | F S R     | int32   | the most probable classes, best first; -1: nothing predicted   |
| `top_probabilities`         | F S R     | float32 | theirs                                                         |
| `target_probability`        | F S       | float32 | of the right class; nan where there is none                    |
| `test_loss`                 | F         | float64 | mean over the targets of the test lines; as the next four only |
|                             |           |         | where there are any                                            |
| `test_score`                | F         | float64 | share that is right, of tokens or of whole sequences           |
| `test_forced_accuracy`      | F         | float64 | of tokens, given the true ones before; nan where none is given |
| `test_free_accuracy`        | F         | float64 | of tokens, where the network writes by itself; else nan        |
| `test_predictions`          | F L T     | int32   | the classes that were said of each line; -1 behind its end     |
| `task.*`                    | F …       |         | what only the task records, by the names in                    |
|                             |           |         | `rnnlab/training/observation.py`; ends filled up with nan or -1|
| `checkpoint_epoch`          | C         | int64   | when weights were recorded; 0: before training                 |
| `weights.*`                 | C …       | float32 | each parameter, by its name in the experiment's program        |
"""

import io
import json
import zipfile
from collections.abc import Sequence

import numpy as np

from rnnlab.explain.loading import tensor_name
from rnnlab.export.tables import tables
from rnnlab.inspection.trace import network
from rnnlab.records.history import History

VERSION = "1"


def record_file(history: History) -> bytes:
    """A zip: record.npz and the tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("record.npz", npz(history), zipfile.ZIP_STORED)  # it is compressed itself
        for name, text in tables(history).items():
            file.writestr(name, text)
    return buffer.getvalue()


def npz(history: History) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays(history))
    return buffer.getvalue()


def arrays(history: History) -> dict[str, np.ndarray]:
    """Every array by its name in the file."""
    o, snapshots, frames = history.opening, history.snapshots, history.frames
    texts = {
        "format": VERSION,
        "experiment": json.dumps(history.experiment.model_dump()),
        "vocabulary": json.dumps(o.vocabulary),  # as an array it would be as wide as its longest token
        "classes": json.dumps(o.classes),
        "line": json.dumps(o.probe[: o.inputs]),
    }
    of_frames = ("hidden", "top_classes", "top_probabilities", "target_probability")
    return {
        **{name: np.array(text) for name, text in texts.items()},
        "line_targets": np.array(o.targets, np.int64),
        "epoch": np.array([one.epoch for one in snapshots], np.int64),
        "loss": np.array([one.loss for one in snapshots], np.float64),
        "accuracy": np.array([one.accuracy for one in snapshots], np.float64),
        "gradient_norm": np.array([one.norm for one in snapshots], np.float64),
        "targets": np.array([one.targets for one in snapshots], np.int64),
        "frame_epoch": np.array([frame.epoch for frame in frames], np.int64),
        **{name: np.stack([getattr(frame, name) for frame in frames]) for name in of_frames},
        **of_test_lines(history),
        **{f"task.{name}": ragged([one.task_arrays[name] for one in frames]) for name in frames[0].task_arrays},
        **weights(history),
    }


def of_test_lines(history: History) -> dict[str, np.ndarray]:
    """What was recorded of the lines that are only tested on."""
    held = [frame.held_out for frame in history.frames if frame.held_out is not None]
    if not held:
        return {}
    names = ("loss", "score", "forced_accuracy", "free_accuracy")
    found = {f"test_{name}": np.array([getattr(one, name) for one in held], np.float64) for name in names}
    if held[0].predictions:
        found["test_predictions"] = ragged([ragged(one.predictions) for one in held])
    return found


def weights(history: History) -> dict[str, np.ndarray]:
    """Every parameter at all epochs whose weights were recorded."""
    e, checkpoints = history.experiment, list(history.checkpoints)
    _, model = network(e, checkpoints[0].weights)
    vectors = np.stack([np.frombuffer(one.weights, "<f4") for one in checkpoints])  # [checkpoint, weight]
    found = {"checkpoint_epoch": np.array([one.epoch for one in checkpoints], np.int64)}
    start = 0
    for name, p in model.named_parameters():
        found[f"weights.{tensor_name(e, name)}"] = vectors[:, start : start + p.numel()].reshape(-1, *p.shape)
        start += p.numel()
    return found


def ragged(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """One below the other, each filled up at its ends to the longest: with nan, or with -1 where numbers are whole."""
    shape = np.max([one.shape for one in arrays], axis=0)
    filler = np.nan if arrays[0].dtype.kind == "f" else -1
    whole = np.full((len(arrays), *shape), filler, arrays[0].dtype)
    for row, one in zip(whole, arrays, strict=True):
        row[tuple(map(slice, one.shape))] = one
    return whole
