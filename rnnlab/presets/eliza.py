"""Rules that answer a sentence in the manner of Weizenbaum's ELIZA (Communications of the ACM, 1966): a keyword, what
stands after it with its person changed, and a sentence to put that into. The rules themselves are text files beside
the presets, one a language, and our own."""

from dataclasses import dataclass
from functools import cache

import regex

from rnnlab.presets import TEXTS


@dataclass(frozen=True)
class Rule:
    """A keyword, and the reply to a sentence that holds it."""

    pattern: str  # a keyword; a `*` after it takes what follows, up to a punctuation mark
    reply: str  # `*` in it is where that goes


@dataclass(frozen=True)
class Script:
    """All rules of one language: what Weizenbaum called a script."""

    swaps: dict[str, str]  # me -> you, and back
    rules: tuple[Rule, ...]  # in the order in which they are tried


@dataclass(frozen=True)
class Response:
    """What a rule replies, and how it came to it."""

    rule_index: int  # of the rule among the rules, from 0
    captured: str  # what `*` took, as it was typed; "" for a rule without
    swapped: str  # the same with its person changed
    reply: str


@cache
def load_script(lang: str) -> Script:
    """The rules of one language, read from `presets/rules.<lang>.txt`: lines `a = b` and `pattern -> reply`."""
    lines = (TEXTS / f"rules.{lang}.txt").read_text("utf-8").split("\n")
    lines = [line for line in lines if line and not line.startswith("#")]
    return Script(
        dict(line.split(" = ") for line in lines if " -> " not in line),
        tuple(Rule(*line.split(" -> ")) for line in lines if " -> " in line),
    )


def respond(script: Script, sentence: str) -> Response | None:
    """What the first rule that fits says; None where none does."""
    for rule_index, rule in enumerate(script.rules):
        match = regex.search(to_regex(rule.pattern), sentence, regex.IGNORECASE)
        if match:
            captured = match[1].strip() if "*" in rule.pattern else ""
            swapped = swap_person(script.swaps, captured)
            return Response(rule_index, captured, swapped, rule.reply.replace("*", swapped))
    return None


def fitting(script: Script, sentence: str) -> list[int]:
    """The places of all rules that fit a sentence, of which the first one replies."""
    return [
        place
        for place, rule in enumerate(script.rules)
        if regex.search(to_regex(rule.pattern), sentence, regex.IGNORECASE)
    ]


CAPTURE = r"\s*([^\s\p{Terminal_Punctuation}][^\p{Terminal_Punctuation}\n]*)"


def to_regex(pattern: str) -> str:
    """A pattern as a regular expression. Its group 1 is what `*` takes."""
    return CAPTURE.join(whole_words(part.strip()) if part else "" for part in pattern.split("*"))


def whole_words(words: str) -> str:
    """These words and not a part of longer ones, in a script that parts its words; between Chinese characters too. An
    apostrophe may be the curly one that phones type."""
    before, after = (end.isascii() and end.isalnum() for end in (words[0], words[-1]))
    escaped = regex.escape(words).replace("'", "['’]")
    return ("(?<![A-Za-z0-9])" if before else "") + escaped + ("(?![A-Za-z0-9])" if after else "")


def swap_person(swaps: dict[str, str], words: str) -> str:
    """Change the person, all at once, so that nothing is changed back; of two that fit the longer."""
    pattern = "|".join(whole_words(word) for word in sorted(swaps, key=len, reverse=True))
    by_lower_case = {word.lower(): other for word, other in swaps.items()}
    return regex.sub(pattern, lambda word: by_lower_case.get(word[0].lower(), word[0]), words, flags=regex.IGNORECASE)
