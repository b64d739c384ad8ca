"""The Compare page without a browser: what it sets up, runs, shows, and says when something is wrong."""

import csv
import io
import json
from concurrent.futures import Future

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.table.table import number
from pages.shell.form import race_setup
from pages.views.compare import current_race
from pages.views.compare.remarks import remarks
from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import Cluster, InProcess
from rnnlab.experiment import choices
from rnnlab.experiment.links import from_link, to_link
from rnnlab.experiment.race_plan import RacePlan, grid, suggested_axis
from rnnlab.i18n import LANGUAGES, describe, translator
from rnnlab.races import standings
from rnnlab.races.race import Entry, Race
from tests.support import modules, reader
from tests.support.callbacks import in_session
from tests.support.cases import either
from tests.support.eventually import eventually
from tests.support.reader import components, looked, press, said, unpacked

pytestmark = pytest.mark.usefixtures("in_this_process")

TEXT = "a b c d a\nb c d e\nd e a b\na a b c"
SMALL = Experiment(text=TEXT, epochs=6, hidden=5, embed=4, held_out=0.5)


def visit(e: Experiment = SMALL, lang: str = "en", plan: RacePlan | None = None, started: bool = False) -> AppTest:
    return reader.visit(to_link(e, lang, run=started, race=plan), page="compare")


def race_of(app: AppTest) -> Race | None:
    live = app.session_state.live_race
    return live.value if live else None


def raced(app: AppTest) -> AppTest:
    """Until the race is over: it goes on by itself."""
    live = app.session_state.live_race
    with live.changed:
        assert live.changed.wait_for(lambda: not live.value.going, 60), "still racing"
    return looked(app.run())


def under_way(app: AppTest) -> AppTest:
    """Until the first run of the race has an epoch."""
    live = app.session_state.live_race
    with live.changed:
        assert live.changed.wait_for(lambda: any(one.record and one.record.epoch for one in live.value.entries), 60)
    return looked(app.run())


def asked(app: AppTest) -> RacePlan:
    """What is set up, read off the address that the page keeps."""
    plan = from_link(components(app)["document"]["query"]).race
    assert plan is not None
    return plan


def title(app: AppTest) -> str:
    return components(app)["race-status"]["text"]


# As it opens


@either
def test_it_opens_with_a_race_that_one_click_starts(lang):
    t, app = translator(lang), visit(lang=lang)
    assert not app.error
    assert app.title[0].value == t("race.title")
    assert asked(app).variants == grid({"cell": modules.NAMES})
    lanes = components(app)["race-lanes"]["lanes"]
    assert [lane["name"] for lane in lanes] == [t(f"cell.{cell}") for cell in choices("cell")]
    assert [[one["state"] for one in lane["runs"]] for lane in lanes] == [["waiting"] * 3] * 4
    assert "race-loss" not in components(app)
    raced(press(app, "race_start"))
    assert not app.error
    now: Race = race_of(app)
    for entry in now.entries:
        assert list(entry.record.losses) == run(entry.experiment).losses
    assert t("race.finished", done=12, count=12) in title(app)
    assert t("race.is.done") in title(app)
    assert [one["state"] for lane in components(app)["race-lanes"]["lanes"] for one in lane["runs"]] == [
        "finished"
    ] * 12
    for name in ("race-loss", "race-score"):
        shown = components(app)[name]
        assert [one["name"] for one in shown["series"]] == [t(f"cell.{c}") for c in choices("cell")]
        levels = [t("race.majority")] if name == "race-score" else []
        assert [level["name"] for level in shown["levels"]] == levels
    (table,) = components(app)["race-standings"]["tables"]
    assert [cell["text"] for cell in table["head"]] == [
        t(f"race.column.{name}")
        for name in ("variant", "size", "epochs", "loss", "accuracy", "score", "margin", "best", "each", "all")
    ]
    ranked = standings.ranked(now)
    *rows, level = table["rows"]
    assert [row[0]["text"] for row in rows] == [t(f"cell.{choices('cell')[one.variant]}") for one in ranked]
    assert all(row[3]["text"] == f"{one.loss.median:.3g}" for row, one in zip(rows, ranked, strict=True))
    assert level[0]["text"] == t("race.majority")
    levels = [entry.record.held_majority for entry in now.entries]
    assert level[5]["text"] == f"{100 * np.median(levels):.3g}%"
    best = ranked[0].best
    beside = t("race.score", score=f"{100 * best.scores[-1].score:.3g}%", level=f"{100 * best.held_majority:.3g}%")
    assert rows[0][7] == number(t("race.lane.seed", seed=best.experiment.seed), beside)
    assert (t("race.levels", low=f"{100 * min(levels):.3g}%", high=f"{100 * max(levels):.3g}%") in said(app)) == (
        len(set(levels)) > 1
    )
    assert t("race.band.many", seeds=3) in said(app)


