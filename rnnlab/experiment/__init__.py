"""What is asked of the lab: the experiment, its limits, links that hold it, and plans of races."""

from rnnlab.experiment.record import UNUSED_FIELDS, Experiment, choices
from rnnlab.experiment.twins import lesson_at_hand, lesson_experiment, lesson_texts

__all__ = ["UNUSED_FIELDS", "Experiment", "choices", "lesson_at_hand", "lesson_experiment", "lesson_texts"]
