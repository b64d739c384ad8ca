"""Experiment: every limit at and just beyond, presets, and that nothing but LabError ever comes out."""

import json
import math
import pickle
import subprocess
import sys

import pydantic
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError, Problem
from rnnlab.experiment import UNUSED_FIELDS, choices
from rnnlab.experiment.limits import BOUNDS
from rnnlab.i18n import shorten
from tests.support.examples import examples

# DESIGN.md's table, and what follows from it; written out here so that no limit moves unnoticed
LIMITS = {
    "probe": (1, 20_000),
    "embed": (1, 256),
    "hidden": (1, 256),
    "layers": (1, 3),
    "dropout": (0.0, 0.9),
    "pairs": (10, 5_000),
    "held_out": (0.0, 0.5),
    "max_length": (1, 512),
    "dropout_embed": (0.0, 0.9),
    "dropout_head": (0.0, 0.9),
    "teacher": (0.0, 1.0),
    "beam": (1, 5),
    "window": (0, 256),
    "stride": (1, 256),
    "lr": (1e-6, 10.0),
    "epochs": (1, 5_000),
    "batch": (1, 256),
    "clip": (0.0, 1_000.0),
    "seed": (0, 2_147_483_647),
}
REAL = {"dropout", "dropout_embed", "dropout_head", "held_out", "teacher", "lr", "clip"}
FIELDS = list(Experiment.model_fields)


def user_of(name: str) -> str:
    """A task that makes use of this field."""
    return next(task for task in choices("task") if name not in UNUSED_FIELDS[task])


def problems(**fields) -> tuple[Problem, ...]:
    with pytest.raises(LabError) as caught:
        Experiment(**fields)
    return caught.value.problems


def beyond(name: str, limit: float, way: int) -> float:
    return math.nextafter(limit, way * math.inf) if name in REAL else limit + way


def test_every_limit_is_tested_here():
    assert set(LIMITS) == set(BOUNDS)


@pytest.mark.parametrize("name", LIMITS)
def test_limits_themselves_are_allowed(name):
    for limit in LIMITS[name]:
        assert getattr(Experiment(**{"task": user_of(name), name: limit}), name) == limit


@pytest.mark.parametrize(("name", "side"), [(name, side) for name in LIMITS for side in (0, 1)])
def test_just_beyond_a_limit_names_field_value_and_limits(name, side):
    low, high = LIMITS[name]
    value = beyond(name, (low, high)[side], (-1, 1)[side])
    (problem,) = problems(**{name: value})
    assert (problem.code, problem.field) == ("bounds", name)
    assert problem.values["value"] == str(value)
    for name, limit in (("low", low), ("high", high)):  # as people write numbers: 5,000 and 0.000001
        assert "e" not in problem.values[name]
        assert float(problem.values[name].replace(",", "")) == limit


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "many", [], {}, "1e999", "nan"])
@pytest.mark.parametrize("name", LIMITS)
def test_what_is_no_number_is_out_of_bounds(name, value):
    (problem,) = problems(**{name: value})
    assert (problem.code, problem.field) == ("bounds", name)


@pytest.mark.parametrize("name", sorted(set(LIMITS) - REAL))
def test_a_fraction_is_no_count(name):
    assert problems(**{name: 1.5})[0].field == name


@pytest.mark.parametrize("name", ["text", "target"])
def test_text_is_bounded_by_its_characters(name):
    assert len(getattr(Experiment(**{name: "学" * 20_000}), name)) == 20_000
    (problem,) = problems(**{name: "学" * 20_001})
    assert problem == Problem("too_long", name, {"length": 20_001, "limit": 20_000})


def test_words_are_bounded_in_number_and_length():
    many = " ".join(f"词{number}" for number in range(201))
    assert problems(words=many) == (Problem("words_many", "words", {"value": 201, "limit": 200}),)
    assert problems(words="短 " + "长" * 21) == (
        Problem("word_long", "words", {"value": "长" * 19 + "…", "length": 21, "limit": 20}),
    )
    assert problems(words=" " * 4_201) == (Problem("too_long", "words", {"length": 4_201, "limit": 4_200}),)
    e = Experiment(words=" 乙丙\n甲\t乙丙\u3000" + "长" * 20)
    assert e.added_words == ("乙丙", "甲", "长" * 20)
    assert len(Experiment(words=many.rpartition(" ")[0]).added_words) == 200


