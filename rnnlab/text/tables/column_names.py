"""What the columns of people's tables are called, and what for.

Names are known in both languages, whichever the reader reads, and the usual ones in some others. A name may be put
together of them, as `review_text` and 情感标签 are, or stand behind a word of the file's own, as in
`airline_sentiment`; the last one says what the column is.
"""

import re
from functools import cache

from rnnlab.i18n import LANGUAGES, translator
from rnnlab.text.normalization import normalize

ROLES = ("label", "text", "source", "target", "token", "tag", "number")
OTHER = "other"  # a name of a column without a role: numbers, dates, persons

NUMBERED = re.compile(r"(?:unnamed: ?|(?:v|x|col|column|field|var)_?|\u5217)\d+")  # as programs call what has no name
NAMELESS = re.compile(r"unnamed: ?\d+(?:_level_\d+)?", re.IGNORECASE)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
SEPARATOR = re.compile(r"[\s_.\-/]+")


@cache
def names(role: str) -> frozenset[str]:
    """What columns of this role are called, in lower case."""
    found: list[str] = []
    for lang in LANGUAGES:
        t = translator(lang)
        found += t(f"columns.{role}").split()
    return frozenset(found)


@cache
def chinese_names() -> re.Pattern[str]:
    known = sorted((name for role in (*ROLES, OTHER) for name in names(role) if not name.isascii()), key=len)
    return re.compile(f"(?:{'|'.join(map(re.escape, reversed(known)))})+")


def given_name(name: str) -> str:
    """A column's name as a reader is shown it: "" for what pandas calls a column without one, `Unnamed: 0`."""
    return "" if NAMELESS.fullmatch(name.strip()) else name


def plain(name: str) -> str:
    """A name without what is put around it: `#label:` is `label`."""
    return re.sub(r"^\W+|\W+$", "", normalize(name))


def roles_of(name: str) -> tuple[str, ...]:
    """The roles that a column of this name may have, the likeliest first; OTHER where it has none; () for a name that
    is not known."""
    name = plain(name)
    low = name.casefold()
    if found := exact_roles(low):
        return found
    if NUMBERED.fullmatch(low):
        return (OTHER,)
    parts = [part for part in SEPARATOR.split(CAMEL.sub("_", name).casefold().rstrip("0123456789_")) if part]
    joined = " " not in name
    if parts and (joined or all(map(exact_roles, parts))) and len(parts) <= 4 and exact_roles(parts[-1]):
        return exact_roles(parts[-1])
    if chinese_names().fullmatch(low):
        return next(found for start in range(len(low)) if (found := exact_roles(low[start:])))
    return ()


def exact_roles(name: str) -> tuple[str, ...]:
    """The same of a name that is in the lists itself."""
    return tuple(role for role in (*ROLES, OTHER) if name in names(role))


def is_exact(name: str, role: str) -> bool:
    return plain(name).casefold() in names(role)


def all_known(cells: tuple[str, ...]) -> bool:
    """Whether these are names of columns beyond doubt: two at least, different ones, and all that hold anything are
    known."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and len(set(filled)) == len(filled) and all(map(roles_of, filled))
