"""One spelling for what looks the same: a typed text as it is read. The text itself stays as it was typed.

Letters and their accents are put together (Unicode's form NFC), and characters without ink, such as zero-width spaces,
marks of direction and of byte order, are dropped where they do nothing: beside white space, and at the ends of lines
and of cells. Within a word they may be what holds an emoji together or parts two letters: there they stay.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable

import regex

from rnnlab.i18n import Problem, shorten, visible
from rnnlab.i18n.characters import graphemes

INVISIBLE = "".join(
    map(chr, (0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065)))
) + "".join(map(chr, (*range(0x2066, 0x2070), 0xFEFF)))
JOINERS = "\u200c\u200d"
LOOSE = regex.compile(rf"[{INVISIBLE}{JOINERS}]")
VIRAMA = 9  # its combining class; a joiner behind it decides what the letter looks like, also at the end of a word
# Marks upon marks would take seconds to be sorted, and no letter is made of so many: they stay as they are.
PILE = regex.compile(r"(\P{M}?\p{M}{31,})")
QUOTED = 6  # kinds that a note names


def normalize(text: str) -> str:
    """A text, or a cell, as it is read; to do it again changes nothing."""
    return text if text.isascii() else composed(without_loose_ends(text))


def strip_cell(cell: str) -> str:
    """A cell as it is read: normalized, without the white space around it."""
    return normalize(cell).strip()


def composed(text: str) -> str:
    if unicodedata.is_normalized("NFC", text):
        return text
    parts = PILE.split(text)
    return "".join(part if place % 2 else unicodedata.normalize("NFC", part) for place, part in enumerate(parts))


def without_loose_ends(text: str) -> str:
    return regex.sub(r"\S+", lambda found: trimmed(found[0]), text) if LOOSE.search(text) else text


def trimmed(word: str) -> str:
    """A word without what does nothing at its ends."""
    word = word.lstrip(INVISIBLE + JOINERS)
    end = len(word)
    while end and (
        word[end - 1] in INVISIBLE
        or (word[end - 1] in JOINERS and (end == 1 or unicodedata.combining(word[end - 2]) != VIRAMA))
    ):
        end -= 1
    return word[:end]


def look_alikes(names: Iterable[str]) -> list[Problem]:
    """A note on names that differ in what is hard to see alone: case, width, white space, characters without ink."""
    groups: dict[str, list[str]] = {}
    for name in names:
        inked = regex.sub(r"\p{Default_Ignorable_Code_Point}", "", unicodedata.normalize("NFKC", name))
        groups.setdefault(" ".join(inked.casefold().split()), []).append(name)
    alike = [group for group in groups.values() if len(group) > 1]
    if not alike:
        return []
    quoted = "; ".join(" = ".join(shorten(name, 20) for name in group[:QUOTED]) for group in alike[:QUOTED])
    return [Problem("labels_alike", "", {"value": quoted})]


def normalization_notes(texts: Iterable[str]) -> list[Problem]:
    """What is changed where these texts are read, and how often, as notes."""
    dropped: Counter[str] = Counter()
    put_together: Counter[str] = Counter()
    for text in texts:
        kept = without_loose_ends(text)
        dropped += Counter(text) - Counter(kept)
        new = composed(kept)
        if new != kept:
            before, after = Counter(graphemes(kept)), Counter(graphemes(new))
            put_together += after - before
    notes = []
    if dropped:
        notes.append(Problem("characters_dropped", "", {"count": dropped.total(), "value": named(dropped)}))
    if put_together:
        notes.append(Problem("characters_composed", "", {"count": put_together.total(), "value": named(put_together)}))
    return notes


def named(found: Counter[str]) -> str:
    """The most frequent, each with how often, as a note says it."""
    quoted = [f"{visible(one)} × {count}" for one, count in found.most_common(QUOTED)]
    return ", ".join([*quoted, *["…"] * (len(found) > QUOTED)])
