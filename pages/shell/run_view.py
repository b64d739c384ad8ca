"""What a page draws from."""

from rnnlab.engine.runs import Run
from rnnlab.records.history import History


def history(run: Run) -> History:
    assert run.history is not None
    return run.history
