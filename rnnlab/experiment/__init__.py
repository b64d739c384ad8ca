"""What is asked of the lab: the experiment, its limits, links that hold it, and plans of races."""

from rnnlab.experiment.record import UNUSED_FIELDS, Experiment, choices

__all__ = ["UNUSED_FIELDS", "Experiment", "choices"]
