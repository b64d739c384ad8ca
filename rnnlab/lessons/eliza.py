"""Rules that answer a sentence in the manner of Weizenbaum's ELIZA (Communications of the ACM, 1966): a keyword, what
stands after it with its person changed, and a sentence to put that into. The rules themselves are text files beside
the lessons, one a language, and our own."""

from dataclasses import dataclass
from functools import cache

import regex

from rnnlab.lessons import TEXTS


@dataclass(frozen=True)
class Rule:
    pattern: str  # a keyword; a `*` after it takes what follows, up to a punctuation mark
    reply: str  # `*` in it is where that goes


@dataclass(frozen=True)
class Script:
    swaps: dict[str, str]  # me -> you, and back
    rules: tuple[Rule, ...]  # in the order in which they are tried


@dataclass(frozen=True)
class Answer:
    place: int  # of the rule among the rules, from 0
    taken: str  # what `*` took, as it was typed; "" for a rule without
    swapped: str  # the same with its person changed
    reply: str


@cache
def script(lang: str) -> Script:
    """The rules of one language, read from `lessons/rules.<lang>.txt`: lines `a = b` and `pattern -> reply`."""
    lines = (TEXTS / f"rules.{lang}.txt").read_text("utf-8").split("\n")
    lines = [line for line in lines if line and not line.startswith("#")]
    return Script(
        dict(line.split(" = ") for line in lines if " -> " not in line),
        tuple(Rule(*line.split(" -> ")) for line in lines if " -> " in line),
    )


def answer(script: Script, sentence: str) -> Answer | None:
    """What the first rule that fits says; None where none does."""
    for place, rule in enumerate(script.rules):
        found = regex.search(expression(rule.pattern), sentence, regex.IGNORECASE)
        if found:
            taken = found[1].strip() if "*" in rule.pattern else ""
            swapped = swap(script.swaps, taken)
            return Answer(place, taken, swapped, rule.reply.replace("*", swapped))
    return None


REST = r"\s*([^\s\p{Terminal_Punctuation}][^\p{Terminal_Punctuation}\n]*)"


def expression(pattern: str) -> str:
    """A pattern as a regular expression. Its group 1 is what `*` takes."""
    return REST.join(bounded(part.strip()) if part else "" for part in pattern.split("*"))


def bounded(words: str) -> str:
    """These words and not a part of longer ones, in a script that parts its words; between Chinese characters too. An
    apostrophe may be the curly one that phones type."""
    before, after = (end.isascii() and end.isalnum() for end in (words[0], words[-1]))
    either = regex.escape(words).replace("'", "['’]")
    return ("(?<![A-Za-z0-9])" if before else "") + either + ("(?![A-Za-z0-9])" if after else "")


def swap(swaps: dict[str, str], words: str) -> str:
    """Change the person, all at once, so that nothing is changed back; of two that fit the longer."""
    either = "|".join(bounded(word) for word in sorted(swaps, key=len, reverse=True))
    by_letters = {word.lower(): other for word, other in swaps.items()}
    return regex.sub(either, lambda found: by_letters.get(found[0].lower(), found[0]), words, flags=regex.IGNORECASE)
