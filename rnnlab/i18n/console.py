"""Writing on whatever console, or into whatever file, there is."""

import io
import sys


def print_anywhere(encoding: str | None = None) -> None:
    """From now on nothing that is printed fails for want of a character: what the encoding of the console lacks becomes
    an escape such as `\\u559c`, as Python does for error messages. With an `encoding`, in that."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def print_progress(text: str) -> None:
    """A line that the next one takes the place of, and "" takes away: on a terminal, and nowhere else. Beside what is
    printed, so that this can go into a file."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}" if text else f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)
