"""The Cell page without a browser: what the picture is given, what a change does, and what is said of bad input."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from pages.views.cell import interventions, page
from rnnlab import Experiment, run
from rnnlab.engine import jobs
from rnnlab.explain import implementations
from rnnlab.i18n import LabError, Problem, translator
from rnnlab.inspection.trace import trace
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention
from tests.support import modules
from tests.support.cases import either, in_turn
from tests.support.cell_page import change, given, visit_cell
from tests.support.reader import components, looked, said, unpacked, until_trained

pytestmark = pytest.mark.usefixtures("in_this_process")


LAYERS = modules.LAYERS
WORDS = "我 喜欢 学习 深度 学习"


class Plain:
    """The trained network once more, as a plain torch program writes it."""

    def __init__(self, e: Experiment):
        self.e, tokens = e, e.text.split()
        vocabulary = list(dict.fromkeys(tokens))
        self.vocabulary, self.ids = vocabulary, [vocabulary.index(token) for token in tokens[:-1]]
        values = torch.from_numpy(np.frombuffer(run(e).checkpoints[-1].weights, dtype=np.float32).copy())
        self.embedding = nn.Embedding(len(vocabulary), e.embed)
        self.layer = LAYERS[e.cell](e.embed, e.hidden, e.layers, batch_first=True, bidirectional=e.bidirectional)
        self.linear = nn.Linear(e.hidden * (1 + e.bidirectional), len(vocabulary))
        parts = nn.ModuleList([self.embedding, self.layer, self.linear])
        nn.utils.vector_to_parameters(values, parts.parameters())

    @torch.no_grad()
    def __call__(self, ids: list[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Hidden states of the last layer [step, direction x unit], and chances [step, class]."""
        output = self.layer(self.embedding(torch.tensor([ids or self.ids])))[0][0]
        return output.numpy(), self.linear(output).softmax(-1).numpy()


def likeliest(data: dict, walk: str) -> list[tuple[str, float]]:
    top, chances = unpacked(data[walk]["top"]), unpacked(data[walk]["probability"])
    return [(data["vocabulary"][ids[0]], row[0]) for ids, row in zip(top, chances, strict=True)]


def listed(app) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in components(app)["cell-values-table"]["tables"][0]["rows"]]


def test_states_and_gates_are_listed_with_the_numbers_of_torchs_own_layer():
    app = visit_cell("en", cell="lstm", hidden=4, epochs=3)
    rows, output = listed(app), Plain(app.session_state.experiment)()[0]
    assert [row[:4] for row in rows[3:5]] == [["3", "1", "我", "3"], ["3", "2", "喜欢", "0"]]
    hidden = np.array([float(row[4].replace("−", "-")) for row in rows]).reshape(output.shape)
    np.testing.assert_allclose(hidden, output, atol=1e-5)
    change(app, "token", step=0, token=2)
    assert listed(app)[0][2] == "学习"
    assert listed(app)[0][4] != rows[0][4]


def test_of_many_numbers_those_of_the_open_step_are_listed():
    app = visit_cell("en", hidden=150, epochs=3)
    assert {row[1] for row in listed(app)} == {"2"}
    assert len(listed(app)) == 150
    assert translator("en")("values.one_step", step=2, steps=4) in said(app)


@either
def test_the_textbooks_symbols_stand_beside_torchs_names(lang):
    t = translator(lang)
    app = visit_cell(lang, preset="gru", epochs=3)
    assert r"z_t &= \sigma(W_z[h_{t-1};\,x_t] + b_z)" in "".join(one.value for one in app.latex)
    hidden = app.session_state.experiment.hidden
    assert f"| $W_{{xn}}$ | `W_ih[{2 * hidden}:{3 * hidden}]` |" in said(app)
    assert t("symbols.own_bias", block="n", difference="#").partition("#")[0] in said(app)


