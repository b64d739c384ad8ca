"""What the most frequent answer alone would score: what any share of right answers is to be measured by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from rnnlab.records.opening import Majority, Opening


def majority_of(answers: Iterable[tuple[int, ...]]) -> Majority | None:
    """Of answers, each one class or a sequence of them, the most frequent, of equals the first. None of none."""
    counts = Counter(answers)
    if not counts:
        return None
    ((answer, count),) = counts.most_common(1)
    return Majority(answer, count / counts.total())


def majority_token(targets: Iterable[Sequence[int]]) -> Majority | None:
    """Of single classes, counted over all sequences."""
    return majority_of((id,) for id in chain.from_iterable(targets))


def majority_sequence(targets: Iterable[Sequence[int]]) -> Majority | None:
    """Of whole sequences."""
    return majority_of(tuple(ids) for ids in targets)


def written(answer: Sequence[int], opening: Opening) -> str:
    """An answer as a text; of a sequence without special tokens, such as its end."""
    if len(answer) == 1:
        return opening.classes[answer[0]]
    return opening.joiner.join(opening.classes[id] for id in answer if id >= opening.class_specials)
