"""From a table to the text of an experiment: which columns and rows, how many of each class, and why not the others."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlab.experiment.limits import CLASSES, SENTENCE_CHARACTERS, TEXT_CHARACTERS
from rnnlab.i18n import LANGUAGES, LabError, describe
from rnnlab.text.lines import parse_lines
from rnnlab.text.normalization import strip_cell
from rnnlab.text.tables import table_rows
from rnnlab.text.tables.headers import has_header, with_header
from rnnlab.text.tables.row_formats import ROW_FORMATS, guess_columns
from rnnlab.text.tables.sampling import proportional_quotas, stratified_sample
from rnnlab.text.tables.table import Table, TableRow, guess_delimiter, parse
from rnnlab.text.tables.table_rows import LABEL_CHARACTERS, Selection, join_rows, select_rows, usable_rows

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("|\t\n "), max_size=8)


def table(*rows: tuple[str, ...]) -> Table:
    return Table(tuple(TableRow(number, cells) for number, cells in enumerate(rows, start=1)), len(rows[0]), "comma")


def selected(found: Table, columns: tuple[int, ...], task: str) -> Selection:
    return select_rows(usable_rows(found, columns, task))


def problem(*rows: tuple[str, ...], task: str = "classify"):
    with pytest.raises(LabError) as raised:
        selected(table(*rows), (0, 1) if len(ROW_FORMATS[task].roles) == 2 else (0,), task)
    (found,) = raised.value.problems
    assert all(describe(found, lang) for lang in LANGUAGES)
    return found


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=12), st.sampled_from(["classify", "seq2seq"]))
def test_what_is_taken_is_what_the_lab_then_reads(rows, task):
    cells = [(first.strip(), second.strip()) for first, second in rows]
    try:
        taken = selected(table(*cells), (0, 1), task)
    except LabError:
        return
    read, left_out = parse_lines(taken.text, task)
    assert not left_out
    assert len(read) == len(taken.lines) == taken.usable
    pairs = [(row.target, row.source) if task == "classify" else (row.source, row.target) for row in read]
    flat = [tuple(strip_cell(table_rows.BREAKS.sub(" ", cell)) for cell in pair) for pair in cells]
    assert pairs == list(dict.fromkeys(pair for pair in flat if all(pair)))


@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from(["next", "tag"]))
def test_plain_lines_are_taken_as_they_are(lines, task):
    cells = [(line.strip(),) for line in lines]
    bare = [strip_cell(table_rows.BREAKS.sub(" ", cell)) for (cell,) in cells]
    if any(bare):
        read, _ = parse_lines(selected(table(*cells), (0,), task).text, task)
        assert [row.source for row in read] == [cell for cell in bare if cell]


# Delimiters in cells without quotes


@pytest.mark.parametrize(
    ("text", "task", "lines", "joined", "skipped"),
    [
        (
            "label,text\npos,good, really good\nneg,bad\npos,fine, ok, sure\n", "classify",
            ("pos | good, really good", "neg | bad", "pos | fine, ok, sure"), (2, 4), {},
        ),
        ("pos,good, really good\nneg,bad\npos,fine, ok, sure\n", "classify",
         ("pos | good, really good", "neg | bad", "pos | fine, ok, sure"), (1, 3), {}),
        ("pos,good, really\nneg,bad, so bad\npos,fine\n", "classify",
         ("pos | good, really", "neg | bad, so bad", "pos | fine"), (1, 2), {}),
        ("text,label\ngood, really good,pos\nbad,neg\nfine, ok,pos\n", "classify",
         ("pos | good, really good", "neg | bad", "pos | fine, ok"), (2, 4), {}),
        ("文本,标签\n很好看,值得,好\n难看,坏\n值得,好\n", "classify",
         ("好 | 很好看,值得", "坏 | 难看", "好 | 值得"), (2,), {}),
        ("id,label,text\n1,pos,good, really\n2,neg,bad\n3,pos,fine,so fine\n4,neg,no\n", "classify",
         ("pos | good, really", "neg | bad", "pos | fine,so fine", "neg | no"), (2, 4), {}),
        ("label;text\npos;good; really good\nneg;bad\n", "classify",
         ("pos | good; really good", "neg | bad"), (2,), {}),
        ("v1,v2,,,\nham,a b,,,\nspam,c d, and e,f,\nham,e f,,,\n", "classify",
         ("ham | a b", "spam | c d, and e,f", "ham | e f"), (3,), {}),
        ('label,text\npos,he said "no, never"\nneg,bad\npos,fine\n', "classify",
         ('pos | he said "no, never"', "neg | bad", "pos | fine"), (2,), {}),
        ("source,target\nhello, you,hallo\nworld,welt\nsun,sonne\n", "seq2seq",
         ("hello, you | hallo", "world | welt", "sun | sonne"), (2,), {}),
        ("text\nhello, world\nfine\nyes, no, sure\n", "next", ("hello, world", "fine", "yes, no, sure"), (2, 4), {}),
        # which cell they are part of is not clear
        ("source,target\nhello,you,hallo\nworld,welt\nsun,sonne\n", "seq2seq",
         ("world | welt", "sun | sonne"), (), {"long": (2,)}),
        ("text,label\na,b,new\nbad,neg\nfine,pos\n", "classify", ("neg | bad", "pos | fine"), (), {"long": (2,)}),
        ('label,text\npos,"good",really\nneg,bad\npos,fine\n', "classify",
         ("neg | bad", "pos | fine"), (), {"long": (2,)}),
    ],
)  # fmt: skip
def test_they_are_part_of_the_sentence_where_that_is_clear(text, task, lines, joined, skipped):
    roles = len(ROW_FORMATS[task].roles)
    found = parse(text, guess_delimiter(text, "a.csv", roles), columns=roles)
    found = with_header(found) if has_header(found) else found
    columns = guess_columns(found, task)
    rows = usable_rows(join_rows(found, columns, task), columns, task)
    assert tuple(" | ".join(row.cells) for row in rows.rows) == lines
    assert tuple(row.number for row in rows.rows if row.joined) == joined
    assert rows.skipped == skipped


@given(st.lists(st.from_regex("[ab](, ?[ab]| [ab])*", fullmatch=True), min_size=2, max_size=9))
def test_no_letter_of_a_sentence_behind_its_label_is_lost(sentences):
    text = "label,text\n" + "".join(f"{'xy'[place % 2]},{sentence}\n" for place, sentence in enumerate(sentences))
    found = with_header(parse(text, "comma"))
    assume(found.width == 2)  # where every sentence has one comma, the table has three columns
    rows = usable_rows(join_rows(found, (0, 1), "classify"), (0, 1), "classify")
    expected = list(dict.fromkeys(("xy"[place % 2], sentence) for place, sentence in enumerate(sentences)))
    assert [row.cells for row in rows.rows] == expected


# Left out, with its reason


def test_rows_are_left_out_for_a_reason_with_their_lines():
    rows = usable_rows(
        table(
            ("pos", "good"), ("pos",), ("neg", "bad", "very"), ("", "none"), ("pos", ""), ("pos", "good"),
            ("l" * (LABEL_CHARACTERS + 1), "long"), ("neg", "b" * 1_001), ("neg", "x\ny\tz"),
        ), (0, 1), "classify",
    )  # fmt: skip
    assert rows.skipped == {
        "short": (2,),
        "long": (3,),
        "no_label": (4,),
        "no_text": (5,),
        "repeated": (6,),
        "label_long": (7,),
    }
    taken = select_rows(rows)
    assert taken.shortened == (8,)
    assert taken.lines == ("pos | good", "neg | " + "b" * SENTENCE_CHARACTERS, "neg | x y z")
    assert taken.class_counts == {"neg": (2, 2), "pos": (1, 1)}


def test_repetitions_stay_in_running_text():
    assert selected(table(("rain",), ("sun",), ("rain",)), (0,), "next").lines == ("rain", "sun", "rain")


def test_a_bar_in_what_stands_first_makes_the_separator_a_tab():
    assert selected(table(("a|b", "c|d"), ("e", "f|g")), (0, 1), "seq2seq").lines == ("a|b\tc|d", "e | f|g")


def test_a_token_list_as_long_as_5000_words_is_cut():
    taken = selected(table(("pos", "word " * 5_000), ("neg", "bad")), (0, 1), "classify")
    assert taken.shortened == (1,)
    assert len(taken.lines[0]) <= len("pos | ") + SENTENCE_CHARACTERS


# Nothing to learn


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("pos", "good"), ("pos", "fine")], "data_one_class"),
        ([("", "good"), ("", "bad")], "data_no_labels"),
        ([("pos", ""), ("", "bad")], "data_nothing"),
        ([(f"c{n}", f"text {n}") for n in range(CLASSES + 1)], "data_classes"),
        ([(f"c{n}", f"text {n}") for n in range(10_000)], "data_classes"),
    ],
)
def test_what_teaches_nothing_is_told(rows, code):
    assert problem(*rows).code == code


def test_one_class_names_it_and_ten_thousand_are_counted():
    assert problem(("<b>", "good"), ("<b>", "fine")).values == {"value": "<b>", "rows": "2"}
    found = problem(*((f"c{n}", "text") for n in range(10_000)))
    assert found.values == {"value": "10,000", "some": "c0, c1, c2", "limit": CLASSES}


def test_one_column_is_not_two():
    with pytest.raises(LabError) as raised:
        selected(table(("pos", "good"), ("neg", "bad")), (1, 1), "classify")
    assert raised.value.problems[0].code == "data_same_column"
    with pytest.raises(LabError) as raised:
        guess_columns(table(("good",), ("bad",)), "classify")
    assert raised.value.problems[0].values == {"value": 1, "limit": 2}


# Sampling


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.floats(0, 1))
def test_every_group_keeps_its_share_to_within_one(sizes, part):
    count = round(part * sum(sizes))
    shares = proportional_quotas(sizes, count)
    assert sum(shares) == count
    for size, share in zip(sizes, shares, strict=True):
        assert abs(share - Fraction(size * count, sum(sizes))) < 1
        assert share <= size


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from("abc")), min_size=1, max_size=200), st.integers(0, 2_000))
def test_a_sample_fits_is_as_large_as_can_be_and_keeps_the_order(rows, limit):
    lines, labels = ["x" * length for length, _ in rows], [label for _, label in rows]
    places = stratified_sample(lines, labels, limit)
    assert places == sorted(set(places))
    assert len("\n".join(lines[place] for place in places)) <= limit
    assert places == stratified_sample(lines, labels, limit)
    if len("\n".join(lines)) <= limit:
        assert places == list(range(len(lines)))
    whole, taken = Counter(labels), Counter(labels[place] for place in places)
    for label, count in whole.items():
        assert abs(taken[label] - Fraction(count * len(places), len(lines))) < 1


def test_one_more_row_would_not_fit_where_all_are_as_long():
    lines = ["x" * 9] * 3_000
    assert len(stratified_sample(lines, [""] * 3_000, 20_000)) == 2_000
    assert len(stratified_sample(lines, [""] * 3_000, 19_999)) == 2_000
    assert len(stratified_sample(lines, [""] * 3_000, 19_998)) == 1_999


def test_rows_are_taken_at_even_distances():
    places = stratified_sample(["x" * 9] * 10_000, [""] * 10_000, 20_000)
    assert {after - before for before, after in pairwise(places)} == {5}
    assert places[0] == 9_999 - places[-1] - 1 or places[0] + places[-1] in (9_999, 10_000)


def test_a_large_file_is_sampled_class_by_class_and_a_rare_class_stays():
    rows = [("pos" if n % 3 else "neg", f"text number {n}") for n in range(9_000)]
    rows[4_567] = ("rare", "the only one")
    taken = selected(table(*rows), (0, 1), "classify")
    assert len(taken.text) <= TEXT_CHARACTERS < len(taken.text) + 50
    total = len(taken.lines)
    assert list(taken.class_counts) == ["pos", "neg", "rare"]
    assert taken.class_counts["rare"] == (1, 1)
    for usable, kept in taken.class_counts.values():
        assert abs(kept - Fraction(usable * total, 9_000)) < 1
    assert taken.usable == 9_000
    assert selected(table(*rows), (0, 1), "classify") == taken


# Which column is which, and how it is cut


@pytest.mark.parametrize(
    ("text", "task", "expected"),
    [
        ("label,text\npos,good\nneg,bad", "classify", (0, 1)),
        ("id,review,sentiment\n1,good film,pos\n2,bad film,neg", "classify", (2, 1)),
        ("编号,评论,情感\n1,很好,好\n2,很差,坏", "classify", (2, 1)),
        ("x1,x2,x3\n1,good film,1\n2,bad film,0\n3,fine film,1\n4,dull film,0", "classify", (2, 1)),
        ("id,label,more\n1,,good\n2,,bad", "classify", (1, 2)),
        ("x1,x2,x3\n1,good film,\n0,bad film,\n1,fine film,seen twice already\n0,dull film,", "classify", (0, 1)),
        ("a,b\nsun,bright and dry\nrain,wet", "classify", (0, 1)),
        ("a,b\nbright and dry,sun\nwet all day,rain", "classify", (1, 0)),
        ("a,b\nsun,bright\nsun,dry", "classify", (0, 1)),
        ("a,b\n,bright\n,dry", "classify", (0, 1)),
        ("id,target,source\n1,eins,one\n2,zwei,two", "seq2seq", (2, 1)),
        ("a,b\none,eins\ntwo,zwei", "seq2seq", (0, 1)),
        ("id,text\n1,good\n2,bad", "next", (1,)),
        ("1,good and long\n2,bad", "tag", (1,)),
    ],
)
def test_columns_are_recognised(text, task, expected):
    found = parse(text, "comma")
    assert guess_columns(with_header(found), task) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["今天太阳很大，适合晒被子", "出门忘了带伞"], "jieba"),
        (["我 喜欢 学习 深度 学习"], "words"),
        (["the cat fell asleep", "a bird came"], "words"),
        (["hello", "world"], "chars"),
        (["😀", ""], "chars"),
        ([], "words"),
    ],
)
def test_the_tokenizer_suits_the_sentences(lines, expected):
    assert ROW_FORMATS["classify"].guess_tokenizer(lines) == expected


def test_rows_are_read_once_whatever_the_first_one_is(monkeypatch):
    """With a header that comes again, and delimiters in sentences."""
    lines = ["label,text", *(f"{'ab'[n % 2]},one, two{n}" for n in range(20)), "label,text", "a,one, two0"]
    found = parse("\n".join(lines), "comma")
    tables = [join_rows(table, (0, 1), "classify") for table in (found, with_header(found))]
    alone = [usable_rows(table, (0, 1), "classify") for table in tables]
    read, times = {}, Counter()
    read_row = table_rows.read_row
    monkeypatch.setattr(table_rows, "read_row", lambda row, *more: times.update([row]) or read_row(row, *more))
    assert [usable_rows(table, (0, 1), "classify", read=read) for table in tables] == alone
    assert set(times.values()) == {1}
    assert [len(rows.rows) for rows in alone] == [21, 20]
    assert alone[1].skipped == {"header_again": (22,), "repeated": (23,)}


# Numbers


def test_a_column_of_numbers_is_found_and_keeps_its_order():
    """No numbers of rows, no years; a row without a number is left out, and it is said which."""
    rows = [(str(n), f"2024-01-{n:02}", f"{n * n % 7 - 2.5}" if n != 4 else "n/a", "mm") for n in range(1, 13)]
    found = with_header(table(("id", "date", "rain", "unit"), *rows))
    assert guess_columns(found, "series") == (2,)
    usable = usable_rows(found, (2,), "series")
    assert usable.skipped == {"no_value": (5,)}
    assert select_rows(usable).lines == tuple(row[2] for row in rows if row[0] != "4")


def test_of_a_long_column_the_beginning_is_taken_and_no_sample():
    found = table(*((str(n % 100 / 10),) for n in range(3_000)))
    assert select_rows(usable_rows(found, (0,), "series")).lines == tuple(str(n % 100 / 10) for n in range(1_000))
