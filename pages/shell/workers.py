"""Where the jobs of this session run."""

from uuid import uuid4

from pages.shell.state import session
from rnnlab.engine import ReaderEngine, shared_by


def workers() -> ReaderEngine:
    """The engine that all sessions share, each being served in turn."""
    return shared_by(session.setdefault("reader", uuid4().hex))