@pytest.mark.parametrize("said", ["40:0.001 70:1e-05", " 70 : 0.00001 , 40：0.001\n", "70:1e-5；40:.001"])
def test_rates_are_kept_in_order_however_they_are_written(said):
    e = Experiment(lr_changes=said)
    assert e.lr_changes == "40:0.001 70:1e-05"
    assert [e.rate_after(epoch) for epoch in (0, 39, 40, 69, 70, 999)] == [0.01, 0.01, 0.001, 0.001, 1e-5, 1e-5]
    assert e.at_rate_of(50) == Experiment(lr=0.001)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        *(
            (one, one)
            for one in ("x", "40", "0:1", "5001:1", "40:0", "40:11", "40:nan", "40:", "4.5:1", "40:1:2", "-1:1")
        ),
        ("40:0.1 40:0.2", "40:0.2"),
    ],
)
def test_what_is_no_change_of_the_rate_is_named_with_its_limits(said, named):
    (problem,) = problems(lr_changes=said)
    assert (problem.code, problem.field) == ("lr_changes", "lr_changes")
    assert problem.values == {"value": named, "epochs": "5,000", "low": "0.000001", "high": "10"}


def test_rates_are_bounded_in_number():
    many = [f"{epoch}:0.1" for epoch in range(1, 22)]
    assert len(Experiment(lr_changes=" ".join(many[:20])).rates) == 21
    assert problems(lr_changes=" ".join(many)) == (
        Problem("lr_changes_many", "lr_changes", {"value": 21, "limit": 20}),
    )


@pytest.mark.parametrize("value", [None, 3, ["a"], {"a": 1}])
@pytest.mark.parametrize("name", ["text", "target", "words", "lr_changes"])
def test_what_is_not_text_is_said_to_be_none(name, value):
    assert problems(**{name: value}) == (Problem("not_text", name, {"value": repr(value)}),)


@pytest.mark.parametrize("name", [name for name in FIELDS if choices(name) and name != "preset"])
def test_every_choice_is_allowed_and_no_other(name):
    for choice in choices(name):
        assert getattr(Experiment(**{"task": user_of(name), name: choice}), name) == choice
    (problem,) = problems(**{name: "other"})
    assert problem == Problem("choice", name, {"value": "other", "choices": ", ".join(choices(name))})


@pytest.mark.parametrize("name", ["shuffle", "bidirectional", "carry", "packed", "lower"])
def test_a_switch_is_yes_or_no(name):
    assert getattr(Experiment(**{"task": user_of(name), name: True}), name) is True
    for value in ("maybe", 2, None, []):
        assert problems(**{name: value}) == (Problem("yes_no", name, {"value": shorten(value)}),)


def test_the_form_of_a_link_is_understood():
    e = Experiment(hidden="8", lr="0.5", shuffle="true", seed="3")
    assert (e.hidden, e.lr, e.shuffle, e.seed) == (8, 0.5, True, 3)


def test_without_a_preset_the_defaults_are_words_next():
    e = Experiment()
    assert (e.preset, e.text, e.tokenizer) == ("words-next", "我 喜欢 学习 深度 学习", "words")
    assert (e.cell, e.input, e.embed, e.hidden, e.head) == ("rnn", "embedding", 16, 32, "linear")
    assert (e.optimizer, e.lr, e.loss, e.epochs, e.seed) == ("adam", 0.01, "mean", 100, 0)
    assert e == Experiment(preset="words-next")


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("hello-elloh", {"target": "elloh", "hidden": 8, "epochs": 200, "carry": True, "head": "linear"}),
        ("ohlol-cell", {"target": "ohlol", "hidden": 4, "epochs": 20, "impl": "cell", "loss": "sum", "head": "none"}),
        ("ohlol-layer", {"target": "ohlol", "hidden": 4, "epochs": 20, "impl": "layer", "loss": "mean"}),
    ],
)
def test_presets_of_hello_are_the_reference_settings(preset, expected):
    common = {"text": "hello", "tokenizer": "chars", "input": "onehot", "optimizer": "adam", "lr": 0.1}
    assert Experiment(preset=preset).model_dump().items() >= (common | expected).items()


@pytest.mark.parametrize("preset", choices("preset"))
def test_a_given_field_overrides_the_preset_even_with_the_default(preset):
    e = Experiment(preset=preset, hidden=7, text=Experiment().text)
    plain = Experiment(preset=preset)
    assert (e.hidden, e.text) == (7, Experiment().text)
    assert e.model_dump(exclude={"hidden", "text"}) == plain.model_dump(exclude={"hidden", "text"})


def test_all_problems_are_reported_together():
    found = problems(lr=11, hidden=0, cell="transformer", shuffle="perhaps", colour="red", text=None)
    assert {(problem.code, problem.field) for problem in found} == {
        ("bounds", "lr"),
        ("bounds", "hidden"),
        ("choice", "cell"),
        ("yes_no", "shuffle"),
        ("unknown_field", ""),
        ("not_text", "text"),
    }
    (unknown,) = (problem for problem in found if problem.code == "unknown_field")
    assert unknown.values == {"name": "colour", "value": "red"}


