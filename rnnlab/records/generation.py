"""What it takes to let a network go on with a text, and what it wrote, as values: no torch here. See `generating`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Literal

import numpy as np

from rnnlab.experiment.limits import BOUNDS as OF_RUNS
from rnnlab.experiment.limits import TYPES
from rnnlab.i18n import LabError, Problem, numeral, shorten
from rnnlab.records.short_repr import ShortRepr

PROMPT_CHARACTERS = 300
SHOWN = 8  # likeliest tokens that are kept of every step
SAMPLES = 12  # epochs whose texts are laid side by side, and the newest
READS = 60_000  # steps of a cell, for a text that is read again from its start at every step: one second, or some four

# By field of `Settings`. Top-k beyond the vocabulary cuts nothing.
BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_k": (0, TYPES),
    "top_p": (0.0, 1.0),
    "length": (1, 300),
    "draw": OF_RUNS["seed"],
}

Ended = Literal["length", "reads", "infinite"]


@dataclass(frozen=True)
class Settings:
    """How the next token is chosen from what the network expects. Raises `LabError` with every problem found.

    In this order: special tokens such as <pad>, which are never right, are left out; the logits are divided by
    `temperature`; the `top_k` likeliest stay; of these, the fewest likeliest that together reach the share `top_p`.
    At least one stays. What stays is scaled to sum to 1, and one token is drawn from it.
    """

    temperature: float = 0.8  # 0: always the likeliest
    top_k: int = 0  # 0: all
    top_p: float = 1.0  # 1: all; 0: the likeliest alone
    length: int = 200  # tokens to write
    draw: int = 0  # the seed of the draws: the same seed, the same text

    def __post_init__(self) -> None:
        problems = [problem for field in fields(self) if (problem := self.problem(field.name, field.default))]
        if problems:
            raise LabError(*problems)

    def problem(self, name: str, default: object) -> Problem | None:
        """What is wrong with one field by itself."""
        value, (low, high) = getattr(self, name), BOUNDS[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and low <= value <= high and (isinstance(default, float) or isinstance(value, int)):
            return None  # nan fails the comparison
        return Problem("bounds", name, {"value": shorten(value), "low": numeral(low), "high": numeral(high)})


def check_prompt(prompt: object) -> None:
    """Raises LabError where a prompt is no text, or too long."""
    if not isinstance(prompt, str):
        raise LabError(Problem("not_text", "prompt", {"value": shorten(prompt)}))
    if len(prompt) > PROMPT_CHARACTERS:
        raise LabError(Problem("too_long", "prompt", {"length": len(prompt), "limit": PROMPT_CHARACTERS}))


@dataclass(frozen=True, repr=False)
class Generation(ShortRepr):
    """A prompt and what a network wrote after it, step by step.

    `probability` is the network's own, the softmax of its logits; `sampling_probability` is the one that the token was
    drawn with, after the cuts: 0 for what was cut.
    """

    prompt: tuple[str, ...]  # the tokens that were read
    unknown: tuple[str, ...]  # of the prompt, left out: the vocabulary has no such tokens
    ids: np.ndarray  # [step] int32: the classes that were chosen
    probability: np.ndarray  # [step] float32: their probability
    sampling_probability: np.ndarray  # [step] float32
    entropy: np.ndarray  # [step, 2] float32: bits, of the model's distribution and of what is left of it
    candidates: np.ndarray  # [step] int32: tokens that could have been drawn
    top_classes: np.ndarray  # [step, rank] int32: the likeliest classes for the model, best first; all, or SHOWN
    top_probabilities: np.ndarray  # [step, rank] float32: their probabilities
    top_sampling_probabilities: np.ndarray  # [step, rank] float32
    copied: int  # tokens of the longest stretch that stands just so in what the run was trained on
    ended: Ended  # why: as long as wanted, READS, or a network whose numbers are no longer finite


def affordable(prompt: int, layers: int) -> int:
    """How many tokens may be written after a prompt of so many by a network that reads from both sides: each asks for
    all before it to be read again, by two cells a layer."""
    written = steps = 0
    while steps <= READS and written < BOUNDS["length"][1]:
        steps += 2 * layers * (prompt + written)
        written += 1
    return written


def spread(recorded: Sequence[int], every: int, epochs: int) -> tuple[int, ...]:
    """Of the recorded epochs, ascending, those whose texts are laid side by side: the first, ever fewer the later it
    gets, as learning slows down, and the newest. While a run goes on new ones join, and but for the newest none leaves.

    recorded: multiples of `every`, and perhaps a newest one. epochs: the run's, when it is done.
    """
    ideal = (epochs ** (place / (SAMPLES - 2)) for place in range(SAMPLES - 1))
    due = {0, *(max(1, round(epoch / every)) * every for epoch in ideal)}
    return tuple(epoch for epoch in recorded if epoch in due or epoch == recorded[-1])


def longest_copied(written: Sequence[str], lines: Sequence[Sequence[str]]) -> int:
    """How many tokens the longest stretch of `written` has that stands in one of the lines just so."""
    signs = {token: chr(place) for place, token in enumerate(dict.fromkeys(chain(written, *lines)), start=0x100)}
    text = "\n".join("".join(signs[token] for token in line) for line in lines)
    copy = "".join(signs[token] for token in written)
    longest = start = 0
    for end in range(1, len(written) + 1):
        while start < end and copy[start:end] not in text:
            start += 1
        longest = max(longest, end - start)
    return longest