@pytest.mark.parametrize(("preset", "lang"), in_turn(["manual-rnn", "lstm", "gru"]))
def test_a_preset_shows_its_network_and_says_how_far_it_is_from_torch(preset, lang):
    app = visit_cell(lang, preset=preset, epochs=3)
    data = given(app)
    e = Experiment(preset=preset, epochs=3)
    history = run(e)
    assert (data["cell"]["name"], data["layers"], data["hidden"], data["epoch"]) == (e.cell, e.layers, e.hidden, 3)
    assert data["tokens"] == list(history.opening.probe[: history.opening.inputs])
    np.testing.assert_allclose(
        unpacked(data["original"]["hidden"])[-1, 0], history.frames[-1].hidden, rtol=1e-5, atol=1e-5
    )
    assert all(label and not label.startswith("unrolled.") for label in data["labels"].values())
    assert data["changed"] is None
    assert not app.error
    found = re.search(
        r"(\d\.\de-\d\d)", "".join(element.value for element in app.markdown if "PyTorch" in element.value)
    )
    assert found
    assert float(found[1]) < 1e-5


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_picture_holds_what_a_plain_program_computes(cell, bidirectional):
    fields = {"cell": cell, "hidden": 5, "embed": 3, "layers": 2, "bidirectional": bidirectional, "epochs": 5}
    data, plain = given(visit_cell(**fields)), Plain(Experiment(**fields))
    hidden, chances = plain()
    np.testing.assert_allclose(
        np.concatenate(unpacked(data["original"]["hidden"])[-1], axis=-1), hidden, rtol=1e-5, atol=1e-5
    )
    assert likeliest(data, "original") == [
        (plain.vocabulary[row.argmax()], pytest.approx(row.max(), rel=1e-5, abs=1e-5)) for row in chances
    ]
    assert [data["vocabulary"][place] for place in data["targets"]] == WORDS.split()[1:]
    assert unpacked(data["original"]["features"]).shape == (4, 3)
    end = "_l1"
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        np.testing.assert_array_equal(
            unpacked(data["original"]["weights"][name]), getattr(plain.layer, name + end).detach()
        )


def test_another_layer_and_direction_can_be_looked_at():
    app = visit_cell(cell="gru", hidden=4, layers=2, bidirectional=True, epochs=2)
    assert (given(app)["layer"], given(app)["direction"]) == (1, 0)
    looked(app.segmented_control(key="cell_row").select("network-0-1").run())
    data = given(app)
    assert (data["layer"], data["direction"]) == (0, 1)
    assert unpacked(data["original"]["x"]).shape == (4, 16)  # the embedding, not the layer below
    looked(app.segmented_control(key="cell").select("rnn").run())
    assert not app.exception


def test_before_training_there_is_something_to_see():
    data = given(visit_cell(train=False))
    assert data["epoch"] == 0
    start = np.frombuffer(run(Experiment(epochs=1)).checkpoints[0].weights, dtype=np.float32)
    assert unpacked(data["original"]["weights"]["weight_ih"]).ravel()[0] in start


@either
def test_a_run_that_diverged_shows_its_last_good_weights_and_says_so(lang):
    app = visit_cell(lang, lr=10.0, optimizer="sgd", nonlinearity="relu", loss="sum", epochs=400, text=WORDS * 3)
    history = app.session_state.run.history
    assert history.ended == "diverged"
    data = given(app)
    assert data["epoch"] == history.checkpoints[-1].epoch < history.epoch
    assert np.isfinite(unpacked(data["original"]["weights"]["weight_hh"])).all()
    assert translator(lang)("cell.diverged", epoch=data["epoch"]) in said(app)
    if not np.isfinite(unpacked(data["original"]["hidden"])).all():
        assert translator(lang)("cell.infinite") in said(app)


@either
def test_a_difference_that_is_small_beside_the_states_is_red_but_no_fault(lang, monkeypatch):
    """Seven digits of a state of ten thousand leave more than 1e-5 open."""

    def large(*args):
        return replace(trace(*args), difference=3e-4, largest=1.2e4)

    monkeypatch.setattr(jobs, "trace", large)
    app = visit_cell(lang, epochs=2)
    badges = [one.value for one in app.markdown if one.value.startswith(":red-badge[")]
    assert len(badges) == 1
    assert "1.2e+04" in badges[0]
    assert not any(error.value.startswith(translator(lang)("cell.differs")[:12]) for error in app.error)


def test_a_small_network_is_followed_while_it_trains():
    app = looked(visit_cell(train=False, epochs=5000, hidden=24).button(key="train").click().run())
    seen = []
    for _ in range(3):
        assert app.session_state.run.going
        seen.append(given(app)["epoch"])
        assert seen[-1] == app.session_state.run.history.checkpoints[-1].epoch
        looked(app.run())
    assert seen[0] < seen[-1]


