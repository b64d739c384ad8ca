"""What is asked of the lab: the experiment, its limits, links that hold it, and plans of races."""

from rnnlab.experiment.record import UNUSED_FIELDS, Experiment, choices
from rnnlab.experiment.twins import preset_at_hand, preset_experiment, preset_texts

__all__ = ["UNUSED_FIELDS", "Experiment", "choices", "preset_at_hand", "preset_experiment", "preset_texts"]
