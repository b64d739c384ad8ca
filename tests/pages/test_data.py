"""The Data page without a browser: data of one's own for every task, every kind of bad file, and the data at hand."""

import csv
import io
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components.table import table
from rnnlab import Experiment, run
from rnnlab.experiment import choices
from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.export import weights_file
from rnnlab.i18n import translator
from rnnlab.presets.presets import FIRST_OF_TASK
from rnnlab.text.lines import parse_lines
from rnnlab.text.synthetic import generate_pairs
from tests.support.eventually import ROOT
from tests.support.reader import form_of, looked, more_opened, press, said, until_trained, visit

pytestmark = pytest.mark.usefixtures("in_this_process", "without_pandas")

WEATHER = "标签,文本\n" + "\n".join(
    f"{'晴' if n % 3 else '雨'},{'阳光很好' if n % 3 else '下着小雨'}，第{n}天" for n in range(30)
)
FILMS = "review\tmood\n" + "\n".join(f"film number {n} was {'good' if n % 2 else 'bad'}\t{n % 2}" for n in range(20))
PAIRS = "\n".join(f"{n} plus {n} | {2 * n}" for n in range(10, 30))
LINES = "the cat sleeps on the sill\nthe bird sings, the cat listens\n"
TAGGED = "the/DET cat/NOUN sleeps/VERB\na/DET bird/NOUN sings/VERB\n" * 4


@pytest.fixture
def tables(monkeypatch) -> dict[str, Any]:
    """What the page's tables show, by their keys: the names of the columns first, then a row a line."""
    shown: dict[str, Any] = {}

    def draw(key: str, data: dict[str, Any]) -> None:
        (only,) = data["tables"]
        shown[key] = [[cell.get("tokens", cell.get("text")) for cell in row] for row in [only["head"], *only["rows"]]]

    monkeypatch.setattr(table, "_table", draw)
    return shown


def data_page(query: str = "epochs=2", locale: str = "en-US") -> AppTest:
    return visit(query, locale, page="data")


def task(app: AppTest, name: str) -> AppTest:
    return looked(app.segmented_control(key="data_task").select(name).run())


def upload(app: AppTest, content: str | bytes, name: str = "mine.csv") -> AppTest:
    data = content.encode() if isinstance(content, str) else content
    (uploader,) = (widget for widget in app.file_uploader if widget.key != "file")
    return looked(uploader.set_value((name, data, "text/csv")).run())


def paste(app: AppTest, text: str) -> AppTest:
    return looked(app.text_area(key="data_paste").set_value(text).run())


# Data of one's own


def test_weights_open_their_run_here_too_and_the_readers_own_data_stays():
    history = run(Experiment(epochs=2, hidden=5))
    app = upload(data_page(), LINES, "lines.txt")
    upload(app, weights_file(history.opening, history.snapshots, history.checkpoints[-1]), "w.safetensors")
    assert app.session_state.run.history.losses == history.losses
    assert app.session_state.data_source.name == "lines.txt"


@pytest.mark.parametrize(
    ("chosen", "content", "name", "first", "tokenizer"),
    [
        ("classify", WEATHER.encode("gb18030"), "weather.csv", "雨 | 下着小雨，第0天", "jieba"),
        ("classify", FILMS, "films.tsv", "0 | film number 0 was bad", "words"),
        ("seq2seq", PAIRS, "pairs.txt", "10 plus 10 | 20", "chars"),
        ("next", LINES, "lines.txt", "the cat sleeps on the sill", "words"),
        ("tag", TAGGED, "tagged.txt", "the/DET cat/NOUN sleeps/VERB", "words"),
    ],
)
def test_a_file_becomes_the_text_of_an_experiment_that_trains(chosen, content, name, first, tokenizer):
    app = task(data_page(locale="zh-CN" if chosen == "classify" else "en-US"), chosen)
    upload(app, content, name)
    assert not app.error
    assert app.session_state.run.experiment.task == "next", "so far nothing has changed"
    press(app, "data_use")
    found = form_of(app)
    assert (found.task, found.preset, found.data) == (chosen, FIRST_OF_TASK[chosen], "text")
    assert found.text.split("\n")[0] == first
    assert found.tokenizer == tokenizer
    assert app.session_state.run.experiment == found
    assert app.session_state.run.epoch == 0
    looked(more_opened(app).number_input(key="epochs").set_value(2).run())
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(Experiment(**{**found.model_dump(), "epochs": 2})).losses


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_is_pasted_is_what_train_takes_and_the_page_says_whether_it_is_in_use(locale):
    t = translator(locale[:2])
    app = task(data_page("text=甲 乙 丙&epochs=2", locale), "classify")
    assert app.button(key="train").label == t("button.train")
    paste(app, "pos | good\nneg | bad")
    assert app.button(key="train").label == t("own.train")
    assert t("own.waiting", train=t("own.train")) in said(app)
    assert t("hand.before") in said(app)
    assert [button.key for button in app.button if button.proto.type == "primary"] == ["train"]
    assert all(app.button(key=key).disabled for key in ("step", "reset", "reseed")), "they would train the other data"
    until_trained(press(app, "train"))
    assert app.session_state.run.experiment == form_of(app)
    assert form_of(app).text == "pos | good\nneg | bad"
    assert app.session_state.run.epoch == form_of(app).epochs
    assert app.button(key="train").label == t("button.train")
    assert t("own.in_use") in said(app)
    paste(app, "pos good neg bad")
    assert t("own.unused") in said(app)


