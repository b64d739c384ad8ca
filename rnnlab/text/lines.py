"""What the lines of a data text say: a sentence and its label, or a source and its target. No torch, no jieba.

A line is parted at its first tab, or where it has none at its first `|`: the one is what tables hold, the other can be
typed. Labels stand before the sentence, sources before their targets.
"""

from dataclasses import dataclass
from typing import Literal

from rnnlab.text.normalization import strip_cell
from rnnlab.text.tokenizers import nonempty_lines

SkipReason = Literal["no_separator", "no_source", "no_target"]


@dataclass(frozen=True)
class ParsedLine:
    """A line of the data text that can be learned from."""

    number: int  # of the line, counted from 1 among those that hold anything
    source: str  # what is read
    target: str  # what is to be predicted of it; "" where each token has its own


@dataclass(frozen=True)
class SkippedLine:
    """A line that is none, and why."""

    number: int
    line: str
    reason: SkipReason


def split_line(line: str) -> tuple[str, str] | None:
    """Both sides of a line, without what has no ink around them. None where nothing parts it."""
    for separator in ("\t", "|"):
        before, found, after = line.partition(separator)
        if found:
            return strip_cell(before), strip_cell(after)
    return None


def parse_lines(text: str, task: str) -> tuple[list[ParsedLine], list[SkippedLine]]:
    """The lines of a text as `task` reads them, and those that it can't read. Lines that hold nothing are neither."""
    lines = list(enumerate(nonempty_lines(text), start=1))
    if task not in ("classify", "seq2seq"):
        return [ParsedLine(number, line, "") for number, line in lines], []
    rows, skipped = [], []
    for number, line in lines:
        sides = split_line(line)
        if sides is None:
            skipped.append(SkippedLine(number, line, "no_separator"))
            continue
        target, source = sides if task == "classify" else sides[::-1]
        if source and target:
            rows.append(ParsedLine(number, source, target))
        else:
            skipped.append(SkippedLine(number, line, "no_target" if source else "no_source"))
    return rows, skipped


def cells_of(text: str, task: str) -> list[str]:
    """The cells of every line, as typed, for what stands at their ends: both sides of it, or tokens and tags."""
    if task == "tag":
        return [cell for item in text.split() for cell in item.rpartition("/")]
    if task == "next":
        return [text]
    return [cell for line in text.split("\n") for cell in line.partition("\t" if "\t" in line else "|")]