@pytest.mark.parametrize("preset", ["", "nothing", None, 3, ["words-next"], {}])
def test_an_unknown_preset_is_a_problem(preset):
    (problem,) = problems(preset=preset)
    assert (problem.code, problem.field) == ("no_such_preset", "preset")


@pytest.mark.parametrize(("preset", "meant"), [("word-nxt", "words-next"), ("LSTM-classifier", "lstm-classifier")])
def test_the_preset_that_was_meant_is_named(preset, meant):
    assert problems(preset=preset) == (Problem("no_preset", "preset", {"value": preset, "closest": meant}),)


def test_a_carried_state_and_shuffling_exclude_each_other():
    assert problems(carry=True, shuffle=True) == (Problem("carry_shuffle", "carry", {"other": "shuffle"}),)
    assert problems(preset="hello-elloh", shuffle=True) == (Problem("carry_shuffle", "carry", {"other": "shuffle"}),)


def test_an_error_crosses_process_borders():
    with pytest.raises(LabError) as caught:
        Experiment(lr=11, hidden=0)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is LabError
    assert copy.problems == caught.value.problems
    assert len(copy.problems) == 2


def test_an_experiment_is_a_value():
    e = Experiment(seed=3)
    with pytest.raises(pydantic.ValidationError):
        e.seed = 4
    assert e == Experiment(seed=3) != Experiment(seed=4)
    assert len({e, Experiment(seed=3)}) == 1
    assert pickle.loads(pickle.dumps(e)) == e


VALID = {name: st.sampled_from(choices(name)) for name in FIELDS if choices(name)}
VALID |= {name: (st.floats if name in REAL else st.integers)(*limits) for name, limits in LIMITS.items()}
VALID |= {"words": st.lists(st.text(max_size=20), max_size=200).map(" ".join)}
VALID |= {"text": st.text(), "target": st.text(), "bidirectional": st.booleans(), "carry": st.just(False)}
VALID |= {"impl": st.just("layer"), "lower": st.booleans()}
VALID |= {"sentence": st.text(max_size=1_000)}


@given(st.fixed_dictionaries({}, optional=VALID))
def test_a_valid_experiment_survives_json(fields):
    e = Experiment(**{"packed": False} | fields)
    assert Experiment(**json.loads(json.dumps(e.model_dump()))) == e
    used = {name: value for name, value in fields.items() if name not in UNUSED_FIELDS[e.task]}
    if (e.task, used.get("tokenizer")) == ("tag", "chars"):
        used["tokenizer"] = "words"  # a token and its tag stand between spaces
    assert used.items() <= e.model_dump().items()


@given(st.fixed_dictionaries({}, optional=VALID))
def test_what_a_task_has_no_use_for_keeps_its_default(fields):
    fields = {"packed": False} | fields
    e = Experiment(**fields)
    for name in UNUSED_FIELDS[e.task]:
        assert getattr(e, name) == Experiment.model_fields[name].default
    assert e == Experiment(**{name: value for name, value in fields.items() if name not in UNUSED_FIELDS[e.task]})


def test_a_loop_over_cells_takes_no_packed_sequences():
    assert problems(packed=True, impl="cell") == (Problem("packed_cell", "packed", {"other": "impl"}),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON | st.sampled_from(choices("preset")), max_size=6))
@examples(400)
def test_any_json_object_is_an_experiment_or_a_lab_error(fields):
    try:
        e = Experiment(**fields)
    except LabError as error:
        found = error.problems
    else:
        found = ()
        assert all(low <= getattr(e, name) <= high for name, (low, high) in LIMITS.items())
    for problem in found:
        assert problem.field == "" or problem.field in FIELDS
        quoted = [str(value) for name, value in problem.values.items() if name != "choices"]
        seen = [len(regex.findall(r"\X", value)) for value in quoted]  # characters, with the marks on them
        assert all(count <= 100 for count in seen), "an error quotes, it does not repeat"


def test_a_number_of_thousands_of_digits_is_out_of_bounds():
    with pytest.raises(LabError):
        Experiment(hidden=10**5_000)


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "target",
        "words",
        "tokenizer",
        pytest.param("preset"),
    ],
)
def test_a_lone_surrogate_is_refused(name):
    (problem,) = problems(**{name: "a\ud800b"})
    assert problem.field == name


@pytest.mark.parametrize("field", ["text", "tokenizer", "preset", "hidden", "colour"])
def test_a_problem_can_be_written_to_a_page(field):
    for problem in problems(**{field: "\ud800"}):
        json.dumps(problem.values, ensure_ascii=False).encode()


def test_the_web_process_stays_without_torch_and_jieba():
    script = (
        "import sys, rnnlab, rnnlab.presets.presets, rnnlab.records.history, rnnlab.engine.jobs\n"
        "rnnlab.Experiment(preset='paragraph-next')\n"
        "print(*sorted({'torch', 'jieba', 'streamlit'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