def test_a_click_on_train_in_the_moment_of_pasting_trains_no_other_data():
    app = data_page("text=甲 乙 丙&epochs=2")
    app.text_area(key="data_paste").set_value("a b c d")
    looked(app.button(key="train").click().run())
    assert app.session_state.run.epoch == 0
    until_trained(press(app, "train"))
    assert app.session_state.run.experiment.text == "a b c d"


def test_every_task_has_its_example_and_the_example_is_good_data(tables):
    for locale in ("zh-CN", "en-US"):
        app = data_page(locale=locale)
        for name in choices("task"):
            task(app, name)
            paste(app, app.text_area(key="data_paste").placeholder)
            assert not app.error
            press(app, "data_use")
            assert not app.error
            assert form_of(app).task == name
            assert len(tables["data-rows"]) > 1


def test_a_column_of_an_uploaded_table_is_trained_on_as_numbers():
    app = task(data_page("epochs=1"), "series")
    rows = [f"2024-01-{day:02},{day * day % 11 / 2},mm" for day in range(1, 29)]
    upload(app, "\n".join(["date,rain,unit", *rows]))
    assert not app.error
    press(app, "data_use")
    e = form_of(app)
    assert (e.task, e.window, e.text.split()) == ("series", 0, [row.split(",")[1] for row in rows])
    assert not app.error


def test_the_preview_shows_the_file_as_it_is_and_marks_what_is_chosen(tables):
    app = task(data_page(), "classify")
    odd = ["=cmd|' /C calc'!A0", "**x** <b>y</b> $z$", "[a](javascript:alert(1))", "![](http://x/y.png)"]
    file = io.StringIO()
    csv.writer(file).writerows([["text", "label", "more"], *([value, f"l{n % 2}", ""] for n, value in enumerate(odd))])
    upload(app, file.getvalue())
    assert tables["data-preview"][0] == [
        "line",
        "Column 1: text → sentence",
        "Column 2: label → label",
        "Column 3: more",
    ]
    assert tables["data-preview"][1:] == [[str(n + 2), value, f"l{n % 2}", ""] for n, value in enumerate(odd)]
    press(app, "data_use")
    assert [row.source for row in parse_lines(form_of(app).text, "classify")[0]] == odd


def test_what_is_read_otherwise_than_it_stands_is_said_of_the_rows_and_below_its_cell(monkeypatch):
    shown: dict[str, Any] = {}
    monkeypatch.setattr(table, "_table", lambda key, data: shown.update({key: data["tables"][0]["rows"]}))
    app = task(data_page(), "classify")
    upload(app, "label,text,more\nneg\u200b,bad cafe\u0301,x\u200b\npos,good,x\nneg,dull,x\n")
    assert [[cell.get("note") for cell in row] for row in shown["data-preview"]] == [
        [None, "not read: ‹ZWSP› × 1", "read as one character: é × 1", None],
        [None] * 4,
        [None] * 4,
    ]
    assert [row[0]["text"] for row in shown["data-balance"]] == ["neg", "pos"]
    notes = [caption.value for caption in app.caption]
    assert sum("not read by the network: `1` (`‹ZWSP› × 1`)" in note for note in notes) == 1
    assert sum("the one character they look like: `1` (`é × 1`)" in note for note in notes) == 1


