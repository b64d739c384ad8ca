"""Plans and the text that a link says them by: nothing that is typed there can crash, hang or mean something else."""

import math
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError
from rnnlab.experiment import UNUSED_FIELDS, choices
from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.links import LINK_CHARACTERS, from_link, to_link
from rnnlab.experiment.race_plan import (
    PLAN_CHARACTERS,
    RUNS,
    VARIANTS,
    VARYING_FIELDS,
    RacePlan,
    axes_of,
    differences,
    field_kind,
    from_text,
    grid,
    suggested_axis,
    suggested_values,
    to_text,
    validated_values,
    varying_fields,
    varying_values,
)

BASES = {task: Experiment(task=task) for task in choices("task")}
EVERY_BASE = pytest.mark.parametrize("base", [pytest.param(base, id=task) for task, base in BASES.items()])


def codes(error: LabError) -> list[str]:
    return [problem.code for problem in error.problems]


def values_of(name: str) -> st.SearchStrategy:
    match field_kind(name):
        case "choice":
            return st.sampled_from(choices(name))
        case "switch":
            return st.booleans()
    low, high = BOUNDS[name]
    whole = Experiment.model_fields[name].annotation is int
    return st.integers(int(low), int(high)) if whole else st.floats(low, high)


@st.composite
def plans(draw) -> RacePlan:
    base = draw(st.sampled_from(list(BASES.values())))
    names = draw(st.lists(st.sampled_from(varying_fields(base)), min_size=1, max_size=4, unique=True))
    change = st.tuples(*(values_of(name) for name in names)).map(lambda values: tuple(zip(names, values, strict=True)))
    changes = tuple(draw(st.lists(change, min_size=2, max_size=6)))
    seeds = draw(st.integers(1, RUNS // len(changes)))
    try:
        return RacePlan(base, changes, 1 if "seed" in names else seeds, draw(st.booleans()))
    except LabError:
        assume(False)
        raise


@given(plans())
def test_a_plan_comes_back_from_its_text_and_from_its_link(plan):
    text = to_text(plan)
    assert from_text(text, plan.base) == plan
    link = to_link(plan.base, "en", run=True, race=plan)
    found = from_link(link)
    assert (found.race, found.experiment, found.run, found.notes) == (plan, plan.base, True, ())


@given(plans())
def test_a_plans_runs_are_its_variants_with_one_seed_after_the_other(plan):
    runs = plan.runs()
    assert len(runs) == len(plan.variants) * plan.seeds <= RUNS
    assert [place for place, _ in runs] == list(range(len(plan.variants))) * plan.seeds
    for place, e in runs:
        said = dict(plan.variants[place]) | {"seed": e.seed}
        assert e == Experiment(**plan.base.model_dump() | said)
    for place in range(len(plan.variants)):
        seeds = [e.seed for at, e in runs if at == place]
        assert seeds == list(range(seeds[0], seeds[0] + plan.seeds))
    assert len({e for _, e in runs}) == len(runs)


def read(text: str, base: Experiment) -> RacePlan | tuple:
    """A plan, or the complaints; any other exception is a fault."""
    try:
        return from_text(text, base)
    except LabError as error:
        return error.problems


@given(st.text(max_size=200) | st.text("celrnstmgu:|,;0123456789.-edhiqa", max_size=80))
def test_any_text_is_a_plan_or_a_complaint(text):
    for base in BASES.values():
        found = read(text, base)
        assert found, "neither"
        assert not isinstance(found, RacePlan) or from_text(to_text(found), base) == found


@given(plans(), st.data())
def test_a_text_that_was_cut_or_changed_is_a_plan_or_a_complaint(plan, data):
    text = to_text(plan)
    place = data.draw(st.integers(0, len(text)))
    assert read(text[:place], plan.base)
    assert read(text[:place] + data.draw(st.characters()) + text[place + 1 :], plan.base)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rubbish", "race_text"),
        ("cell:rnn|cell:gru", "race_text"),
        ("cell:rnn|cell:gru;seeds:x;equal:true", "race_text"),
        ("cell:rnn|cell:gru;seeds:2;equal:maybe", "race_text"),
        ("cell:rnn,cell:gru|cell:lstm;seeds:2;equal:true", "race_text"),
        ("cell|cell:gru;seeds:2;equal:true", "race_text"),
        ("cell:rnn|" * 400 + "cell:gru;seeds:1;equal:true", "race_text"),
        ("cell:rnn;seeds:2;equal:true", "race_variants"),
        ("cell:rnn|cell:gru;seeds:0;equal:true", "race_seeds"),
        ("cell:rnn|cell:gru;seeds:13;equal:true", "race_seeds"),
        ("text:a|text:b;seeds:2;equal:false", "race_field"),
        ("batch:1|batch:2;seeds:2;equal:false", "race_field"),
        ("attention:dot|attention:none;seeds:2;equal:false", "race_field"),
        ("cell:rnn|cell:tree;seeds:2;equal:false", "choice"),
        ("hidden:0|hidden:8;seeds:2;equal:false", "bounds"),
        ("hidden:nan|hidden:8;seeds:2;equal:false", "bounds"),
        ("hidden:4|hidden:8;seeds:2;equal:true", "race_hidden_equal"),
        ("seed:4|seed:8;seeds:2;equal:false", "race_seed_twice"),
        ("cell:rnn|cell:rnn;seeds:2;equal:false", "race_same"),
        ("|hidden:32;seeds:2;equal:false", "race_same"),
    ],
)
def test_a_broken_race_in_a_link_falls_back_with_a_note(text, code):
    with pytest.raises(LabError) as caught:
        from_text(text, Experiment())
    assert codes(caught.value) == [code]
    link = from_link(to_link(Experiment(), "en") + "&race=" + text)
    assert link.race is None
    assert [note.code for note in link.notes] == [code]
    assert link.experiment == Experiment()


