"""Training as a fold: `start(experiment) -> (state, history)`, `advance(state, budget) -> (state, chunk)`."""

from rnnlab.training.fold import advance, open_run, run, start, train

__all__ = ["advance", "open_run", "run", "start", "train"]
