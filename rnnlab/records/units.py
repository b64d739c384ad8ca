"""What single units do over a text, as values that travel from the worker to the page: no torch here."""

from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from rnnlab.i18n import Problem
from rnnlab.records.short_repr import ShortRepr

AnswerKind = Literal["answer", "tag", "label", ""]
Shown = Literal["h", "c"]


@dataclass(frozen=True, repr=False)
class Passage(ShortRepr):
    """A text as a network reads it. What is said of tokens is flat: line after line."""

    lines: tuple[tuple[str, ...], ...]
    joiner: str  # what stands between two tokens where they are read as a text
    answers: tuple[str, ...] = ()  # [token] the right answer there, "" where none is known; empty: nowhere
    kind: AnswerKind = ""  # what an answer is: a token that should follow, the token's tag, or the label of its line
    unknown: tuple[int, ...] = ()  # places of the tokens that the network knows only as `<unk>`
    edges: tuple[tuple[bool, bool], ...] = ()  # [token] whether a word starts, and ends, there; empty: tokens are words
    begun: bool = False  # whether each line begins with `<bos>`
    notes: tuple[Problem, ...] = ()  # what was cut or left out, to be said

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(self.lines))

    @property
    def bounds(self) -> np.ndarray:
        """[line + 1] int: line i holds the tokens from bounds[i] up to bounds[i + 1]."""
        return np.cumsum([0, *map(len, self.lines)])


@dataclass(frozen=True, repr=False)
class Activations(ShortRepr):
    """The state of one layer and direction after every token of a passage."""

    passage: Passage
    values: np.ndarray  # [token, unit] float32: h, or c of an LSTM
    strongest: tuple[str, str, int] | None  # the property, its choice and the unit that the page shows first
