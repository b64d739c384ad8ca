"""Printing on whatever console, or into whatever file, there is."""

import io
import sys


def print_anywhere(encoding: str | None = None) -> None:
    """From now on nothing that is printed fails for want of a character: what the encoding of the console lacks becomes
    an escape such as `\\u559c`, as Python does for error messages. With an `encoding`, in that."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
