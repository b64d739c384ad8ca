"""The Units page without a browser: what its parts are given is what the network does, for every task."""

import json
from itertools import islice

import numpy as np
import pytest
from sklearn.decomposition import PCA
from streamlit.testing.v1 import AppTest

from rnnlab import Experiment, run
from rnnlab.analysis import correlations, phrases, token_properties
from rnnlab.experiment.links import to_link
from rnnlab.i18n import LANGUAGES, percent, translator
from rnnlab.inspection.activations import activations
from rnnlab.records.opening import Place
from tests.support import plotly
from tests.support.cases import either, in_turn
from tests.support.reader import choose, components, looked, open_page, said, unpacked, until_trained
from tests.support.reader import visit as visit_link
from tests.support.small_tasks import SMALL

pytestmark = pytest.mark.usefixtures("in_this_process")

TEXT = "the cat (big) sat\na (wet dog) ran\nno cat (or dog) sat\n(big) cat ran\nthe dog (the wet) sat\nwet (cat) ran"
BRACKETS = {"text": TEXT, "tokenizer": "chars", "cell": "gru", "hidden": 6, "epochs": 4}


def visit(e: Experiment, lang: str = "en") -> AppTest:
    return open_page("units", e, lang)


def parts(app: AppTest) -> dict[str, dict]:
    return components(app, "units-")


def fitting(app: AppTest, e: Experiment, part: str, layer: int = 0, direction: int = 0, state: str = "h", epoch=-1):
    """What the page shows, after it was held against the activations themselves."""
    history = run(e)
    a = activations(e, history.checkpoints[epoch].weights, Place(part, layer, direction), state)
    data = parts(app)["map"]
    assert [tuple(line) for line in data["lines"]] == list(a.passage.lines)
    np.testing.assert_allclose(unpacked(data["values"]), a.values[:, data["unit"]], rtol=1e-6, atol=1e-6)
    return a, data


# Every task


@pytest.mark.parametrize(("task", "lang"), in_turn(SMALL))
def test_every_task_shows_its_text_and_what_its_units_follow(task, lang):
    e = Experiment(task=task, **{"epochs": 3, "hidden": 6, "embed": 4, "batch": 2, "cell": "lstm"} | SMALL[task])
    app, t = visit(e, lang), translator(lang)
    assert not app.error
    part = "decoder" if task == "seq2seq" else "network"
    a, data = fitting(app, e, part)
    name, choice, unit = a.strongest
    one = token_properties.chosen(a.passage, name, choice) if choice else token_properties.offered(a.passage)[name]
    r = correlations.correlations(a.values, one.values)
    assert data["unit"] == unit == correlations.ranked(r)[0] == data["order"][0]
    np.testing.assert_allclose(unpacked(data["r"]), r, rtol=1e-6, atol=1e-6)
    assert app.selectbox(key="units_property").value == name
    least = correlations.chance(a.values, one.values)
    key = "units.weak" if abs(r[unit]) < least else "units.follows" if r[unit] > 0 else "units.against"
    words = t(f"property.{name}", choice=choice)
    assert data["finding"] == t(key, unit=unit, property=words, r=f"{r[unit]:+.2f}".replace("-", "−"))
    assert f"{least:.2f}" in data["notes"]
    have = unpacked(data["have"])
    assert (have.min(), have.max()) == (0, 1)
    assert np.corrcoef(have, one.values)[0, 1] == pytest.approx(1)
    assert data["limit"] == 1.0


@pytest.mark.parametrize("task", ["classify", "seq2seq"])
def test_every_network_layer_direction_and_state_can_be_looked_at(task):
    fields = {"bidirectional": True} if task == "classify" else {}
    e = Experiment(task=task, **SMALL[task] | fields, epochs=2, hidden=5, embed=4, batch=2, cell="lstm", layers=2)
    app = visit(e)
    kinds = ["network-0-1", "network-1-0"] if task == "classify" else ["encoder-1-0", "decoder-0-0"]
    for kind in kinds:
        for state in ("c", "h"):
            looked(app.segmented_control(key="units_row").select(kind).run())
            looked(app.segmented_control(key="units_state").select(state).run())
            part, layer, direction = kind.split("-")
            a, data = fitting(app, e, part, int(layer), int(direction), state)
            assert parts(app)["places"]["units"] or state == "h", "on a scale of its own some unit is on"
            assert data["beyond"] == (state == "c")
            assert data["limit"] == (1.0 if state == "h" else pytest.approx(np.percentile(np.abs(a.values), 99)))


