"""Tokens, each shaded by a number: how much of a gradient arrives there, what it adds to a score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pages.components.component import component, pack
from pages.components.playback import Playback

_shaded_tokens = component(__file__, "shaded_tokens")


@dataclass(frozen=True)
class Sizes:
    """Numbers from 0 on a logarithmic scale. A row for each step; shown is that of the step pointed at, or chosen.

    A number below 0 says that the token does not count there.
    """

    values: np.ndarray  # [step, token]
    top: int  # the power of ten of the darkest
    span: int  # powers of ten from the palest to the darkest
    first: int  # there are rows from this step on
    chosen: int  # the step whose row is shown where no other is asked for
    parts: Sequence[tuple[int, str]] = ()  # names of parts of the sentence, with the step each begins at


@dataclass(frozen=True)
class Signed:
    """Numbers below and above 0. A row for each recorded frame; shown is that of the epoch the cursor is at."""

    values: np.ndarray  # [frame, token]
    limit: float  # the end of the scale, the same for all frames
    answers: Sequence[str]  # one a frame, for the title


@dataclass(frozen=True)
class Without:
    """What is left of the probability of an answer without each token, and what the answer is then."""

    values: np.ndarray  # [1, token]
    whole: float  # its probability with all of them
    answer: str
    answers: Sequence[str]  # without each token


def shaded_tokens(
    key: str, tokens: Sequence[str], numbers: Sizes | Signed | Without, playback: Playback, labels: Mapping[str, str]
) -> None:
    """labels: name, title (with {step} for sizes, {answer} for signed numbers, {answer} and {whole} for what is left);
    zero for sizes; against and towards, what blue and orange mean, for the others; hover, with {token}, {left} and
    {answer}, for what is left."""
    parts = {name: value for name, value in vars(numbers).items() if name != "values"}
    _shaded_tokens(
        key=key,
        data={
            "key": key,
            **vars(playback),
            "kind": type(numbers).__name__.lower(),
            "tokens": list(tokens),
            "values": pack(numbers.values.astype(np.float32)),
            "labels": labels,
            **parts,
        },
    )
