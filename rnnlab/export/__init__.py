"""What a reader takes away: the experiment as a program of its own."""

from rnnlab.export.script import script

__all__ = ["script"]
