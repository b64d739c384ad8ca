"""The course, walked without a page: every step can be done, is not done before, and says what is so."""

import re
from dataclasses import replace

import pytest

from pages.shell.page_names import PAGES
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import SEEN, Numbers, Options, always
from rnnlab.lessons.look import Look, at_once
from rnnlab.lessons.opening import opened_at, step_experiment, trained_by
from rnnlab.lessons.progress import (
    Progress,
    advanced,
    agrees,
    answered,
    from_text,
    lacking,
    moved_to,
    recalled,
    state,
    to_text,
    waits_for,
)
from rnnlab.lessons.words import body, parts, title, what_is_learnt, words
from rnnlab.training import start
from scripts.lesson_acts import acts_of, shown, trained
from scripts.questions import Walked, an_answer, first_look, layer_of
from tests.support.walks import walked

LONG = ("forgetting", "attention", "own-data", "writer", "brackets")  # their networks take a while
LACKING = {  # by a link
    "attention": {"free": "forced", "without": "looks"},
    "own-data": {"guess": "paste", "tested": "paste", "wrong": "paste", "again": "tested"},
}
OTHERWISE = {("beginnings", "pairs"), ("packing", "zeros")}  # about no network
IN_EACH_LANGUAGE = [
    pytest.param(id, lang, marks=[pytest.mark.thorough] if id in LONG else []) for id in LESSONS for lang in LANGUAGES
]


@pytest.mark.parametrize(("id", "lang"), IN_EACH_LANGUAGE)
def test_every_step_is_done_by_what_it_asks_for_and_not_before(id, lang):
    for one in walked(id, lang).values():
        assert one.step.id in one.late.done, one.step.id
        assert (one.step.id in one.early.done) is (one.step.done is always), one.step.id


@pytest.mark.parametrize(("id", "lang"), IN_EACH_LANGUAGE)
def test_what_a_run_answers_is_an_answer_that_can_be_given(id, lang):
    for one in walked(id, lang).values():
        question, found = one.step.question, one.late.found.get(one.step.id)
        if isinstance(question, Options):
            assert found in question.options, one.step.id
        elif question is not None:
            assert isinstance(found, tuple), one.step.id
            assert len(found) == len(question.names), one.step.id


@pytest.mark.parametrize(("id", "lang"), IN_EACH_LANGUAGE)
def test_every_word_has_its_numbers(id, lang):
    lesson, t = LESSONS[id], translator(lang)
    assert title(t, lesson) != what_is_learnt(t, lesson)
    for one in walked(id, lang).values():
        given, tells = one.step.given(one.before), one.late.tells[one.step.id]
        said = [body(t, lesson, one.step, **given)]
        said += [words(t, lesson, one.step, part, **given if part == "do" else tells) for part in parts(one.step)]
        assert not [sentence for sentence in said if re.search(r"\{\w+\}|course\.|nan", sentence)], one.step.id


@pytest.mark.parametrize(
    "id",
    [pytest.param(id, marks=[pytest.mark.thorough] if id in LONG else []) for id in LESSONS if id != "own-data"],
)
def test_a_step_that_speaks_of_what_was_trained_before_is_trained_by_a_link_too(id):
    """Where the step does not train it itself. The lesson on one's own data is about lines that no link brings."""
    lesson = LESSONS[id]
    for at, one in enumerate(walked(id, "en").values()):
        trained = one.before.trained and one.after.history is one.before.history
        if (id, one.step.id) not in OTHERWISE:
            assert trained_by(lesson, at) >= (trained and one.step.question is not None), one.step.id
            assert one.before.trained >= trained_by(lesson, at), one.step.id


class Late:
    """Answers everything at the second time it is asked, as a worker that is busy."""

    def __init__(self):
        self.answers = {}

    def __call__(self, job, *args):
        if (job, args) in self.answers:
            return self.answers[job, args]
        self.answers[job, args] = at_once(job, *args)
        return None


def by_a_link(id: str, at: int, one: Walked) -> Look:
    """What is to be seen of a step once somebody has come to it by a link, and done what it asks for."""
    lesson = LESSONS[id]
    e = step_experiment(lesson, opened_at(lesson, at), "en")
    as_walked = one.before.history
    if (as_walked.experiment, as_walked.ended == "epochs") == (e, trained_by(lesson, at)):
        return replace(one.after, earlier={})
    history = trained(e, None if trained_by(lesson, at) else 0)
    look = replace(shown(first_look(lesson, "en", history), history), page=one.step.page, layer=layer_of(history))
    return acts_of(lesson).get(one.step.id, lambda look: look)(replace(look, opened=history.opening))


