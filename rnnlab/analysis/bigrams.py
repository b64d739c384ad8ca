"""What can be counted in a text: which token comes after which."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from rnnlab.experiment import Experiment
from rnnlab.text.reading import read_lines, source_lines

Line = tuple[tuple[str, str], ...]  # a token and what is to be predicted after it, position by position


def examples(experiment: Experiment) -> tuple[Line, ...]:
    """The whole text, line by line; of lines that carry something else besides, their sentences. With jieba, and with
    pairs that the lab makes, this belongs into a worker."""
    e = experiment
    lines = source_lines(e)
    targets = read_lines(e, e.target) if e.target else ()
    targets = targets or [line[1:] for line in lines]
    return tuple(tuple(zip(line, target, strict=False)) for line, target in zip(lines, targets, strict=False))


def words_met(vocabulary: Iterable[str], lines: Iterable[Line]) -> tuple[str, ...]:
    """Everything that could come: the vocabulary, and what only the lines that are not trained on hold."""
    met = (token for line in lines for pair in line for token in pair)
    return tuple(dict.fromkeys([*vocabulary, *met]))


@dataclass(frozen=True)
class Bigrams:
    """Counts of pairs. Both estimates of P(next | token) are nan where they would divide by zero."""

    counts: dict[str, Counter[str]]  # token -> what came after it, how often
    vocabulary: tuple[str, ...]  # everything that could come

    @classmethod
    def of(cls, lines: Iterable[Line], vocabulary: Iterable[str]) -> "Bigrams":
        counts: dict[str, Counter[str]] = {}
        for line in lines:
            for token, following in line:
                counts.setdefault(token, Counter())[following] += 1
        return cls(counts, tuple(dict.fromkeys(vocabulary)))

    def count(self, token: str, following: str) -> int:
        return self.counts[token][following] if token in self.counts else 0

    def total(self, token: str) -> int:
        """How often anything at all came after this token."""
        return self.counts[token].total() if token in self.counts else 0

    def frequency(self, token: str, following: str) -> float:
        """Relative frequency, which is the maximum likelihood estimate: c(token, next) / c(token)."""
        total = self.total(token)
        return self.count(token, following) / total if total else nan

    def smoothed(self, token: str, following: str) -> float:
        """Add-one smoothing: (c(token, next) + 1) / (c(token) + V). Sums to 1 over the V of the vocabulary."""
        total = self.total(token) + len(self.vocabulary)
        return (self.count(token, following) + 1) / total if total else nan

    def successors(self, token: str) -> list[str]:
        """What came after this token, the most frequent first, else in order of appearance."""
        return [following for following, _ in self.counts.get(token, Counter()).most_common()]

    def unseen(self, token: str) -> list[str]:
        """What could come after this token and never did."""
        return [following for following in self.vocabulary if not self.count(token, following)]

    def undecided(self, tokens: Iterable[str]) -> list[int]:
        """Places of a sentence where the token alone does not decide what follows, for the text has several things
        after it. Wherever such a token stands, a bigram must give the same numbers."""
        return [place for place, token in enumerate(tokens) if len(self.successors(token)) > 1]
