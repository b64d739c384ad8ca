"""Sentences that come with their tags, in the layouts in which people have them, as `token/TAG token/TAG`.

- "columns": a token and its tag on a line, with a blank line between sentences, as in the data of the CoNLL tasks
- "slashes": `token/TAG token/TAG` on a line
- "corpus": the same as the People's Daily corpus writes it: `19980101-01-001-001/m [中央/n 电视台/n]nt`
- "untagged": sentences as they are; jieba gives the tags
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from rnnlab.i18n import LabError, Problem
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text.pos_tags import NAMED_TAGS
from rnnlab.text.tables.column_names import all_known, roles_of
from rnnlab.text.tables.row_formats import HAN
from rnnlab.text.tables.table import Table, TableRow, lines_of

LAYOUTS = ("columns", "slashes", "corpus", "untagged")

# A tag beside a token: of entities or of chunks, in capitals, or a mark that is its own tag. One in small letters or in
# Chinese may be a word as well; that it is none shows when it comes again.
TAG = re.compile(r"[BIESLUMO]|[BIESLUM][-_]\S+|[A-Z][A-Z0-9$|:+\-]*|-?[A-Z]+-|[^\w\s]+|_")
PERHAPS_TAG = re.compile(r"[A-Za-z]\w{0,9}|[\u4e00-\u9fff]{1,4}|" + TAG.pattern)

SAMPLE_LINES = 1_000
CONLL_U = 10  # columns of CoNLL-U: the token is the second, its class the fourth
DOCUMENT = "-DOCSTART-"

# Why a line is none of a token: it marks where a document begins, is a comment, has a tag but no token; or in CoNLL-U
# it is a word of several tokens, which follow (`1-2`), or one that was not said (`3.1`).
LINE_REASONS = ("document", "comment", "no_token", "no_number")

ARTICLE = re.compile(r"\d{8}-\d{2}-\d{3}-\d{3}(/m)?")  # day, page, article, paragraph
CLOSING = re.compile(r"(.+/\w+)\]/?\w*")


@dataclass(frozen=True, repr=False)
class TagColumns(ShortRepr):
    """How the lines of a text with a token and its tag each are parted into columns, by the first of them."""

    sign: str  # at which they are parted; "": white space
    width: int
    header: tuple[str, ...]  # names of the columns, where the first line gives such
    rows: tuple[tuple[str, ...], ...]  # the cells of the first lines

    def with_header(self, header: bool) -> "TagColumns":
        """The same, if the first line names the columns or does not."""
        rows = (self.header, *self.rows) if self.header else self.rows
        return replace(self, header=rows[0] if header and rows else (), rows=rows[bool(header) :])

    @property
    def token_and_tag(self) -> tuple[int, int]:
        """The columns of tokens and of tags, most likely: by name, else the first and the last; the second where the
        first numbers the tokens."""
        if self.width == CONLL_U:
            return 1, 3
        numbered = self.width > 2 and bool(self.rows) and all(row[0].isdecimal() for row in self.rows)
        named = [place for place, name in enumerate(self.header) if "token" in roles_of(name)]
        return (*named, int(numbered))[0], self.width - 1


def part(line: str, sign: str) -> tuple[str, ...]:
    """The cells of a line."""
    if not sign:
        return tuple(line.split())
    cells = next(csv.reader([line]), []) if sign == "," else line.rstrip().split(sign)
    return tuple(cell.strip() for cell in cells)


def first_lines(text: str) -> list[str]:
    """Lines by which a layout is guessed: those that begin with a token."""
    lines = (line for line in lines_of(text) if line.strip() and not line.startswith(("#", " ", "\t", DOCUMENT)))
    return list(islice(lines, SAMPLE_LINES))


def guess_layout(text: str) -> str:
    """The layout, one of LAYOUTS, in which the beginning of a text is written."""
    lines = first_lines(text)
    if has_tags(lines):
        return "columns"
    items = [item for line in lines for item in line.split()]
    if 2 * sum("/" in item[1:-1] for item in items) <= len(items):
        return "untagged"
    return "corpus" if any(without_corpus_marks([item]) != [item] for item in items) else "slashes"


def tag_columns(lines: list[str]) -> TagColumns:
    """How the first lines of a text are parted: at tabs, where most have one, at white space, or else at commas."""
    signs = {sign: sum(sign in line for line in lines) for sign in ("\t", " ", ",")}
    sign = next((sign for sign, count in signs.items() if 2 * count > len(lines)), " ").strip(" ")
    parted = [part(line, sign) for line in lines]
    width = Counter(map(len, parted)).most_common(1)[0][0] if parted else 0
    header = parted[0] if parted and len(parted[0]) == width and all_known(parted[0]) else ()
    return TagColumns(sign, width, header, tuple(row for row in parted[bool(header) :] if len(row) == width))


def has_tags(lines: list[str]) -> bool:
    """Whether the first lines have a token and a tag each, most likely."""
    columns = tag_columns(lines)
    rows = len(lines) - bool(columns.header)
    if not 2 <= columns.width <= CONLL_U or 10 * len(columns.rows) < 8 * rows or not columns.rows:
        return False
    token, tag = columns.token_and_tag
    tags = Counter(row[tag] for row in columns.rows)
    if all(TAG.fullmatch(tag) or tag in NAMED_TAGS for tag in tags):
        return all(map(TAG.fullmatch, tags)) or any(HAN.search(row[token]) for row in columns.rows)
    return all(map(PERHAPS_TAG.fullmatch, tags)) and 2 * len(tags) <= tags.total()


def tagged_sentences(text: str, columns: TagColumns, token: int, tag: int) -> tuple[Table, dict[str, tuple[int, ...]]]:
    """Each sentence as a row of one cell, `token/TAG token/TAG`, by the columns of tokens and of tags; and the lines of
    the file that hold no token, by reason, one of LINE_REASONS. Raises LabError where nothing is left."""
    tags = {row[tag] for row in columns.rows}
    rows: list[TableRow] = []
    items: list[str] = []
    left_out: dict[str, list[int]] = {}
    first, names = 0, columns.header
    for number, line in enumerate((*lines_of(text), ""), start=1):
        cells = part(line, columns.sign)
        reason = why_no_token(line, cells, columns.width, tags) if any(cells) else ""
        if not any(cells) or reason == "document":
            if items:
                rows.append(TableRow(first, (" ".join(items),)))
            items = []
        if reason:
            left_out.setdefault(reason, []).append(number)
        elif names and cells == names:
            names = ()
        elif any(cells):
            first = first if items else number
            items.append(item_of(cells, token, tag))
    if not rows:
        raise LabError(Problem("data_empty"))
    return Table(tuple(rows), 1, "lines"), {reason: tuple(lines) for reason, lines in left_out.items()}


def why_no_token(line: str, cells: tuple[str, ...], width: int, tags: set[str]) -> str:
    """Why a line is none of a token, one of LINE_REASONS: "" where it is one."""
    if line.startswith(DOCUMENT):
        return "document"
    if line.startswith("#") and (len(cells) != width or cells[-1] not in tags):
        return "comment"
    if not cells[0] or (line[0].isspace() and len(cells) == width - 1):
        return "no_token"
    return "no_number" if width == CONLL_U and not line.startswith("#") and not cells[0].isdecimal() else ""


def item_of(cells: tuple[str, ...], token: int, tag: int) -> str:
    """`token/TAG`, or `token/` where there is no tag, or none that can be written so. A space in a token becomes `_`,
    for spaces part tokens."""
    word = "_".join(cells[token].split()) if token < len(cells) else ""
    given = cells[tag] if tag < len(cells) else ""
    return f"{word}/{given}" if "/" not in given and len(given.split()) == 1 else f"{word}/"


def without_corpus_marks(items: list[str]) -> list[str]:
    """The items of a line of the People's Daily corpus without the number of its article, and without the brackets
    around names of several words: the tags within stay."""
    kept = [item for item in items if not ARTICLE.fullmatch(item)]
    return [without_brackets(item) for item in kept]


def without_brackets(item: str) -> str:
    while item.startswith("[") and not item.startswith("[/"):
        item = item[1:]
    while found := CLOSING.fullmatch(item):
        item = found[1]
    return item


def all_tagged(sentence: str) -> bool:
    """Whether every token carries a tag."""
    return all(re.fullmatch(r".+/[^/]+", item) for item in sentence.split())


def tag_counts(sentences: Iterable[str]) -> dict[str, int]:
    """How many tokens each tag has in sentences of `token/TAG`; most frequent first."""
    tags = Counter(item.rpartition("/")[2] for sentence in sentences for item in sentence.split())
    return dict(tags.most_common())