def test_a_text_as_long_as_may_be_fits_a_link_and_is_read():
    base = BASES["next"]
    wide = [{"lr": 0.001 + k / 1e6, "clip": 1.5 + k, "dropout": 0.25} for k in range(VARIANTS[1])]
    plan = RacePlan(base, differences(base, [varying_values(base.model_copy(update=one)) for one in wide]), 4)
    assert len(to_text(plan)) < PLAN_CHARACTERS < LINK_CHARACTERS / 2
    assert from_text(to_text(plan), base) == plan


# Plans that are none


@pytest.mark.parametrize("count", [0, 1, 7])
def test_too_few_or_too_many_variants_are_counted(count):
    with pytest.raises(LabError) as caught:
        RacePlan(Experiment(), grid({"hidden": range(1, count + 1)}), 1)
    assert caught.value.problems[0].values == {"value": count, "low": 2, "high": 6}


@pytest.mark.parametrize(("count", "most"), [(2, 12), (3, 8), (4, 6), (5, 4), (6, 4)])
def test_as_many_seeds_as_the_runs_allow(count, most):
    changes = grid({"hidden": range(1, count + 1)})
    assert len(RacePlan(Experiment(), changes, most).runs()) <= RUNS
    with pytest.raises(LabError) as caught:
        RacePlan(Experiment(), changes, most + 1)
    assert caught.value.problems[0].values == {"value": most + 1, "variants": count, "high": most, "limit": RUNS}


def test_an_equal_budget_needs_an_output_layer():
    base = Experiment(text="a b c", hidden=3, head="none")
    with pytest.raises(LabError) as caught:
        RacePlan(base, grid({"cell": ("rnn", "gru")}), 1, equal=True)
    assert codes(caught.value) == ["race_head_equal"]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(LabError) as caught:
        RacePlan(Experiment(), (((("seed"), 1), ("text", "x")),), 30, True)
    assert codes(caught.value) == ["race_variants", "race_seeds", "race_field", "race_seed_twice"]


def test_the_last_seeds_there_are_are_used_where_the_first_is_too_late():
    top = int(BOUNDS["seed"][1])
    plan = RacePlan(Experiment(seed=top), grid({"cell": ("rnn", "gru")}), 3)
    assert sorted({e.seed for _, e in plan.runs()}) == [top - 2, top - 1, top]


# What may differ


