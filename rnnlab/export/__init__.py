"""What a reader takes away: the experiment as a program of its own, and trained weights."""

from rnnlab.export.opened import open_weights
from rnnlab.export.script import script
from rnnlab.export.weights import weights_file

__all__ = ["open_weights", "script", "weights_file"]
