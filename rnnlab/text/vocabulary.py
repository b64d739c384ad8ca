"""Tokens to ids and back: numbered in order of first appearance."""

from collections.abc import Iterable
from dataclasses import dataclass, field


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

    def encode(self, tokens: Iterable[str], unknown: int | None = None) -> list[int]:
        """The ids of tokens. What has none gets `unknown`, or where that is None raises KeyError."""
        if unknown is None:
            return [self.ids[token] for token in tokens]
        return [self.ids.get(token, unknown) for token in tokens]