@either
def test_a_large_network_waits_for_the_end_of_its_run_and_that_is_said(lang):
    app = looked(visit_cell(lang, train=False, epochs=5000, hidden=160).button(key="train").click().run())
    first = given(app)["epoch"]
    looked(app.run())
    looked(app.run())
    assert app.session_state.run.going
    assert app.session_state.run.epoch > first == given(app)["epoch"]
    assert translator(lang)("cell.live", epoch=first) in said(app)
    looked(app.button(key="pause").click().run())
    assert given(app)["epoch"] == app.session_state.run.history.checkpoints[-1].epoch > first


def test_a_sentence_of_one_step_can_be_looked_into():
    data = given(visit_cell(text="a b", epochs=3))
    assert data["tokens"] == ["a"]


@pytest.mark.parametrize(("old", "new"), [("zh", "en"), ("en", "zh")])
def test_switching_the_language_keeps_what_was_changed(old, new):
    app = visit_cell(old, cell="lstm", hidden=4, epochs=2)
    change(app, "gate", "1", name="i")
    before = given(app)
    looked(app.segmented_control(key="lang").select(new).run())
    after = given(app)
    assert after["labels"] != before["labels"]
    assert after["roles"] != before["roles"]
    meant = {"zh": {}, "en": dict(zip(["我", "喜欢", "学习", "深度"], ["I", "like", "learn", "deep"], strict=True))}
    said = dict.fromkeys(["labels", "roles", "glosses"])
    assert after | said == before | said
    if old == "zh":  # the text is in the language of the link
        assert (before["glosses"], after["glosses"]) == (meant["zh"], meant["en"])
    assert app.session_state.whatif_kind == "gate"


def test_a_large_difference_from_torch_is_said_in_red(monkeypatch):
    monkeypatch.setattr(page, "AGREES", -1.0)
    app = visit_cell()
    assert any("PyTorch" in error.value for error in app.error)


# What if


@either
def test_another_word_changes_the_rest_as_a_plain_program_says_and_goes_away_again(lang):
    app = visit_cell(lang)
    before = given(app)
    plain = Plain(Experiment())
    change(app, "token", step=1, token=3)
    data = given(app)
    hidden, chances = plain([plain.ids[0], 3, *plain.ids[2:]])
    np.testing.assert_allclose(unpacked(data["changed"]["hidden"])[0, 0], hidden, rtol=1e-5, atol=1e-5)
    assert likeliest(data, "changed") == [
        (plain.vocabulary[row.argmax()], pytest.approx(row.max(), rel=1e-5, abs=1e-5)) for row in chances
    ]
    assert data["original"] == before["original"] | {
        name: data["original"][name] for name in ("top", "probability")
    }  # ids are counted among the tokens that are spoken of, which may be more now
    assert data["changed"]["weights"] == {}  # not sent twice
    looked(app.button(key="whatif_remove_0").click().run())
    assert {**given(app), "version": ""} == {**before, "version": ""}


MADE_CHANGES = [
    ("input", "0.5", {"step": 0, "unit": None}),
    ("input", "-2", {"step": 2, "unit": 1}),
    ("state", "1", {"name": "c", "unit": None}),
    ("gate", "0", {"name": "f", "step": None, "unit": None}),
    ("gate", "1", {"name": "o", "step": 1, "unit": 2}),
    ("off", None, {"unit": 3}),
    ("weight", "3", {"name": "weight_hh", "unit": 1, "column_weight_hh": 2}),
    ("weight", "-1.5", {"name": "bias_ih", "unit": 1}),
]


def test_every_kind_of_change_is_computed_and_listed_and_undone():
    app = visit_cell(cell="lstm", hidden=6, embed=4, epochs=3)
    before = given(app)
    for kind, value, choices in MADE_CHANGES:
        change(app, kind, value, **choices)
        data = given(app)
        assert not app.error
        assert (unpacked(data["changed"]["hidden"]) != unpacked(before["original"]["hidden"])).any()
        assert list(data["changed"]["weights"]) == ([choices["name"]] if kind == "weight" else [])
        if kind == "gate":
            values = unpacked(data["changed"]["values"][choices["name"]])[choices["step"], ..., choices["unit"]]
            assert (values == float(value)).all()
        if kind == "off":
            assert (unpacked(data["changed"]["values"]["h"])[:, 3] == 0).all()
        assert app.button(key="whatif_remove_0").label
        looked(app.button(key="whatif_clear").click().run())
        assert given(app)["changed"] is None
        assert given(app)["original"] == before["original"]