@pytest.mark.parametrize(("lang", "names"), [("en", ["Column 1", "Column 3"]), ("zh", ["第 1 列", "第 3 列"])])
def test_a_column_without_a_name_has_its_number_for_one(tables, lang, names):
    app = task(data_page(f"epochs=2&lang={lang}"), "classify")
    upload(app, "Unnamed: 0,label,Unnamed: 2,text\n0,pos,x,a b\n1,neg,y,c d\n2,pos,z,e f\n")
    assert [tables["data-preview"][0][place] for place in (1, 3)] == names
    assert not any("Unnamed" in option for option in app.selectbox(key="data_column_text").options)


def test_columns_header_and_delimiter_are_chosen_by_hand():
    app = task(data_page(), "classify")
    upload(app, "a;x;one\nb;y;two\na;z;three\nb;w;four", "odd.txt")
    assert app.selectbox(key="data_column_label").value == 0
    assert app.selectbox(key="data_column_text").value == 2
    looked(app.selectbox(key="data_column_text").select(1).run())
    looked(app.toggle(key="data_header").set_value(True).run())
    press(app, "data_use")
    assert form_of(app).text == "b | y\na | z\nb | w"
    looked(app.selectbox(key="data_delimiter").select("lines").run())
    assert "`1` column" in app.error[0].value
    looked(app.selectbox(key="data_delimiter").select("auto").run())
    assert not app.error


def test_what_follows_from_a_header_is_said_and_it_is_switched_either_way(tables):
    app = task(data_page(), "classify")
    upload(app, "kind;saying\nsun;so bright\nrain;so wet\n", "odd.txt")
    said = "If the first row is a header: 2 rows, 2 classes (`sun` `rain`)."
    assert any(said in caption.value for caption in app.caption)
    assert any("If it is data: 3 rows, 3 classes (`kind` `sun` `rain`)." in caption.value for caption in app.caption)
    assert [row[0] for row in tables["data-balance"][1:]] == ["kind", "sun", "rain"]
    looked(app.toggle(key="data_header").set_value(True).run())
    assert [row[0] for row in tables["data-balance"][1:]] == ["sun", "rain"]
    upload(app, ",label,text\n0,pos,a b\n1,neg,c d\n2,pos,e f\n")
    assert app.toggle(key="data_header").value
    assert [row[0] for row in tables["data-balance"][1:]] == ["pos", "neg"]
    looked(app.toggle(key="data_header").set_value(False).run())
    assert [row[0] for row in tables["data-balance"][1:]] == ["pos", "label", "neg"]
    upload(app, "sävy;x\nsun;so bright\nrain;so wet\nsun;so warm\n", "odd.txt")
    assert [said.value for said in app.warning] == [
        "No other row has the label of the first, `sävy`: perhaps it names the column. "
        "If the first row is a header: 3 rows, 2 classes (`sun` `rain`). "
        "If it is data: 4 rows, 3 classes (`sun` `sävy` `rain`)."
    ]
    upload(app, "label,text\n")
    looked(app.toggle(key="data_header").set_value(True).run())
    assert "only a header" in app.error[0].value


@pytest.mark.parametrize("way", [upload, paste])
def test_a_token_and_its_tag_a_line_are_recognised_and_can_be_read_otherwise(tables, way):
    app = task(data_page(), "tag")
    way(app, "# id 1\nEU NNP B-ORG\nrejects VBZ O\nGerman JJ B-MISC\n\nPeter NNP B-PER\n")
    said = " ".join(caption.value for caption in app.caption)
    assert "Sentences: 2; tokens: 4; different tags: 4 (`B-ORG` `O` `B-MISC` `B-PER`)." in said
    assert tables["data-left-out"][1:] == [["a comment", "1", "1"]]
    assert [row[1] for row in tables["data-preview"][1:]] == ["EU/B-ORG rejects/O German/B-MISC", "Peter/B-PER"]
    looked(app.selectbox(key="data_column_tag").select(1).run())
    press(app, "data_use")
    assert (form_of(app).text, form_of(app).tokenizer) == ("EU/NNP rejects/VBZ German/JJ\nPeter/NNP", "words")
    looked(app.selectbox(key="data_layout").select("untagged").run())
    assert any("jieba will tag" in caption.value for caption in app.caption)
    press(app, "data_use")
    assert (form_of(app).text.split("\n")[1], form_of(app).tokenizer) == ("EU NNP B-ORG", "jieba")


