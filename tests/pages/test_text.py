"""The Text page without a browser: every part, every preset, both languages, and texts that are hard to show."""

from collections import Counter
from traceback import walk_tb
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from pages.shell import ask_worker
from pages.shell.form import form_state
from pages.views.text import page, segmentation_edits
from rnnlab import Experiment, LabError, Problem
from rnnlab.engine import jobs
from rnnlab.experiment import preset_experiment
from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.explain.comments import in_language
from rnnlab.explain.programs import loader as programs
from rnnlab.i18n import describe, visible
from rnnlab.text import segmentation
from tests.support.callbacks import in_session
from tests.support.cases import in_turn, some_now
from tests.support.reader import components, form_of, looked, press, said, until_trained, widget
from tests.support.text_page import PARTS, part, tables, text_page

pytestmark = pytest.mark.usefixtures("in_this_process", "without_pandas")


SENTENCE = "我爱学习自然语言处理"


@pytest.mark.parametrize(("case", "lang"), in_turn([*page.OPENS_ON.items(), ("history", "cut"), ("lstm", "cut")]))
def test_each_preset_opens_its_part_and_every_part_can_be_opened(case, lang):
    preset, opened = case
    app = text_page(f"preset={preset}&lang={lang}")
    assert app.session_state.text_part == opened
    for name in PARTS:
        part(app, name)
        assert app.session_state.text_part == name
        assert not app.error
    press(app, "step")
    for name in PARTS:
        assert not part(app, name).error


def test_another_preset_opens_its_own_part():
    app = text_page("preset=embedding")
    part(app, "cut")
    looked(app.selectbox(key="preset").select("packed").run())
    assert app.session_state.text_part == "packed"
    part(app, "windows")
    looked(app.run())
    assert app.session_state.text_part == "windows"


@pytest.mark.parametrize(("code", "times"), [("job_budget", 1), ("worker_lost", 3)])
def test_what_was_over_its_budget_is_said_at_every_draw_and_asked_once(monkeypatch, code, times):
    asked, problem = [], Problem(code, "", {"limit": "20", "reason": "x"})

    def fail(*args: object) -> None:
        asked.append(args)
        raise LabError(problem)

    app = text_page("preset=lstm&lang=en")
    monkeypatch.setattr(segmentation, "segmentations", fail)
    app.session_state["answers"].clear()
    ask_worker.HELD.clear()
    part(app, "cut")
    frames = []
    for _ in range(2):
        looked(app.run())
        assert describe(problem, "en", "`{}`".format) in app.error[0].value
        errors = filter(None, (future.exception() for future in ask_worker.HELD.values()))
        frames += [len(list(walk_tb(error.__traceback__))) for error in errors]
    assert len(set(frames)) <= 1, "an error that readers share holds on to their draws"
    assert len(set(asked)) == 1
    assert len(asked) == times


@pytest.mark.parametrize(("old", "new"), [("zh", "en"), ("en", "zh")])
def test_switching_the_language_stays_where_one_is(old, new):
    app = text_page(f"preset=embedding&lang={old}")
    part(app, "windows")
    looked(app.segmented_control(key="lang").select(new).run())
    assert app.session_state.text_part == "windows"


# Cutting


def test_a_word_is_added_and_the_cut_follows_without_training():
    app = text_page(text=SENTENCE, tokenizer="jieba")
    before = app.session_state.run.id
    looked(app.text_input(key="text_add").set_value("自然语言处理").run())
    assert form_of(app).words == "自然语言处理"
    assert widget(app, "words").value == "自然语言处理"
    assert app.session_state.text_add == ""
    assert "`自然语言处理` found 1×" in said(app)
    assert app.session_state.run.id == before
    looked(app.text_input(key="text_add").set_value("  爱学习 没有的 ").run())
    assert form_of(app).words == "自然语言处理 爱学习 没有的"
    assert "`没有的` found 0×" in said(app)
    until_trained(press(app, "train"))
    assert app.session_state.run.history.opening.vocabulary == ("我", "爱学习", "自然语言处理")


