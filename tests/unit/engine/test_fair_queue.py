"""In which order waiting jobs come to a worker."""

from concurrent.futures import Future

import pytest

from rnnlab.engine.workers import FairQueue, QueuedJob


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
