"""The Generate page without a browser: its parts are given what the network writes, and nothing waits for it."""

from concurrent.futures import Future

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.views.generate import requests
from rnnlab import Experiment, engine, run
from rnnlab.engine import jobs
from rnnlab.experiment import preset_experiment
from rnnlab.experiment.links import to_link
from rnnlab.i18n import translator
from rnnlab.inspection.generation import generate
from rnnlab.presets.presets import PRESETS
from rnnlab.records.generation import Settings, spread
from tests.support.cases import either
from tests.support.reader import choose, components, looked, open_page, press, unpacked, until_trained, widget
from tests.support.reader import visit as visit_link

pytestmark = pytest.mark.usefixtures("in_this_process")

SMALL = Experiment(text="a b c <b> d $x$ e a b d c a e b\na c <b>", epochs=12, hidden=6, embed=4, cell="gru")


def visit(e: Experiment = SMALL, lang: str = "en", train: bool = True) -> AppTest:
    return open_page("generate", e, lang, train)


def part(app: AppTest, name: str) -> dict | None:
    return components(app).get(f"generate-{name}")


def names(data: dict, places: np.ndarray) -> list:
    return [data["vocabulary"][place] for place in places.ravel()]


def settings(app: AppTest) -> Settings:
    return Settings(**{name: app.session_state[f"generate_{name}"] for name in vars(Settings())})


def same(data: dict, found, o) -> None:
    """Whether the browser gets this very text."""
    assert data["prompt"] == list(found.prompt)
    assert names(data, unpacked(data["ids"])) == [o.classes[id] for id in found.ids]
    assert names(data, unpacked(data["top"])) == [o.classes[id] for id in found.top_classes.ravel()]
    sent = {
        "model": found.probability,
        "left": found.sampling_probability,
        "entropy": found.entropy,
        "kept": found.candidates,
        "top_model": found.top_probabilities,
        "top_left": found.top_sampling_probabilities,
    }
    for name, values in sent.items():
        np.testing.assert_allclose(unpacked(data[name]), values, rtol=1e-6, atol=1e-6)
    assert (data["stale"], data["classes"], data["specials"]) == (False, len(o.classes), 1)


@either
def test_it_opens_with_a_text_by_the_newest_weights_and_follows_the_scrubber(lang):
    app, history = visit(lang=lang), run(SMALL)
    assert app.session_state.generate_prompt == "a b c"
    assert not app.error
    for epoch in (12, 0, 5):
        data = part(choose(app, None, epoch), "text")
        assert data["epoch"] == epoch
        weights = history.checkpoints[epoch].weights
        same(data, generate(SMALL, weights, "a b c", settings(app)), history.opening)
        assert data["joiner"] == " "
        assert all(data["labels"].values())


@either
def test_samples_lie_side_by_side(lang):
    app, history = visit(lang=lang), run(SMALL)
    data = part(app, "samples")
    epochs = spread(range(13), 1, 12)
    assert [row["epoch"] for row in data["rows"]] == list(epochs)
    for row in data["rows"]:
        found = generate(SMALL, history.checkpoints[row["epoch"]].weights, "a b c", settings(app))
        assert row["text"] == " ".join(history.opening.classes[id] for id in found.ids)
        assert row["bits"] == pytest.approx(found.entropy[:, 0].mean())
        assert row["copied"] == found.copied
    assert data["most"] == pytest.approx(np.log2(len(history.opening.classes)))
    assert data["rows"][0]["bits"] > data["rows"][-1]["bits"]


