"""The presets as data: presets, the chapter on history, rules, and their texts."""

from pathlib import Path

TEXTS = Path(__file__).parent / "texts"  # what is too long to stand in a program: prose, tables, rules