@pytest.mark.parametrize(("word", "limit"), [("长" * 21, "20"), (" ".join(map(str, range(201))), "200")])
def test_a_word_that_cannot_be_added_is_said_and_kept_to_be_mended(word, limit):
    app = text_page(text=SENTENCE, tokenizer="jieba", words="自然语言处理")
    looked(app.text_input(key="text_add").set_value(word).run())
    assert limit in app.error[0].value
    assert form_of(app).words == "自然语言处理"
    assert app.text_input(key="text_add").value == word


def test_a_tokenizer_is_chosen_on_the_page():
    app = text_page(text=SENTENCE, tokenizer="jieba")
    press(app, "use_chars")
    assert form_of(app).tokenizer == "chars"
    assert {button.key for button in app.button if button.key.startswith("use_")} == {"use_words", "use_jieba"}


def test_a_text_that_cannot_be_trained_on_can_still_be_cut():
    for text in ("一", "。", "a"):
        app = text_page(text=text)
        assert app.error
        assert "tokens: 1" in said(app)
        looked(widget(app, "text").set_value("一 二 三").run())
        assert "tokens: 3" in said(app)


def test_with_a_target_the_text_is_not_cut_by_hand():
    assert "Empty the target text first" in said(text_page("preset=hello-elloh"))


@pytest.fixture
def state():
    state = {}
    with in_session(state):
        yield state


def edited(state, lines, **said) -> None:
    state["text-edit"] = SimpleNamespace(edit=said)
    segmentation_edits.edit("text-edit", lines)


def test_edits_by_hand_are_written_into_the_form_and_undone_at_once(state):
    before = Experiment(text=SENTENCE, tokenizer="jieba", words="我爱")
    form_state.fill(before)
    lines = (("我爱", "学习", "自然语言", "处理"),)
    edited(state, lines, kind="merge", line=0, place=2, after=0)
    assert form_state.read() == Experiment(text="我爱 学习 自然语言处理", tokenizer="words", words="我爱")
    edited(state, (("我爱", "学习", "自然语言处理"),), kind="part", line=0, place=0, after=1)
    assert form_state.read() == Experiment(text="我 爱 学习 自然语言处理", tokenizer="words", words="我爱")
    assert segmentation_edits.undoable()
    segmentation_edits.undo()
    assert form_state.read() == before
    assert not segmentation_edits.undoable()


def test_what_was_typed_after_an_edit_is_not_undone(state):
    form_state.fill(Experiment(text="a b c"))
    edited(state, (("a", "b", "c"),), kind="merge", line=0, place=0, after=0)
    state["text"] = "ab c d"
    assert not segmentation_edits.undoable()


@pytest.mark.parametrize("place", [2, 9, -1])
def test_an_edit_of_a_text_that_is_gone_changes_nothing(state, place):
    form_state.fill(Experiment(text="a b c"))
    for kind in ("merge", "part"):
        edited(state, (("a", "b", "c"),), kind=kind, line=0, place=place, after=1)
        assert form_state.read() == Experiment(text="a b c")


