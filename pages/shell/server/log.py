"""What the server writes down: a line of JSON for each event, for a program to read. Nothing that was typed is in it.
An error's own words may quote that, so it is named by its kind and by the lines of the program that it came through."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from streamlit import logger as streamlit_logger

from rnnlab.engine.worker import IN_A_WORKER

ROOT = Path(__file__).parents[3]


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": words(record),
        }
        if number := getattr(record, "number", ""):
            event["number"] = number
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            event["errors"] = [kind_and_lines(one) for one in chain(error)]
        return json.dumps(event, ensure_ascii=False)


def words(record: logging.LogRecord) -> str:
    """What happened, with what is filled in where that is numbers."""
    args = record.args.values() if isinstance(record.args, dict) else record.args or ()
    return record.getMessage() if all(isinstance(one, int | float) for one in args) else str(record.msg)


def chain(error: BaseException) -> list[BaseException]:
    """The error and those that it came of, the first of all last."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return found


def kind_and_lines(error: BaseException) -> dict[str, Any]:
    lines = [
        f"{short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    told = [note for note in getattr(error, "__notes__", ()) if note.startswith(IN_A_WORKER)]
    return {"kind": type(error).__name__, "lines": [*lines, *(line for note in told for line in note.splitlines())]}


def short(filename: str) -> str:
    """Where a file lies in the project, or in what is installed."""
    path = Path(filename)
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[-2:])


def install() -> None:
    """Once a process: for the lab's own events and for those of Streamlit and of the server under it."""

    def write_json_lines(logger: logging.Logger) -> None:
        set_up(logger)
        logger.streamlit_console_handler.setFormatter(JsonLines())  # type: ignore[attr-defined]

    set_up = streamlit_logger.setup_formatter
    streamlit_logger.setup_formatter = write_json_lines
    streamlit_logger.update_formatter()
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):  # addresses hold what was typed
        logging.getLogger(name).setLevel(logging.WARNING)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