def test_every_setting_asks_anew():
    app, history = visit(), run(SMALL)
    weights, before = history.checkpoints[-1].weights, None
    app.slider(key="generate_temperature").set_value(1.7)
    app.slider(key="generate_top_p").set_value(0.9)
    app.number_input(key="generate_top_k").set_value(4)
    app.number_input(key="generate_length").set_value(25)
    app.text_area(key="generate_prompt").set_value("d e")
    for draw in (0, 1, 2):
        looked(app.run())
        wanted = Settings(temperature=1.7, top_k=4, top_p=0.9, length=25, draw=draw)
        assert settings(app) == wanted
        data = part(app, "text")
        same(data, generate(SMALL, weights, "d e", wanted), history.opening)
        assert names(data, unpacked(data["ids"])) != before
        before = names(data, unpacked(data["ids"]))
        app.button(key="generate_another").click()


def test_what_was_said_stays_from_page_to_page_and_in_the_other_language():
    app = visit()
    app.slider(key="generate_temperature").set_value(1.2)
    looked(app.text_area(key="generate_prompt").set_value("e e").run())
    text = part(app, "text")
    looked(app.switch_page("cell.py").run())
    looked(app.switch_page("generate.py").run())
    looked(app.segmented_control(key="lang").select("zh").run())
    again = part(app, "text")
    assert again["prompt"] == ["e", "e"]
    assert (again["ids"], again["model"]) == (text["ids"], text["model"])
    assert again["labels"]["chosen"] == translator("zh")("written.chosen")


def test_the_prompt_is_the_watched_line_until_the_reader_says_another():
    app = visit()
    widget(app, "text").set_value("x y z x y z x y")
    until_trained(press(app, "train"))
    assert part(app, "text")["prompt"] == ["x", "y"]
    looked(app.text_area(key="generate_prompt").set_value("z").run())
    widget(app, "text").set_value("z x z y")
    until_trained(press(app, "train"))
    assert part(app, "text")["prompt"] == ["z"]


# Odd input


@either
@pytest.mark.parametrize(
    ("prompt", "code"), [("", "prompt_empty"), (" \n\t", "prompt_empty"), ("**q** $y$ <i>", "prompt_unknown")]
)
def test_a_prompt_that_says_nothing_is_an_error_with_a_remedy(prompt, code, lang):
    app = visit(lang=lang)
    looked(app.text_area(key="generate_prompt").set_value(prompt).run())
    (error,) = [element.value for element in app.error]
    assert translator(lang)("field.prompt") in error
    assert "a b c <b> d $x$ e" in error
    assert part(app, "text") is None
    assert "`**q** $y$ <i>`" in error or code == "prompt_empty"
    looked(app.text_area(key="generate_prompt").set_value("a").run())
    assert not app.error
    assert part(app, "text")["prompt"] == ["a"]


def test_a_prompt_too_long_is_an_error_that_says_so_and_is_not_cut():
    app = visit()
    looked(app.text_area(key="generate_prompt").set_value("a " * 5000).run())
    (error,) = [element.value for element in app.error]
    for said in ("Prompt", "10000", "300"):
        assert said in error
    assert app.session_state.generate_prompt == "a " * 5000
    assert part(app, "text") is None


def test_white_space_that_is_left_out_can_be_seen():
    app = visit(SMALL.model_copy(update={"tokenizer": "chars", "text": "abc"}))
    looked(app.text_area(key="generate_prompt").set_value("a\tb\n\u3000").run())
    assert part(app, "text")["prompt"] == ["a", "b"]
    assert part(app, "text")["remarks"][0] == translator("en")("generate.unknown", tokens="⇥, ↵, ‹IDSP›")


@either
def test_what_of_a_prompt_is_left_out_is_said_as_typed(lang):
    app = visit(lang=lang)
    looked(app.text_area(key="generate_prompt").set_value("a **q** $x$ `k` **q** <pad>").run())
    assert part(app, "text")["prompt"] == ["a", "$x$"]
    unknown, copied = part(app, "text")["remarks"]
    assert unknown == translator(lang)("generate.unknown", tokens="**q**, `k`, <pad>")
    assert copied == translator(lang)("generate.copied", count=part(app, "samples")["rows"][-1]["copied"])