@EVERY_BASE
def test_only_what_a_task_uses_may_differ_and_never_its_data(base):
    used = varying_fields(base)
    assert set(used) == set(VARYING_FIELDS) - set(UNUSED_FIELDS[base.task])
    data = {"text", "data", "pairs", "tokenizer", "words", "lower", "max_length", "held_out", "probe", "sentence"}
    assert not set(used) & (
        data | {"target", "window", "stride", "batch", "shuffle", "loss", "epochs", "task", "preset"}
    )


@EVERY_BASE
def test_what_is_suggested_makes_a_race(base):
    for name in varying_fields(base):
        values = suggested_values(base, name)
        assert len(set(values)) >= 2
        assert values == validated_values(base, name, values)
    wanted = suggested_axis(base)
    assert len(RacePlan(base, grid(wanted), 3).runs()) == 3 * len(next(iter(wanted.values())))


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("words-next", "cell"),
        ("attention", "attention"),
        ("bilstm", "readout"),
        ("packed", "cell"),
        ("gru-tagger", "cell"),
    ],
)
def test_the_first_race_is_about_what_is_most_worth_comparing(preset, name):
    assert list(suggested_axis(Experiment(preset=preset))) == [name]


@given(st.lists(st.integers(1, 256), min_size=1, max_size=6))
def test_typed_numbers_are_those_of_an_experiment_each_once(values):
    found = validated_values(Experiment(), "hidden", [str(value) for value in values])
    assert found == tuple(dict.fromkeys(values))
    assert all(type(value) is int for value in found)


def test_every_value_that_is_none_is_named():
    with pytest.raises(LabError) as caught:
        validated_values(Experiment(), "hidden", ["8", "no", "0", "300", "1.5", "16"])
    assert [problem.values["value"] for problem in caught.value.problems] == ["no", "0", "300", "1.5"]
    assert {problem.field for problem in caught.value.problems} == {"hidden"}
    with pytest.raises(LabError):
        validated_values(Experiment(), "lr", ["nan"])
    assert validated_values(Experiment(), "lr", ["1e-3", "0.001", "0.1"]) == (0.001, 0.1)
    assert not any(map(math.isnan, validated_values(Experiment(), "lr", ["1"])))


# Grids


@given(st.data())
def test_a_grid_is_every_combination_and_is_known_again(data):
    base = Experiment()
    names = data.draw(
        st.lists(st.sampled_from(["cell", "hidden", "lr", "bidirectional"]), min_size=1, max_size=2, unique=True)
    )
    axes = {name: tuple(data.draw(st.lists(values_of(name), min_size=1, max_size=3, unique=True))) for name in names}
    changes = grid(axes)
    assert [tuple(dict(one).values()) for one in changes] == list(product(*axes.values()))
    assert axes_of(changes) == axes
    if len(changes) > 1:
        rest = changes[:-1]
        known = axes_of(rest)
        assert known is None or grid(known) == rest
    assert all(Experiment(**base.model_dump() | dict(one)) for one in changes)


def test_what_is_no_grid_is_not_taken_for_one():
    two = grid({"cell": ("rnn", "gru"), "hidden": (4, 8)})
    assert axes_of(two[:3]) is None
    assert axes_of((two[0], two[2])) == {"cell": ("rnn", "gru"), "hidden": (4,)}
    assert axes_of(()) is None
    assert axes_of(((("cell", "rnn"),), (("hidden", 4),))) is None
    assert axes_of(grid({"cell": ("rnn", "gru"), "hidden": (4, 8), "layers": (1,)})) is None


@given(st.lists(st.builds(
    lambda cell, hidden, lr: Experiment(cell=cell, hidden=hidden, lr=lr),
    st.sampled_from(["rnn", "gru"]), st.integers(4, 6), st.sampled_from([0.1, 0.01]),
), min_size=2, max_size=6))  # fmt: skip
def test_hand_picked_variants_say_no_more_than_they_must_and_are_what_was_picked(picked):
    base = Experiment(epochs=7)
    changes = differences(base, [varying_values(one) for one in picked])
    for one, change in zip(picked, changes, strict=True):
        assert Experiment(**base.model_dump() | dict(change)) == one.model_copy(update={"epochs": 7})
    for name in varying_fields(base):
        same = all(getattr(one, name) == getattr(base, name) for one in picked)
        assert same == all(name not in dict(change) for change in changes)