def test_the_corpus_of_the_peoples_daily_is_recognised_and_trained_on():
    app = task(data_page(locale="zh-CN"), "tag")
    lines = [
        f"19980101-01-001-{n:03}/m  [{who}/n  电视台/n]nt  报道/v  。/w" for n, who in enumerate("中京沪渝", start=1)
    ]
    upload(app, "\n\n".join(lines), "pd.txt")
    assert any("4 句，16 个词元，3 种标签（`n` `v` `w`）" in caption.value for caption in app.caption)
    press(app, "data_use")
    assert form_of(app).text.split("\n")[0] == "中/n 电视台/n 报道/v 。/w"
    until_trained(press(app, "step"))
    assert app.session_state.run.history.opening.classes == ("n", "v", "w")


def test_an_encoding_that_is_a_guess_is_said_and_another_can_be_chosen(tables):
    app = task(data_page(), "classify")
    text = "標籤,文本\n好,這部電影非常精彩\n壞,劇情沉悶\n"
    upload(app, text.encode("big5"))
    assert any("looks like `Big5`" in caption.value for caption in app.caption)
    assert tables["data-preview"][1][1:] == ["好", "這部電影非常精彩"]
    looked(app.selectbox(key="data_encoding").select("GB18030").run())
    assert tables["data-preview"][1][1:] != ["好", "這部電影非常精彩"]
    looked(app.selectbox(key="data_encoding").select("UTF-8").run())
    assert "can't be read as `UTF-8`" in app.error[0].value
    looked(app.selectbox(key="data_encoding").select("auto").run())
    assert tables["data-preview"][1][1:] == ["好", "這部電影非常精彩"]
    upload(app, text)
    assert "data_encoding" not in {box.key for box in app.selectbox}, "UTF-8 is no guess"


def test_rows_that_are_left_out_are_named_beside_an_error_too(tables):
    app = task(data_page(), "classify")
    upload(app, "text,label\na,b,new\nfine,pos\nc,d,old\nfine too,pos\n")
    assert "all have the same label: `pos`" in app.error[0].value
    assert [row[1:] for row in tables["data-left-out"][1:]] == [["2", "2, 4"]]
    upload(app, "label,text\npos,good, really good\nneg,bad\npos,fine, ok, sure\n")
    assert not app.error
    assert [row[1:] for row in tables["data-left-out"][1:]] == [["2", "2, 4"]], "taken, and named all the same"


def test_another_task_guesses_its_own_columns():
    app = task(data_page(), "classify")
    upload(app, "source,label,target\neins,a,one\nzwei,b,two")
    assert app.selectbox(key="data_column_label").value == 1
    task(app, "seq2seq")
    assert [app.selectbox(key=f"data_column_{role}").value for role in ("source", "target")] == [0, 2]


def test_of_a_large_file_a_part_is_taken_class_by_class_and_that_is_said(tables):
    app = task(data_page(), "classify")
    rows = [f"{'abc'[n % 7 % 3]},sentence number {n}" for n in range(5_000)]
    upload(app, "\n".join(["label,text", *rows, ",empty label", "a,", "a", 'a,"b",c']))
    (told,) = (element.value for element in app.markdown if "5,000 rows are taken" in element.value)
    assert any("; the first 8 are shown as they stand." in caption.value for caption in app.caption)
    taken = int(told.split()[0].replace(",", ""))
    press(app, "data_use")
    text = form_of(app).text
    assert len(text) <= TEXT_CHARACTERS
    assert len(text.split("\n")) == taken
    assert f"{len(text):,} characters" in told
    whole = Counter(row[0] for row in rows)
    for label, count in Counter(line[0] for line in text.split("\n")).items():
        assert abs(count - whole[label] * taken / 5_000) < 1
    assert [row[1:] for row in tables["data-left-out"][1:]] == [
        ["1", "5002"],
        ["1", "5003"],
        ["1", "5004"],
        ["1", "5005"],
    ]
    assert [row[0] for row in tables["data-balance"][1:]] == ["a", "b", "c"]


def test_pasted_lines_are_read_and_discarded(tables):
    app = task(data_page(), "classify")
    paste(app, "pos | good\nneg | bad")
    assert tables["data-preview"][1:] == [["1", "pos", "good"], ["2", "neg", "bad"]]
    assert any(caption.value.startswith("2 rows, 2 columns, shown as they stand.") for caption in app.caption)
    paste(app, "pos | good")
    assert any(caption.value.startswith("1 row, 2 columns, shown as it stands.") for caption in app.caption)
    press(app, "data_discard")
    assert app.text_area(key="data_paste").value == ""
    assert "data_use" not in {button.key for button in app.button}


