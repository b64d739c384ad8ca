"""Training as a fold: `start(experiment) -> (state, history)`, `advance(state, budget) -> (state, chunk)`."""

import os
import tempfile

from rnnlab import ROOT
from rnnlab.training.fold import advance, open_run, run, start, train

__all__ = ["advance", "open_run", "run", "start", "train"]

# With its first optimizer torch loads a compiler, which makes a folder among the temporary ones at once. Nothing is
# compiled here: where there is no place for temporary files, the compiler is pointed to a folder that is there already.
try:
    tempfile.gettempdir()
except FileNotFoundError:
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(ROOT))
