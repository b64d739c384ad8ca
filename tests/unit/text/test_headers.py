"""The first row: names of columns, or data. What follows from it for rows and classes is held through all steps."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.text.tables.column_names import roles_of
from rnnlab.text.tables.headers import doubtful_label, has_header, with_header
from rnnlab.text.tables.row_formats import ROW_FORMATS, guess_columns
from rnnlab.text.tables.table import guess_delimiter, parse
from rnnlab.text.tables.table_rows import join_rows, usable_rows

OTHER_LANGUAGES = [
    *(("метка", "текст"), ("Категория", "Отзыв"), ("etiqueta", "texto"), ("Catégorie", "Texte"), ("Klasse", "Satz")),
]
ABC = ("pos | a b", "neg | c d", "pos | e f")


def lines_of(text: str, task: str, name: str = "") -> tuple[str, ...]:
    """What the lab takes of a file, by its own guesses alone."""
    roles = len(ROW_FORMATS[task].roles)
    table = parse(text, guess_delimiter(text, name, roles), columns=roles)
    table = with_header(table) if has_header(table) else table
    columns = guess_columns(table, task)
    rows = usable_rows(join_rows(table, columns, task), columns, task, "untagged" if task == "tag" else "").rows
    return tuple(" | ".join(row.cells) for row in rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (",label,text\n0,pos,a b\n1,neg,c d\n2,pos,e f\n", ABC),
        ("sep=;\nlabel;text\npos;a b\nneg;c d\npos;e f\n", ABC),
        ("v1,v2,,,\nham,a b,,,\nspam,c d,,,\nham,e f,,,\n", ("ham | a b", "spam | c d", "ham | e f")),
        ('"","label","text"\n"1","pos","a b"\n"2","neg","c d"\n"3","pos","e f"\n', ABC),  # R, write.csv
        ("label,text\n1,pos,a b\n2,neg,c d\n3,pos,e f\n", ABC),  # R, write.table
        (",label,text\n5,pos,a b\n2,neg,c d\n9,pos,e f\n", ABC),  # pandas, a sample of a larger table
        (",kind,saying\n5,pos,a b\n2,neg,c d\n9,pos,e f\n", ABC),
        ("Unnamed: 0,review,sentiment\n0,a b,pos\n1,c d,neg\n2,e f,pos\n", ABC),
        ('"sep=;"\r\nKlasse;text\r\npos;a b\r\nneg;c d\r\npos;e f', ABC),
        ("SEP=,\nlabel,text\npos,a b\nneg,c d\npos,e f\n", ABC),
        ("sep=\t\nlabel\ttext\npos\ta b\nneg\tc d\npos\te f\n", ABC),
        ("label,text\npos,a b\nneg,c d\nlabel,text\npos,e f\n", ABC),  # two files, one behind the other
        ("label\ttext\t\npos\ta b\t\nneg\tc d\t\npos\te f\t\n", ABC),
        ("label,text\npos,a b,,\nneg,c d,,\npos,e f\n", ABC),
        (",,label,text\n,,pos,a b\n,,neg,c d\n,,pos,e f\n", ABC),
        ("id,airline_sentiment,tweet_text\n7,pos,a b\n5,neg,c d\n9,pos,e f\n", ABC),
        ("reviewText,reviewLabel\na b,pos\nc d,neg\ne f,pos\n", ABC),
        ("#label:,[text]\npos,a b\nneg,c d\npos,e f\n", ABC),
        ("编号,情感标签,评论内容\n7,pos,a b\n9,neg,c d\n8,pos,e f\n", ABC),
        ("標籤,評論內容\npos,a b\nneg,c d\npos,e f\n標籤,評論內容\n", ABC),
        ("text,label,label_text\na b,pos,yes\nc d,neg,no\ne f,pos,yes\n", ABC),
        *((f"{label};{text}\npos;a b\nneg;c d\npos;e f\n", ABC) for label, text in OTHER_LANGUAGES),
        ("target,text\n1,a b\n0,c d\n1,e f\n", ("1 | a b", "0 | c d", "1 | e f")),
        ("label,text\ntext,a b\nlabel,c d\ntext,e f\n", ("text | a b", "label | c d", "text | e f")),
        # data, though the words are names of columns too
        ("question,a b\nanswer,c d\nquestion,e f\n", ("question | a b", "answer | c d", "question | e f")),
        ("pos,a b\nneg,c d\npos,e f\n", ABC),
        ("date,it was yesterday\nname,he is called Sam\n", ("date | it was yesterday", "name | he is called Sam")),
    ],
)  # fmt: skip
def test_rows_and_classes_are_those_of_the_data(text, expected):
    assert lines_of(text, "classify") == expected


@pytest.mark.parametrize(
    ("text", "task", "name", "expected"),
    [
        ("text\nhello world\ngood morning\n", "next", "a.csv", ("hello world", "good morning")),
        ("Sentence\nhello world\ngood morning\n", "next", "", ("hello world", "good morning")),
        ("句子\n今天很好\n明天也好\n", "tag", "a.txt", ("今天很好", "明天也好")),
        ("hello\nhello world\ntext\n", "next", "", ("hello", "hello world", "text")),
        ("English\tChinese\nhello\t你好\nworld\t世界\n", "seq2seq", "", ("hello | 你好", "world | 世界")),
        ("上联\t下联\n天对地\t雨对风\n大陆对\t长空\n", "seq2seq", "", ("天对地 | 雨对风", "大陆对 | 长空")),
        ("id,target,source\n1,eins,one\n2,zwei,two\n", "seq2seq", "", ("one | eins", "two | zwei")),
    ],
)
def test_other_tasks_have_headers_too(text, task, name, expected):
    assert lines_of(text, task, name) == expected


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("sävy,x\nsun,a b\nrain,c d\nsun,e f\n", "sävy"),
        ("sävy,x\nsun,a b\nrain,c d\nsun,e f\nrain,g h\n", "sävy"),  # taken for a header, which is a guess too
        ("snow,x\nsun,a b\nrain,c d\nsun,e f\n", "snow"),
        ("sun,x\nrain,a b\nsun,c d\nrain,e f\n", ""),
        ("sävy,x\nsun,a b\nrain,c d\nsnow,e f\n", ""),  # no label comes again
        ("sävy,x\nsun,a b\nsun,c d\nsun,e f\n", ""),  # one class alone is none
        ("sävy,x\n1,a b\n0,c d\n1,e f\n", ""),
        ("sävy,text\nsun,a b\nrain,c d\nsun,e f\n", ""),
        ("label,x\nsun,a b\nrain,c d\nsun,e f\n", ""),
    ],
)
def test_a_first_row_whose_label_comes_nowhere_else_is_doubtful(text, doubtful):
    table = parse(text, "comma")
    header, data = (usable_rows(one, (0, 1), "classify").labels for one in (with_header(table), table))
    assert doubtful_label(table.rows[0].cells, header, data) == doubtful


LABELS = st.lists(st.sampled_from(["ham", "spam", "eggs"]), min_size=3, max_size=9)


@given(LABELS, st.booleans(), st.sampled_from([("label", "text"), ("Sentiment", "review"), ("v1", "v2")]))
def test_a_table_that_pandas_writes_is_read_back(labels, index, names):
    texts = [f"number {'x' * place} it is" for place in range(len(labels))]
    written = pd.DataFrame({names[0]: labels, names[1]: texts}).to_csv(index=index)
    if len(set(labels)) > 1 and len(set(labels)) < len(labels):
        assert lines_of(written, "classify") == tuple(map(" | ".join, zip(labels, texts, strict=True)))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text("xyz ,", max_size=9)), min_size=2, max_size=9))
def test_whether_a_header_is_there_changes_only_the_first_row(rows):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("label", "text"), *rows])
    table = parse(file.getvalue(), "comma")
    assert table.rows[1:] == with_header(table).rows
    assert with_header(table).header == ("label", "text")


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("Label", ("label", "tag")),
        ("e\u0301tiquette", ("label", "tag")),  # its accent apart, as some systems write it
        (" tweet ", ("text",)),
        ("review_text2", ("text",)),
        ("product category", ()),  # a word of its own before a space may begin a sentence
        ("v1", ("other",)),
        ("列3", ("other",)),
        ("新闻标题", ()),
        ("评论标签", ("label", "tag")),
        ("", ()),
        ("the text that we wrote", ()),
    ],
)
def test_names_of_columns_are_known(name, roles):
    assert roles_of(name) == roles
