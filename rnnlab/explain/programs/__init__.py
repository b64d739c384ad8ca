"""Programs of PyTorch behind the panels, for the very model that was chosen: text, no torch."""

from rnnlab.explain.programs.model_class import model_class
from rnnlab.explain.programs.panels import (
    carrying_program,
    code,
    loop_parts,
    model_program,
    modes_program,
    program,
    without_chance,
)
from rnnlab.explain.programs.results import shuffling

__all__ = [
    "carrying_program",
    "code",
    "loop_parts",
    "model_class",
    "model_program",
    "modes_program",
    "program",
    "shuffling",
    "without_chance",
]