@pytest.mark.parametrize("preset", ["attention", "bilstm", "gru-tagger"])
def test_each_task_opens_with_the_race_that_suits_it(preset):
    e = Experiment(preset=preset)
    app = visit(e)
    assert asked(app).variants == grid(suggested_axis(e))
    assert not app.error


def test_a_race_nobody_has_changed_follows_the_task_and_one_that_was_does_not():
    app = visit()
    app.session_state["text"], app.session_state["task"] = "x | a b\ny | b c\nx | a", "classify"
    app.session_state["bidirectional"] = True
    looked(app.run())
    assert list(dict(asked(app).variants[0])) == ["readout"]
    looked(app.selectbox(key="race_first").set_value("layers").run())
    app.session_state["bidirectional"] = False
    looked(app.run())
    assert asked(app).variants == grid({"layers": (1, 2, 3)})


# Setting it up


def test_numbers_are_typed_and_each_that_is_none_is_named():
    app = visit()
    looked(app.selectbox(key="race_first").set_value("hidden").run())
    assert asked(app).variants == grid({"hidden": (2, 5, 10)})
    looked(app.text_input(key="race_values_hidden").set_value("4; 8，x 300 16").run())
    problems = [Problem("bounds", "hidden", {"value": value, "low": "1", "high": "256"}) for value in ("x", "300")]
    assert [error.value for error in app.error] == [describe(p, "en", lambda v: f"`{v}`") for p in problems]
    assert app.button(key="race_start").disabled
    looked(app.text_input(key="race_values_hidden").set_value("4; 8，16").run())
    assert asked(app).variants == grid({"hidden": (4, 8, 16)})
    assert not app.button(key="race_start").disabled


def test_two_settings_make_a_small_grid():
    app = visit()
    looked(app.multiselect(key="race_values_cell").set_value(["rnn", "gru"]).run())
    looked(app.selectbox(key="race_second").set_value("bidirectional").run())
    assert asked(app).variants == grid({"cell": ("rnn", "gru"), "bidirectional": (False, True)})
    looked(app.selectbox(key="race_first").set_value("bidirectional").run())
    assert asked(app).variants == grid({"bidirectional": (False, True)}), "a field is not crossed with itself"


def test_too_many_variants_or_seeds_are_complained_of():
    app = visit()
    looked(app.selectbox(key="race_second").set_value("layers").run())
    assert describe(
        Problem("race_variants", "", {"value": 3 * len(modules.NAMES), "low": 2, "high": 6}), "en", lambda v: f"`{v}`"
    ) in said(app)
    looked(app.selectbox(key="race_second").set_value("").run())
    looked(app.number_input(key="race_seeds").set_value(9).run())
    assert "9" in app.error[0].value
    assert app.button(key="race_start").disabled


def test_seeds_that_vary_are_one_run_each():
    app = visit()
    looked(app.selectbox(key="race_first").set_value("seed").run())
    assert asked(app).seeds == 1
    assert app.number_input(key="race_seeds").disabled


