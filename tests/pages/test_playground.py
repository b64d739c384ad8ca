"""The pages without a browser: every choice reaches the experiment, every button the run, in both languages."""

import pickle
import re
import time
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from pages.shell import first_visit
from pages.shell.markdown import verbatim
from pages.shell.run import take_away
from pages.shell.run.sight import Cursor
from rnnlab import Experiment, LabError, Problem, run
from rnnlab.engine import InProcess, ReaderEngine, live_runs
from rnnlab.experiment import UNUSED_FIELDS, choices, preset_experiment
from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.links import to_file, to_link
from rnnlab.export import open_weights, script, weights_file
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import LANGUAGES, describe, translator
from rnnlab.presets.presets import FIRST_OF_TASK
from tests.support.callbacks import in_session
from tests.support.cases import in_turn
from tests.support.reader import KEYS, components, form_of, looked, press, said, unpacked, until_trained, visit, widget

pytestmark = pytest.mark.usefixtures("in_this_process")


NUMBERS = list(BOUNDS)
SWITCHES = ["shuffle", "bidirectional", "carry", "packed", "lower"]
SELECTS = [name for name in Experiment.model_fields if choices(name) and name not in ("task", "preset")]
SHARES = ("dropout", "dropout_embed", "dropout_head", "held_out", "teacher")
TEXTS = ("text", "target", "words", "sentence", "lr_changes")
LONG_RUN = "epochs=5000&hidden=64&layers=2"  # far more than the first look waits for


@pytest.mark.parametrize(("locale", "train"), [("zh-TW", "训练"), ("fr", "Train")])
def test_the_first_look_is_in_the_readers_language_at_the_untrained_network(locale, train):
    app = visit(locale=locale)
    assert app.session_state.run.history.frames[0].epoch == app.session_state.run.epoch == 0
    assert train in app.button(key="train").label
    assert not app.error
    assert not app.warning


def test_once_it_is_shown_the_front_page_trains_slowly_enough_to_be_watched():
    """A browser says that the page is there, unless its reader wants no motion."""
    app = visit()
    assert components(app)["document"]["begins"]
    with in_session(app.session_state):
        first_visit.train_slowly()
    assert (app.session_state.run.until, app.session_state.run.speed) == (100, "slow")
    looked(app.run())
    assert app.segmented_control(key="speed").value == "slow"
    assert not components(app)["document"]["begins"]


@pytest.mark.parametrize("query", ["preset=words-next", "hidden=8", "run=1"])
def test_what_a_link_names_is_opened_and_trained_for_no_one_but_run(query):
    app = visit(query)
    assert not components(app)["document"]["begins"]
    assert (app.session_state.run.until > 0) == ("run=1" in query)


@pytest.mark.parametrize("change", ["train", "step", "reset", "hidden"])
def test_what_the_reader_has_begun_before_the_page_said_that_it_is_there_stays(change):
    app = visit()
    if change == "hidden":
        looked(widget(app, "hidden").set_value(8).run())
    else:
        until_trained(press(app, change))
    before = app.session_state.run
    with in_session(app.session_state):
        first_visit.train_slowly()
    assert app.session_state.run == before


def test_an_experiment_named_by_a_link_waits_for_the_button():
    app = visit("hidden=8&epochs=5")
    assert app.session_state.run.epoch == 0
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(Experiment(hidden=8, epochs=5)).losses


@pytest.mark.parametrize(("name", "value"), [("embed", "24"), ("text", "甲 乙 &=#%+ 丙"), ("lr", "0.5"), ("seed", "7")])
def test_what_a_link_says_is_in_the_form(name, value):
    """`embed` too, a name that Streamlit keeps for itself."""
    assert form_of(visit(f"{name}={quote(value)}")) == Experiment(**{name: value})


def first_task(name: str) -> str:
    return next(task for task in choices("task") if name not in UNUSED_FIELDS[task])


