"""Tags that people's files bring: which layout it is, and the sentences that come of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment
from rnnlab.i18n import LabError
from rnnlab.text.tables.table import Table, TableRow
from rnnlab.text.tables.table_rows import new_experiment, select_rows, usable_rows
from rnnlab.text.tables.tagged import first_lines, guess_layout, tag_columns, tagged_sentences

CONLL_2003 = """-DOCSTART- -X- O O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
. . O O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER
"""
CONLL_U = """# sent_id = 1
# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_
3\ta l\ta\tADP\t_\t_\t5\tcase\t_\t_
3.1\tx\tx\tX\t_\t_\t_\t_\t_\t_
"""
PEOPLES_DAILY = "19980101-01-001-001/m  迈向/v  [中央/n  人民/n  电台/n]nt  ，/w  [/w  //w  ]/w"


def read(text: str) -> tuple[list[str], dict[str, tuple[int, ...]]]:
    """The sentences by the lab's own guesses, and the lines of the file that hold no token, by reason."""
    columns = tag_columns(first_lines(text))
    table, left_out = tagged_sentences(text, columns, *columns.token_and_tag)
    return [cell for row in table.rows for cell in row.cells], left_out


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("EU B-ORG\nrejects O\nGerman B-MISC\n", "columns"),
        (CONLL_2003, "columns"),
        (CONLL_U, "columns"),
        ("中\tB-LOC\n国\tI-LOC\n\n人\tO\n", "columns"),
        ("中国 ns\n人民 n\n", "columns"),
        ("the DET\ncat NOUN\n", "columns"),
        ("rain\tnoun\nfalls\tverb\nsnow\tnoun\nmelts\tverb\n", "columns"),
        ("token,tag\nEU,B-ORG\nrejects,O\n", "columns"),
        ("中国/ns 人民/n\n", "slashes"),
        ("the/DET cat/NOUN\n1/2/NUM apples/NOUN\n", "slashes"),
        (PEOPLES_DAILY, "corpus"),
        ("[中国/ns 政府/n]nt 恢复/v\n", "corpus"),
        ("[中国/ns 政府/n]/nt 恢复/v\n", "corpus"),
        ("我爱读书\n他去上海\n", "untagged"),
        ("hello world\ngood morning\nbad weather\n", "untagged"),
        ("and/or what is this\n", "untagged"),
        ("good, yes\nbad, no\n", "untagged"),
        ("1\t我爱读书\n2\t他去上海了\n", "untagged"),
        ("# a title\nsome text\n", "untagged"),
        ("# only\n", "untagged"),
    ],
)
def test_the_layout_is_recognised(text, layout):
    assert guess_layout(text) == layout
    assert guess_layout(text.replace("\n", "\r\n")) == layout


@pytest.mark.parametrize(
    ("text", "sentences", "left_out"),
    [
        ("EU B-ORG\nrejects O\nGerman B-MISC\n", ["EU/B-ORG rejects/O German/B-MISC"], {}),
        (CONLL_2003, ["EU/B-ORG rejects/O ./O", "Peter/B-PER Blackburn/I-PER"], {"document": (1,)}),
        (CONLL_U, ["Vamos/VERB nos/PRON a_l/ADP"], {"comment": (1, 2), "no_number": (3, 7)}),
        (
            "-DOCSTART- -X- -X- O\n\nPeter NNP B-NP B-PER\n-DOCSTART- O\nEU NNP B-NP O\n",
            ["Peter/B-PER", "EU/O"],
            {"document": (1, 4)},
        ),
        ("a DT\n \t \nb DT\n\n\n\nc DT", ["a/DT", "b/DT", "c/DT"], {}),
        ("中 B-LOC\n国 I-LOC\n  O\n人 O\n", ["中/B-LOC 国/I-LOC 人/O"], {"no_token": (3,)}),
        ("中\tB-LOC\n\tO\n人\tO\n", ["中/B-LOC 人/O"], {"no_token": (2,)}),
        ("word\ttag\nthe\tDT\ncat\tNN\n", ["the/DT cat/NN"], {}),
        ("The DT B\n# SYM O\n# a comment\n1 CD O\n", ["The/B #/O 1/O"], {"comment": (3,)}),
        ("1\tthe\tDT\n2\tcat\tNN\n\n1\ta\tDT\n", ["the/DT cat/NN", "a/DT"], {}),
        ('token,tag\nEU,B-ORG\n",",O\n', ["EU/B-ORG ,/O"], {}),
        ("1/2 CD\nand/or CC\n", ["1/2/CD and/or/CC"], {}),
        ("EU B-ORG\nrejects\nGerman B-MISC\n\nPeter B-PER\n", ["EU/B-ORG rejects/ German/B-MISC", "Peter/B-PER"], {}),
        ("EU\tB/ORG\n\nPeter\tPER\nand\tO\n", ["EU/", "Peter/PER and/O"], {}),
    ],
)
def test_a_token_and_its_tag_a_line_are_sentences(text, sentences, left_out):
    assert read(text) == (sentences, left_out)