def test_an_equal_budget_shows_the_sizes_that_came_of_it():
    app = visit()
    looked(app.toggle(key="race_equal").set_value(True).run())
    raced(press(app, "race_start"))
    sizes = [entry.record.experiment.hidden for entry in race_of(app).entries[: len(modules.NAMES)]]
    assert len(set(sizes)) == 3  # a GRU and an MGU of so few parameters are equally large
    for lane, hidden in zip(components(app)["race-lanes"]["lanes"], sizes, strict=True):
        assert f"hidden size {hidden} " in lane["size"]


def by_hand(app: AppTest) -> AppTest:
    return looked(app.button_group(key="race_way").set_value("hand").run())


def test_variants_are_picked_by_hand_and_keep_what_was_picked():
    app = visit()
    by_hand(app)
    assert asked(app).variants == grid({"cell": modules.NAMES}), "it begins with what there was"
    app.session_state["race_hand"] = ()
    looked(app.run())
    assert app.button(key="race_start").disabled, "none is no race"
    press(app, "race_add")
    for key, value in (("hidden_size", 9), ("cell", "gru")):
        app.session_state[key] = value
        press(app, "race_add")
    assert asked(app).experiments() == tuple(
        SMALL.model_copy(update=more) for more in ({}, {"hidden": 9}, {"hidden": 9, "cell": "gru"})
    )
    press(app, "race_add")
    assert "3" in app.error[0].value, "the same again"
    assert "4" in app.error[0].value


def test_a_variant_is_taken_out():
    app = visit()
    listed = components(app)["race-variants"]["variants"]
    assert [one["name"] for one in listed] == ["RNN", "LSTM", "GRU", "MGU"]
    take_out(app, 1, listed[1]["key"])
    assert asked(app).variants == grid({"cell": ("rnn", "gru", "mgu")})
    take_out(app, 1, listed[1]["key"])
    assert len(asked(app).variants) == 3, "a second click on what has gone takes out no other"
    looked(app.selectbox(key="race_second").set_value("bidirectional").run())
    take_out(app, 0, components(app)["race-variants"]["variants"][0]["key"])
    assert (
        asked(app).experiments()
        == RacePlan(SMALL, grid({"cell": ("rnn", "gru", "mgu"), "bidirectional": (False, True)})[1:], 3).experiments()
    )


def take_out(app: AppTest, place: int, of: str) -> None:
    """As the click's callback does."""
    with in_session(app.session_state):
        race_setup.remove(SMALL, place, of)
    looked(app.run())


@either
def test_the_setup_outlives_a_change_of_page_and_of_language(lang):
    app = visit(lang=lang)
    looked(app.selectbox(key="race_first").set_value("hidden").run())
    looked(app.text_input(key="race_values_hidden").set_value("3 4").run())
    looked(app.number_input(key="race_seeds").set_value(2).run())
    before = asked(app)
    raced(press(app, "race_start"))
    now = race_of(app)
    looked(app.switch_page("playground.py").run())
    looked(app.switch_page("compare.py").run())
    other = next(one for one in LANGUAGES if one != lang)
    app.session_state.lang = other
    looked(app.run())
    assert asked(app) == before
    assert race_of(app) is now
    assert app.title[0].value == translator(other)("race.title")


# The race


def step(app: AppTest, clicks: int = 1) -> AppTest:
    for _ in range(clicks):
        looked(app.run())
    return app


class OneEpoch(InProcess):
    count = 1

    def submit(self, job, /, *args) -> Future:
        return super().submit(job, *(args if job.__name__ == "start_race_run" else (args[0], 0.0)))


@pytest.fixture
def slowly(monkeypatch):
    monkeypatch.setattr(current_race, "workers", OneEpoch)


@pytest.mark.thorough
@pytest.mark.usefixtures("slowly")
def test_it_pauses_goes_on_and_ends_with_the_same_numbers():
    app = visit(SMALL.model_copy(update={"epochs": 25}))
    under_way(press(app, "race_start"))
    press(app, "race_pause")
    now = race_of(app)
    assert translator("en")("race.is.paused") in title(app)
    assert 0 < sum(entry.record.epoch for entry in now.entries) < 9 * 25
    assert race_of(app) is race_of(step(app, 2)), "at rest nothing is asked for"
    raced(press(app, "race_on"))
    assert [list(entry.record.losses) for entry in race_of(app).entries] == [run(e).losses for _, e in now.plan.runs()]


