"""What a reader takes away: the experiment as a program of its own, or as a notebook; trained weights, by themselves or
with a program that loads them; the record of a run."""

from rnnlab.export.notebook import notebook
from rnnlab.export.opened import open_weights
from rnnlab.export.record import record_file
from rnnlab.export.script import script
from rnnlab.export.trained import trained_file
from rnnlab.export.weights import weights_file

__all__ = ["notebook", "open_weights", "record_file", "script", "trained_file", "weights_file"]