def opened(task: str) -> tuple[AppTest, dict[str, Any]]:
    """The lab with an experiment of this task; with one layer there is no dropout to set, without a window no stride,
    without generated pairs no number of them."""
    fields = {
        "next": {"layers": 2, "window": 2, "tokenizer": "jieba"},
        "classify": {"text": "a | b c\nd | e f"},
        "tag": {"text": "a/b"},
        "seq2seq": {"data": "reversal", "pairs": 20},
    }[task] | {"task": task, "epochs": 2}
    return visit(urlencode(fields)), fields


def values_of(name: str) -> list:
    """What a reader may enter there; of a choice, every one."""
    if name in SELECTS:
        return list(reversed(choices(name)))
    if name in SWITCHES:
        return [True, False]
    if name == "lr_changes":
        return ["3:0.5"]
    return ["a b c\nd e" if name in TEXTS else 0.3 if name in SHARES else 30 if name == "pairs" else 3]


@pytest.mark.parametrize("task", ["next", "classify", "seq2seq"])
def test_every_field_reaches_the_experiment(task):
    """Each field of the form, in the first task that makes use of it: a tagger has none that no other has."""
    fields = (*NUMBERS, *SELECTS, *SWITCHES, *TEXTS)
    assert {first_task(name) for name in fields} == {"next", "classify", "seq2seq"}
    for name in [name for name in fields if first_task(name) == task]:
        app, fields = opened(task)
        for value in values_of(name):
            control = widget(app, name)
            looked((control.select if name in SELECTS else control.set_value)(value).run())
            assert form_of(app) == Experiment(**(fields | {name: value})), name


# Of the first preset of each task: words-next has no jieba, windows, second layer or made pairs; the others have no
# plain RNN; the classifier has no jieba; the tagger, one layer; and seq2seq reads numerals that are made, of one layer.
WITHOUT_EFFECT = {
    "next": {"words", "stride", "dropout", "pairs"},
    "classify": {"words", "nonlinearity"},
    "tag": {"dropout", "nonlinearity"},
    "seq2seq": {"text", "words", "tokenizer", "lower", "dropout", "nonlinearity"},
    "series": {"dropout"},
}


@pytest.mark.parametrize("task", choices("task"))
def test_a_task_has_the_fields_it_uses_in_the_form_and_no_others(task):
    app = visit(f"preset={FIRST_OF_TASK[task]}&epochs=1")
    shown = {name for name in Experiment.model_fields if has_widget(app, name)}
    assert shown == set(Experiment.model_fields) - set(UNUSED_FIELDS[task]) - WITHOUT_EFFECT[task]


def has_widget(app: AppTest, name: str) -> bool:
    try:
        return bool(widget(app, name))
    except StopIteration:
        return False


def test_every_field_has_its_place_in_the_form():
    assert {*NUMBERS, *SELECTS, *SWITCHES, *TEXTS, "preset", "task"} == set(Experiment.model_fields)


@pytest.mark.parametrize("task", ["classify", "tag", "seq2seq", "series"])
def test_another_task_opens_its_first_preset_and_keeps_the_readers_text(task):
    app = visit("epochs=1&text=a+b+a+b")
    looked(widget(app, "task").select(task).run())
    assert form_of(app) == preset_experiment(FIRST_OF_TASK[task], "zh")
    press(app, "own_text_back")
    assert (widget(app, "text").value, form_of(app).data) == ("a b a b", "text")


# The buttons


def test_a_long_run_is_paused_stepped_and_goes_on_with_the_same_numbers():
    app = press(visit(LONG_RUN), "train")
    assert app.session_state.run.going
    paused = press(app, "pause").session_state.run
    assert not paused.going
    looked(app.run())
    assert app.session_state.run.epoch == paused.epoch  # nothing goes on behind the reader's back
    stepped = press(app, "step").session_state.run
    assert (stepped.epoch, stepped.going) == (paused.epoch + 1, False)
    press(app, "train")
    assert press(app, "pause").session_state.run.epoch > stepped.epoch
    losses = app.session_state.run.history.losses
    live_runs.close_shared()  # what it is at draws from the generator that is seeded here
    assert losses == run(Experiment(hidden=64, layers=2, epochs=len(losses))).losses