def test_what_no_widget_could_say_changes_nothing():
    app = visit()
    before = part(app, "text")
    app.number_input(key="generate_length").set_value(301)
    app.number_input(key="generate_top_k").set_value(-1)
    looked(app.slider(key="generate_temperature").set_value(9.0).run())
    assert settings(app) == Settings(length=40)
    assert part(app, "text") == before


def test_of_a_line_that_fills_no_prompt_none_is_suggested():
    app = visit(Experiment(text=f"{'x' * 400} b c d", epochs=2, hidden=4))
    assert app.session_state.generate_prompt == ""
    looked(app.text_area(key="generate_prompt").set_value("b").run())
    assert not app.error
    assert part(app, "text")["prompt"] == ["b"]


# Other runs


@pytest.mark.parametrize(
    ("fields", "lang"),
    [
        ({"task": "classify", "text": "x | a b\ny | c d"}, "zh"),
        ({"task": "tag", "text": "a/X b/Y\nb/Y a/X"}, "en"),
        ({"task": "seq2seq", "text": "a | b\nb | a"}, "zh"),
        ({"text": "a b", "target": "b a"}, "en"),
    ],
    ids=("classify", "tag", "seq2seq", "target"),
)
def test_a_run_that_predicts_something_else_shows_the_way_to_one_that_writes(fields, lang):
    app, t = visit(Experiment(**fields, epochs=2, hidden=4), lang), translator(lang)
    assert t("generate.elsewhere") in [element.value for element in app.info]
    assert part(app, "text") is None
    button = app.button(key="generate_preset")
    assert t("preset.writer") in button.label
    looked(button.click().run())
    assert app.session_state.preset == "writer"
    assert app.session_state.run.experiment == preset_experiment("writer", lang)
    assert PRESETS["writer"].page == "generate"


@either
def test_of_a_network_that_saw_the_future_it_says_so(lang):
    both, t = SMALL.model_copy(update={"bidirectional": True}), translator(lang)
    app, history = visit(both, lang), run(both)
    assert t("generate.both") in [element.value for element in app.info]
    found = generate(both, history.checkpoints[-1].weights, "a b c", settings(app))
    same(part(app, "text"), found, history.opening)
    assert t("generate.both") not in [element.value for element in visit(lang=lang).info]


def test_the_way_to_the_preset_is_shut_while_another_run_goes_on():
    """A late tick would bring the old preset back (seen in a browser)."""
    app = visit(Experiment(task="classify", text="x | a b\ny | c d", epochs=5000, hidden=4), train=False)
    assert not app.button(key="generate_preset").disabled
    looked(app.button(key="train").click().run())
    assert app.session_state.run.going
    assert app.button(key="generate_preset").disabled
    looked(app.button(key="stop").click().run())
    assert not app.button(key="generate_preset").disabled


# Nobody waits


class Bench:
    """An engine whose jobs lie until they are worked on."""

    def __init__(self):
        self.lying: list[tuple[Future, tuple]] = []
        self.asked: list[tuple[int, ...]] = []

    def submit(self, job, *args) -> Future:
        if job is not jobs.samples:  # training has an engine of its own
            return engine.InProcess().submit(job, *args)
        self.asked.append(tuple(one.epoch for one in args[1]))
        self.lying.append((Future(), args))
        return self.lying[-1][0]

    def work(self, error: Exception | None = None) -> None:
        future, args = self.lying.pop()
        assert not self.lying, "more than one job at a time"
        future.set_exception(error) if error else future.set_result(jobs.samples(*args))


@pytest.fixture
def resting(monkeypatch):
    """The page of a run that is done, of which nothing was written yet, and an engine that takes its time."""
    app = until_trained(visit_link(to_link(SMALL, "en", run=True), page="cell"))
    bench = Bench()
    monkeypatch.setattr(requests, "workers", lambda: bench)
    monkeypatch.setattr(requests, "PATIENCE", 0.0)
    return looked(app.switch_page("generate.py").run()), bench


