"""In which order waiting jobs come to a worker."""

from collections import Counter
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.engine.fair_queue import DEBT, FairQueue, QueuedJob
from rnnlab.hosting.readers import Readers
from rnnlab.hosting.shares import CREDIT


def filled(*owners: str) -> FairQueue:
    """One task after another, each called after its owner and its number among that owner's."""
    queue, counts = FairQueue(), dict.fromkeys(owners, 0)
    for owner in owners:
        counts[owner] += 1
        queue.put(QueuedJob(f"{owner}{counts[owner]}".encode(), Future(), owner))
    return queue


def names(queue: FairQueue) -> str:
    taken = []
    while task := queue.take(0.0):
        taken.append(task.payload.decode())
    return " ".join(taken)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("aaa", "a1 a2 a3"),
        ("abc", "a1 b1 c1"),
        ("aaabbc", "a1 b1 c1 a2 b2 a3"),
        ("aaaab", "a1 b1 a2 a3 a4"),
        ("abbba", "a1 b1 a2 b2 b3"),
    ],
)
def test_owners_are_served_in_turn_and_each_in_its_own_order(asked, served):
    assert names(filled(*asked)) == served


def test_who_comes_later_waits_for_no_second_job_of_another():
    queue = filled(*["a"] * 50)
    assert [queue.take(0.0).payload for _ in range(2)] == [b"a1", b"a2"]  # on two workers
    queue.put(QueuedJob(b"b1", Future(), "b"))
    assert names(queue).startswith("b1 a3 a4")


def test_who_comes_while_the_only_worker_is_busy_is_the_next():
    queue = filled(*"aaa")
    a1 = queue.take(0.0)
    queue.put(QueuedJob(b"b1", Future(), "b"))
    queue.put(QueuedJob(b"c1", Future(), "c"))
    queue.done(a1)
    assert names(queue) == "b1 c1 a2 a3"


def test_owners_with_jobs_at_work_wait_for_those_without():
    queue = filled(*"aaabb")
    a1, b1 = queue.take(0.0), queue.take(0.0)
    queue.done(b1)
    assert queue.take(0.0).payload == b"b2"
    queue.done(a1)
    assert names(queue) == "a2 a3"


def worked(queue: FairQueue, jobs: int, seconds: dict[str, float]) -> str:
    """Whom one worker serves in so many turns, where each owner's jobs take so long and each asks for the next one."""
    served = []
    for _ in range(jobs):
        task = queue.take(0.0)
        served.append(task.owner)
        queue.done(task, seconds[task.owner])
        queue.put(QueuedJob(b"", Future(), task.owner))
    return "".join(served)


def test_owners_get_the_same_time_however_long_their_jobs_are():
    served = worked(filled(*"abc"), 700, {"a": 0.08, "b": 0.04, "c": 0.02})
    assert [served.count(owner) for owner in "abc"] == pytest.approx([100, 200, 400], abs=3)


def test_something_short_is_done_at_once_though_thirty_long_ones_go_on():
    queue = filled(*map(chr, range(1000, 1030)))
    seconds = dict.fromkeys(map(chr, range(1000, 1030)), 0.05) | {"n": 0.04}
    worked(queue, 3_000, seconds)
    queue.put(QueuedJob(b"", Future(), "n"))
    assert worked(queue, 6, seconds) == 6 * "n"


def test_something_long_that_comes_later_takes_turns_with_what_was_there():
    queue, seconds = filled(*"ab"), {"a": 0.05, "b": 0.05, "n": 0.05}
    worked(queue, 4_000, seconds)
    queue.put(QueuedJob(b"", Future(), "n"))
    served = worked(queue, 310, seconds)
    assert served[:5] == 5 * "n"  # a quarter of a second, and no more
    assert [served[5:].count(owner) for owner in "abn"] == pytest.approx([102, 102, 102], abs=2)


def test_who_was_away_has_saved_up_no_more_than_who_is_new():
    queue, seconds = filled("b"), {"a": 0.05, "b": 0.05}
    queue.done(queue.take(0.0), 0.05)  # it asks for nothing more
    for _ in range(1_000):
        queue.put(QueuedJob(b"", Future(), "a"))
        queue.done(queue.take(0.0), 0.05)
    for owner in "ab":
        queue.put(QueuedJob(b"", Future(), owner))
    assert worked(queue, 40, seconds).count("b") == pytest.approx(20 + CREDIT / 0.05 / 2, abs=2)