def test_the_experiment_before_comes_back():
    app = task(data_page("text=甲 乙 丙&hidden=7&epochs=2"), "classify")
    before = form_of(app)
    press(paste(app, "pos | good\nneg | bad"), "data_use")
    press(paste(app, "pos | fine\nneg | bad"), "data_use")
    assert form_of(app).text == "pos | fine\nneg | bad"
    press(app, "data_undo")
    assert form_of(app) == before
    assert "data_undo" not in {button.key for button in app.button}


@pytest.mark.parametrize(("old", "new"), [("zh", "en"), ("en", "zh")])
def test_another_language_or_page_loses_nothing(tables, old, new):
    app = task(data_page(f"lang={old}&epochs=2"), "classify")
    upload(app, "a;x;one\nb;y;two\na;z;three\nb;w;four", "odd.txt")
    looked(app.selectbox(key="data_column_text").select(1).run())
    looked(app.toggle(key="data_header").set_value(True).run())
    preview = tables["data-preview"][1:]
    looked(app.segmented_control(key="lang").select(new).run())
    assert tables["data-preview"][1:] == preview
    looked(app.switch_page("text.py").run())
    tables.clear()
    looked(app.switch_page("data.py").run())
    assert tables["data-preview"][1:] == preview
    assert app.selectbox(key="data_column_text").value == 1
    assert app.segmented_control(key="data_task").value == "classify"


def test_the_task_is_that_of_the_experiment_until_another_is_chosen():
    app = data_page("preset=bilstm&epochs=2")
    assert app.segmented_control(key="data_task").value == "classify"
    looked(task(app, "tag").run())
    assert app.segmented_control(key="data_task").value == "tag"


def test_nothing_is_written_to_disk():
    written: list[str] = []
    watching = False

    def hear(event: str, arguments: tuple) -> None:
        if watching and event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            written.append(str(arguments[0]))

    sys.addaudithook(hear)
    app = task(data_page(), "classify")
    watching = True
    press(upload(app, FILMS, "films.tsv"), "data_use")
    watching = False
    assert written == []


def test_an_upload_is_not_spooled_to_disk():
    from pages.shell.sharing import FILE_MEGABYTES
    from rnnlab.export.weights import FILE_BYTES

    assert FILE_MEGABYTES * 10**6 >= FILE_BYTES
    assert st.get_option("server.maxUploadSize") * 2**20 >= FILE_BYTES + 2**19, "what else is in the request counts too"
    # In a process of its own, for what the server puts in Streamlit's place would stay there for all tests to come.
    code = "import app; from starlette.formparsers import MultiPartParser; print(MultiPartParser.spool_max_size)"
    spooled = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert int(spooled) >= FILE_BYTES + 2**20, "with what else is in the request"


# Bad files

BAD = {
    "empty": (b"", "没有文字", "no text"),
    "large": ("好,很好\n".encode() * 1_000_000, "10.5", "10.5"),
    "one class": ("pos,good\npos,fine", "`pos`", "`pos`"),
    "no labels": (",good\n,bad", "标签都是空的", "label is empty"),
    "one column": ("good\nbad", "只有 `1` 列", "`1` column"),
    "10,000 classes": ("\n".join(f"c{n},text {n}" for n in range(10_000)), "10,000", "10,000"),
    "mixed encodings": ("好,很好\n".encode() + "坏,不".encode("gb18030"), "第 `2` 行", "line `2`"),
    "NUL": (b"pos,good\nneg,b\x00\x01\x02d", "0x00", "0x00"),
    "workbook": (b"PK\x03\x04\x14\x00", "Excel", "Excel"),
    "no encoding": (b"pos,good\nneg,\xff\x81", "0xFF", "0xFF"),
    "quotes": ('pos,good\nneg,"bad\npos,fine', '`neg,"bad`', '`neg,"bad`'),
    "many rows": ("a,b\n" * 60_000, "60,000", "60,000"),
    "only commas": ("," * 300, "没有文字", "no text"),
    "many columns": ("a," + "b," * 300, "`302`", "`302`"),
}


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_a_bad_file_is_told_and_changes_nothing(locale):
    app = task(data_page("hidden=7&epochs=2", locale), "classify")
    for name, (content, zh, en) in BAD.items():
        upload(app, content)
        assert len(app.error) == 1, name
        assert (zh if locale == "zh-CN" else en) in app.error[0].value, name
        assert form_of(app) == Experiment(hidden=7, epochs=2), name
        assert "data_use" not in {button.key for button in app.button}, name
    upload(app, "pos,good\nneg,bad", "good.csv")
    assert not app.error
    press(app, "data_use")
    assert form_of(app).text == "pos | good\nneg | bad"


