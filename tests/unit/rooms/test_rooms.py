"""A room of a class: who may come in, what is kept of him, what is told and when, and how it ends."""

import statistics
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.i18n import LANGUAGES, LabError, describe
from rnnlab.rooms import results
from rnnlab.rooms.room import (
    ANIMALS,
    COLOURS,
    HERE,
    PUPILS,
    SPLIT_FIELDS,
    WITHOUT_TEACHER,
    Room,
    Split,
    Trained,
    answered,
    bars,
    has_answered,
    joined,
    told,
)
from rnnlab.rooms.rooms import LETTERS, ROOMS, Rooms
from tests.support.examples import examples


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def full(pupils: int, **fields) -> Room:
    room = Room("ABCDEF", "secret", 0.0, **fields)
    for number in range(pupils):
        room = joined(room, f"browser {number}", 0.0)
    return room


def trained(losses, accuracy=0.5, alike=0, **values) -> Trained:
    alike = dict.fromkeys(SPLIT_FIELDS, alike)
    return Trained(tuple(range(1, len(losses) + 1)), tuple(losses), 100, accuracy, False, values, alike)


def refused(code: str, act) -> None:
    with pytest.raises(LabError) as error:
        act()
    (problem,) = error.value.problems
    assert problem.code == code
    for lang in LANGUAGES:
        assert f"problem.{code}" not in describe(problem, lang)


def test_a_room_is_found_by_its_code_however_it_is_typed():
    rooms = Rooms(Clock())
    room = rooms.open()
    assert set(room.code) <= set(LETTERS)
    assert rooms.find(f" {room.code.lower()} ") == room
    for code in ("", "ABCDE", "<b>x</b>", "９" * 6, "x" * 5_000):
        refused("room_none", lambda code=code: rooms.find(code))


def test_each_of_several_processes_makes_codes_of_its_own_letter():
    one, other = Rooms(letter="A"), Rooms(letter="B")
    codes = {one.open().code for _ in range(20)}
    assert {code[0] for code in codes} == {"A"}
    assert {len(code) for code in codes} == {6}
    for code in codes:
        assert other.is_elsewhere(f" {code.lower()} ")
        assert not one.is_elsewhere(code)
        assert not Rooms().is_elsewhere(code)  # alone, it has all rooms that there are
    for code in ("", "A", "A<b>xx", "A" * 7, "\u0391BCDEF"):
        assert not other.is_elsewhere(code)
    for letter in ("AB", "a", "O", " "):
        with pytest.raises(ValueError, match="RNNLAB_ROOMS"):
            Rooms(letter=letter)


def test_only_the_teacher_changes_a_room_and_as_long_as_he_is_heard_of_it_lives():
    clock = Clock()
    rooms = Rooms(clock)
    room = rooms.open()
    for other in ("", room.code, room.teacher[:-1], room.teacher + "x", "é"):
        refused("room_teacher", lambda other=other: rooms.teach(room.code, other))
        refused("room_teacher", lambda other=other: rooms.close(room.code, other))
    clock.now += WITHOUT_TEACHER - 1
    assert (
        rooms.teach(room.code, room.teacher, lambda room: replace(room, leads="lesson=gates")).leads == "lesson=gates"
    )
    clock.now += WITHOUT_TEACHER - 1
    rooms.join(room.code, "browser")  # a pupil keeps no room alive
    clock.now += 2
    refused("room_none", lambda: rooms.join(room.code, "browser"))
    other = rooms.open()
    rooms.close(other.code.lower(), other.teacher)
    refused("room_none", lambda: rooms.find(other.code))


def test_there_are_so_many_rooms_and_an_ended_one_makes_room():
    clock = Clock()
    rooms = Rooms(clock)
    assert len({rooms.open().code for _ in range(ROOMS)}) == ROOMS
    refused("rooms_many", rooms.open)
    clock.now += WITHOUT_TEACHER + 1
    rooms.open()
    assert len(rooms.rooms) == 1


def test_who_comes_back_has_his_place_and_two_hundred_have_one():
    room = full(PUPILS)
    assert [pupil.number for pupil in room.pupils.values()] == list(range(PUPILS))
    refused("room_full", lambda: joined(room, "one more", 0.0))
    again = joined(room, "browser 7", 9.0)
    assert (again.pupils["browser 7"].number, again.pupils["browser 7"].seen) == (7, 9.0)
    assert len(again.pupils) == PUPILS


def test_colour_and_animal_tell_all_pupils_of_a_class_from_each_other():
    pupils = full(PUPILS).pupils.values()
    first = [(pupil.colour, pupil.animal) for pupil in pupils if pupil.number < ANIMALS * COLOURS]
    assert len({*first}) == len(first) == ANIMALS * COLOURS
    assert len({*first[:COLOURS]}) == len({colour for colour, _ in first[:COLOURS]}), "neighbours have other colours"


