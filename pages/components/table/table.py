"""Tables, whatever stands in them: tokens and their ids, uploaded rows, results, standings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pages.components.component import component, pack
from pages.components.playback import Playback
from rnnlab.i18n import beginning

_table = component(__file__, "table")

TEXT_CHARACTERS = 160  # of a text that are shown
Style = Literal["tokens", "framed", "lines"]  # a box for each cell; a frame around all of them; a line above each row

# Cells

Cell = dict[str, Any]  # what stands in a cell and how it is drawn: made by one of these functions


def token(content: str, note: str = "", tone: str = "") -> Cell:
    """A token, with something small below it. tone: target, padding, missing, aside, strong."""
    return {"text": content, **({"note": note} if note else {}), **({"tone": tone} if tone else {})}


def text(content: str, tone: str = "", limit: int | None = TEXT_CHARACTERS, note: str = "") -> Cell:
    """A text as it was typed, or the first `limit` characters of it, with something small below it. tone: chosen,
    strong."""
    shown = content if limit is None else beginning(content, limit)
    return {"kind": "text", "text": shown, **({"tone": tone} if tone else {}), **({"note": note} if note else {})}


def number(content: float | str, note: str = "") -> Cell:
    """A number, or the head of a column of them, with something small below it."""
    written = content if isinstance(content, str) else f"{content:,}"
    return {"kind": "number", "text": written, **({"note": note} if note else {})}


def bar(value: int, most: int) -> Cell:
    """A number with its share of the largest one as a bar behind it."""
    return {"kind": "bar", "text": f"{value:,}", "share": value / max(most, 1)}


def progress(content: str, share: float, hue: str) -> Cell:
    """How far something is, with that share of the cell filled in a colour behind it."""
    return {"kind": "bar", "text": content, "share": share, "hue": hue}


def pieces(tokens: Sequence[str], unknown: Sequence[int] = (), cut: bool = False) -> Cell:
    """Tokens, of which those at the places `unknown` are not in the vocabulary. `cut`: there are more."""
    return {"kind": "pieces", "tokens": list(tokens), "unknown": list(unknown), "cut": cut}


def variant(place: int, name: str, mark: Mapping[str, str]) -> Cell:
    """One of the variants of a race at its place, with a piece of its line: `mark` has its `hue` and `dash`."""
    return {"kind": "variant", "place": place, "text": name, **mark}


def line(name: str, mark: Mapping[str, str]) -> Cell:
    """A name with a piece of its line, as `variant` has it."""
    return {"kind": "variant", "text": name, **mark}


def epoch(content: int) -> Cell:
    """An epoch that the cursor can be moved to, in a table of `epochs`."""
    return {"kind": "epoch", "text": f"{content:,}"}


ANSWER: Cell = {"kind": "answer"}  # what was answered in this row, in the frame that is shown
VERDICT: Cell = {"kind": "verdict"}  # whether that is right

# Tables


@dataclass(frozen=True)
class TableView:
    """Rows of cells. The label is the accessible name; shown above where the table is `titled`; `note` stands below."""

    label: str
    rows: Sequence[Sequence[Cell]]
    head: Sequence[Cell] = ()  # names the columns
    named_rows: bool = False  # the first cell of a row says what the row is
    titled: bool = False
    note: str = ""


@dataclass(frozen=True)
class Answers:
    """What was answered for each row of a table in each recorded frame. Rows with a wrong answer come first."""

    given: np.ndarray  # [frame, row], places in `names`
    expected: Sequence[int]
    names: Sequence[str]
    labels: Mapping[str, str]  # right, wrong


def tables(
    key: str,
    shown: Sequence[TableView],
    style: Style,
    answers: Answers | None = None,
    playback: Playback | None = None,
    epochs: Sequence[int] = (),
) -> None:
    """Tables side by side, or where there is no room below each other. `answers` belong to the rows of the first, and
    are those of the frame that is shown; whatever changes with a run has its `playback`. Where the rows of the first
    are of `epochs` the one at the cursor is marked, and a click on another moves the cursor there."""
    data: dict[str, Any] = {"key": key, "style": style, "tables": [vars(table) for table in shown]}
    if answers is not None:
        data["answers"] = vars(answers) | {"given": pack(answers.given.astype(np.int32))}
    if playback is not None:
        data |= vars(playback)
    if epochs:
        data["row_epochs"] = list(epochs)
    _table(key=key, data=data)