def test_quotes_that_are_only_characters_can_be_read(tables):
    app = task(data_page(), "classify")
    upload(app, 'pos,"good\nneg,bad')
    assert app.error
    looked(app.toggle(key="data_quoted").set_value(False).run())
    assert not app.error
    assert tables["data-preview"][1] == ["1", "pos", '"good']


def test_lines_of_5000_tokens_are_cut_and_that_is_said(tables):
    app = task(data_page(), "classify")
    upload(app, "\n".join(f"{'ab'[n % 2]}," + "word " * 5_000 + str(n // 2) for n in range(4)))
    assert not app.error
    reasons = dict(zip(("repeated", "cut"), tables["data-left-out"][1:], strict=True))
    assert reasons["repeated"][1:] == ["2", "3, 4"], "they differ only in what is cut"
    assert reasons["cut"][1:] == ["2", "1, 2"]
    press(app, "data_use")
    looked(more_opened(app).number_input(key="held_out").set_value(0.0).run())
    until_trained(press(app, "step"))
    assert app.session_state.run.epoch == 1


# The data at hand


def test_rows_are_those_of_the_text_with_their_labels(tables):
    data_page("preset=text-classification&held_out=0&lower=false&epochs=2")
    rows, _ = parse_lines(Experiment(preset="text-classification").text, "classify")
    assert [(row[1], row[2]) for row in tables["data-rows"][1:]] == [
        (row.source.split(), [row.target]) for row in rows[:8]
    ]
    counts = Counter(row.target for row in rows)
    assert {row[0]: row[1] for row in tables["data-classes"][1:]} == {name: str(n) for name, n in counts.items()}


def test_generated_pairs_are_shown_and_turned_over(tables):
    app = data_page("preset=attention&held_out=0&epochs=2")
    pairs = [[source, target] for source, target in generate_pairs("dates", 100)]
    assert [row[1:] for row in tables["data-rows"][1:]] == pairs[:8]
    looked(app.number_input(key="data_from").set_value(41).run())
    assert [row[1:] for row in tables["data-rows"][1:]] == pairs[40:48]
    assert "data-classes" not in tables


def test_settings_that_make_fewer_rows_leave_the_last_ones(tables):
    app = data_page("preset=paragraph-next&epochs=2")
    looked(app.number_input(key="data_from").set_value(32).run())
    assert tables["data-rows"][1][0] == "32"
    looked(app.number_input(key="window").set_value(10).run())
    assert app.number_input(key="data_from").value == app.number_input(key="data_from").max < 32
    assert tables["data-rows"][1][0] == f"{app.number_input(key='data_from').max:.0f}"


def test_held_out_rows_are_shown_apart_with_the_words_they_came_with(tables):
    app = data_page("preset=text-classification&lower=false&epochs=2")
    rows, _ = parse_lines(Experiment(preset="text-classification").text, "classify")
    looked(app.segmented_control(key="data_part").select("held").run())
    history = run(Experiment(preset="text-classification", lower=False, epochs=1))
    sources = [row.source.split() for row in rows]
    shown = [row[1] for row in tables["data-rows"][1:]]
    assert all(row in sources for row in shown)
    assert [tuple(row) for row in shown] == [line.tokens[:48] for line in history.opening.held_out[:8]]


def test_lines_that_are_no_rows_are_named_with_what_they_lack(tables):
    text = "pos | good\nneg | bad\nnothing here\n| no label\npos |"
    data_page(f"preset=text-classification&held_out=0&epochs=2&text={text.replace(chr(10), '%0A')}")
    assert [(row[0], row[2]) for row in tables["data-missing"][1:]] == [
        ("3", "nothing here"),
        ("4", "| no label"),
        ("5", "pos |"),
    ]


def test_data_that_cannot_be_trained_on_is_said_and_its_lines_are_still_named(tables):
    app = data_page("preset=text-classification&epochs=2&text=nothing%0Ahere")
    assert len(app.error) == 1
    assert len(tables["data-missing"]) == 3
    looked(app.text_area(key="text").set_value("still\nnothing\nhere").run())
    assert any("`still`" in error.value for error in app.error), "what is in the form by now is looked at too"
    assert len(tables["data-missing"]) == 4
