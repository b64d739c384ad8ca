"""Where the jobs of this session run."""

from pages.shell.readers.this_reader import this_reader
from pages.shell.state import session
from rnnlab.engine import ReaderEngine, shared_by


def workers() -> ReaderEngine:
    """The engine that all sessions share, each reader being served in turn, however many of them are his."""
    if "reader" not in session:
        session["reader"] = this_reader()
    return shared_by(session["reader"])
