"""How a live part of a page moves through epochs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Playback:
    """The recorded epochs that a live part has something to show of. The reader moves all parts of a group through
    them, in the browser alone; a part that stands still has a group to itself and no epochs."""

    group: str
    run: str  # when it changes, the parts forget where they were and how they were zoomed
    epochs: tuple[int, ...] = ()
    live: bool = False  # the run goes on: the parts follow its newest epoch