def test_the_same_place_is_changed_once_and_several_places_together():
    app = visit_cell(hidden=4, epochs=2)
    change(app, "off", unit=1)
    change(app, "off", unit=1)
    change(app, "state", "1", unit=2)
    change(app, "state", "−0.25", unit=2)  # the minus sign that the page itself writes
    assert app.session_state.edits == (
        Intervention("off", unit=1),
        Intervention("state", -0.25, name="h", unit=2),
    )


def test_a_change_that_hides_another_takes_its_place():
    history = run(Experiment(text=WORDS, cell="lstm", hidden=4, epochs=2))
    e, weights = history.experiment, history.checkpoints[-1].weights
    gate = Intervention("gate", name="f")
    changes = [
        *(replace(gate, step=step, unit=unit) for step in (None, 1, 2) for unit in (None, 2, 3)),
        *(replace(gate, name="i", step=1), Intervention("off", unit=2), Intervention("off", unit=3)),
        *(Intervention("state", name=name, unit=unit) for name in "hc" for unit in (None, 1)),
        *(Intervention("weight", name="weight_hh", unit=1, column=column) for column in (0, 1)),
        *(Intervention("input", step=1, unit=unit) for unit in (None, 2)),
    ]

    def seen(*edits) -> dict[str, np.ndarray]:
        changed = trace(e, weights, Place(), edits).changed
        assert changed is not None
        return {**changed.values, **changed.initial, **changed.weights, "x": changed.x}

    hidden = set()
    for old, new in ((replace(a, value=0.3), replace(b, value=0.7)) for a in changes for b in changes):
        both, alone = seen(old, new), seen(new)
        # A unit that is put out gives h = 0, whatever its gates: this is of the kind of change, and not of its place.
        if old.kind == new.kind:
            same = all(np.array_equal(both[name], alone[name]) for name in both)
            assert interventions.covers(new, old) == same, (old, new)
            hidden.add(same)
    assert hidden == {True, False}


def test_what_was_chosen_last_counts_also_where_it_came_with_the_click():
    """The button may have been drawn before."""
    app = visit_cell(cell="lstm", hidden=4, epochs=2)
    looked(app.selectbox(key="whatif_kind").set_value("gate").run())
    name, unit = (
        next(box for box in app.selectbox if box.key.startswith(f"whatif_gate_{one}_")) for one in ("name", "unit")
    )
    name.set_value("o")
    unit.set_value(3)
    app.text_input(key="whatif_value").set_value("0.5")
    looked(app.button(key="whatif_add").click().run())
    assert app.session_state.edits == (Intervention("gate", 0.5, "o", unit=3),)
    app.selectbox(key="whatif_kind").set_value("off")
    looked(app.button(key="whatif_add").click().run())
    assert app.session_state.edits[1:] == (Intervention("off", unit=0),)


def test_what_is_changed_everywhere_is_listed_once():
    app = visit_cell(cell="lstm", hidden=4, epochs=2)
    change(app, "off", unit=1)
    change(app, "gate", "0.5", name="f", step=1, unit=2)
    change(app, "gate", "1", name="f", step=None, unit=None)
    assert app.session_state.edits == (Intervention("off", unit=1), Intervention("gate", 1.0, name="f"))


@either
def test_a_number_that_is_none_is_said_and_nothing_is_lost(lang):
    app = visit_cell(lang, hidden=4, epochs=2)
    change(app, "off", unit=0)
    kept = given(app)
    for typed in ("nan", "inf", "-inf", "1e7", "seven", "", "1,5"):
        change(app, "weight", typed, unit=1)
        error = app.error[0].value
        assert (typed or "∅") in error
        assert "1,000,000" in error
        assert app.text_input(key="whatif_value").value == typed
        assert app.session_state.edits == (Intervention("off", unit=0),)
        assert given(app) == kept
    looked(app.text_input(key="whatif_value").set_value("0.5").run())
    looked(app.button(key="whatif_add").click().run())
    assert not app.error
    assert len(app.session_state.edits) == 2


def test_only_so_many_changes_at_a_time(monkeypatch):
    monkeypatch.setattr(interventions, "MOST", 1)
    app = visit_cell(hidden=4, epochs=2)
    change(app, "off", unit=0)
    change(app, "off", unit=1)
    assert "1" in app.error[0].value
    assert app.session_state.edits == (Intervention("off", unit=0),)


