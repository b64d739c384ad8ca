"""Which lines are held out: none that is trained on, and of every label one is left to learn from."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError
from rnnlab.data import split
from rnnlab.inspection.generation import training_lines
from rnnlab.presets.presets import PRESETS
from rnnlab.training.tasks import data_of

lines = st.lists(st.sampled_from([f"{a} {b}" for a in "abcd" for b in "xyz"]), min_size=4, max_size=20)


def experiment(**fields) -> Experiment:
    return Experiment(**{"held_out": 0.4} | fields)


def drawn(count: int, e: Experiment) -> set[int]:
    """As the plain program draws them."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(e.seed)).tolist()
    return set(order[: max(1, round(count * e.held_out))])


@given(lines.filter(lambda some: len(set(some)) > 2), st.integers(0, 99))
def test_copies_of_a_line_are_on_one_side(some, seed):
    trained, held = split(some, experiment(seed=seed))
    assert sorted(trained + held) == list(range(len(some)))
    assert trained == sorted(trained)
    assert not {some[i] for i in trained} & {some[i] for i in held}
    assert len({some[i] for i in held}) == max(1, round(0.4 * len(set(some))))


@given(st.integers(3, 60), st.integers(0, 99), st.sampled_from([0.1, 0.2, 0.5]))
def test_lines_that_all_differ_are_drawn_as_a_plain_program_draws_them(count, seed, share):
    e = experiment(seed=seed, held_out=share)
    if round(count * share) < count:
        trained, held = split(list(range(count)), e)
        assert set(held) == drawn(count, e)
        assert set(trained) == set(range(count)) - drawn(count, e)


@given(st.lists(st.sampled_from("AAAAAAAABC"), min_size=4, max_size=20), st.integers(0, 99))
def test_a_line_of_every_label_is_left_to_learn_from(labels, seed):
    e = experiment(seed=seed)
    count = len(labels)
    _, held = split(list(range(count)), e, labels)
    plain = drawn(count, e)
    if set(labels) == {labels[i] for i in range(count) if i not in plain}:
        assert set(held) == plain, "the draw is what it was"
    if len(set(labels)) < count:  # else whichever is held out is the only one of its label
        assert {labels[i] for i in range(count) if i not in held} == set(labels)
    assert held


def draws(fields: dict) -> bool:
    """Whether lines are held out, and drawn by chance: not the end of a column."""
    return bool(fields.get("held_out")) and fields.get("task") != "series"


# A machine reports the same again: of `rare-faults` the lab says so.
@pytest.mark.parametrize(
    "preset", [name for name, one in PRESETS.items() if draws(one.fields) and name != "rare-faults"]
)
def test_the_presets_hold_out_what_they_always_did(preset):
    for seed in (0, 2, 17):
        e = Experiment(preset=preset, seed=seed)
        data = data_of(e)
        assert "repeated_lines" not in {note.code for note in data.notes}
        count = len(data.pairs) + len(data.held)
        assert len(data.held) == len(drawn(count, e))


def test_where_copies_leave_nothing_to_hold_out_it_is_an_error_that_counts_them():
    with pytest.raises(LabError) as caught:
        split(["a b"] * 5, experiment())
    (problem,) = caught.value.problems
    assert (problem.code, problem.values["count"]) == ("held_out", 1)


TWICE = {
    "next": "a b c\nb c d\nc d e\nd e a\n" * 2,
    "classify": "x | a b c\ny | b c d\nx | c d e\ny | d e a\n" * 2,
    "tag": "a/X b/Y c/X\nb/Y c/X d/Y\nc/X d/X e/Y\nd/X e/Y a/X\n" * 2,
    "seq2seq": "a b c | x\nb c d | y\nc d e | z\nd e a | x\n" * 2,
}


@pytest.mark.parametrize("task", TWICE)
def test_no_task_tests_on_a_line_that_it_trains_on_and_copies_are_counted(task):
    e = experiment(task=task, text=TWICE[task], held_out=0.5)
    data = data_of(e)
    assert len(data.pairs) == len(data.held) == 4
    assert not {tuple(pair.inputs) for pair in data.pairs} & {tuple(pair.inputs) for pair in data.held}
    (note,) = [note for note in data.notes if note.code == "repeated_lines"]
    assert note.values == {"count": 4}
    assert not any(
        note.code == "repeated_lines" for note in data_of(experiment(task=task, text=TWICE[task], held_out=0)).notes
    )


