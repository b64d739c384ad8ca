"""Trained weights as a safetensors file.

Tensors: every parameter as torch lays it out, float32, under the name that it has in the experiment's program
(`explain.loading`). Metadata, all of it text:

| `rnnlab`     | the version of this format                                                                    |
| `experiment` | JSON: the fields of `Experiment`                                                              |
| `vocabulary` | JSON: the token of each id that is read                                                       |
| `classes`    | JSON: what can be predicted, by id                                                            |
| `epoch`      | after how many epochs of training; 0: before the first                                        |
| `losses`     | JSON, one number an epoch up to that one, as in `Snapshot`; likewise `accuracies` (null where |
|              | nothing is right or wrong), `norms` and `targets`                                             |
"""

import json
from collections.abc import Sequence
from math import isnan

from safetensors.numpy import save

from rnnlab.experiment.limits import PARAMETERS
from rnnlab.explain.loading import tensor_name
from rnnlab.inspection.trace import network
from rnnlab.records.history import Checkpoint, Snapshot
from rnnlab.records.opening import Opening

VERSION = "1"
HEADER_BYTES = 4_000_000  # names, shapes, metadata: four times what a run within the lab's limits fills
FILE_BYTES = HEADER_BYTES + 4 * PARAMETERS


def weights_file(opening: Opening, snapshots: Sequence[Snapshot], checkpoint: Checkpoint) -> bytes:
    """The file. Of the run's snapshots those up to the checkpoint's epoch are told."""
    e = opening.experiment
    _, model = network(e, checkpoint.weights)
    tensors = {tensor_name(e, name): p.detach().numpy() for name, p in model.named_parameters()}
    told = [snapshot for snapshot in snapshots if snapshot.epoch <= checkpoint.epoch]
    metadata = {
        "rnnlab": VERSION,
        "experiment": json.dumps(e.model_dump()),
        "vocabulary": json.dumps(opening.vocabulary),
        "classes": json.dumps(opening.classes),
        "epoch": str(checkpoint.epoch),
        "losses": json.dumps([one.loss for one in told]),
        "accuracies": json.dumps([None if isnan(one.accuracy) else one.accuracy for one in told]),
        "norms": json.dumps([one.norm for one in told]),
        "targets": json.dumps([one.targets for one in told]),
    }
    return save(tensors, metadata)
