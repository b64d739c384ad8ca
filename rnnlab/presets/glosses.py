"""What a token of a preset means to readers of another language: a table for each language of theirs, in `texts`."""

from collections.abc import Sequence
from functools import cache

from rnnlab.presets import TEXTS


@cache
def table(lang: str) -> dict[str, str]:
    """Token of a text in another language -> what it means in this one."""
    lines = (TEXTS / f"glosses.{lang}.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def glosses(tokens: Sequence[str], lang: str) -> list[str]:
    """What each token means to a reader of this language; "" where that is not known."""
    return [table(lang).get(token, "") for token in tokens]
