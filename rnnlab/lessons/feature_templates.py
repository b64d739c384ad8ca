"""What a classifier of the age before neural networks would be handed: questions that people thought of, asked at one
position of a sentence. A linear model or a conditional random field has a weight for every answer."""

from collections import Counter
from collections.abc import Iterable, Sequence

Answer = tuple[str, ...]  # tokens, or one other word; "" stands for what lies before the beginning


def features(tokens: Sequence[str], place: int) -> dict[str, Answer]:
    """The answers at `place`, counted from 0: the token there, the two before it, and what can be told of it."""
    here, before, earlier = (tokens[place - back] if place >= back else "" for back in range(3))
    return {
        "here": (here,),
        "before": (before,),
        "pair": (before, here),
        "triple": (earlier, before, here),
        "first": (here[:1],),
        "last": (here[-1:],),
        "length": (str(len(here)),),
        "place": (str(place + 1),),
    }


def agreeing(lines: Iterable[Sequence[str]], wanted: dict[str, Answer]) -> dict[str, int]:
    """At how many positions of a text each question has this answer."""
    found = Counter(
        name
        for line in lines
        for place in range(len(line))
        for name, value in features(line, place).items()
        if value == wanted[name]
    )
    return {name: found[name] for name in wanted}
