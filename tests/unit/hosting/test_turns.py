"""Whose page is drawn next."""

import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.hosting import turns
from rnnlab.hosting.readers import Reader, Readers
from rnnlab.hosting.shares import CREDIT
from rnnlab.hosting.turns import SLICE, Turn, Turns

SCHOOL, HOME = "203.0.113.7", "198.51.100.2"


class Clock:
    """What a thread has computed, as the test says."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(turns.time, "thread_time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


def ask(all_turns: Turns, reader: Reader, expected: float = 0.03, weight: float = 1.0) -> Turn:
    """As `begin` without waiting for it."""
    turn = Turn(reader, expected, weight)
    all_turns.join(turn)
    all_turns.call_next()
    return turn


def draw(all_turns: Turns, turn: Turn, seconds: float) -> None:
    assert turn in all_turns.drawing
    turn.drawn = turns.time.thread_time() - seconds
    all_turns.end(turn)


def drawing(all_turns: Turns) -> Turn:
    [turn] = all_turns.drawing
    return turn


def test_pages_are_drawn_one_after_the_other_whatever_happens_in_them():
    all_turns, readers, at_once, most = Turns(), Readers(), [], []

    def draws(number: int) -> None:
        with suppress(ZeroDivisionError), all_turns.turn(readers.find(f"{number}", SCHOOL), 0.03):
            at_once.append(number)
            most.append(len(at_once))
            time.sleep(0.002)
            at_once.remove(number)
            _ = 1 / (number % 3)

    threads = [threading.Thread(target=draws, args=(number,)) for number in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10.0)
    assert most == [1] * 20
    assert not all_turns.drawing
    assert not all_turns.waiting


@pytest.mark.usefixtures("clock")
def test_what_is_short_is_drawn_before_what_is_long():
    all_turns, readers = Turns(), Readers()
    first = ask(all_turns, readers.find("first", HOME))
    whole, part = (ask(all_turns, readers.find(name, HOME), seconds) for name, seconds in (("a", 0.15), ("b", 0.03)))
    draw(all_turns, first, 0.03)
    assert drawing(all_turns) is part
    draw(all_turns, part, 0.03)
    assert drawing(all_turns) is whole


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("cookies", [1, 40])
def test_who_has_two_hundred_tabs_or_says_that_he_is_many_waits_behind_himself(cookies):
    """Two at home, each at work every now and then, wait for one page of his at most."""
    all_turns, readers = Turns(), Readers()
    for number in range(200):
        ask(all_turns, readers.find(f"{number % cookies}", SCHOOL), 0.15, 3.0)
    draw(all_turns, drawing(all_turns), 0.15)
    for _ in range(50):
        clicks = [ask(all_turns, readers.find(name, HOME), 0.03) for name in ("he", "she")]
        draw(all_turns, drawing(all_turns), 0.1)
        assert drawing(all_turns) in clicks
        draw(all_turns, drawing(all_turns), 0.03)
        assert drawing(all_turns) in clicks
        draw(all_turns, drawing(all_turns), 0.03)
        assert drawing(all_turns).reader.address == SCHOOL  # which is not kept out either


@settings(deadline=None)
@given(st.lists(st.integers(1, 12), min_size=2, max_size=4), st.floats(0.01, 0.2))
def test_addresses_that_always_want_more_get_as_much_as_each_other_and_so_do_readers_of_one(crowds, seconds):
    all_turns, readers = Turns(), Readers()
    got: dict[str, float] = {}
    everybody = [readers.find(f"{at}.{number}", f"{at}") for at, crowd in enumerate(crowds) for number in range(crowd)]
    for reader in everybody:
        ask(all_turns, reader)
    for _ in range(400):
        turn = drawing(all_turns)
        for owner in (turn.reader.address, turn.reader.name):
            got[owner] = got.get(owner, 0.0) + seconds
        all_turns.join(Turn(turn.reader, 0.03, 1.0))  # he wants the next already
        draw(all_turns, turn, seconds)
    apart = 2 * seconds + CREDIT
    addresses = [got[f"{at}"] for at in range(len(crowds))]
    assert max(addresses) - min(addresses) <= apart
    for at in range(len(crowds)):
        his = [got.get(reader.name, 0.0) for reader in everybody if reader.address == f"{at}"]
        assert max(his) - min(his) <= apart


@pytest.mark.usefixtures("clock")
def test_who_waits_for_a_worker_lets_others_draw_and_is_soon_at_it_again():
    all_turns, readers = Turns(), Readers()
    order = []
    with all_turns.turn(readers.find("a", HOME), 0.15) as turn:
        with all_turns.put_aside(turn):
            with all_turns.turn(readers.find("b", HOME), 0.15):
                order.append("b")
            assert not all_turns.drawing
        assert drawing(all_turns) is turn
    assert order == ["b"]


def test_a_long_page_gives_way_to_what_is_short_and_to_nothing_else(clock):
    all_turns, readers = Turns(), Readers()
    page = ask(all_turns, readers.find("a", HOME), 0.15)
    clock.now += 1.5 * SLICE
    all_turns.give_way(page)  # nobody else is there
    assert drawing(all_turns) is page
    other_page = ask(all_turns, readers.find("b", HOME), 0.15)
    all_turns.give_way(page)
    assert drawing(all_turns) is page, "both want as much, and this one is further"
    click = ask(all_turns, readers.find("c", HOME), 0.03)
    all_turns.give_way(page)
    assert drawing(all_turns) is page, "not within a slice"
    clock.now += 1.5 * SLICE
    waits = threading.Thread(target=all_turns.give_way, args=(page,))
    waits.start()
    assert click.came.wait(10.0)
    assert drawing(all_turns) is click
    draw(all_turns, click, 0.03)
    waits.join(10.0)
    assert drawing(all_turns) is page
    draw(all_turns, page, 0.0)
    assert drawing(all_turns) is other_page


def test_whatever_holds_a_page_up_does_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST", 0.05)
    all_turns, readers = Turns(), Readers()
    with all_turns.turn(readers.find("stuck", HOME), 0.03), all_turns.turn(readers.find("b", HOME), 0.03):
        assert len(all_turns.drawing) == 2


@pytest.mark.usefixtures("clock")
def test_nobody_is_remembered_once_all_is_drawn():
    all_turns, readers = Turns(), Readers()
    for number in range(100):
        draw(all_turns, ask(all_turns, readers.find(f"{number}", f"{number % 7}")), 0.1)
        assert not all_turns.readers
        assert not all_turns.addresses.used
    assert all_turns.seconds == pytest.approx(10.0)
