"""Text to rows: every delimiter, rows that are longer than others, and what can't be read."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlab.text.tables import table as tables
from rnnlab.text.tables.headers import has_header, with_header
from rnnlab.text.tables.table import guess_delimiter, parse
from tests.support.problems import problem


def cells(text: str, delimiter: str, quoted: bool = True) -> list[tuple[str, ...]]:
    return [row.cells for row in parse(text, delimiter, quoted).rows]


# Rows


def trimmed(row) -> list[str]:
    """Without the empty cells at its end: whether a row has as many as the others is another matter."""
    return [cell for place, cell in enumerate(row) if any(row[place:])]


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
    read = cells(file.getvalue(), delimiter)
    assert [trimmed(row) for row in read] == [trimmed(row) for row in rows if any(row)]


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
