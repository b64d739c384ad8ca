"""What programs about a Dataset are made for."""

from dataclasses import dataclass, field
from typing import Literal

TAKEN = 1_000  # items after which the loop that never ends is stopped
BEYOND = 3  # of these that are shown behind the last whole one

# How a line is written in a program so that this makes its tokens again
Cut = Literal["split", "characters", "tokens"]


@dataclass(frozen=True)
class SourceLines:
    """The lines of a text as a program writes them down.

    A side of a line is a string where `cut` makes tokens of it again, else the tokens themselves."""

    lines: tuple[tuple[str | tuple[str, ...], ...], ...] = field(
        repr=False
    )  # each: what is read, and what is predicted if it is given
    held_out: tuple[int, ...]  # places in `lines` of those that are only tested on
    count: int  # of lines
    first: int  # the place of the first line that a sequence is made of
    cut: Cut
    specials: tuple[str, ...]  # of the vocabulary of what is read
    target_specials: tuple[str, ...]  # and of what is predicted, where that has its own


@dataclass(frozen=True)
class FewItems:
    """What a `for` takes from a Dataset that never raises IndexError."""

    ids: tuple[int, ...]
    window: int
    length: int  # what its __len__ says
    items: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]  # the first ones, x and y
    taken: int  # after how many it was stopped
    last: tuple[tuple[int, ...], tuple[int, ...]]  # the one that it gave last
    mended: int  # items of the same where __getitem__ raises IndexError
    loaded: int  # items that a DataLoader takes of it