@pytest.mark.parametrize("id", [pytest.param(id, marks=[pytest.mark.thorough] if id in LONG else []) for id in LESSONS])
def test_a_step_that_is_come_to_by_a_link_is_done_or_says_what_it_lacks_however_late_a_worker_answers(id):
    lesson, t = LESSONS[id], translator("en")
    ids = [step.id for step in lesson.steps]
    lacks = {}
    for at, one in enumerate(walked(id, "en").values()):
        step, progress = one.step, Progress(at)
        if step.question is not None:
            progress = answered(lesson, progress, an_answer(step))
        look = replace(by_a_link(id, at, one), ask=Late())
        at_leisure = advanced(lesson, progress, replace(look, ask=at_once))
        for _ in range(9):
            progress = advanced(lesson, progress, look)
            step.given(look)
        stopped = dict.fromkeys(ids, replace(look.history, ended=""))
        assert lacking(step, replace(look, earlier=stopped)) == lacking(step, look), "what never ended is no comparison"
        if missing := lacking(step, look):
            lacks[step.id] = missing
            assert step.id not in progress.done, step.id
            assert ids.index(missing) < at, step.id
            assert words(t, lesson, lesson.steps[ids.index(missing)], "lacking", number=at), step.id
        else:
            assert step.id in progress.done, step.id
            assert progress == at_leisure, step.id
            told = words(t, lesson, step, "after", **progress.tells[step.id]) if "after" in parts(step) else ""
            assert not re.search(r"[–…]\B", told), (step.id, told)
    assert lacks == LACKING.get(id, {})


@pytest.mark.parametrize("id", LESSONS)
def test_a_lesson_begins_with_something_open_and_ends_with_what_was_seen(id):
    steps = LESSONS[id].steps
    assert steps[0].fields is not None
    assert steps[-1].id == SEEN
    assert len({step.id for step in steps}) == len(steps) <= 10
    assert {step.page for step in steps} <= {*PAGES}
    if steps[-1].fields is not None:  # with the text of the example, before the reader has written another
        for lang in LANGUAGES:
            start(step_experiment(LESSONS[id], steps[-1], lang))


@pytest.mark.parametrize("id", LESSONS)
def test_what_the_browser_keeps_is_what_it_gives_back(id):
    lesson = LESSONS[id]
    progress = [*walked(id, "en").values()][-1].late
    (again,) = from_text(to_text({id: progress}), LESSONS).values()
    assert (again.at, again.answers, again.done) == (progress.at, progress.answers, progress.done)
    assert again.found.keys() == progress.found.keys()
    assert state(lesson, again) == "begun"


@pytest.mark.parametrize(
    "text", ["", "null", "7", "[]", '{"four-moves": 3}', '{"four-moves": {"at": "x"}}', '{"no-such": {}}', "{" * 5000]
)
def test_what_is_none_of_ours_is_left_out(text):
    assert from_text(text, LESSONS) == {}


def test_who_comes_back_by_a_link_stays_where_it_leads_with_what_was_answered_before():
    kept = to_text({"four-moves": Progress(3, {"first-loss": "4"}, {"first-loss": "1.4"}, {"first-loss": {}})})
    (found,) = recalled(kept, {"four-moves": Progress(1)}, LESSONS).values()
    assert (found.at, found.answers) == (1, {"first-loss": "4"})
    assert recalled(kept, {}, LESSONS)["four-moves"].at == 3
    assert recalled("?", {"four-moves": Progress(1)}, LESSONS) == {"four-moves": Progress(1)}


def test_an_answer_is_given_once_and_before_the_reveal():
    lesson = LESSONS["four-moves"]
    first, *_, last = walked("four-moves", "en").values()
    progress = answered(lesson, Progress(), "4")
    assert waits_for(lesson.steps[0], Progress()) == "answer"
    assert answered(lesson, progress, "1.4") == progress
    assert advanced(lesson, Progress(), first.after) == Progress(), "what is done before the answer reveals nothing"
    done = advanced(lesson, progress, first.after)
    assert waits_for(lesson.steps[0], done) == ""
    assert done.found == {"first-loss": "1.4"}
    assert advanced(lesson, done, last.after) == done, "what was found stays"


def test_steps_beyond_the_ends_are_the_ends():
    lesson = LESSONS["four-moves"]
    assert [moved_to(lesson, Progress(), at).at for at in (-3, 2, 99)] == [0, 2, len(lesson.steps) - 1]


def test_numbers_agree_within_what_was_asked_for():
    numbers = Numbers(lambda _: (2.0,), within=0.5)
    assert agrees(numbers, (2.5,), (2.0,))
    assert not agrees(numbers, (2.51,), (2.0,))


def test_what_the_browser_tells_late_takes_nothing_back():
    answer = {"first-loss": "4"}
    now = Progress(1, answer, {"first-loss": "1.4"}, {"first-loss": {}}, frozenset({"first-loss"}))
    for before in (Progress(), Progress(0, answer), now):
        kept = to_text({"four-moves": before, "packing": Progress(2)})
        assert recalled(kept, {"four-moves": now}, LESSONS) == {"four-moves": now, "packing": Progress(2)}