@either
def test_changes_that_no_longer_fit_are_dropped_and_that_is_said(lang):
    app = visit_cell(lang, cell="lstm", hidden=6, epochs=2)
    change(app, "gate", "0", name="f")
    change(app, "off", unit=5)
    change(app, "off", unit=1)
    looked(app.number_input(key="hidden_size").set_value(4).run())
    looked(app.segmented_control(key="cell").select("gru").run())
    until_trained(looked(app.button(key="train").click().run()))
    assert app.session_state.edits == (Intervention("off", unit=1),)
    assert translator(lang)("whatif.dropped", count=2) in [info.value for info in app.info]
    looked(app.button(key="whatif_seen").click().run())
    assert not app.info


E = Experiment(cell="gru", hidden=4, embed=3, layers=2, epochs=1)


@pytest.mark.parametrize(
    ("edit", "fits"),
    [
        (Intervention("input", step=3, unit=2), True),
        (Intervention("input", step=4, unit=2), False),
        (Intervention("input", step=3, unit=3), False),
        (Intervention("token", 3, step=0), True),
        (Intervention("token", 4, step=0), False),
        (Intervention("state", name="h", layer=1), True),
        (Intervention("state", name="c", layer=1), False),
        (Intervention("gate", name="z", unit=3), True),
        (Intervention("gate", name="f", unit=3), False),
        (Intervention("off", unit=4), False),
        (Intervention("off", unit=0, layer=2), False),
        (Intervention("off", unit=0, direction=1), False),
        (Intervention("weight", name="weight_ih", unit=11, column=2), True),
        (Intervention("weight", name="weight_ih", unit=11, column=3), False),
        (Intervention("weight", name="weight_ih", unit=11, column=3, layer=1), True),
        (Intervention("weight", name="bias_hh", unit=12), False),
    ],
)
def test_which_changes_have_a_place(edit, fits):
    """Held against the worker's own judgement too."""
    history = run(E)
    assert interventions.fits(edit, history.opening) is fits
    if fits:
        trace(E, history.checkpoints[-1].weights, Place(), (edit,))
    else:
        with pytest.raises(LabError):
            trace(E, history.checkpoints[-1].weights, Place(), (edit,))


@pytest.mark.parametrize(("typed", "value"), [("1", 1.0), (" -2.5e-3 ", -0.0025), ("−3", -3.0), ("1000000", 1e6)])
def test_numbers_as_people_type_them(typed, value):
    assert interventions.number(typed) == value


def test_a_problem_quotes_what_was_typed():
    assert interventions.number("<b>") == Problem("edit_value", "", {"value": "<b>", "limit": "1,000,000"})


# The ways of writing it


@pytest.mark.parametrize(
    ("cell", "nonlinearity"), [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh"), ("mgu", "tanh")]
)
@pytest.mark.parametrize("way", ["steps", "concat", "cell", "layer"])
@torch.no_grad()
def test_each_program_that_is_shown_gives_what_the_layer_gives(cell, nonlinearity, way):
    if way not in modules.WRITTEN[cell]:
        return
    torch.manual_seed(1)
    options = modules.options(cell, nonlinearity)
    layer, x = LAYERS[cell](3, 5, **options), torch.randn(7, 3)
    names = {"torch": torch, "nn": nn, "layer": layer, "x": x}
    exec(implementations.code(way, Experiment(cell=cell, nonlinearity=nonlinearity)), names)
    torch.testing.assert_close(names["output"], layer(x)[0], atol=1e-6, rtol=1e-5)


@either
def test_the_ways_show_the_numbers_of_the_open_step(lang):
    app = visit_cell(lang, hidden=4, epochs=3)
    (shown,) = components(app)["cell-numbers"]["tables"]
    hidden, _ = Plain(Experiment(hidden=4, epochs=3))()
    assert [cell["text"] for cell in shown["head"][1:5]] == ["h[0]", "h[1]", "h[2]", "h[3]"]
    assert len(shown["rows"]) == 4
    for row in shown["rows"]:
        numbers = [float(cell["text"]) for cell in row[1:5]]
        assert numbers == pytest.approx(hidden[1], rel=1e-6, abs=2e-6)  # the second step is open at first
    assert len([code for code in app.code if "output" in code.value]) == 4
