"""Bytes to text: in UTF-8 or UTF-16, or in one of the encodings that files had before these."""

import codecs
import re
from collections.abc import Sequence, Sized
from dataclasses import dataclass

from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem

FILE_MEGABYTES = 5
FILE_BYTES = FILE_MEGABYTES * 2**20

# name -> Python's codec, in the order in which they are offered
ENCODINGS = {
    "UTF-8": "utf-8-sig",
    "UTF-16": "utf-16",
    "GB18030": "gb18030",
    "Big5": "cp950",
    "Shift-JIS": "cp932",
    "Windows-1252": "cp1252",
}

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
CONTROL_BYTE = re.compile(CONTROL.pattern.encode())  # in none of the encodings but UTF-16 a part of another character
BREAK = re.compile(rb"\r\n|\r|\n")

# Where an encoding keeps the signs that texts are made of, two bytes as a number, from first to last. Read in the wrong
# one, a text is of rare characters and private ones instead.
COMMON = {
    "GB18030": ((0xA1A1, 0xA9FE), (0xB0A1, 0xD7F9)),
    "Big5": ((0xA140, 0xA3BF), (0xA440, 0xC67E)),
    "Shift-JIS": ((0x8140, 0x8396), (0x889F, 0x9872)),
}
SAMPLE_LINES = 500  # beyond ASCII, by which an encoding is guessed
COMMON_SHARE = 0.5  # of a text's characters beyond ASCII, at least
CLEARLY_MORE = 0.2  # by which another encoding than GB18030 has to suit better: old characters are rare ones there too
WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßÀÁÂÄÇÈÉÊÑÓÖÜœŒšž‘’“”„‚«»‹›–—…•€£§°¿¡")


@dataclass(frozen=True)
class DecodedText:
    """The text of a file, and what is to be said of how it was read."""

    text: str
    encoding: str  # one of ENCODINGS
    notes: tuple[Problem, ...] = ()


def decode(data: bytes, encoding: str = "") -> DecodedText:
    """The text in `data`, in the encoding that is named, or else in the one that it looks like. Control characters are
    left out, and counted in a note. Raises LabError for what is no text: too large, binary, empty, or not in the
    encoding from beginning to end."""
    if len(data) > FILE_BYTES:
        file = {"value": megabytes(len(data)), "limit": FILE_MEGABYTES, "text": f"{TEXT_CHARACTERS:,}"}
        raise LabError(Problem("data_large", "", file))
    notes: list[Problem] = []
    if not encoding:
        encoding, notes = guess_encoding(data)
    text = read_as(data, encoding)
    if controls := CONTROL.findall(text):
        first = CONTROL.search(text)
        line = len(re.findall(r"\r\n|\r|\n", text[: first.start()])) + 1 if first else 1
        found = {"count": f"{len(controls):,}", "line": f"{line:,}", "byte": hexadecimal(ord(controls[0]))}
        if too_many(controls, text):
            raise LabError(Problem("data_binary", "", found))
        notes.append(Problem("data_controls", "", found))
        text = CONTROL.sub("", text)
    if not text.strip():
        raise LabError(Problem("data_empty"))
    return DecodedText(text, encoding, tuple(notes))


def guess_encoding(data: bytes) -> tuple[str, list[Problem]]:
    """The encoding that the bytes look like, and what is to be said where that is a guess. Raises LabError for a
    binary file, and where two encodings are mixed."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16", []
    if looks_like_utf16(data):
        return "UTF-16", [Problem("encoding_guessed", "", {"value": "UTF-16"})]
    controls = CONTROL_BYTE.findall(data)
    if too_many(controls, data):
        found = CONTROL_BYTE.search(data)
        line, _ = line_and_byte(data, found.start() if found else 0)
        raise LabError(Problem("data_binary", "", {"line": f"{line:,}", "byte": hexadecimal(controls[0][0])}))
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        return "UTF-8", []
    lines = [line for line in BREAK.split(data) if not line.isascii()]
    check_one_encoding(data)
    sample = b"\n".join(lines[:SAMPLE_LINES])
    shares = {name: common_share(sample, name) for name in COMMON}
    other = max((name for name in COMMON if name != "GB18030"), key=shares.__getitem__)
    best = other if shares[other] > shares["GB18030"] + CLEARLY_MORE else "GB18030"
    if shares[best] < COMMON_SHARE and looks_western(sample):
        best = "Windows-1252"
    elif shares[best] < COMMON_SHARE:
        return best, [Problem("encoding_doubtful", "", {"value": best})]
    return best, [Problem("encoding_guessed", "", {"value": best})]


def too_many(controls: Sequence[object], data: Sized) -> bool:
    """Whether so many control characters make a file a binary one: some stray ones do not."""
    return len(controls) > 2 + len(data) // 100


def looks_like_utf16(data: bytes) -> bool:
    """Whether it is UTF-16 without a mark: there are zeros in it, and read so it is English or Chinese."""
    if b"\0" not in data:
        return False
    try:
        text = read_as(data, "UTF-16")
    except LabError:
        return False
    return len(re.findall(r"[\t\n\r -~\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]", text)) > 0.95 * len(text)


def common_share(data: bytes, encoding: str) -> float:
    """The part of the characters beyond ASCII that are common ones in this encoding; -1 where the bytes are not in it
    from beginning to end."""
    try:
        foreign = re.sub(r"[\x00-\x7f]+", "", read_as(data, encoding))
    except LabError:
        return -1.0
    codes = [int.from_bytes(char.encode(ENCODINGS[encoding], "replace")) for char in foreign]
    low_byte = 0xA1 if encoding == "GB18030" else 0x40  # GBK has rare signs of its own in the gaps of GB 2312
    common = sum(any(a <= code <= b and code & 0xFF >= low_byte for a, b in COMMON[encoding]) for code in codes)
    return common / max(1, len(codes))


def looks_western(data: bytes) -> bool:
    """Whether it is a text of Latin letters in which some of those have accents, or of typographic quotation marks."""
    try:
        foreign = re.sub(r"[\x00-\x7f]+", "", read_as(data, "Windows-1252"))
    except LabError:
        return False
    return 3 * len(foreign) < len(data) and sum(char in WESTERN for char in foreign) > 0.9 * len(foreign)


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
