"""Bytes to text: in UTF-8 or UTF-16, or in one of the encodings that files had before these."""

import codecs
import re
from collections.abc import Sequence, Sized
from dataclasses import dataclass

from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem
from rnnlab.text.tables.encoding_guess import WRITINGS, likeliest

FILE_MEGABYTES = 5
FILE_BYTES = FILE_MEGABYTES * 2**20

# name -> Python's codec, in the order in which they are offered
ENCODINGS = {
    "UTF-8": "utf-8-sig",
    "UTF-16": "utf-16",
    "GB18030": "gb18030",
    "Big5": "cp950",
    "Shift-JIS": "cp932",
    "EUC-JP": "euc_jis_2004",  # has the signs that Windows adds, such as ①
    "ISO-2022-JP": "iso2022_jp_2",
    "CP949": "cp949",
    "Windows-1251": "cp1251",
    "Windows-1252": "cp1252",
}

COLOUR = r"\x1b\[[0-9;:]*[mK]"  # as programs write it for terminals
STRAY = rf"(?!{COLOUR})[\x00-\x08\x0e-\x1f\x7f]"
CONTROL = re.compile(f"{COLOUR}|{STRAY}")
SPACE = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")  # parts a line or a page, but begins no row
JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B(]")  # in front of two bytes a character
STRAY_BYTE = re.compile(STRAY.encode())  # in none of the encodings but UTF-16 a part of another character
# ASCII, letters with accents, Cyrillic; typographic signs; kana, Chinese, Korean; wide forms
ORDINARY = re.compile(
    r"[\t\n\r -~\xa0-\u017f\u0400-\u045f\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
BREAK = re.compile(rb"\r\n|\r|\n")

SAMPLE_LINES = 500  # beyond ASCII, by which an encoding is guessed
COMMON_SHARE = 0.5  # of a text's characters beyond ASCII, at least


@dataclass(frozen=True)
class DecodedText:
    """The text of a file, and what is to be said of how it was read."""

    text: str
    encoding: str  # one of ENCODINGS
    notes: tuple[Problem, ...] = ()


def decode(data: bytes, encoding: str = "") -> DecodedText:
    """The text in `data`, in the encoding that is named, or else in the one that it looks like. Control characters are
    left out, or read as a space where they part lines or pages, and counted in notes. Raises LabError for what is no
    text: too large, binary, empty, or not in the encoding from beginning to end."""
    if len(data) > FILE_BYTES:
        file = {"value": megabytes(len(data)), "limit": FILE_MEGABYTES, "text": f"{TEXT_CHARACTERS:,}"}
        raise LabError(Problem("data_large", "", file))
    notes: list[Problem] = []
    if not encoding:
        encoding, notes = guess_encoding(data)
    text = read_as(data, encoding)
    if CONTROL.search(text):
        count, line, byte = occurrences(CONTROL, text)
        found = {"count": count, "line": line, "byte": byte}
        if too_many(re.findall(STRAY, text), text):
            raise LabError(Problem("data_binary", "", found))
        notes.append(Problem("data_controls", "", found))
    if SPACE.search(text):
        count, line, byte = occurrences(SPACE, text)
        notes.append(Problem("data_spaces", "", {"count": count, "line": line, "byte": byte}))
    text = SPACE.sub(" ", CONTROL.sub("", text))
    if not text.strip():
        raise LabError(Problem("data_empty"))
    return DecodedText(text, encoding, tuple(notes))


def occurrences(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    """How many there are, one at least; the line of the first one, and the code that it begins with."""
    found = list(pattern.finditer(text))
    line = len(re.findall(r"\r\n|\r|\n", text[: found[0].start()])) + 1
    return f"{len(found):,}", f"{line:,}", hexadecimal(ord(found[0][0][0]))


def guess_encoding(data: bytes) -> tuple[str, list[Problem]]:
    """The encoding that the bytes look like, and what is to be said where that is a guess. Raises LabError for a
    binary file, and where two encodings are mixed."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16", []
    if looks_like_utf16(data):
        return "UTF-16", [Problem("encoding_guessed", "", {"value": "UTF-16"})]
    if data.isascii() and JAPANESE_ESCAPE.search(data) and is_in(data, "ISO-2022-JP"):
        return "ISO-2022-JP", [Problem("encoding_guessed", "", {"value": "ISO-2022-JP"})]
    controls = STRAY_BYTE.findall(data)
    if too_many(controls, data):
        found = STRAY_BYTE.search(data)
        line, _ = line_and_byte(data, found.start() if found else 0)
        raise LabError(Problem("data_binary", "", {"line": f"{line:,}", "byte": hexadecimal(controls[0][0])}))
    if is_in(data, "UTF-8"):
        return "UTF-8", []
    check_one_encoding(data)
    lines = [line for line in BREAK.split(data) if not line.isascii()]
    sample = b"\n".join(lines[:SAMPLE_LINES])
    texts = {name: read_as(sample, name) for name in WRITINGS if is_in(sample, name)}
    guess = likeliest(texts, ENCODINGS)
    if guess is None:
        return "GB18030", [Problem("encoding_doubtful", "", {"value": "GB18030"})]
    found = guess.encoding
    if guess.common < COMMON_SHARE:
        return found, [Problem("encoding_doubtful", "", {"value": found})]
    if guess.other:
        return found, [Problem("encoding_unsure", "", {"value": found, "alternative": guess.other})]
    return found, [Problem("encoding_guessed", "", {"value": found})]


def is_in(data: bytes, encoding: str) -> bool:
    """Whether it can be read in this encoding from beginning to end."""
    try:
        read_as(data, encoding)
    except LabError:
        return False
    return True


def too_many(controls: Sequence[object], data: Sized) -> bool:
    """Whether so many control characters make a file a binary one: some stray ones do not."""
    return len(controls) > 2 + len(data) // 100


def looks_like_utf16(data: bytes) -> bool:
    """Whether it is UTF-16 without a mark: there are zeros in it, and read so it is of ordinary characters."""
    if b"\0" not in data or not is_in(data, "UTF-16"):
        return False
    text = read_as(data, "UTF-16")
    return len(ORDINARY.findall(text)) > 0.95 * len(text)


def read_as(data: bytes, encoding: str) -> str:
    """The text in this encoding. Raises LabError, which names the first byte that is not."""
    codec = ENCODINGS[encoding]
    if encoding == "UTF-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Every text has line breaks or spaces: their zeros stand behind them, or before.
        codec = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    try:
        return data.decode(codec, "euro" if encoding == "GB18030" else "strict")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        if encoding == "UTF-16":
            before = before.decode(codec, "ignore").encode()
        line, _ = line_and_byte(before, len(before))
        where = {"line": f"{line:,}", "byte": hexadecimal(error.object[error.start]), "value": encoding}
        raise LabError(Problem("data_encoding", "", where)) from None


def euro(error: UnicodeError) -> tuple[str, int]:
    """A single byte 0x80, which GB18030 does not have: Windows writes the euro sign so where it says GBK."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    raise error


codecs.register_error("euro", euro)


def check_one_encoding(data: bytes) -> None:
    """Raises LabError where some lines are UTF-8 and others are not: as GB18030 the former would be read without an
    error, as other characters. A character of three bytes or more tells: GB18030 has pairs, of which a whole line is
    hardly ever valid UTF-8 too, while two bytes of one may be two of the other."""
    first_utf8_line = first_other = None  # (line, byte in it, value of the byte) of the latter
    for number, line in enumerate(BREAK.split(data), start=1):
        if line.isascii():
            continue
        try:
            if max(line.decode()) > "\u07ff":
                first_utf8_line = first_utf8_line or number
        except UnicodeDecodeError as error:
            first_other = first_other or (number, error.start + 1, line[error.start])
    if first_utf8_line and first_other:
        line, place, byte = first_other
        values = {"first": f"{first_utf8_line:,}", "line": f"{line:,}", "place": place, "byte": hexadecimal(byte)}
        raise LabError(Problem("data_mixed", "", values))


def line_and_byte(data: bytes, offset: int) -> tuple[int, int]:
    """The line and, in it, the byte that stand at an offset, both counted from 1."""
    breaks = list(BREAK.finditer(data, 0, offset))
    return len(breaks) + 1, offset - (breaks[-1].end() if breaks else 0) + 1


def hexadecimal(byte: int) -> str:
    return f"0x{byte:02X}"


def megabytes(count: int) -> str:
    return f"{count / 2**20:,.1f}"