@pytest.mark.usefixtures("slowly")
def test_stop_keeps_what_is_done_and_clear_takes_it_away():
    app = visit(SMALL.model_copy(update={"epochs": 40}))
    under_way(press(app, "race_start"))
    press(app, "race_stop")
    now = race_of(app)
    assert translator("en")("race.is.stopped") in title(app)
    assert not any(button.key == "race_on" for button in app.button)
    rows = list(csv.DictReader(io.StringIO(standings.to_csv(now))))
    assert [int(row["epochs"]) for row in rows] == [entry.record.epoch for entry in now.entries]
    assert "race-loss" in components(app)
    press(app, "race_clear")
    assert race_of(app) is None
    assert "race-loss" not in components(app)
    assert not app.button(key="race_start").disabled


def test_a_changed_form_keeps_the_old_race_and_says_so():
    app = visit()
    raced(press(app, "race_start"))
    t, now = translator("en"), race_of(app)
    assert t("race.stale") not in said(app)
    app.session_state["hidden_size"] = 7
    looked(app.run())
    assert t("race.stale") in said(app)
    assert race_of(app) is now
    assert "race-loss" in components(app)
    app.session_state["text"] = ""
    looked(app.run())
    assert race_of(app) is now
    app.session_state["text"], app.session_state["hidden_size"] = TEXT, 5
    looked(app.run())
    assert t("race.stale") not in said(app)
    app.session_state["cell"] = "gru"  # the cell is what varies: it is the same race
    looked(app.run())
    assert t("race.stale") not in said(app)


def test_the_best_run_of_a_variant_opens_in_the_playground():
    app = visit()
    raced(press(app, "race_start"))
    now: Race = race_of(app)
    best = standings.standing(now, 1).best.experiment.seed
    press(app, "race_open_1")
    assert app.session_state.here == "playground"
    assert app.session_state.run.experiment == SMALL.model_copy(update={"cell": "lstm", "seed": best})
    trained = app.session_state.live_run.wait_for(10**6, 60)
    entry = next(one for one in now.entries if one.variant == 1 and one.experiment.seed == best)
    assert trained.history.losses == list(entry.record.losses)


def test_a_run_that_cannot_run_says_so_in_its_lane():
    e = Experiment(text="a b c", input="onehot", hidden=3, epochs=3)
    app = visit(e, plan=RacePlan(e, ((("head", "none"),), (("head", "none"), ("hidden", 4)), (("head", "linear"),)), 2))
    raced(press(app, "race_start"))
    states = [[one["state"] for one in lane["runs"]] for lane in components(app)["race-lanes"]["lanes"]]
    assert states == [["finished"] * 2, ["problem"] * 2, ["finished"] * 2]
    with pytest.raises(LabError) as caught:
        run(e.model_copy(update={"head": "none", "hidden": 4}))
    t = translator("en")
    assert [one["epoch"] for one in components(app)["race-lanes"]["lanes"][1]["runs"]] == [t("race.lane.failed")] * 2
    [error] = [error.value for error in app.error]
    assert error.startswith(t("race.remark", runs=components(app)["race-lanes"]["lanes"][1]["name"], sentence=""))
    assert error.replace("`", "").endswith(str(caught.value)), "once for both seeds"
    assert title(app).startswith(f"{t('race.finished', done=4, count=6)}  ·  {t('race.failed', count=2)}  ·  ")
    assert t("race.band.fewer") in said(app)


NOTHING_TO_LEARN = {
    "buffalo": ({"text": "buffalo buffalo buffalo buffalo"}, "one_type"),
    "one class": ({"task": "classify", "text": "pos | a b\npos | b c"}, "one_class"),
    "all held out": ({"text": "a b c\na b c", "held_out": 0.2}, "held_out"),
}