def test_another_rate_is_gone_on_with_from_the_weights_as_they_are():
    app = visit("epochs=8&run=1&lang=en")
    first = app.session_state.run
    looked(widget(app, "lr").set_value(0.1).run())
    app = until_trained(press(app, "on_at_rate"))
    e = Experiment(epochs=16, lr_changes="8:0.1")
    assert (form_of(app), app.session_state.run.id, app.session_state.run.experiment) == (e, first.id, e)
    assert app.session_state.run.history.losses == run(e).losses
    assert components(app)["playground-loss"]["marks"] == [{"at": 8, "name": "learning rate 0.1"}]
    assert "rate 0.1" in components(app)["playground-status"]["text"]
    looked(widget(app, "lr_changes").set_value("8:0.1 16:0.001").run())
    looked(widget(app, "epochs").set_value(20.0).run())
    assert translator("en")("run.alike", epoch=16) in said(app)
    again = until_trained(press(app, "train")).session_state.run
    assert again.id == first.id
    assert again.history.losses == run(Experiment(epochs=20, lr_changes="8:0.1 16:0.001")).losses
    looked(widget(app, "lr").set_value(0.5).run())
    assert "on_at_rate" in {button.key for button in app.button}
    looked(widget(app, "hidden").set_value(9.0).run())
    assert "on_at_rate" not in {button.key for button in app.button}, "what else differs begins anew"


def test_stop_keeps_what_was_recorded_and_train_then_begins_anew():
    app = press(visit(LONG_RUN), "train")
    stopped = press(app, "stop").session_state.run
    assert not stopped.going
    assert stopped.epoch > 0
    assert press(app, "train").session_state.run.id != stopped.id


def test_reset_gives_the_same_start_and_the_same_losses():
    app = visit("run=1")
    first = app.session_state.run.history
    assert press(app, "reset").session_state.run.epoch == 0
    again = until_trained(press(app, "train")).session_state.run.history
    assert again.losses == first.losses
    assert (again.frames[0].hidden == first.frames[0].hidden).all()


def test_reseed_gives_another_start_that_the_form_names():
    app = visit("run=1")
    first = app.session_state.run.history
    press(app, "reseed")
    assert (app.session_state.seed, app.session_state.run.epoch) == (1, 0)
    again = until_trained(press(app, "train")).session_state.run.history
    assert again.losses == run(Experiment(seed=1)).losses != first.losses


def test_the_last_seed_is_followed_by_the_first():
    app = press(visit(f"seed={2**31 - 1}&epochs=2"), "reseed")
    assert form_of(app).seed == 0


def test_one_step_is_one_epoch_from_the_start_too():
    app = press(visit("hidden=9"), "step")
    for _ in range(3):
        looked(app.run())
    assert app.session_state.run.history.losses == run(Experiment(hidden=9)).losses[:1]


def test_only_what_can_be_done_can_be_pressed():
    def open_to(app: AppTest) -> set[str]:
        return {
            key for key in ("train", "pause", "step", "stop", "reset", "reseed") if not app.button(key=key).disabled
        }

    app = visit(LONG_RUN)
    assert open_to(app) == {"train", "step", "reset", "reseed"}
    live, still = app.session_state.live_run, app.session_state.run
    live.value = replace(still, pending=Future(), state=None, history=None)  # no worker has opened it yet
    assert open_to(looked(app.run())) == {"train", "step", "reset", "reseed"}
    live.value = still
    assert open_to(press(app, "train")) == {"pause", "stop", "reset", "reseed"}
    assert open_to(press(app, "pause")) == {"train", "step", "stop", "reset", "reseed"}