def test_a_text_that_would_become_too_long_stays_as_it_is(state):
    text = "学习" * (TEXT_CHARACTERS // 2)
    form_state.fill(Experiment(text=text, tokenizer="chars"))
    edited(state, (tuple(text),), kind="merge", line=0, place=0, after=0)
    assert form_state.read() == Experiment(text=text, tokenizer="chars")
    (problem,) = segmentation_edits.refused()
    assert (problem.code, problem.values["limit"]) == ("spaced_too_long", TEXT_CHARACTERS)


# Vocabulary and embedding


def test_the_vocabulary_counts_every_token():
    app = part(text_page(text="b a b\nc b", target="a a a\na d"), "words")
    expected = Counter(["b", "a", "b", "c", "b", "a", "a", "a", "a", "d"])
    table = tables(app)["id token count"]
    assert table["id"] == list(range(len(table["id"])))
    assert dict(zip(table["token"][1:], table["count"][1:], strict=True)) == expected  # the first is the padding
    assert table["token"][0] == "<pad>"
    looked(app.segmented_control(key="text_order").select("count").run())
    counts = tables(app)["id token count"]["count"]
    assert counts == sorted(counts, reverse=True)


def test_what_cannot_be_seen_has_a_name_in_tables_and_lists_and_is_said_to_be_left_out():
    app = text_page(text="a\u00a0b\u200ba \ufeff\nb\ue000a", tokenizer="chars")
    assert "not read by the network: `1` (`‹BOM› × 1`)" in said(part(app, "cut"))
    part(app, "words")
    expected = ["a", "‹NBSP›", "b", "‹ZWSP›", "‹U+E000›"]
    assert list(map(visible, tables(app)["id token count"]["token"][1:])) == expected  # as the browser writes them
    assert [option.partition(" · ")[2] for option in app.selectbox(key="text_word").options] == expected
    looked(app.switch_page("playground.py").run())
    assert "not read by the network: `1` (`‹BOM› × 1`)" in said(app)


def test_the_nearest_words_are_those_of_the_word_that_was_chosen():
    app = text_page("preset=embedding")
    looked(app.selectbox(key="text_word").select(4).run())
    table = tables(app)["id token cosine"]
    assert 4 not in table["id"]
    assert table["cosine"] == sorted(table["cosine"], reverse=True)
    vocabulary = app.session_state.run.history.opening.vocabulary
    assert table["token"] == [vocabulary[int(id)] for id in table["id"]]
    assert f"`{vocabulary[4]}`" in said(app)


def test_without_an_embedding_the_page_says_so():
    app = part(text_page(text="a b c d", input="onehot"), "words")
    text = "\n".join(element.value for element in app.markdown)
    assert "there is no embedding to show" in text
    assert "cosine 0" in text
    assert "id token cosine" not in tables(app)


# Windows, batches, packing


def test_the_short_last_batch_is_pointed_out():
    app = text_page("preset=windows")
    text = "\n".join(element.value for element in app.markdown)
    assert "**5** windows of 3 steps, with a stride of 1" in text
    assert "**the last has only 1**" in text
    looked(app.number_input(key="batch_epoch").set_value(7).run())
    assert not app.error


def test_a_window_that_is_too_long_is_said_in_place():
    app = part(text_page(text="a b c d"), "windows")
    looked(widget(app, "window").set_value(9).run())
    assert "9" in app.error[0].value


def test_padding_changes_final_states_and_packing_does_not():
    app = text_page("preset=packed")
    table = tables(app)["sequence length padding padded differs by packed differs by"]
    assert table["length"] == [10, 8, 6, 4]
    assert table["padding"] == [0, 2, 4, 6]
    assert all(float(value) < 1e-5 for value in table["packed differs by"])
    assert [float(value) > 1e-3 for value in table["padded differs by"]] == [False, True, True, True]
    code = "\n".join(element.value for element in app.code)
    assert "batch_sizes" in code
    assert "[4, 4, 4, 4, 3, 3, 2, 2, 1, 1]" in code


# Hard texts

HARD = {
    "one line": {"text": "一 二"},
    "emoji": {"text": "👩‍👩‍👧🇨🇳👋🏽\n👋🏽👩‍👩‍👧", "tokenizer": "chars"},
    "right to left": {"text": "مرحبا بك في المختبر\nשלום עולם"},
    "markup": {"text": "<b>x</b> $x$ **x** [a](b) :red[x] ` `` <pad>"},
    "hardly two types": {"text": "a a a b"},
    "two types, one-hot": {"text": "a b a", "input": "onehot"},
    "one dimension": {"text": "a b c\nd e", "embed": 1},
    "spaces as tokens": {"text": "a b  c", "tokenizer": "chars"},
    "loop over a cell": {"text": "a b c\nd e", "impl": "cell", "cell": "gru", "layers": 2, "bidirectional": True},
    "20,000 characters": {
        "text": "".join(map(chr, range(0x4E00, 0x4E00 + 4_990))) * 4, "tokenizer": "chars", "window": 32, "stride": 32,
    },
    "20,000 characters of prose": {
        "text": "我们喜欢学习自然语言处理和机器学习。" * (TEXT_CHARACTERS // 18), "tokenizer": "jieba", "window": 16,
    },
    "many lines": {"text": "\n".join(f"{i % 50} {i % 7} x" for i in range(1_500)), "batch": 256},
}  # fmt: skip


@pytest.mark.parametrize(
    "name", some_now(HARD, ["emoji", "right to left", "markup", "hardly two types", "loop over a cell"])
)
def test_hard_texts_are_shown_in_every_part(name):
    fields = HARD[name]
    app = text_page(urlencode({"hidden": 4, "embed": 4, "epochs": 1, **fields}))
    if app.session_state.here != "text":
        looked(app.switch_page("text.py").run())
    for name in PARTS:
        part(app, name)
        assert not app.error
    if fields.get("impl") == "cell":
        assert "stands in for it" in said(app)


def test_a_long_text_says_what_it_does_not_show():
    fields = HARD["20,000 characters"] | {"hidden": 4, "embed": 4, "epochs": 1}
    app = text_page(urlencode(fields))
    assert "the first 240 tokens of each are shown" in said(app)
    assert "tokens: 19,960 · types: 4,990" in said(app)
    part(app, "words")
    assert tables(app)["id token count"]["id"] == list(range(300))
    assert "300 of 4,990 tokens are listed" in said(app)
    looked(app.number_input(key="text_rows").set_value(4_900).run())
    assert tables(app)["id token count"]["id"] == list(range(4_900, 4_990))
    assert "more than 60 types" in said(app)
    part(app, "windows")
    assert "The first 4 of" in said(app)


def test_no_part_has_an_effect_on_the_experiment():
    app = text_page("preset=embedding")
    before = form_of(app)
    for name in PARTS:
        part(app, name)
    assert form_of(app) == before == preset_experiment("embedding", "en")


# Dataset and DataLoader


@pytest.mark.parametrize(
    ("preset", "lang"), in_turn(["windows", "packed", "text-classification", "hello-elloh", "seq2seq"])
)
def test_the_loader_shows_its_programs_and_what_they_give(preset, lang):
    app = part(text_page(f"preset={preset}&lang={lang}"), "loader")
    e, shown = form_of(app), [block.value for block in app.code]
    seen = jobs.data_loader(e)
    assert not app.error
    for program in (
        programs.dataset_program(e, seen.source),
        programs.endless_program(seen.endless),
        programs.dropping_program(e, seen.count),
        programs.padding_program(e, seen.source),
    ):
        assert in_language(program, lang) in shown
    assert programs.items_said(e, seen.count, seen.first) in shown
    rows = components(app, "text-")["padto"]["tables"][0]["rows"]
    assert [row[2]["text"] for row in rows] == [f"{filler:,}" for filler in seen.padding.values()]
    batches = components(app, "text-")["loader"]["tables"]
    assert len(batches) == len(seen.batches)
    assert batches[0]["rows"][0][1]["note"] == str(seen.batches[0].ids[0][0])
    endless = components(app, "text-")["endless"]["tables"][0]["rows"]
    assert {cell["text"] for cell in endless[-1][1:]} == {"", "→"}
    whole = seen.source.count <= programs.LINES
    assert any(button.key == "dataset_whole" for button in app.get("download_button")) is not whole


@pytest.mark.parametrize(("batch", "sentence"), [(2, "this item"), (5, "no batch is short"), (9, "nothing trained on")])
def test_what_is_said_of_a_short_batch_is_so(batch, sentence):
    app = part(text_page(f"preset=windows&lang=en&batch={batch}"), "loader")
    assert sentence in said(app)


def test_the_loader_says_why_a_text_has_none():
    app = part(text_page(text="a b c", window=9), "loader")
    assert app.error


# Ids by a set


def test_ids_of_a_set_stand_beside_those_of_the_lab():
    app = part(text_page("preset=packed&lang=en"), "words")
    words = app.session_state.run.history.opening.vocabulary
    for draw in (0, 1):
        (table,) = components(app, "text-")["setids"]["tables"]
        head, lab, *pythons = [[cell["text"] for cell in row] for row in [table["head"], *table["rows"]]]
        assert head[1:13] == list(words[2:14])
        assert lab[1:13] == list(map(str, range(2, 14)))
        seeds = range(4 * draw + 1, 4 * draw + 5)
        assert [row[0] for row in pythons] == [f"PYTHONHASHSEED={seed}" for seed in seeds]
        found = jobs.set_ids(words[2:14], tuple(seeds))
        assert [row[1:13] for row in pythons] == [list(map(str, ids)) for ids in found]
        press(app, "setids_again")
