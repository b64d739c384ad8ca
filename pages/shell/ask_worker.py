"""Asking a worker something from a page. Jobs are pure, so what was answered once is kept for a while, and what another
reader holds the answer of is not asked again."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import streamlit as st

from pages.shell.messages import complain
from pages.shell.reruns import waiting
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine.budget import is_over_budget
from rnnlab.i18n import failure_of, translator

T = TypeVar("T")

KEPT = 12  # answers, a session
PATIENCE = 20.0  # seconds: workers take turns among all readers
# What sessions keep, all of them. A question names all that its answer depends on, an answer is only read, and nobody
# takes one back: so who asks the same may have the same, answered or under way. It is gone with the last who keeps it.
HELD: WeakValueDictionary[Any, Future] = WeakValueDictionary()


def ask_worker(job: Callable[..., T], *args: Any) -> T | None:
    """What a function of `rnnlab.jobs` makes of hashable arguments. None where it can't be had: the page says why."""
    answers: OrderedDict[Any, Future] = session.setdefault("answers", OrderedDict())
    key = (job.__module__, job.__qualname__, args)
    if key not in answers:
        answers[key] = HELD.get(key) or workers().submit(job, *args)
        HELD[key] = answers[key]
    answers.move_to_end(key)
    while len(answers) > KEPT:
        answers.popitem(last=False)
    answer = answers[key]
    if not answer.done():
        for seconds in waiting(PATIENCE):
            if wait([answer], seconds).done:
                break
        else:
            say_slow(workers().place(answer))
            return None
    error = answer.exception()  # not raised, for it would hold on to every draw that it ended
    if error is None:
        return answer.result()
    assert isinstance(error, Exception)
    complain(failure_of(error))
    if not is_over_budget(error):  # which it would be again
        answers.pop(key, None), HELD.pop(key, None)  # asked again next time: a lost worker is no answer
    return None


def say_slow(place: int) -> None:
    """It is still under way, at this place in the queue: whatever the reader does next looks again."""
    t = translator(session["lang"])
    if workers().starting:
        st.info(t("workers.starting"))
    elif place == 1:
        st.info(t("ask.next", seconds=f"{PATIENCE:g}"))
    elif place:
        st.info(t("ask.waits", seconds=f"{PATIENCE:g}", before=place - 1))
    else:
        st.info(t("ask.computes", seconds=f"{PATIENCE:g}"))