def test_changed_settings_are_said_not_to_be_those_on_show():
    app, stale = visit(), translator("zh")("run.stale")
    assert stale not in said(app)
    looked(widget(app, "hidden").set_value(8).run())
    assert stale in said(app)
    assert stale not in said(until_trained(press(app, "train")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_settings_that_are_changed_in_mid_run_are_trained_by_one_click(lang):
    t, app = translator(lang), visit(f"{LONG_RUN}&lang={lang}")
    press(app, "train")
    with pytest.raises(KeyError):
        app.button(key="retrain")
    looked(widget(app, "epochs").set_value(5).run())
    before = app.session_state.run
    assert before.going
    assert app.button(key="retrain").label == t("button.retrain")
    press(app, "retrain")
    assert app.session_state.last_run.id == before.id
    assert not app.session_state.last_run.going
    assert until_trained(app).session_state.run.experiment.epochs == 5
    with pytest.raises(KeyError):
        app.button(key="retrain")


# Language


@pytest.mark.parametrize(("old", "new"), [("zh", "en"), ("en", "zh")])
def test_switching_the_language_loses_nothing(old, new):
    every = Experiment(
        preset="hello-elloh", text="甲 乙 丙\n丁 戊", target="乙 丙 丁\n戊 甲", words="乙丙 丁",
        tokenizer="chars", probe=2, window=2, stride=2, batch=3, input="embedding", embed=5, cell="gru", impl="cell",
        hidden=6, layers=2, bidirectional=True, nonlinearity="relu", dropout=0.25, head="linear", carry=False,
        shuffle=True, loss="sum", optimizer="rmsprop", lr=0.02, clip=2.5, epochs=4, seed=9,
    )  # fmt: skip
    app = visit(to_link(every, old))
    run_before = app.session_state.run.id
    label = app.button(key="train").label
    looked(app.segmented_control(key="lang").select(new).run())
    assert app.session_state.lang == new
    assert app.button(key="train").label != label
    assert form_of(app) == every
    assert app.session_state.run.id == run_before
    assert not app.warning


def test_switching_the_language_in_mid_run_lets_it_go_on():
    app = press(visit(f"{LONG_RUN}&lang=zh"), "train")
    before = app.session_state.run
    looked(app.segmented_control(key="lang").select("en").run())
    assert app.session_state.run.id == before.id
    assert app.session_state.run.going
    assert app.session_state.run.epoch >= before.epoch


# Links that are wrong


@pytest.mark.parametrize(("lang", "field"), [("zh", "隐藏维度"), ("en", "Hidden size")])
def test_a_bad_value_in_a_link_is_said_as_it_was_given(lang, field):
    app = visit(f"lang={lang}&hidden=<b>**1**</b>&colour=$x$&v=9")
    notes = "\n".join(warning.value for warning in app.warning)
    assert form_of(app) == Experiment()
    assert field in notes
    assert "`<b>**1**</b>`" in notes
    assert "`$x$`" in notes
    press(app, "notes_seen")
    assert not app.warning


def test_what_a_preset_and_a_link_contradict_each_other_in_is_said():
    app = visit("preset=hello-elloh&shuffle=true&lang=en")
    assert len(app.warning) == 1
    assert form_of(app).preset == "hello-elloh"


def test_values_are_quoted_so_that_markdown_leaves_them_alone():
    for value in ("`", "``a`", "$$x$$", ":red[x]", ":smile:", "[a](http://b)", "a\n\n# b", "</code>", "![](x)"):
        quoted = verbatim(value)
        fence = quoted[: len(quoted) - len(quoted.lstrip("`"))]
        assert quoted.endswith(fence)
        inside = quoted[len(fence) : -len(fence)]
        assert fence not in inside
        assert inside.strip() == value.replace("\n", "↵")
        assert "\n" not in quoted


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_network_that_has_read_the_answer_says_so_beside_its_score(lang):
    t = translator(lang)
    for both in (True, False):
        app = visit(to_link(Experiment(epochs=2, bidirectional=both), lang, run=True))
        assert (t("problem.reads_answer") in said(app)) is both
        for page in ("", "cell.py"):
            if page:
                looked(app.switch_page(page).run())
            (text,) = [data["text"] for key, data in components(app).items() if key.endswith("-status")]
            assert (t("status.reads_answer") in text) is both
            right, level = re.search(r"(\d+)%.*?(\d+)%", text).groups()
            assert int(right) <= 100
            assert level == "50", "学习 comes next twice in four times"


# Texts that can't be trained on

BAD = [
    ({"text": ""}, "文本", "Text"),
    ({"text": "   \n "}, "文本", "Text"),
    ({"text": "一"}, "文本", "Text"),
    ({"text": "。 ， ！"}, "文本", "Text"),
    ({"window": "9"}, "窗口长度", "Window"),
    ({"head": "none"}, "输出层", "Output layer"),
    ({"target": "a b"}, "目标文本", "Target text"),
    ({"probe": "3"}, "图中显示第几行", "Line shown"),
    ({"carry": True, "shuffle": True}, "跨轮保留隐藏状态", "Keep h between epochs"),
]


@pytest.mark.parametrize(("case", "lang"), in_turn(BAD))
def test_what_cannot_be_trained_on_is_said_and_nothing_is_lost(case, lang):
    fields, zh, en = case
    app = visit(f"lang={lang}")
    before = app.session_state.run.history
    for name, value in fields.items():
        control = widget(app, name)
        control.set_value(int(value) if name in NUMBERS else value) if name not in SELECTS else control.select(value)
    looked(app.run())
    if not app.button(key="train").disabled:
        press(app, "train")
    assert any((zh if lang == "zh" else en) in error.value for error in app.error)
    kept = {name: app.session_state[KEYS[name]] for name in fields}
    assert {name: f"{one:g}" if isinstance(one, float) else str(one) for name, one in kept.items()} == {
        name: str(value) for name, value in fields.items()
    }
    assert app.session_state.run.shown.history == before  # what was there is still to be seen
    widget(app, "text").set_value("甲 乙 丙")
    for name in fields.keys() - {"text"}:
        default = getattr(Experiment(), name)
        widget(app, name).select(default) if name in SELECTS else widget(app, name).set_value(default)
    looked(app.run())
    assert not app.error  # what is wrong no more is not said
    until_trained(press(app, "train"))
    assert not app.error
    assert app.session_state.run.history.losses == run(Experiment(text="甲 乙 丙")).losses


@pytest.mark.parametrize("page", ["playground", "cell"])
def test_where_the_text_of_a_link_cannot_be_used_its_preset_is_drawn(page):
    app = visit("preset=words-next&text=one&lang=en&run=1", page=page)
    assert any(error.value.startswith("Text") for error in app.error)
    assert translator("en")("run.stands_in") in [element.value for element in app.caption]
    assert app.session_state.run.shown.experiment == preset_experiment("words-next", "en")
    assert form_of(app).text == "one"
    assert {"playground": "playground-predictions", "cell": "cell-unrolled"}[page] in components(app)
    looked(widget(app, "text").set_value("one two three").run())
    until_trained(press(app, "train"))
    assert not app.error
    assert app.session_state.run.history.opening.probe == ("one", "two", "three")


def test_an_error_quotes_a_token_as_it_was_typed():
    app = visit("lang=en")
    looked(widget(app, "text").set_value("<b>$x$</b>").run())
    press(app, "train")
    assert "`<b>$x$</b>`" in app.error[0].value


# Files


def drop(app: AppTest, content: bytes, name: str = "rnnlab-experiment.json") -> AppTest:
    return looked(app.file_uploader(key="file").set_value((name, content, "application/octet-stream")).run())


def test_a_dropped_file_opens_its_experiment():
    experiment = Experiment(text="甲 乙 <b> 丙", hidden=5, epochs=7, cell="gru")
    app = drop(visit(), to_file(experiment).encode())
    assert form_of(app) == experiment
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(experiment).losses


@pytest.mark.parametrize("content", [b"", b"[]", b'{"experiment": {"hidden": 0}}', b"\xff"])
def test_a_file_that_is_none_is_said_and_changes_nothing(content):
    app = visit("hidden=7&epochs=2&lang=en")
    drop(app, content)
    assert len(app.warning) == 1
    assert form_of(app) == Experiment(hidden=7, epochs=2)


def test_dropped_weights_are_seen_at_their_epoch_without_training_and_can_be_taken_away_again():
    e = Experiment(text="甲 乙 <b> 丙", hidden=5, epochs=7, cell="gru")
    history = run(e)
    content = weights_file(history.opening, history.snapshots, history.checkpoints[4])
    app = drop(visit("lang=en"), content, "mine.safetensors")
    shown = app.session_state.run
    assert not app.warning
    assert form_of(app) == shown.experiment == e
    assert (shown.epoch, shown.history.losses) == (4, history.losses[:4])
    assert shown.history.frames[-1].hidden.tolist() == history.frames[4].hidden.tolist()
    sight = app.session_state.sight
    for epoch in (4, 0):  # of the epoch that is looked at when the file is asked for
        sight.cursor = Cursor(shown.id, epoch)
        again = open_weights(take_away.weights(sight, ReaderEngine(InProcess(), Reader("", ""))))
        assert again.checkpoints[-1] == history.checkpoints[epoch]
    drop(app, pickle.dumps(e), "mine.safetensors")
    assert len(app.warning) == 1
    assert app.session_state.run.id == shown.id
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == history.losses


@pytest.mark.parametrize("kind", ["script", "notebook"])
def test_where_no_program_can_be_made_its_button_says_why(kind):
    e = Experiment(text="word")  # nothing follows it
    with pytest.raises(LabError) as refused:
        script(e, "zh")
    make = partial(take_away.written, kind, e, "zh")
    with pytest.raises(RuntimeError, match=re.escape(describe(refused.value.problems[0], "zh"))):
        take_away.made_or_told(make, ReaderEngine(InProcess(), Reader("", "")), "zh")


def test_pause_and_stop_work_whatever_the_form_says():
    for key in ("pause", "stop"):
        app = visit(LONG_RUN)
        press(app, "train")
        app.toggle(key="shuffle").set_value(True)
        app.toggle(key="carry").set_value(True)
        looked(app.run())
        assert app.error  # the two exclude each other, and that is said
        assert app.session_state.run.going
        press(app, key)
        assert not app.session_state.run.going


def test_a_changed_preset_can_be_brought_back():
    app = visit("preset=hello-elloh&hidden=5&seed=3")
    assert Experiment(preset="hello-elloh", seed=3) != form_of(app)
    press(app, "preset_back")
    assert form_of(app) == Experiment(preset="hello-elloh", seed=3)
    assert "preset_back" not in {button.key for button in app.button}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_waits_because_workers_are_being_started_or_a_cluster_is_lost_is_told_so(monkeypatch, lang):
    sentence = translator(lang)("workers.starting")
    gone = Problem("cluster_gone", "", {"address": "tcp://10.0.0.9:8786"})
    app = visit(to_link(Experiment(epochs=2), lang))
    live = app.session_state.live_run

    def why() -> str:
        return components(looked(app.run()))["playground-status"]["held_up"]

    live.value = replace(live.value, pending=Future(), submitted=time.monotonic() - 60)
    assert why() == ""
    monkeypatch.setattr(InProcess, "starting", True)
    assert why() == sentence
    live.value = replace(live.value, submitted=time.monotonic() + 60)  # it has just gone on
    assert why() == ""
    monkeypatch.setattr(InProcess, "problem", gone)
    assert why() == f"{describe(gone, lang)} {translator(lang)('cluster.meanwhile')}"
    live.value = replace(live.value, pending=None)
    assert why() == "", "it rests"


def test_one_epoch_more_on_a_finished_run_goes_on_from_where_it_is_and_the_form_says_so():
    app = until_trained(visit("hidden=8&epochs=5&run=1"))
    id = app.session_state.run.id
    until_trained(press(app, "step"))
    assert app.session_state.run.id == id
    assert form_of(app) == app.session_state.run.experiment == Experiment(hidden=8, epochs=6)
    assert app.session_state.run.history.losses == run(Experiment(hidden=8, epochs=6)).losses
    assert translator("zh")("run.stale") not in said(app)


def test_one_epoch_more_on_a_stopped_run_goes_on_from_where_it_is():
    app = visit("hidden=8&epochs=5")
    for button in ("step", "stop", "step"):
        until_trained(press(app, button))
    assert app.session_state.run.history.losses == run(Experiment(hidden=8, epochs=5)).losses[:2]
    assert form_of(app).epochs == 5


def test_one_epoch_more_of_other_settings_is_their_first():
    app = until_trained(visit("hidden=8&epochs=5&run=1"))
    widget(app, "seed").set_value(3)
    until_trained(press(looked(app.run()), "step"))
    assert app.session_state.run.history.losses == run(Experiment(hidden=8, epochs=5, seed=3)).losses[:1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_speed_is_that_of_this_run_and_of_those_to_come(lang):
    app = visit(f"epochs=5&lang={lang}")
    assert app.session_state.run.speed == "fast"
    looked(app.segmented_control(key="speed").set_value("slow").run())
    assert app.session_state.run.speed == "slow"
    looked(app.switch_page("cell.py").run())
    assert app.segmented_control(key="speed").value == "slow"
    press(app, "reset")
    assert app.session_state.run.speed == "slow"
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(Experiment(epochs=5)).losses


def choose_another_preset(app: AppTest) -> None:
    looked(app.selectbox(key="preset").set_value("hello-elloh").run())


def change_and_train(app: AppTest) -> None:
    looked(widget(app, "hidden").set_value(4).run())
    press(app, "train")


@pytest.mark.parametrize(
    "click",
    [
        lambda app: press(app, "train"),
        lambda app: press(app, "reset"),
        lambda app: press(app, "reseed"),
        change_and_train,
        choose_another_preset,
    ],
    ids=["train", "reset", "reseed", "a changed setting", "a preset"],
)
def test_nothing_throws_a_trained_run_away_without_a_way_back(click):
    app = until_trained(visit("hidden=8&epochs=5&run=1"))
    before = app.session_state.run
    assert app.button(key="undo").disabled
    click(app)
    looked(app.run())
    assert app.session_state.run.id != before.id
    looked(press(app, "undo").run())
    assert app.session_state.run.id == before.id
    assert app.session_state.run.history.snapshots == before.history.snapshots
    assert form_of(app) == before.experiment
    until_trained(press(app, "step"))  # and it goes on from there
    assert app.session_state.run.history.losses == run(Experiment(hidden=8, epochs=6)).losses


def test_what_was_trained_meanwhile_comes_back_likewise():
    app = until_trained(visit("hidden=8&epochs=5&run=1"))
    press(app, "reseed")
    until_trained(press(app, "train"))
    second = app.session_state.run
    press(app, "undo")
    press(app, "undo")
    assert app.session_state.run.id == second.id
    assert form_of(app).seed == 1


def test_a_run_that_was_not_trained_is_not_kept():
    app = visit("epochs=5")
    assert "last_run" not in press(app, "reseed").session_state


def test_what_is_undone_in_mid_run_can_be_continued():
    app = visit("epochs=40")
    press(app, "step")
    before = until_trained(app).session_state.run
    press(app, "reseed")
    press(app, "undo")
    assert app.session_state.run.id == before.id
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(Experiment(epochs=40)).losses


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_last_run_stays_behind_the_new_one_until_it_is_dismissed(lang):
    t, app = translator(lang), until_trained(visit(f"epochs=5&run=1&lang={lang}"))
    last = app.session_state.run.history
    assert len(components(app)["playground-loss"]["series"]) == 1
    looked(widget(app, "cell").set_value("lstm").run())
    until_trained(press(app, "train"))
    looked(app.run())
    this, ghost = components(app)["playground-loss"]["series"]
    assert unpacked(this["y"]) == pytest.approx(run(Experiment(epochs=5, cell="lstm")).losses)
    assert unpacked(ghost["y"]) == pytest.approx(last.losses)
    different = t("differences.cell", now="LSTM", before="RNN")
    assert different in {"zh": ["LSTM，原来是 RNN"], "en": ["LSTM instead of RNN"]}[lang]
    said_of_it = next(one.value for one in app.caption if different in one.value)
    assert f"{last.losses[-1]:.4g}" in said_of_it
    press(app, "ghost_dismiss")
    assert len(components(app)["playground-loss"]["series"]) == 1
    assert not any(different in one.value for one in app.caption)
    press(app, "undo")
    assert len(components(app)["playground-loss"]["series"]) == 2  # now the other is the last one