def test_the_page_is_there_before_its_text_and_asks_for_one_thing_at_a_time(resting):
    app, bench = resting
    assert bench.asked == [(12,)]  # what is looked at, first
    assert part(app, "text")["stale"]
    assert unpacked(part(app, "text")["ids"]).size == 0
    assert "text" not in part(app, "samples")["rows"][0]
    looked(app.run())
    assert len(bench.asked) == 1
    for _ in range(20):
        if not bench.lying:
            break
        bench.work()
        looked(app.run())
        assert part(app, "text")["epoch"] == 12
    assert all("text" in row for row in part(app, "samples")["rows"])
    asked = [epoch for job in bench.asked for epoch in job]
    assert sorted(asked) == list(spread(range(13), 1, 12))
    assert max(map(len, bench.asked)) == requests.AT_ONCE


def test_until_a_new_text_comes_the_one_before_is_shown_as_such(resting):
    app, bench = resting
    while bench.lying:
        bench.work()
        looked(app.run())
    before = part(app, "text")
    looked(app.slider(key="generate_temperature").set_value(2.0).run())
    while_waiting = part(app, "text")
    assert while_waiting["stale"]
    assert while_waiting["ids"] == before["ids"]
    bench.work()
    looked(app.run())
    assert not part(app, "text")["stale"]
    assert part(app, "text")["top_left"] != before["top_left"]


def test_a_job_that_fails_is_said_and_not_asked_for_again_and_again(resting):
    app, bench = resting
    bench.work(RuntimeError("out of **memory**"))
    looked(app.run())
    looked(app.run())
    [said] = [element.value for element in app.error]
    assert "RuntimeError" in said
    assert "memory**" not in said  # that is for the log
    assert len(bench.asked) == 1
    looked(app.button(key="generate_another").click().run())
    assert len(bench.asked) == 2
    assert not app.error
    looked(app.number_input(key="generate_draw").set_value(0).run())
    assert not app.error  # a worker that was lost once is no answer for ever
    while bench.lying:
        bench.work()
        looked(app.run())
    same(
        part(app, "text"),
        generate(SMALL, run(SMALL).checkpoints[-1].weights, "a b c", settings(app)),
        app.session_state.run.history.opening,
    )


def test_while_a_run_goes_on_the_newest_weights_write_and_the_training_gets_its_turn(monkeypatch):
    bench, clock = Bench(), [100.0]
    monkeypatch.setattr(requests, "monotonic", lambda: clock[0])
    app = visit_link(to_link(Experiment(**SMALL.model_dump() | {"epochs": 5000}), "en"), page="cell")
    monkeypatch.setattr(requests, "workers", lambda: bench)
    looked(app.switch_page("generate.py").run())
    looked(app.button(key="train").click().run())
    assert app.session_state.run.going
    assert len(bench.asked) == 1
    clock[0] += 3.0
    bench.work()
    for seconds in (0.0, 1.0, 1.9):  # it took three seconds, so there are none of it for three seconds
        clock[0] += seconds
        epoch = app.session_state.run.epoch
        app.session_state.live_run.wait_for(epoch + 1, 60)
        looked(app.run())
        assert app.session_state.run.epoch > epoch
        assert len(bench.asked) == 1
    app.session_state.live_run.wait_for(400, 60)  # enough to choose from, however slow the machine
    clock[0] += 0.2
    looked(app.run())
    assert len(bench.asked) == 2
    checkpoints = app.session_state.run.history.checkpoints
    assert set(bench.asked[1]) <= {one.epoch for one in checkpoints}
    assert len(bench.asked[1]) == requests.AT_ONCE
    assert bench.asked[1][-1] == checkpoints[-1].epoch
    bench.work()
    looked(app.run())
    done = sorted(epoch for job in bench.asked[:2] for epoch in job)
    assert [row["epoch"] for row in part(app, "samples")["rows"]] == done
    assert part(app, "text")["epoch"] == done[-1]
    looked(app.button(key="stop").click().run())
