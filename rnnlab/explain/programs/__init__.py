"""Programs of PyTorch behind the panels, for the very model that was chosen: text, no torch."""

from rnnlab.explain.programs.panels import code, model_program, program, without_chance
from rnnlab.explain.programs.results import shuffling

__all__ = ["code", "model_program", "program", "shuffling", "without_chance"]