# The choices


def test_the_epochs_change_numbers_and_not_the_question():
    e = Experiment(**BRACKETS)
    app = visit(e)
    before = parts(app)["map"]
    name = app.selectbox(key="units_property").value
    app = choose(app, None, 0)
    a, data = fitting(app, e, "network", epoch=0)
    assert app.selectbox(key="units_property").value == name
    assert (data["unit"], data["phrase"]) == (before["unit"], before["phrase"])
    assert data["epoch"] == 0
    r = correlations.correlations(a.values, token_properties.offered(a.passage)[name].values)
    np.testing.assert_allclose(unpacked(data["r"]), r, rtol=1e-6, atol=1e-6)
    assert not np.allclose(unpacked(before["r"]), r, atol=1e-3)
    best = correlations.ranked(r)[0]
    t = translator("en")
    note = t("units.best", epoch=0, unit=best, r=f"{r[best]:+.2f}".replace("-", "−"))
    assert (note in data["notes"]) == (best != data["unit"])


def test_another_property_brings_the_unit_that_follows_it_best():
    e = Experiment(**BRACKETS)
    app = visit(e)
    for name in ("inside", "position", "space"):
        looked(app.selectbox(key="units_property").select(name).run())
        a, data = fitting(app, e, "network")
        r = correlations.correlations(a.values, token_properties.offered(a.passage)[name].values)
        np.testing.assert_allclose(unpacked(data["r"]), r, rtol=1e-6, atol=1e-6)
        assert data["unit"] == np.abs(r).argmax()
    t, worst = (
        translator("en"),
        correlations.ranked(correlations.correlations(a.values, token_properties.offered(a.passage)["space"].values)),
    )
    app.session_state.units_unit, app.session_state.units_clicked = int(worst[-1]), True
    looked(app.run())
    best = correlations.strongest(a.passage, a.values[:, [worst[-1]]])
    r = correlations.correlations(a.values, token_properties.property_of(a.passage, *best[:2]).values)[worst[-1]]
    said_r = f"{r:+.2f}".replace("-", "−")
    words = t(f"property.{best[0]}", choice=best[1])
    assert t("units.rather", property=words, r=said_r) in parts(app)["map"]["notes"]
    looked(app.selectbox(key="units_property").select("token").run())
    looked(app.selectbox(key="units_choice").select("(").run())
    a, data = fitting(app, e, "network")
    r = [np.corrcoef(a.values[:, unit], [token == "(" for token in a.passage.tokens])[0, 1] for unit in range(6)]
    np.testing.assert_allclose(unpacked(data["r"]), r, rtol=1e-5, atol=1e-5)


@either
def test_the_language_changes_no_choice(lang):
    app = visit(Experiment(**BRACKETS), lang)
    looked(app.selectbox(key="units_property").select("position").run())
    before = parts(app)["map"]
    other = next(one for one in LANGUAGES if one != lang)
    looked(app.segmented_control(key="lang").select(other).run())
    after = parts(app)["map"]
    assert app.selectbox(key="units_property").value == "position"
    assert after["unit"] == before["unit"]
    assert after["labels"] != before["labels"]


# A text of the reader's own


def typed(app: AppTest, text: str) -> AppTest:
    looked(app.segmented_control(key="units_source").select("typed").run())
    return looked(app.text_area(key="units_text").set_value(text).run())


def test_a_typed_text_is_read_and_what_is_unknown_is_said():
    e, t = Experiment(**BRACKETS), translator("en")
    app = typed(visit(e), "")
    assert t("units.still_own") in said(app)
    app = typed(app, "a (big QQ) cat")
    a = activations(e, run(e).checkpoints[-1].weights, Place(), "h", "a (big QQ) cat")
    data = parts(app)["map"]
    assert "".join(data["lines"][0]) == "a (big ) cat"
    np.testing.assert_allclose(unpacked(data["values"]), a.values[:, data["unit"]], rtol=1e-6, atol=1e-6)
    assert t("problem.units_left_out", count="`2`", value="`Q`") in said(app)


def test_a_typed_text_is_asked_the_same_question_where_it_can_be():
    e = Experiment(preset="brackets", epochs=30)
    app = visit(e)
    before = parts(app)["map"]
    app = typed(app, "he kept (bees (nine) and) a goat")
    after = parts(app)["map"]
    assert app.selectbox(key="units_property").value == "inside"
    assert after["unit"] == before["unit"]
    assert after["phrase"][1] <= len("he kept (bees (nine) and) a goat")
    app = typed(app, "no brackets")
    assert app.selectbox(key="units_property").value != "inside"
    assert parts(app)["map"]["lines"] == [list("no brackets")]