def test_what_is_the_same_only_as_it_is_read_is_a_copy_too():
    """By letter case, where that is not read, and behind the longest that is read."""
    same = "x | A b\ny | c d\nx | a B\ny | e f\n"
    assert [note.values["count"] for note in data_of(experiment(task="classify", text=same, lower=True)).notes] == [1]
    long = "x | a b c\ny | c d e\nx | a b d\ny | e f g\n"
    codes = [note.code for note in data_of(experiment(task="classify", text=long, max_length=2)).notes]
    assert codes == ["rows_cut", "repeated_lines"]


def test_a_copied_text_is_one_that_was_trained_on():
    """What the page Generate looks for copies in are the lines that are trained on, of both copies or of none."""
    e = experiment(text=TWICE["next"], held_out=0.5)
    found = Counter(training_lines(e))
    data = data_of(e)
    tokens = data.vocabulary.tokens
    assert {line[:-1] for line in found} == {tuple(tokens[id] for id in pair.inputs) for pair in data.pairs}
    assert set(found.values()) == {2}


def test_held_out_windows_that_are_trained_on_in_another_line_are_counted():
    e = experiment(text="a b c d\nx b c y\nb c z w", window=2, held_out=0.3)
    data = data_of(e)
    seen = {(tuple(p.inputs), tuple(p.targets)) for p in data.pairs}
    again = sum((tuple(p.inputs), tuple(p.targets)) in seen for p in data.held)
    said = [note.values for note in data.notes if note.code == "held_again"]
    assert said == ([{"count": again, "total": len(data.held)}] if again else [])
    both = data_of(experiment(text="a b c d\na b c e", window=2, held_out=0.5))
    assert [note.values for note in both.notes if note.code == "held_again"] == [{"count": 1, "total": 2}]


def test_answers_that_are_never_trained_on_are_named():
    lines = "\n".join(f"a/X b/Y c{i}/X" for i in range(5)) + "\nq/RARE a/X"
    for seed in range(6):
        data = data_of(experiment(task="tag", text=lines, seed=seed))
        trained = {id for pair in data.pairs for id in pair.targets}
        missing = {data.classes.tokens[id] for pair in data.held for id in pair.targets} - {
            data.classes.tokens[id] for id in trained
        }
        said = [note.values for note in data.notes if note.code == "never_trained"]
        assert said == ([{"count": 1, "value": "RARE"}] if missing else [])
    only = data_of(experiment(task="classify", text="x | a b\ny | c d", held_out=0.5))
    assert {note.code for note in only.notes} >= {"never_trained", "one_answer"}


def test_held_out_lines_that_all_ask_for_one_answer_are_said_to():
    lines = "\n".join([*(f"pos | good film {i}" for i in range(18)), "neg | bad film", "neg | worse film"])
    said = set()
    for seed in range(8):
        data = data_of(experiment(task="classify", text=lines, held_out=0.2, seed=seed))
        asked = {data.classes.tokens[id] for pair in data.held for id in pair.targets}
        notes = [note.values for note in data.notes if note.code == "held_one_answer"]
        assert notes == ([{"value": "pos"}] if asked == {"pos"} else [])
        said.add(bool(notes))
    assert said == {True, False}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "buffalo buffalo buffalo buffalo"}, "one_type"),
        ({"text": "哈哈哈哈", "tokenizer": "chars"}, "one_type"),
        ({"text": "ha ha\nha ha ha"}, "one_type"),
        ({"text": "a a", "target": "a a"}, "one_type"),
        ({"task": "tag", "text": "a/X b/X\nc/X"}, "one_tag"),
        ({"task": "classify", "text": "x | a b\nx | c d"}, "one_class"),
    ],
)
def test_where_only_one_thing_can_be_answered_there_is_nothing_to_learn(fields, code):
    with pytest.raises(LabError) as caught:
        data_of(Experiment(**fields))
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"text": "a b b b b"}, "b"),
        ({"text": "a b\nc b"}, "b"),
        ({"text": "a b c", "target": "d d d"}, "d"),
        ({"task": "seq2seq", "text": "a b | x y\nc | x y"}, "x y"),
    ],
)
def test_where_one_answer_is_always_right_it_is_said(fields, value):
    assert [note.values for note in data_of(Experiment(**fields)).notes if note.code == "one_answer"] == [
        {"value": value}
    ]
    assert not data_of(Experiment()).notes