def test_who_is_not_heard_of_any_more_is_not_here():
    room = told(full(3), "browser 1", 30.0, page="cell")
    assert [pupil.number for pupil in room.here(HERE)] == [0, 1, 2]
    assert [(pupil.number, pupil.page) for pupil in room.here(HERE + 1)] == [(1, "cell")]
    assert told(room, "a stranger", 30.0, page="cell") is room


def test_answers_are_told_once_they_are_revealed_and_the_first_counts():
    room = full(4)
    for number, answer in enumerate(["yes", "no", "yes"]):
        room = answered(room, f"browser {number}", "gates.keeps-all", answer, 1.0)
    room = answered(room, "browser 1", "gates.keeps-all", "yes", 2.0)  # he has seen what is right
    room = answered(room, "a stranger", "gates.keeps-all", "yes", 2.0)
    assert bars(room, "gates.keeps-all") is None
    assert has_answered(room, "gates.keeps-all") == 3
    revealed = replace(room, revealed="gates.keeps-all")
    assert bars(revealed, "gates.keeps-all") == {"yes": 2, "no": 1}
    assert bars(revealed, "gates.copies") is None


def test_each_takes_another_seed_or_a_value_in_turn():
    pupils = list(full(7).pupils.values())
    assert [Split("seed").value_of(pupil) for pupil in pupils] == [*range(7)]
    assert Split("seed").dealt(pupils[4]) == {"seed": 4}
    split = Split("cell", ("rnn", "lstm", "gru"))
    assert [split.dealt(pupil)["seed"] for pupil in pupils] == [0, 0, 0, 1, 1, 1, 2], "groups have the same seeds"
    assert [split.value_of(pupil) for pupil in pupils] == ["rnn", "lstm", "gru", "rnn", "lstm", "gru", "rnn"]


@given(st.lists(st.lists(st.floats(0, 50), min_size=4, max_size=4), min_size=1, max_size=9))
@examples(40)
def test_a_group_is_summed_up_by_median_and_quartiles(curves):
    group = results.group("gru", [trained(curve) for curve in curves])
    assert group.epochs.tolist() == [1, 2, 3, 4]
    for place, losses in enumerate(zip(*curves, strict=True)):
        assert group.median[place] == pytest.approx(statistics.median(losses))
        if len(losses) > 1:
            low, _, high = statistics.quantiles(losses, n=4, method="inclusive")
            assert (group.low[place], group.high[place]) == (pytest.approx(low), pytest.approx(high))


def test_groups_are_compared_as_far_as_all_of_them_have_come():
    room = full(5, split=Split("hidden", (8, 16)))
    for number, (losses, accuracy) in enumerate([([4, 3, 2], 1.0), ([9], 0.2), ([6, 5], 0.9), ([7, 1], 1.0)]):
        room = told(room, f"browser {number}", 1.0, trained=trained(losses, accuracy, hidden=(8, 16)[number % 2]))
    small, large = results.groups(room)
    assert (small.value, small.pupils, small.reached, small.epochs.tolist()) == (8, 2, 1, [1, 2])
    assert small.median.tolist() == [5, 4]
    assert (large.value, large.pupils, large.reached, large.median.tolist()) == (16, 2, 1, [8])
    assert results.reached(room) == (2, 4)
    assert results.groups(full(3)) == []


def test_a_run_counts_where_its_value_is_and_one_of_another_experiment_nowhere():
    room = full(5, split=Split("cell", ("rnn", "lstm", "gru")))
    runs = [("gru", 1.0, 0), ("lstm", 0.5, 0), ("gru", 1.0, 7), ("mgu", 1.0, 0), ("gru", 0.5, 0)]  # dealt: rnn, lstm, …
    for number, (cell, accuracy, alike) in enumerate(runs):
        room = told(room, f"browser {number}", 1.0, trained=trained([2, 1], accuracy, alike, cell=cell))
    assert [(one.value, one.pupils, one.reached) for one in results.groups(room)] == [("lstm", 1, 0), ("gru", 2, 1)]
    assert results.reached(room) == (1, 3)
    assert results.left_out(room) == 2
    own_way = replace(room, split=None)
    assert results.reached(own_way) == (3, 5)
    assert results.left_out(own_way) == 0


def test_a_long_curve_keeps_its_ends():
    epochs, losses = results.thinned(range(1, 5_001), np.linspace(9, 0, 5_000))
    assert len(epochs) == len(losses) == 200
    assert (epochs[0], epochs[-1], losses[0], losses[-1]) == (1, 5_000, 9, 0)
    assert results.thinned([1, 2], [3.0, 2.0]) == ((1, 2), (3.0, 2.0))


def test_many_who_come_at_once_each_get_a_place():
    rooms = Rooms()
    code = rooms.open().code
    threads = [Thread(target=rooms.join, args=(code, f"browser {number}")) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(pupil.number for pupil in rooms.find(code).pupils.values()) == list(range(60))