@pytest.mark.thorough
def test_a_choice_by_hand_outlives_a_new_start_and_not_the_preset():
    e = Experiment(**BRACKETS)
    app = visit(e)
    looked(app.selectbox(key="units_property").select("position").run())
    app = until_trained(looked(app.button(key="reseed").click().run()))
    assert app.session_state.run.experiment.seed == 1
    assert app.selectbox(key="units_property").value == "position"
    a = activations(app.session_state.run.experiment, app.session_state.run.history.checkpoints[-1].weights, Place())
    r = correlations.correlations(a.values, token_properties.offered(a.passage)["position"].values)
    assert parts(app)["map"]["unit"] == np.abs(r).argmax()
    looked(app.selectbox(key="preset").select("brackets").run())
    app = until_trained(looked(app.button(key="train").click().run()))
    assert app.selectbox(key="units_property").value == "inside"


@either
def test_odd_texts_give_a_message_or_a_picture_and_lose_nothing(lang):
    app = visit(Experiment(**BRACKETS | {"text": "abc\nbca", "epochs": 1}), lang)
    for text in ("Q", "<b>Q</b>\n$Q$", "𝄞\u200b", "(" * 3):
        app = typed(app, text)
        if "b" not in text:
            (error,) = app.error
            assert translator(lang)("problem.units_nothing", value="#").split("#")[1][:10] in error.value
            assert "map" not in parts(app)
        else:
            assert set("".join(parts(app)["map"]["lines"][0])) <= set("abc")
        assert app.text_area(key="units_text").value == text
    app = typed(app, "cab")
    assert not app.error
    assert parts(app)["map"]["lines"] == [["c", "a", "b"]]


def test_a_single_token_has_nothing_to_be_compared_with():
    app = typed(visit(Experiment(text="a b c a", epochs=1)), "a")
    assert parts(app)["map"]["finding"] == translator("en")("units.nothing")
    assert parts(app)["map"]["lines"] == [["a"]]


def test_a_decoder_asks_for_a_pair():
    app = typed(visit(Experiment(task="seq2seq", **SMALL["seq2seq"], epochs=1, hidden=4)), "abc")
    assert [error.value for error in app.error] == [
        translator("en")("problem.units_no_pair", line="`1`", value="`abc`")
    ]
    app = typed(app, "abc | cba")
    assert not app.error
    assert parts(app)["map"]["lines"] == [["<bos>", "c", "b", "a"]]


# Phrases


def expected(a, start: int, stop: int, theta: float, only: bool):
    signs = phrases.active_units(a.passage, a.values, (start, stop), theta, only)
    if not signs.any():
        signs = phrases.active_units(a.passage, a.values, (start, stop), theta, only=False)
    places = tuple(islice(phrases.matches(a.passage, a.values, signs, theta, (start, stop)), 12))
    return [[int(u), int(signs[u])] for u in np.flatnonzero(signs)], [[p.start, p.stop, len(p.units)] for p in places]


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_a_phrase_brings_its_units_and_its_places(nonlinearity):
    e = Experiment(**BRACKETS | {"cell": "rnn", "nonlinearity": nonlinearity})
    app, t = visit(e), translator("en")
    looked(app.text_input(key="units_typed").set_value("wet dog").run())
    for share, only in ((0.3, True), (0.3, False), (0.05, True), (0.95, False)):
        looked(app.slider(key="units_theta").set_value(share).run())
        looked(app.toggle(key="units_only").set_value(only).run())
        a, data = fitting(app, e, "network")
        start, stop = data["phrase"]
        assert "".join(a.passage.tokens[start:stop]) == "wet dog"
        theta = share * (1.0 if nonlinearity == "tanh" else np.percentile(np.abs(a.values), 99))
        on, places = expected(a, start, stop, theta, only)
        shown = parts(app)["places"]
        assert shown["units"] == on
        assert data["on"] == [unit for unit, _ in on]
        assert [[p["start"], p["stop"], p["units"]] for p in shown["places"]] == places
        for place in shown["places"]:
            line = a.passage.lines[place["line"] - 1]
            around = "".join(place["before"] + place["inside"] + place["after"])
            assert around in "".join(line)
            assert "".join(place["inside"]) == "".join(a.passage.tokens[place["start"] : place["stop"]])
        key = "phrase.none" if not on else "phrase.on" if places else "phrase.alone"
        assert t(key, phrase="`wet dog`", theta=f"{theta:.2g}", units=6, on=len(on)) in said(app)


