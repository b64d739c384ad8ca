"""What a reader takes away: the experiment as a program of its own, trained weights, the record of a run."""

from rnnlab.export.opened import open_weights
from rnnlab.export.record import record_file
from rnnlab.export.script import script
from rnnlab.export.weights import weights_file

__all__ = ["open_weights", "record_file", "script", "weights_file"]
