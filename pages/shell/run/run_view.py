"""What every part of a page about a run draws from: made once a draw, handed from function to function."""

from dataclasses import dataclass
from typing import Literal

from pages.components.playback import Playback
from pages.shell.run.cursor import cursor_in
from pages.shell.run.sight import Cursor
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate, translator
from rnnlab.records.history import Checkpoint, Frame, History, nearest
from rnnlab.records.opening import Opening

Reads = Literal["pair", "sentence", "tokens", "numbers"]
GROUP = "run"  # what shows the run moves together, on whichever page it is


@dataclass(frozen=True)
class RunView:
    """A run that has something to show, on one page, in the reader's language, where the reader looks."""

    page: str  # its name, which keys of its parts begin with
    run: Run
    history: History
    cursor: Cursor
    frame: Frame  # the recorded one nearest to the cursor, of `frames`
    checkpoint: Checkpoint  # the recorded weights nearest to it
    lang: str
    t: Translate

    @property
    def experiment(self) -> Experiment:
        return self.history.experiment

    @property
    def opening(self) -> Opening:
        return self.history.opening

    @property
    def reads(self) -> Reads:
        """What the network reads: source and target, a sentence with one label, tokens with an answer each, or
        numbers."""
        if self.opening.column is not None:
            return "numbers"
        if len(self.opening.parts) > 1:
            return "pair"
        return "sentence" if "prefixes" in self.opening.views else "tokens"

    @property
    def going(self) -> bool:
        """Whether the run goes on: then only its newest epoch is shown."""
        return self.run.going

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Those that the browser gets: while a run goes on the newest, else all, to be moved through by itself."""
        return frames_of(self.run, self.history)

    @property
    def over_frames(self) -> Playback:
        """For parts that show what was recorded of the probe."""
        return playback_of(self.run)

    @property
    def over_checkpoints(self) -> Playback:
        """For parts that are computed from recorded weights."""
        kept = self.history.checkpoints[-1:] if self.going else self.history.checkpoints
        return Playback(GROUP, self.run.id, tuple(checkpoint.epoch for checkpoint in kept), self.going)

    def standing_still(self, key: str) -> Playback:
        """For a part that shows one epoch at a time, drawn anew for another."""
        return Playback(key, self.run.id)


def playback_of(run: Run) -> Playback:
    """The epochs of which the browser gets what was recorded of the probe."""
    frames = frames_of(run, run.history) if run.history else ()
    return Playback(GROUP, run.id, tuple(frame.epoch for frame in frames), run.going)


def frames_of(run: Run, history: History) -> tuple[Frame, ...]:
    return history.frames[-1:] if run.going else history.frames


def view_of(run: Run, page: str, lang: str) -> RunView | None:
    """Where the reader looks. None where nothing is known of the run yet."""
    return view_at(cursor_in(run, run.history), run, page, lang) if run.history else None


def newest_view(run: Run, page: str, lang: str) -> RunView | None:
    """Of a run that goes on, for the stream, which knows no session."""
    return view_at(Cursor(run.id, run.history.frames[-1].epoch), run, page, lang) if run.history else None


def view_at(cursor: Cursor, run: Run, page: str, lang: str) -> RunView:
    history = run.history
    assert history is not None
    frame = nearest(frames_of(run, history), cursor.epoch)
    return RunView(
        page, run, history, cursor, frame, nearest(history.checkpoints, cursor.epoch), lang, translator(lang)
    )
