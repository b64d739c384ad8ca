"""What a classifier of the age before neural networks would be handed: questions that people thought of, asked at one
position of a sentence. A linear model or a conditional random field has a weight for every answer."""

from collections import Counter
from collections.abc import Iterable, Sequence

FeatureValue = tuple[str, ...]  # tokens, or one other word; "" stands for what lies before the beginning


def features(tokens: Sequence[str], position: int) -> dict[str, FeatureValue]:
    """question -> its answer at a position, counted from 0: the token there, the two before it, what can be told of
    it."""
    current, previous, second_previous = (tokens[position - back] if position >= back else "" for back in range(3))
    return {
        "here": (current,),
        "before": (previous,),
        "pair": (previous, current),
        "triple": (second_previous, previous, current),
        "first": (current[:1],),
        "last": (current[-1:],),
        "length": (str(len(current)),),
        "place": (str(position + 1),),
    }


def count_matches(lines: Iterable[Sequence[str]], answers: dict[str, FeatureValue]) -> dict[str, int]:
    """question -> at how many positions of a text it has the answer that is wanted."""
    matches = Counter(
        name
        for line in lines
        for position in range(len(line))
        for name, value in features(line, position).items()
        if value == answers[name]
    )
    return {name: matches[name] for name in answers}
