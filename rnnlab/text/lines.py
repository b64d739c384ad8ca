"""What the lines of a data text say: a sentence and its label, or a source and its target. No torch, no jieba.

A line is parted at its first tab, or where it has none at its first `|`: the one is what tables hold, the other can be
typed. Labels stand before the sentence, sources before their targets.
"""

from dataclasses import dataclass
from typing import Literal

from rnnlab.text.tokenizers import lines_of

Reason = Literal["no_separator", "no_source", "no_target"]


@dataclass(frozen=True)
class Row:
    number: int  # of the line, counted from 1 among those that hold anything
    source: str  # what is read
    target: str  # what is to be predicted of it; "" where each token has its own


@dataclass(frozen=True)
class LeftOut:
    number: int
    line: str
    reason: Reason


def parted(line: str) -> tuple[str, str] | None:
    """Both sides of a line, without the white space around them. None where nothing parts it."""
    for separator in ("\t", "|"):
        first, found, second = line.partition(separator)
        if found:
            return first.strip(), second.strip()
    return None


def rows_of(text: str, task: str) -> tuple[list[Row], list[LeftOut]]:
    """The rows of a text as `task` reads them, and the lines that are none."""
    lines = list(enumerate(lines_of(text), start=1))
    if task not in ("classify", "seq2seq"):
        return [Row(number, line, "") for number, line in lines], []
    rows, left_out = [], []
    for number, line in lines:
        sides = parted(line)
        if sides is None:
            left_out.append(LeftOut(number, line, "no_separator"))
            continue
        target, source = sides if task == "classify" else sides[::-1]
        if source and target:
            rows.append(Row(number, source, target))
        else:
            left_out.append(LeftOut(number, line, "no_target" if source else "no_source"))
    return rows, left_out
