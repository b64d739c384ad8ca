"""Texts as a page shows them: what can't be seen in them gets a name, and none is cut within a character.

`pages/components/shared/visible.js` does the same in the browser; a test holds the two to each other.
"""

from bisect import bisect_left
from itertools import accumulate, pairwise

import regex

SIGNS = {" ": "␣", "\t": "⇥", "\n": "↵"}
MARKS = 8  # combining marks that are shown on one letter: more would cover the lines above and below

# Unicode's own abbreviations, each run by the code point it begins at; what has none is named by its code point.
RUNS = {
    0x00: "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI",
    0x10: "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US",
    0x200B: "ZWSP ZWNJ ZWJ LRM RLM",
    0x2028: "LSEP PSEP LRE RLE PDF LRO RLO NNBSP",
    0x2066: "LRI RLI FSI PDI",
    **{0x7F: "DEL", 0x85: "NEL", 0xA0: "NBSP", 0xAD: "SHY", 0x34F: "CGJ", 0x61C: "ALM", 0x180E: "MVS"},
    **{0x205F: "MMSP", 0x2060: "WJ", 0x3000: "IDSP", 0x3164: "HF", 0xFEFF: "BOM"},
    0xFE00: " ".join(f"VS{number}" for number in range(1, 17)),
    0xE0100: " ".join(f"VS{number}" for number in range(17, 257)),
}
NAMES = {start + place: name for start, names in RUNS.items() for place, name in enumerate(names.split())}

# Scripts in which a joiner, or a non-joiner, between two letters changes how they look.
JOINING = "".join(
    rf"\p{{Script={script}}}"
    for script in (
        *("Arabic", "Syriac", "Mongolian", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu"),
        *("Kannada", "Malayalam", "Sinhala"),
    )
)
# What has no ink of its own but does what it is for: it stays as it is.
WORKING = "|".join(
    (
        r"(?<=\S) (?=\S)",
        r"(?<=[\p{Extended_Pictographic}\uFE0F\U0001F3FB-\U0001F3FF])\u200D(?=\p{Extended_Pictographic})",
        r"(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?<=[#*0-9])\uFE0F(?=\u20E3)",
        r"(?<=\U0001F3F4[\U000E0020-\U000E007E]{0,30})[\U000E0020-\U000E007F]",  # of the flags of England, Texas …
        rf"(?<=[{JOINING}])[\u200C\u200D](?=[{JOINING}])",
        r"[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\U000110BD\U000110CD]",  # format characters that have ink
    )
)
UNSEEN = r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]"
PIECE = regex.compile(
    rf"(?P<working>{WORKING})|(?P<unseen>{UNSEEN})|(?P<bare>^\p{{M}})|(?<=\p{{M}}{{{MARKS}}})\p{{M}}+"
)


def visible(text: str) -> str:
    """The text with a name for what can't be seen: `‹ZWSP›`, `‹NBSP›`, `‹U+E000›`, and signs for spaces at its ends,
    tabs and line breaks, ∅ for no text at all. A mark without a letter stands on a circle; of very many on one letter
    the first are shown, with the number of the others."""
    return PIECE.sub(shown, text) or "∅"


def shown(found: regex.Match[str]) -> str:
    """What is to be seen of a match of PIECE."""
    piece = found[0]
    match found.lastgroup:
        case "working":
            return piece
        case "unseen":
            return SIGNS.get(piece) or f"‹{NAMES.get(ord(piece)) or f'U+{ord(piece):04X}'}›"
        case "bare":
            return "◌" + piece
    return f"‹+{len(piece)}›"


# For each letter of a flag `regex` counts all those before it, so long runs of flags are parted.
MANY_FLAGS = regex.compile(r"(?:\p{RI}{2}){32}(?=\p{RI})")


def graphemes(line: str) -> list[str]:
    """What a reader calls characters: an emoji family or an accented letter stays whole."""
    ends = [0, *(match.end() for match in MANY_FLAGS.finditer(line)), len(line)]
    return [character for start, end in pairwise(ends) for character in regex.findall(r"\X", line[start:end])]


def beginning(text: str, limit: int) -> str:
    """The text where it is no longer than `limit` characters, as readers count them, or as a name has them; else its
    first ones, and an ellipsis."""
    characters = regex.findall(r"‹\S{1,9}›|\X", text[: 16 * limit])
    ends = list(accumulate(len(one) if one[0] == "‹" else 1 for one in characters))
    if len(text) <= 16 * limit and (not ends or ends[-1] <= limit):
        return text
    return "".join(characters[: bisect_left(ends, limit)]) + "…"
