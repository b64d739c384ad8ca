"""A text as a network reads it, and what can be said of each of its tokens, as one number a token: no torch here."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from rnnlab.records.units import Passage
from rnnlab.text import graphemes, only_punctuation
from rnnlab.text.numbers import as_number

CHOICES = 200  # tokens, tags, labels that can be chosen


@dataclass(frozen=True)
class Property:
    """One number for each token. `choice` is the token, tag, label … that a yes-or-no property is about."""

    name: str
    values: np.ndarray  # [token] float64
    choice: str = ""


@cache
def marking(char: str) -> tuple[str, int]:
    """Whether a character opens (+1) or closes (-1) a "bracket" or a "quote", by Unicode's categories and names; 0 for
    the straight quote, which does both. Corner and angle brackets quote, as they do in Chinese. A straight apostrophe
    counts as none: it stands inside words."""
    if char == '"':
        return "quote", 0
    turn = {"Ps": 1, "Pi": 1, "Pe": -1, "Pf": -1}.get(unicodedata.category(char))
    if turn is None:
        return "", 0
    name = unicodedata.name(char, "")
    return ("quote" if any(word in name for word in ("QUOTATION", "CORNER", "ANGLE")) else "bracket"), turn


@lru_cache(maxsize=4)
def open_marks(lines: tuple[tuple[str, ...], ...]) -> dict[str, np.ndarray]:
    """How many brackets, and how many quotes, are open once each token has been read: [token] each. What opens is
    inside, what closes is outside. A line begins with none."""
    found: dict[str, list[int]] = {"bracket": [], "quote": []}
    for line in lines:
        depth, straight = {"bracket": 0, "quote": 0}, False
        for token in line:
            for char in token:
                kind, turn = marking(char)
                if kind and not turn:
                    straight = not straight
                elif kind:
                    depth[kind] = max(0, depth[kind] + turn)
            found["bracket"].append(depth["bracket"])
            found["quote"].append(depth["quote"] + straight)
    return {kind: np.array(values) for kind, values in found.items()}


def brackets(p: Passage) -> np.ndarray:
    return open_marks(p.lines)["bracket"]


def depth(p: Passage) -> np.ndarray:
    """Where no bracket stands inside another there is nothing to say beyond being inside."""
    found = brackets(p)
    return found if found.max() > 1 else np.zeros(len(found))


def position(p: Passage) -> np.ndarray:
    return np.concatenate([np.arange(1, len(line) + 1) for line in p.lines])


def length(p: Passage) -> np.ndarray:
    """In characters, as readers count them. `<bos>` is a sign of the lab's own: it counts as the shortest other one."""
    found = np.array([len(graphemes(token)) for token in p.tokens])
    if p.begun:
        found[p.bounds[:-1]] = np.delete(found, p.bounds[:-1]).min(initial=5)
    return found


def edge(p: Passage, which: int) -> np.ndarray:
    return np.array([pair[which] for pair in p.edges]) if p.edges else np.zeros(len(p.tokens))


def frequency(p: Passage) -> np.ndarray:
    count = Counter(p.tokens)
    return np.array([count[token] for token in p.tokens])


def indicator(test: Callable[[str], bool]) -> Callable[[Passage], np.ndarray]:
    """Of each token whether a test of its characters holds for any."""
    return lambda p: np.array([any(map(test, token)) for token in p.tokens])


def punctuation(p: Passage) -> np.ndarray:
    return np.array([only_punctuation([token]) and not token.isspace() for token in p.tokens])


def value(p: Passage) -> np.ndarray:
    """The numbers themselves, where all tokens are numbers."""
    found = [as_number(token) for token in p.tokens]
    return np.array([number for number in found if number is not None] if None not in found else [0.0] * len(found))


# Those that need no choice, in the order of the page: [token] each.
PLAIN: dict[str, Callable[[Passage], np.ndarray]] = {
    "inside": lambda p: brackets(p) > 0,
    "depth": depth,
    "quoted": lambda p: open_marks(p.lines)["quote"] > 0,
    "value": value,
    "position": position,
    "remaining": lambda p: np.repeat(np.diff(p.bounds), np.diff(p.bounds)) - position(p),
    "word_start": lambda p: edge(p, 0),
    "word_end": lambda p: edge(p, 1),
    "space": indicator(str.isspace),
    "punctuation": punctuation,
    "upper": indicator(str.isupper),
    "digit": indicator(str.isdigit),
    "length": length,
    "frequency": frequency,
}
CHOOSING = ("answer", "tag", "label", "token", "first")  # those that need one


def offered(p: Passage) -> dict[str, Property]:
    """Those that vary over this passage, by name."""
    found = {name: Property(name, values(p).astype(float)) for name, values in PLAIN.items()}
    return {name: one for name, one in found.items() if varies(one.values)}


def source(p: Passage, name: str) -> tuple[str, ...]:
    """What a property that takes a choice chooses from, [token]: the answers, the tokens, or how their lines begin."""
    if name == "first":
        return tuple(line[0] for line in p.lines for _ in line)
    return p.tokens if name == "token" else p.answers


def choices(p: Passage) -> dict[str, tuple[str, ...]]:
    """The properties that take a choice and vary, with what can be chosen, the most frequent first."""
    found = {}
    for name in ([p.kind] if p.kind else []) + ["token", "first"]:
        values = source(p, name)
        count = Counter(value for value in values if value)
        if len(count) > 1 or 0 < count.total() < len(values):
            found[name] = tuple(value for value, _ in count.most_common(CHOICES))
    return found


def chosen(p: Passage, name: str, choice: str) -> Property:
    """1 where what was chosen is the case, else 0."""
    return Property(name, np.array([float(value == choice) for value in source(p, name)]), choice)


def property_of(p: Passage, name: str, choice: str) -> Property:
    """The one of this name; `choice` is "" where it takes none."""
    return chosen(p, name, choice) if choice else Property(name, PLAIN[name](p).astype(float))


def varies(values: np.ndarray) -> bool:
    return bool(len(values)) and bool((values != values[0]).any())
