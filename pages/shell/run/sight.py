"""Where the reader looks."""

from dataclasses import dataclass

from rnnlab.engine.live_runs import LiveRun


@dataclass(frozen=True)
class Cursor:
    """Where the reader looks in a run, as the browser told last."""

    run: str = ""
    epoch: int = 0
    step: int | None = None  # of the probe's tokens, from 0; None: none was chosen


@dataclass
class Sight:
    """What the reader looks at, for whoever has no session: a file is made when it is asked for, in a thread."""

    live: LiveRun | None = None
    cursor: Cursor = Cursor()