@pytest.mark.parametrize("name", NOTHING_TO_LEARN)
def test_what_nothing_can_be_learned_from_is_said_once_and_before_the_start(name):
    fields, code = NOTHING_TO_LEARN[name]
    e = Experiment(**fields)
    app = visit(e, plan=RacePlan(e, grid({"cell": modules.NAMES}), 3), started=True)
    assert "live_race" not in app.session_state, "not even a link starts it"
    assert app.button(key="race_start").disabled
    [error] = [error.value for error in app.error]
    with pytest.raises(LabError) as caught:
        run(e)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert error == describe(caught.value.problems[0], "en", lambda value: f"`{value}`")


def test_what_only_a_worker_knows_is_said_once_for_all():
    """jieba cuts in a worker alone."""
    t, e = translator("en"), Experiment(text="水牛 水牛 水牛", tokenizer="jieba")
    app = raced(visit(e, plan=RacePlan(e, grid({"cell": modules.NAMES}), 3), started=True))
    assert len(race_of(app).entries) == 12
    assert len(app.error) == 1
    assert title(app).startswith(f"{t('race.finished', done=0, count=12)}  ·  {t('race.failed', count=12)}  ·  ")
    assert components(app)["race-status"]["share"] == 0
    runs = [one for lane in components(app)["race-lanes"]["lanes"] for one in lane["runs"]]
    assert [(one["epoch"], one["note"]) for one in runs] == [(t("race.lane.failed"), "")] * 12


def test_remarks_name_variants_and_seeds_as_briefly_as_can_be():
    t = translator("en")
    now = Race("id", plan := RacePlan(SMALL, grid({"cell": ("rnn", "lstm", "gru")}), 3), ())
    entries = [Entry(variant, e) for variant, e in plan.runs()]

    def said_of(*concerned: tuple[int, int]) -> list[str]:
        problem = Problem("one_type", "text", {"value": "a"})
        some = [problem] if len(concerned) else []
        with in_session({"lang": "en"}):
            return remarks(entries, now, lambda one: some if (one.variant, one.experiment.seed) in concerned else (), t)

    everyone = [(variant, seed) for variant in range(3) for seed in range(3)]
    sentence = describe(Problem("one_type", "text", {"value": "a"}), "en", lambda value: f"`{value}`")
    assert said_of() == []
    assert said_of(*everyone) == [sentence]
    for concerned, runs in (
        ([(1, 0), (1, 1), (1, 2)], "LSTM"),
        ([(variant, 2) for variant in range(3)], "seed 2"),
        ([(0, 0), (2, 0)], "RNN, GRU (seed 0)"),
        ([(0, 0), (0, 1), (0, 2), (1, 1)], "RNN; LSTM (seed 1)"),
    ):
        assert said_of(*concerned) == [t("race.remark", runs=runs, sentence=sentence)]


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_it_says_what_line_and_band_are(seeds):
    plan = RacePlan(SMALL, grid({"cell": ("rnn", "gru")}), seeds)
    app = raced(visit(plan=plan, started=True))
    t = translator("en")
    words = {1: t("race.band.one"), 2: t("race.band.two"), 3: t("race.band.many", seeds=3)}[seeds]
    assert words in said(app)
    first, second = components(app)["race-loss"]["series"]
    assert [one["low"] is None for one in (first, second)] == [seeds == 1] * 2
    losses = np.array([entry.record.losses for entry in race_of(app).entries if entry.variant == 0])
    np.testing.assert_allclose(unpacked(first["y"]), np.median(losses, axis=0))


def test_curves_go_by_epochs_or_by_seconds():
    app = raced(visit(plan=RacePlan(SMALL, grid({"cell": ("rnn", "gru")}), 1), started=True))
    app.session_state.race_axis = "seconds"
    looked(app.run())
    shown = components(app)["race-loss"]
    assert (shown["along"], shown["labels"]["x"]) == ("seconds", translator("en")("race.axis.seconds"))
    clock = race_of(app).entries[0].record.clock
    np.testing.assert_allclose(unpacked(shown["series"][0]["seconds"]), clock)


