"""Bytes to text to rows: every encoding, every delimiter, and every file that is none."""

import codecs
import csv
import io
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlab.i18n import LANGUAGES, LabError, describe
from rnnlab.text import tables
from rnnlab.text.encodings import decode
from rnnlab.text.tables import guess_delimiter, has_header, parse, with_header

ZH = "标签,文本\n晴,今天太阳很大\n雨,出门忘了带伞\n"
text_of_lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1)


def problem(action, *args):
    """The one problem that is raised, which both languages can say."""
    with pytest.raises(LabError) as raised:
        action(*args)
    (found,) = raised.value.problems
    assert all(describe(found, lang) for lang in LANGUAGES)
    return found


def cells(text: str, delimiter: str, quoted: bool = True) -> list[tuple[str, ...]]:
    return [row.cells for row in parse(text, delimiter, quoted).rows]


# Encodings


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("gb2312", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_the_encodings_of_chinese_files_are_recognised(codec, encoding):
    assert decode(ZH.encode(codec)) == (ZH, encoding)


def test_utf_16_is_read_in_either_order():
    assert decode(codecs.BOM_UTF16_BE + ZH.encode("utf-16-be")) == (ZH, "UTF-16")


@given(text_of_lines)
def test_any_text_in_utf_8_is_read_as_it_is(text):
    assume(text.strip("\ufeff \n") and text.strip())
    assert decode(text.encode()) == (text.removeprefix("\ufeff"), "UTF-8")
    assert decode(text.encode("utf-8-sig")) == (text, "UTF-8")


@given(text_of_lines)
def test_any_text_in_gb18030_is_read_as_it_is_unless_it_is_valid_utf_8(text):
    assume(text.strip())
    data = text.encode("gb18030")
    for line in data.split(b"\n"):  # a line of pure UTF-8 with a character of three bytes makes the file ambiguous
        try:
            assume(line.isascii() or max(line.decode()) <= "\u07ff")
        except UnicodeDecodeError:
            continue
    try:
        data.decode()
    except UnicodeDecodeError:
        assume(not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
        assert decode(data) == (text, "GB18030")


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([b"\xff\xfe", b"\n", b"a,", b'"', "汉".encode(), b"\xd6\xd0"]))
)
def test_no_bytes_crash_it(data):
    data = b"".join(data) if isinstance(data, list) else data
    try:
        text, _ = decode(data)
    except LabError:
        return
    for delimiter in tables.DELIMITERS:
        for quoted in (True, False):
            try:
                table = parse(text, delimiter, quoted)
            except LabError:
                continue
            assert table.rows
            assert has_header(table) in (True, False)
            assert with_header(table).width == len(with_header(table).header)


def test_two_encodings_in_one_file_are_told_by_line_and_byte():
    found = problem(decode, "好,很好\n".encode() * 2 + "坏,不".encode("gb18030") + b"\n")
    assert (found.code, found.values["first"], found.values["line"]) == ("data_mixed", "1", "3")
    assert (found.values["place"], found.values["byte"]) == (1, "0xBB")
    found = problem(decode, "坏\n".encode("gb18030") + "a\r\n好,很好\n".encode())
    assert (found.values["first"], found.values["line"]) == ("3", "1")


def test_a_file_cut_off_in_the_middle_of_a_character_is_told():
    assert problem(decode, ("好" * 5).encode() + b"\n" + "好".encode()[:2]).values["line"] == "2"


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_an_encoding_that_is_none_of_ours_is_told_by_line_and_byte(codec):
    found = problem(decode, "a,b\ncafé\n".encode(codec))
    assert (found.code, found.values) == ("data_encoding", {"line": "2", "byte": "0xE9"})


def test_broken_utf_16_is_told():
    assert problem(decode, codecs.BOM_UTF16_LE + "甲\n乙".encode("utf-16-le") + b"\x00").code == "data_encoding"


@pytest.mark.parametrize(
    "data",
    [b"a\nb\x00c", "a\nb".encode("utf-16-le"), b"PK\x03\x04\n" + bytes(range(256)), b"\x89PNG\r\n\x1a\n\x00\x00"],
)
def test_what_is_no_text_is_told(data):
    assert problem(decode, data).code == "data_binary"


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_file_without_text_is_told(data):
    assert problem(decode, data).code == "data_empty"


def test_a_file_of_20_megabytes_is_refused_at_once():
    data = "好,很好\n".encode() * 2_000_000
    begun = time.perf_counter()
    found = problem(decode, data)
    assert time.perf_counter() - begun < 0.5
    assert (found.code, found.values) == ("data_large", {"value": "22.0", "limit": "5.0", "text": "20,000"})


