"""Bytes to text: UTF-8 (with a mark at the beginning or without), UTF-16 with such a mark, or GB18030."""

import codecs
import re

from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem

FILE_BYTES = 5_000_000

CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # in neither encoding a part of any other character
BREAK = re.compile(rb"\r\n|\r|\n")


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises LabError for what is none: too large, binary, empty, or not in any
    of the encodings from beginning to end."""
    if len(data) > FILE_BYTES:
        file = {"value": megabytes(len(data)), "limit": megabytes(FILE_BYTES), "text": f"{TEXT_CHARACTERS:,}"}
        raise LabError(Problem("data_large", "", file))
    encoding = "UTF-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "UTF-16"
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            line = len(data[: error.start].decode("utf-16", "ignore").splitlines() or [""])
            raise encoding_error(line, data[error.start]) from None
    if found := CONTROL.search(data):
        line, _ = line_and_byte(data, found.start())
        raise LabError(Problem("data_binary", "", {"line": f"{line:,}", "byte": hexadecimal(found[0][0])}))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        check_one_encoding(data)
        try:
            text, encoding = data.decode("gb18030"), "GB18030"
        except UnicodeDecodeError as error:
            raise encoding_error(line_and_byte(data, error.start)[0], data[error.start]) from None
    if not text.strip():
        raise LabError(Problem("data_empty"))
    return text, encoding


def encoding_error(line: int, byte: int) -> LabError:
    """For a byte that is no part of a character in any of the encodings."""
    return LabError(Problem("data_encoding", "", {"line": f"{line:,}", "byte": hexadecimal(byte)}))


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
    return f"{count / 1e6:,.1f}"
