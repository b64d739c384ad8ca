"""What the web process may ask of a worker: functions of the lab that need torch or jieba, each named here.

The web process has neither. A job is imported in the process that calls it, and travels there by its name: this module
and the function's. `jobs.trace(experiment, …)` is `rnnlab.inspection.trace.trace(experiment, …)`, wherever it runs.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

JOBS = {  # module -> functions
    "rnnlab.training.fold": ("start", "advance", "run"),
    "rnnlab.training.device": ("device_used",),
    "rnnlab.training.final_values": ("final_accuracies", "final_losses"),
    "rnnlab.training.race_slices": ("start_race_run", "advance_race_run"),
    "rnnlab.analysis.bigrams": ("examples",),
    "rnnlab.text.segmentation": ("segmentations",),
    "rnnlab.export.notebook": ("notebook",),
    "rnnlab.export.opened": ("open_weights",),
    "rnnlab.export.record": ("record_file",),
    "rnnlab.export.script": ("script",),
    "rnnlab.export.trained": ("trained_file",),
    "rnnlab.export.weights": ("weights_file",),
    "rnnlab.inspection.activations": ("activations",),
    "rnnlab.inspection.dataset": ("dataset", "epoch_batches", "first_batch", "token_counts"),
    "rnnlab.inspection.embeddings": ("nearest", "plane"),
    "rnnlab.inspection.generation": ("samples",),
    "rnnlab.inspection.gradients": ("check", "over_epochs", "parameters", "through_time"),
    "rnnlab.inspection.implementations": ("implementations", "textbook_ways"),
    "rnnlab.inspection.layers": ("inspect_layer", "try_shape"),
    "rnnlab.inspection.text.loader": ("data_loader",),
    "rnnlab.inspection.text.set_ids": ("set_ids",),
    "rnnlab.inspection.text.word_boxes": ("word_boxes",),
    "rnnlab.inspection.presets": ("preset_model", "preset_picture"),
    "rnnlab.inspection.packing": ("packing",),
    "rnnlab.inspection.readouts": ("omissions", "reach", "word_orders"),
    "rnnlab.inspection.trace": ("trace", "units_to_spare"),
    "rnnlab.inspection.training.device": ("devices",),
    "rnnlab.inspection.training.distributions": ("distributions",),
    "rnnlab.inspection.training.loss": ("loss_shapes",),
    "rnnlab.inspection.training.passes": ("modes", "second_backward"),
    "rnnlab.inspection.training.step": ("training_step",),
}

if TYPE_CHECKING:  # what each name stands for, to whoever reads types
    # ruff: noqa: F401
    from rnnlab.analysis.bigrams import examples
    from rnnlab.export.notebook import notebook
    from rnnlab.export.opened import open_weights
    from rnnlab.export.record import record_file
    from rnnlab.export.script import script
    from rnnlab.export.trained import trained_file
    from rnnlab.export.weights import weights_file
    from rnnlab.inspection.activations import activations
    from rnnlab.inspection.dataset import dataset, epoch_batches, first_batch, token_counts
    from rnnlab.inspection.embeddings import nearest, plane
    from rnnlab.inspection.generation import samples
    from rnnlab.inspection.gradients import check, over_epochs, parameters, through_time
    from rnnlab.inspection.implementations import implementations, textbook_ways
    from rnnlab.inspection.layers import inspect_layer, try_shape
    from rnnlab.inspection.packing import packing
    from rnnlab.inspection.presets import preset_model, preset_picture
    from rnnlab.inspection.readouts import omissions, reach, word_orders
    from rnnlab.inspection.text.loader import data_loader
    from rnnlab.inspection.text.set_ids import set_ids
    from rnnlab.inspection.text.word_boxes import word_boxes
    from rnnlab.inspection.trace import trace, units_to_spare
    from rnnlab.inspection.training.device import devices
    from rnnlab.inspection.training.distributions import distributions
    from rnnlab.inspection.training.loss import loss_shapes
    from rnnlab.inspection.training.passes import modes, second_backward
    from rnnlab.inspection.training.step import training_step
    from rnnlab.text.segmentation import segmentations
    from rnnlab.training.device import device_used
    from rnnlab.training.final_values import final_accuracies, final_losses
    from rnnlab.training.fold import advance, run, start
    from rnnlab.training.race_slices import advance_race_run, start_race_run


class Job:
    """A function that is imported when it is called. It is pickled as what it is called in this module."""

    def __init__(self, module: str, name: str):
        self.module = module
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any) -> Any:
        function = getattr(import_module(self.module), self.__name__)
        if "torch" not in sys.modules:  # then it needs none
            return function(*args)
        with import_module("rnnlab.training.threads").torch_threads(1):  # as in a worker, wherever this is
            return function(*args)

    def __reduce__(self) -> str:
        return self.__qualname__

    def __repr__(self) -> str:
        return f"<job {self.__qualname__} of {self.module}>"


for _module, _names in JOBS.items():
    for _name in _names:
        globals()[_name] = Job(_module, _name)
