"""What readers may have, by the environment and by the clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.engine.limits import LOOKS, is_of_limit, no_room, used_up
from rnnlab.hosting.hours import HOUR, STEP, Hours
from rnnlab.hosting.limits import VARIABLES, HostLimits, crowded
from rnnlab.hosting.readers import Reader, Readers
from rnnlab.i18n import LANGUAGES, LabError, describe


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_every_limit_is_read_and_has_a_default_within_its_bounds():
    given_ = {variable: str(low + 1) for variable, low, _ in VARIABLES.values()}
    read, default = HostLimits.read(given_), HostLimits.read({"RNNLAB_RUNS": " "})
    assert default == HostLimits()
    assert vars(read).keys() == VARIABLES.keys()
    for field, (_, low, high) in VARIABLES.items():
        assert getattr(read, field) == low + 1
        assert low <= getattr(default, field) <= high


@pytest.mark.parametrize("wrong", ["0", "-5", "many", "1.5", "1e3", "²", "9" * 30])
def test_a_limit_that_is_none_is_refused_with_its_name_value_and_bounds(wrong):
    with pytest.raises(LabError) as refused:
        HostLimits.read({"RNNLAB_RUNS": wrong, "RNNLAB_SESSIONS": "x", "RNNLAB_READER_RUNS": "3"})
    sessions, runs = refused.value.problems
    for lang in LANGUAGES:
        assert all(one in describe(runs, lang) for one in ("RNNLAB_RUNS", wrong[:20], "1", "100,000"))
        assert "RNNLAB_SESSIONS" in describe(sessions, lang)


@given(
    st.lists(st.tuples(st.floats(0, 600), st.floats(0.01, 90)), min_size=1, max_size=80),
    st.floats(10, 1_000),
)
def test_an_hour_holds_what_was_computed_in_it_and_there_is_room_when_it_is_said(events, most):
    clock = Clock()
    hours, log = Hours(clock), []
    for pause, seconds in events:
        clock.now += pause
        hours.add("a", seconds)
        log.append((clock.now, seconds))
    least = sum(seconds for at, seconds in log if clock.now - at < HOUR - STEP)
    whole = sum(seconds for at, seconds in log if clock.now - at < HOUR)
    assert least - 1e-6 <= hours.within("a") <= whole + 1e-6
    wait = hours.room_in("a", most)
    assert (wait == 0) == (hours.within("a") < most)
    if wait:
        clock.now += wait - 1e-3
        assert hours.within("a") >= most
        clock.now += 2e-3
        assert hours.within("a") < most


def test_what_is_long_ago_takes_no_memory():
    clock = Clock()
    hours = Hours(clock)
    for number in range(1_000):
        clock.now += STEP + 1
        hours.add(str(number), 1.0)
    assert len(hours.by_name) <= HOUR / STEP + 1


@pytest.fixture
def few(monkeypatch):
    """Few of everything, and the clock by which an hour goes."""
    clock, readers = Clock(), Readers()
    readers.hours = Hours(clock)
    small = HostLimits(runs=8, reader_runs=2, reader_seconds=100, address_seconds=150)
    monkeypatch.setattr("rnnlab.engine.limits.host_limits", lambda: small)
    return clock, readers


def code(problem) -> str:
    assert problem is None or is_of_limit(problem)
    return problem.code if problem else ""


def test_who_has_had_his_hours_computing_may_look_a_little_more_and_trains_again_when_it_is_over(few):
    clock, readers = few
    one, other = readers.find("one", "203.0.113.7"), readers.find("other", "203.0.113.7")
    one.spend(99.0)
    assert used_up(one, trains=True) is None
    one.spend(1.5)
    problem = used_up(one, trains=True)
    assert (code(problem), problem.values) == (
        "limit_reader_seconds",
        {"value": "100", "limit": "100", "minutes": 60},
    )
    assert used_up(one, trains=False) is None
    assert used_up(other, trains=True) is None
    one.spend(100 * LOOKS)
    assert code(used_up(one, trains=False)) == "limit_reader_seconds"
    assert code(used_up(other, trains=False)) == "limit_address_seconds"
    assert used_up(readers.find("one more", "198.51.100.2"), trains=True) is None
    clock.now += HOUR
    assert used_up(one, trains=True) is used_up(other, trains=True) is None


def test_who_sits_at_the_machine_itself_is_no_visitor(few):
    _, readers = few
    host = readers.find("", "")
    host.spend(1e6)
    assert used_up(host, trains=True) is None
    assert no_room(host, [host] * 7) is None
    assert code(no_room(host, [host] * 8)) == "limit_runs"


def test_a_run_has_a_place_unless_all_or_his_or_half_are_taken(few):
    _, readers = few
    here, there = (readers.find(name, "203.0.113.7") for name in ("here", "there"))
    far = readers.find("far", "198.51.100.2")
    assert no_room(here, [here, far]) is None
    assert code(no_room(here, [here, here])) == "limit_reader_runs"
    assert code(no_room(here, [there] * 4)) == "limit_address_runs"
    assert no_room(far, [there] * 7) is None
    assert code(no_room(far, [there] * 8)) == "limit_runs"
    assert no_room(None, [None] * 7) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=200), st.integers(1, 30), st.integers(1, 10))
def test_no_address_and_no_reader_takes_all_places(arrivals, most, his):
    there: list[Reader] = []
    readers = {(at, who): Reader(f"{at} {who}", f"address {at}") for at in range(4) for who in range(6)}
    for arrival in arrivals:
        reader = readers[arrival]
        if crowded(reader, there, most, his) is None:
            there.append(reader)
    assert len(there) <= most
    for reader in readers.values():
        assert there.count(reader) <= his
        assert sum(one.address == reader.address for one in there) <= max(most // 2, 1)