def test_the_stream_draws_of_a_race_what_the_page_draws():
    app = raced(press(visit(), "race_start"))
    streamed = app.session_state.parts.data(race_of(app))
    assert streamed.keys() == {"race-status", "race-lanes", "race-standings"}
    for key, data in streamed.items():
        at = {"drawn": components(app)[key].get("drawn")}  # when
        assert json.loads(json.dumps(data | at)) == components(app)[key] | at, key


# Links


@either
def test_a_shared_race_opens_ready_and_starts_if_it_is_to(lang):
    plan = RacePlan(SMALL, grid({"hidden": (3, 4), "cell": ("lstm", "gru")}), 2, equal=False)
    app = visit(lang=lang, plan=plan)
    assert asked(app) == plan
    assert "live_race" not in app.session_state
    app = raced(visit(lang=lang, plan=plan, started=True))
    assert race_of(app).plan == plan


def test_a_hand_picked_race_comes_back_from_its_link():
    plan = RacePlan(SMALL, ((("hidden", 3), ("lr", 0.1)), (("hidden", 4), ("lr", 0.2))), 3, equal=False)
    app = visit(plan=plan)
    assert asked(app).experiments() == plan.experiments()
    assert asked(app).seeds == 3


def test_a_link_to_a_race_opens_on_its_page():
    app = reader.visit(to_link(SMALL, "en", race=RacePlan(SMALL, grid({"layers": (1, 2)}), 1)))
    assert app.session_state.here == "compare"


def test_a_broken_race_falls_back_with_a_note():
    app = reader.visit(to_link(SMALL, "en") + "&race=cell:rnn|rubbish", page="compare")
    assert "cell:rnn|rubbish" in app.warning[0].value
    assert asked(app).variants == grid({"cell": modules.NAMES})


# Where it is computed


@either
def test_where_it_is_computed_is_said_and_why_here_where_a_cluster_is_lost(monkeypatch, lang):
    """A cluster with an address that is none: it is lost for good."""
    there = Cluster("tcp://nowhere", engine.shared())
    eventually(lambda: there.state == "lost", "that is seen")
    monkeypatch.setattr(engine.shared_engine, "value", there)
    t, app = translator(lang), visit(lang=lang)
    why = describe(there.problem, lang, lambda value: f"`{value}`")
    assert f"{why} {t('cluster.meanwhile')}" in said(app)
    raced(press(app, "race_start"))
    assert race_of(app).done
    assert [list(entry.record.losses) for entry in race_of(app).entries] == [
        run(e).losses for _, e in race_of(app).plan.runs()
    ]
    assert t("race.place.here", count=1) in title(app)
    (status,) = [data for key, data in components(app).items() if key == "race-status"]
    assert status["held_up"].startswith(describe(there.problem, lang))
    there.state, there.problem = "ready", None
    assert t("race.place.cluster", address="tcp://nowhere", count=1) in title(app.run())
    there.state = "lost"
    there.loop.call_soon_threadsafe(there.end)


def test_a_variant_that_reads_the_answer_is_called_so_wherever_its_numbers_stand():
    plan = RacePlan(Experiment(text="a b c d a\nb c d e", epochs=2), grid({"bidirectional": (False, True)}), 1)
    t = translator("en")
    app = visit(plan.base, plan=plan)
    lanes = components(app)["race-lanes"]["lanes"]
    assert [t("status.reads_answer") in lane["name"] for lane in lanes] == [False, True], "before the start, too"
    raced(press(app, "race_start"))
    (table,) = components(app)["race-standings"]["tables"]
    named = [lane["name"] for lane in components(app)["race-lanes"]["lanes"]]
    assert sorted(row[0]["text"] for row in table["rows"][:2]) == sorted(named)
    for name in ("race-loss", "race-score"):
        assert [one["name"] for one in components(app)[name]["series"]] == named
    assert t("problem.reads_answer") in said(app)