TOKENS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=5)
SENTENCES = st.lists(st.tuples(TOKENS, st.sampled_from(["O", "B-PER", "I-PER"])), min_size=1, max_size=6)


@given(st.lists(SENTENCES, min_size=1, max_size=5), st.sampled_from("\t "))
def test_what_is_written_a_token_a_line_is_read_back(sentences, sign):
    sentences = [[(token.strip("#-") or "x", tag) for token, tag in sentence] for sentence in sentences]
    text = "\n\n".join("\n".join(sign.join(pair) for pair in sentence) for sentence in sentences) + "\n"
    expected = [" ".join(map("/".join, sentence)) for sentence in sentences]
    assert (guess_layout(text), read(text)[0]) == ("columns", expected)


# From sentences to an experiment


def usable(layout: str, *lines: str):
    rows = tuple(TableRow(number, (line,)) for number, line in enumerate(lines, start=1))
    return usable_rows(Table(rows, 1, "lines"), (0,), "tag", layout)


def test_marks_of_the_corpus_are_taken_out_and_its_tags_stay():
    rows = usable("corpus", PEOPLES_DAILY, "19980101-01-001-002/m 本报/r", "19980101-01-001-003/m")
    assert [row.cells for row in rows.rows] == [("迈向/v 中央/n 人民/n 电台/n ，/w [/w //w ]/w",), ("本报/r",)]
    assert rows.skipped == {"no_text": (3,)}
    assert rows.tags == {"w": 4, "n": 3, "v": 1, "r": 1}


def test_a_sentence_with_a_token_that_has_no_tag_is_left_out_and_named():
    rows = usable("slashes", "the/DET cat/NOUN", "a dog/NOUN", "rain/ falls/VERB", "/NOUN sun/NOUN", "snow/NOUN")
    assert rows.skipped == {"no_tag": (2, 3, 4)}


def test_a_long_sentence_is_cut_between_tokens():
    (row,) = usable("slashes", "words/NOUN " * 300).rows
    assert row.shortened
    assert set(row.cells[0].split()) == {"words/NOUN"}
    assert 980 < len(row.cells[0]) <= 1_000


@pytest.mark.parametrize(
    ("layout", "tokenizer"),
    [("columns", "words"), ("slashes", "words"), ("corpus", "words"), ("untagged", "jieba")],
)
def test_the_layout_says_who_gives_the_tags(layout, tokenizer):
    rows = usable(layout, "rain/NOUN falls/VERB", "sun/NOUN shines/VERB")
    made = new_experiment(select_rows(rows), rows)
    assert isinstance(made, Experiment)
    assert (made.task, made.tokenizer, made.text.split("\n")[0]) == ("tag", tokenizer, "rain/NOUN falls/VERB")


def test_more_tags_than_a_table_can_show_are_told():
    with pytest.raises(LabError) as raised:
        select_rows(usable("slashes", *(f"w/T{n}" for n in range(51))))
    assert raised.value.problems[0].code == "data_classes"