def test_a_job_that_took_very_long_keeps_nobody_waiting_for_ever():
    queue, seconds = filled(*"ab"), {"a": 0.05, "b": 0.05}
    task = queue.take(0.0)
    queue.done(task, 60.0)  # its worker had been stopped
    queue.put(task)
    served = worked(queue, 100, seconds)
    assert served.index(task.owner) <= DEBT / 0.05 + 1


def test_the_queue_remembers_only_those_who_matter():
    queue = FairQueue()
    for number in range(2_000):
        queue.put(QueuedJob(b"", Future(), number))
        queue.done(queue.take(0.0), 0.1)
        queue.put(QueuedJob(b"", Future(), "always"))
        queue.done(queue.take(0.0), 0.1)
    assert len(queue.shares.used) < 20


def test_what_was_computed_is_counted_and_what_was_lost_is_not():
    queue = FairQueue()
    for name, seconds in (("start", 0.25), ("advance", 0.5), ("advance", 1.0), ("advance", None)):
        queue.put(QueuedJob(b"", Future(), "a", name))
        assert queue.length == 1
        queue.done(queue.take(0.0), seconds)
    assert queue.length == 0
    assert queue.tally.jobs == {"start": 1, "advance": 2}
    assert queue.tally.seconds == 1.75


def test_a_job_knows_its_place():
    queue = filled(*"aab")
    c = QueuedJob(b"", Future(), "c")
    queue.put(c)
    assert queue.place(c.outcome) == 3
    a1 = queue.take(0.0)
    assert (queue.place(a1.outcome), queue.place(c.outcome)) == (0, 2)
    queue.take(0.0)
    assert queue.place(c.outcome) == 1
    queue.take(0.0)
    assert queue.place(c.outcome) == 0


def test_what_is_put_back_is_the_next():
    queue = filled(*"aabb")
    task = queue.take(0.0)
    queue.put_back(task)
    assert names(queue) == "a1 b1 a2 b2"
    queue = filled(*"ab")
    first, second = queue.take(0.0), queue.take(0.0)
    queue.put_back(second)
    queue.put_back(first)
    assert names(queue) == "a1 b1"


def test_a_closed_queue_takes_nothing_more_and_gives_what_it_has():
    queue = filled(*"ab")
    queue.close()
    with pytest.raises(RuntimeError):
        queue.put(QueuedJob(b"c1", Future(), "c"))
    assert names(queue) == "a1 b1"


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_the_place_of_a_job_is_the_turn_in_which_it_is_taken(owners):
    queue = filled(*owners)
    waiting = [queued for jobs in queue.waiting.values() for queued in jobs]
    said = {queued.payload: queue.place(queued.outcome) for queued in waiting}
    taken = [queue.take(0.0).payload for _ in waiting]  # each by a worker of its own
    assert [said[job] for job in taken] == [*range(1, len(taken) + 1)]


def test_two_hundred_tabs_of_a_person_get_what_one_tab_of_another_gets():
    readers, queue = Readers(), FairQueue()
    tabs = [readers.find("many", "203.0.113.7") for _ in range(200)]
    few = readers.find("few", "203.0.113.7")
    for owner in (*tabs, few):
        queue.put(QueuedJob(b"", Future(), owner))
    served = worked_by_one(queue, 400)
    assert served[few] == pytest.approx(served[tabs[0]], abs=CREDIT / 0.05)


def test_a_thousand_cookies_of_one_address_get_no_more_than_a_class():
    readers, queue = Readers(), FairQueue()
    tabs = [readers.find(f"cookie {number}", "203.0.113.7") for number in range(1_000)]
    few = readers.find("few", "198.51.100.2")
    for owner in (*tabs, few):
        queue.put(QueuedJob(b"", Future(), owner))
    served = worked_by_one(queue, 4_100)
    assert served[few] == pytest.approx(100, abs=CREDIT / 0.05)


def worked_by_one(queue: FairQueue, jobs: int) -> Counter:
    """Whose jobs one worker does in so many turns of a twentieth of a second, where each asks for the next one."""
    served = Counter()
    for _ in range(jobs):
        task = queue.take(0.0)
        served[task.owner] += 1
        queue.done(task, 0.05)
        queue.put(QueuedJob(b"", Future(), task.owner))
    return served
