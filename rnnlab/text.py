"""From text to tokens to ids. The only module that knows jieba."""

import logging
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import regex


@cache
def segmenter() -> Any:
    """jieba's segmenter, loaded once a process: about a second and 66 MB.

    jieba caches its dictionary as a file that the next start unmarshals, by default in the shared temporary
    folder, where anybody could have put one. So it gets a private folder, which goes at once.
    """
    import jieba  # here, for only a worker that cuts Chinese needs it

    jieba.setLogLevel(logging.WARNING)
    segmenter = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        segmenter.tmp_dir = folder
        segmenter.initialize()
    return segmenter


def words(line: str) -> list[str]:
    """Split on white space."""
    return line.split()


def characters(line: str) -> list[str]:
    """What a reader calls characters: an emoji family or an accented letter stays whole."""
    return regex.findall(r"\X", line)


def chinese_words(line: str) -> list[str]:
    """Words as jieba cuts them; white space only separates."""
    return [word for word in segmenter().lcut(line) if not word.isspace()]


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "words": words,
    "chars": characters,
    "jieba": chinese_words,
}


def lines_of(text: str) -> list[str]:
    """The lines that hold anything, as typed but for white space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def only_punctuation(tokens: Iterable[str]) -> bool:
    """Whether no token holds a letter, a digit or a symbol such as an emoji."""
    return not any(unicodedata.category(char)[0] in "LNSM" for token in tokens for char in token)


@dataclass(frozen=True)
class Vocabulary:
    """Token <-> id. Special tokens come first, then tokens in order of first appearance.

    A token that a user types as `<pad>` is a token like any other: specials are known by their id alone.
    """

    tokens: tuple[str, ...]
    specials: int = 0
    ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        typed = enumerate(self.tokens[self.specials :], start=self.specials)
        object.__setattr__(self, "ids", {token: id for id, token in typed})

    @classmethod
    def of(cls, tokens: Iterable[str], specials: tuple[str, ...] = ()) -> "Vocabulary":
        return cls(specials + tuple(dict.fromkeys(tokens)), len(specials))

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self.ids[token] for token in tokens]