def test_a_phrase_that_is_not_there_is_said_and_the_marked_one_stays():
    app, t = visit(Experiment(**BRACKETS)), translator("en")
    before = parts(app)["map"]["phrase"]
    looked(app.text_input(key="units_typed").set_value("<b>owl</b>").run())
    assert t("phrase.missing", phrase="`<b>owl</b>`") in said(app)
    assert parts(app)["map"]["phrase"] == before


@pytest.mark.thorough
def test_the_first_phrase_is_one_that_the_unit_is_on_for():
    e = Experiment(preset="brackets", epochs=30)
    app = visit(e)
    a, data = fitting(app, e, "network")
    shown = parts(app)["places"]
    assert data["unit"] in [unit for unit, _ in shown["units"]]
    assert len(shown["places"]) == 12
    start, stop = data["phrase"]
    assert "(" in "".join(a.passage.tokens[start:stop]).replace("（", "(")


# While it trains


def test_a_small_network_is_followed_and_a_large_one_is_waited_for():
    e = Experiment(**BRACKETS | {"epochs": 3000})
    app = visit_link(to_link(e, "en", run=True), page="units", patience=0.3)
    assert app.session_state.run.going
    assert parts(app)["map"]["epoch"] == app.session_state.run.history.checkpoints[-1].epoch
    looked(app.button(key="stop").click().run())
    app = visit_link(to_link(e.model_copy(update={"hidden": 200}), "en", run=True), page="units", patience=0.3)
    assert translator("en")("units.waits") in said(app)
    assert "map" not in parts(app)
    looked(app.button(key="stop").click().run())
    assert "map" in parts(app)


def test_the_preset_opens_here():
    app = visit_link("preset=brackets&epochs=1&lang=en")
    looked(app.selectbox(key="preset").select("gru").run())
    looked(app.selectbox(key="preset").select("brackets").run())
    assert app.session_state.here == "units"


# The path on a plane


def drawn(app: AppTest) -> tuple[list[list[float]], dict]:
    """The points of the path, and the layout."""
    figure = json.loads(parts(app)["path"]["figure"])
    named = figure["data"][-1]
    return [plotly.decoded(named[axis]) for axis in "xy"], figure["layout"]


@either
def test_the_path_is_that_of_the_lines_states_on_a_plane_that_stands_still(lang):
    e, t = Experiment(**BRACKETS), translator(lang)
    history, place = run(e), Place("network", 0, 0)
    app = visit(e, lang)
    a = activations(e, history.checkpoints[-1].weights, place)
    bounds, (points, layout) = a.passage.bounds, drawn(app)
    pca = PCA(2).fit(a.values)
    path = np.concatenate([np.zeros((1, 6)), a.values[: bounds[1]]])
    np.testing.assert_allclose(np.abs(points), np.abs(pca.transform(path)).T, atol=1e-4)
    assert percent(pca.explained_variance_ratio_.sum()) in said(app)
    choose(app, None, 1)
    moved, same = drawn(app)
    assert same["xaxis"]["range"] == layout["xaxis"]["range"]
    assert not np.allclose(moved, points, atol=1e-3)
    looked(app.selectbox(key="path_line").set_value(1).run())
    looked(app.segmented_control(key="path_axes").set_value("units").run())
    looked(app.selectbox(key="path_up").set_value(2).run())
    first = activations(e, history.checkpoints[1].weights, place).values[bounds[1] : bounds[2]]
    across = app.selectbox(key="path_across").value
    np.testing.assert_allclose(np.array(drawn(app)[0])[:, 1:], first[:, [across, 2]].T, atol=1e-5)
    assert drawn(app)[1]["yaxis"]["title"]["text"] == t("path.axis", unit=2)


def test_a_path_that_is_read_backward_begins_at_the_end_and_a_decoders_has_no_zero():
    e = Experiment(text=TEXT, hidden=4, bidirectional=True, epochs=2)
    app = visit(e)
    looked(app.segmented_control(key="units_row").set_value("network-0-1").run())
    figure = json.loads(parts(app)["path"]["figure"])["data"][-1]
    assert figure["customdata"][:2] == ["start", "1 · (big)"]
    app = visit(Experiment(task="seq2seq", **SMALL["seq2seq"], epochs=2, hidden=4))
    assert json.loads(parts(app)["path"]["figure"])["data"][-1]["customdata"][0] == "1 · &lt;bos&gt;"
