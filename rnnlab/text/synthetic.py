"""Pairs for the encoder–decoder that make themselves: dates, numerals, pinyin, reversed letters.

In each, what stands where in the source decides what stands where in the target, so that there is an alignment for
attention to find. The pairs are the same in every process and for every seed (an experiment's seed decides how they
are split and in what order they are read), and the first n of more are the same n pairs. No source comes twice.
"""

import datetime
import itertools
import random
from collections.abc import Callable
from functools import cache

from rnnlab.presets import TEXTS

PAIRS_EACH = 5_000  # that each generator makes

Pair = tuple[list[str], list[str]]  # source tokens, target tokens

DATE_FORMATS = (("EEEE, MMMM d, y", "en"), ("MMM d, y", "en"), ("d MMMM y", "en"), ("y年M月d日 EEEE", "zh"))
FIRST_DAY, LAST_DAY = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
LETTERS = "abcdefgh"
SHORTEST, LONGEST = 3, 8  # letters to reverse


def generate_pairs(name: str, count: int) -> list[Pair]:
    """The first `count` pairs that a generator makes, at most `PAIRS_EACH`: (source tokens, target tokens). Raises
    KeyError for a name that is not in `GENERATORS`."""
    return [(source.copy(), target.copy()) for source, target in GENERATORS[name]()[:count]]


def tokenize_sentence(name: str, sentence: str) -> list[str]:
    """A sentence of the reader's own as tokens, such as the pairs of this generator have. Of white space only what
    parts two words of a date is a token; number words may be written with hyphens, commas and capitals."""
    if name == "numerals":
        return sentence.lower().replace("-", " ").replace(",", " ").split()
    return list((" " if name == "dates" else "").join(sentence.split()))


@cache
def dates() -> list[Pair]:
    """A day of 1950 to 2049 in four ways by turns, two of which name the weekday, to ISO 8601; tokens are characters.

    `Sunday, March 22, 2043` and `2043年3月22日 星期日` to `2043-03-22`. All ways name the month or mark it, so none is
    ambiguous, and no day comes twice. The names are the Unicode CLDR's, read by Babel.
    """
    from babel.dates import format_date

    day_numbers = random.Random("dates").sample(range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1), PAIRS_EACH)
    days = map(datetime.date.fromordinal, day_numbers)
    return [
        (list(format_date(day, pattern, locale)), list(day.isoformat()))
        for day, (pattern, locale) in zip(days, itertools.cycle(DATE_FORMATS), strict=False)
    ]


@cache
def numerals() -> list[Pair]:
    """Whole numbers from 1 to 99,999: English words, tokens are words, to Chinese numerals, tokens are characters.

    `three hundred and twenty one` to `三百二十一`: British "and", hyphens and commas left out. 110 is 一百一十, not
    一百一; 10 is 十, not 一十; 二 throughout, never 两; one 零 for a gap. See `scripts/makedata.py`.
    """
    return [(words.split(), list(numeral)) for words, numeral in read_pairs("numerals")]


@cache
def pinyin() -> list[Pair]:
    """Chinese words, tokens are characters, to their syllables with tone marks, a token each, most frequent word first.

    `银行` to `yín háng`: a character with several readings has the one it has in this word. Tones are those of the
    dictionary, without their changes in speech. The words are made of the 600 most frequent characters, and two
    dictionaries agree on each; see `scripts/makedata.py`.
    """
    return [(list(word), syllables.split()) for word, syllables in read_pairs("pinyin")]


@cache
def reversal() -> list[Pair]:
    """Three to eight letters, of eight, to the same in reverse: `abcd` to `dcba`. The shortest possible alignment that
    is not monotone, and the only one of these that means nothing."""
    generator = random.Random("reversal")
    words: dict[str, None] = {}
    while len(words) < PAIRS_EACH:
        words["".join(generator.choices(LETTERS, k=generator.randint(SHORTEST, LONGEST)))] = None
    return [(list(word), list(reversed(word))) for word in words]


def read_pairs(name: str) -> list[list[str]]:
    """The lines of a file of pairs, each in two at its TAB."""
    return [line.split("\t") for line in (TEXTS / f"{name}.tsv").read_text("utf-8").splitlines()]


GENERATORS: dict[str, Callable[[], list[Pair]]] = {
    "dates": dates,
    "numerals": numerals,
    "pinyin": pinyin,
    "reversal": reversal,
}