# Rows


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;\t')),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
    ),
    st.sampled_from(["comma", "semicolon", "tab"]),
)
def test_rows_that_the_csv_module_writes_are_read_back(rows, delimiter):
    rows = [[cell.strip() for cell in row] for row in rows]
    assume(any(any(row) for row in rows))
    file = io.StringIO()
    csv.writer(file, delimiter=tables.DELIMITERS[delimiter]).writerows(rows)
    assert cells(file.getvalue(), delimiter) == [tuple(row) for row in rows if any(row)]


def test_line_numbers_are_those_of_an_editor():
    text = 'a,b\r\n\r\n"c\nc",d\r,\r\ne,f'
    rows = parse(text, "comma").rows
    assert [(row.number, row.cells) for row in rows] == [(1, ("a", "b")), (3, ("c\nc", "d")), (6, ("e", "f"))]


def test_the_bar_parts_a_line_once_and_lines_are_never_parted():
    text = 'pos | a | b, "c\nneg|d\te'
    assert cells(text, "bar") == [("pos", 'a | b, "c'), ("neg", "d\te")]
    assert cells(text, "lines") == [('pos | a | b, "c',), ("neg|d\te",)]


@pytest.mark.parametrize("line", ['pos,"a', 'pos,"a" b', '"', 'neg,"x\ny\nz'])
def test_quotes_that_do_not_pair_up_are_told_with_their_line(line):
    found = problem(parse, f"label,text\nneg,fine\n{line}\nneg,fine\n", "comma")
    assert (found.code, found.values) == ("data_quotes", {"line": "3", "value": line.split("\n")[0]})
    assert cells(f"a,b\n{line}", "comma", quoted=False)[1] == tuple(line.split("\n")[0].split(","))


def test_formulas_are_text():
    formulas = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "-2+3"]
    file = io.StringIO()
    csv.writer(file).writerows([["pos", formula] for formula in formulas])
    assert cells(file.getvalue(), "comma") == [("pos", formula) for formula in formulas]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\n" * 50_001, "data_rows"),
        ("," * 100 + "a", "data_columns_many"),
        ("a," + "b" * 140_000, "data_cell_long"),
        (",,\n,,", "data_empty"),
    ],
)
def test_what_is_too_much_or_nothing_is_told(text, code):
    assert problem(parse, text, "comma").code == code


def test_a_long_line_is_no_problem_where_lines_are_not_parted():
    assert len(parse("a," + "b" * 140_000, "lines").rows[0].cells[0]) == 140_002


# What is guessed


@pytest.mark.parametrize(
    ("text", "name", "columns", "expected"),
    [
        ("pos,good\nneg,bad", "a.csv", 2, "comma"),
        ("pos;good, yes\nneg;bad, no", "a.csv", 2, "semicolon"),
        ('pos,"good; yes"\nneg,"bad; no"', "A.CSV", 2, "comma"),
        ("good\nbad", "a.csv", 1, "comma"),
        ("good, yes\nbad", "a.tsv", 2, "tab"),
        ("pos\tgood, yes\nneg\tbad, no", "a.txt", 2, "tab"),
        ("pos | good, yes\nneg | bad, no", "", 2, "bar"),
        ("pos|good, yes | no\nneg|bad", "", 2, "bar"),
        ("Well, yes\nNo, no", "", 1, "lines"),
        ("今天太阳很大，适合晒被子\n雨", "", 2, "lines"),
        ('pos,it is 5" long\nneg,"so', "", 2, "comma"),
        ("one\ntwo\nthree, four", "", 2, "lines"),
    ],
)
def test_the_delimiter_is_recognised(text, name, columns, expected):
    assert guess_delimiter(text, name, columns) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label,text\npos,good\nneg,bad", True),
        ("标签,文本\n晴,今天太阳很大\n雨,出门忘了带伞", True),
        ("Kind,Saying\n1,good\n0,bad", True),
        ("kind,saying\na,x\nb,y\na,z\nb,w", True),
        ("pos,good\nneg,bad\npos,fine", False),
        ("pos,good\nneg,bad", False),
        ("1,good\n0,bad", False),
        ("text,x\ntext,y", False),
        ("label,text", False),
        ("label,\npos,good", False),
    ],
)
def test_a_header_is_recognised(text, expected):
    assert has_header(parse(text, "comma")) is expected


def test_a_header_names_every_column():
    table = with_header(parse("label,text\npos,good,1\nneg,bad,2", "comma"))
    assert (table.header, table.width, len(table.rows)) == (("label", "text", ""), 3, 2)
