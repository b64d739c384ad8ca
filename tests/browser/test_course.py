"""The lessons of the course as they are walked, from a link to done: with the answers that one's run gives, in Chinese,
and with others, in English."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from pages.shell.page_names import HOME
from rnnlab.i18n import translator
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import SEEN, Answer, LessonStep, Numbers, Options
from rnnlab.lessons.words import said, title
from tests.support.eventually import eventually
from tests.support.lab import Lab
from tests.support.lesson_hands import HANDS, OWN_TEXTS
from tests.support.walks import walked

LABELLED = "\n".join(f"{label} | {label} {word}" for word in ("one", "two", "three") for label in ("yes", "no") * 2)


def other_than(step: LessonStep, right: Answer) -> Answer:
    if isinstance(step.question, Options):
        return next(option for option in step.question.options if option != right)
    return tuple(number + 7 for number in right if not isinstance(number, str))


def page_of(lab: Lab) -> str:
    return urlsplit(lab.address).path.strip("/") or HOME


def give(lab: Lab, step: LessonStep, answer: Answer, words: str) -> None:
    guide = lab.at("guide")
    if isinstance(step.question, Numbers):
        fields = guide.locator("input[type=number]")
        expect(fields).to_have_count(len(answer))
        for field, number in zip(fields.all(), answer, strict=True):
            field.fill(f"{number:.12g}")
    else:
        guide.get_by_role("radiogroup").get_by_text(words, exact=True).click()
    lab.press("guide_answer")
    expect(lab.at("guide_answer")).to_have_count(0)


@pytest.mark.thorough
@pytest.mark.parametrize(("lang", "agreeing"), [("zh", True), ("en", False)])
@pytest.mark.parametrize("id", LESSONS)
def test_a_lesson_is_walked_from_its_link_to_done(visit, id, lang, agreeing):
    lesson, t = LESSONS[id], translator(lang)
    steps = walked(id, lang)
    lab = visit(f"lesson={id}&lang={lang}", shows="guide_head", viewport={"width": 1280, "height": 720})
    head = lab.at("guide_head")
    for number, step in enumerate(lesson.steps):
        place = t("guide.place", lesson=title(t, lesson), step=number + 1, steps=len(lesson.steps))
        expect(head).to_contain_text(place)
        # On its way to another page the strip is there before the page, on which all fields are built anew.
        eventually(lambda step=step: page_of(lab) == step.page, "its page is there", 60)
        lab.rests()
        if step.id == SEEN:
            break
        if step.question is not None:
            right = steps[step.id].late.found[step.id]
            answer = right if agreeing else other_than(step, right)
            give(lab, step, answer, said(t, lesson, step, answer))
            lab.rests()
        if step.id in HANDS[id]:
            HANDS[id][step.id](lab)
        expect(head).to_contain_text("✓", timeout=240_000)  # an encoder–decoder takes long
        if step.question is not None:
            kind = "guide.agrees" if agreeing else "guide.differs"
            told = t(kind, answer=said(t, lesson, step, answer), found=said(t, lesson, step, right))
            expect(lab.at("guide")).to_contain_text(told)
        lab.press("guide_next")
    lab.write(OWN_TEXTS.get(id, LABELLED))
    lab.press("train")
    expect(lab.at("guide")).to_contain_text(t("guide.own_text.done"), timeout=60_000)


def test_the_strip_points_at_what_it_speaks_of_and_covers_nothing_and_a_reload_loses_nothing(visit):
    lab = visit("lesson=four-moves&lang=en", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    assert lab.wider_than_the_window() == []
    step = LESSONS["four-moves"].steps[0]
    give(lab, step, "4", "4")
    expect(lab.at("guide")).to_contain_text("You say “4”.")
    panel = lab.page.locator(".st-key-loss.rl-pointed")
    expect(panel).not_to_be_in_viewport()
    lab.press("guide_show")
    expect(panel).to_be_in_viewport()
    covering = "([a, b]) => !(a.bottom <= b.top || b.bottom <= a.top)"
    boxes = [
        lab.page.locator(f".st-key-{key}").evaluate("node => node.getBoundingClientRect().toJSON()")
        for key in ("guide", "loss")
    ]
    assert not lab.page.evaluate(covering, boxes)
    back = lab.page.get_by_role("button", name="Back to the lesson")
    back.click()
    expect(lab.at("guide_head")).to_be_in_viewport()
    expect(back).to_be_hidden()
    lab.page.reload()
    expect(lab.at("guide")).to_contain_text("You say “4”.")
    lab.press("guide_fold")
    expect(lab.at("guide")).not_to_contain_text("You say")
    assert lab.barriers(".st-key-guide") == []


def test_the_strip_is_worked_by_keys(visit):
    lab = visit("lesson=four-moves&lang=en&at=2", viewport={"width": 1280, "height": 720})
    lab.at("guide").get_by_role("radio").first.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    expect(lab.at("guide")).to_contain_text("Only optimizer.step() moves anything")


def test_what_would_give_an_answer_away_is_hidden_until_it_is_given(visit):
    lab = visit("lesson=packing&lang=en")
    seen = "node => node.checkVisibility({ opacityProperty: true }) && !node.closest('[inert]')"
    told, packed = (
        lab.at("padded").get_by_text("positions are padding"),
        lab.at("packed-batch").get_by_text("batch_sizes").first,
    )
    expect(lab.at("padded")).to_have_attribute("data-veil", "Answer first: then you see it.")
    for text in (told, packed):
        expect(text).to_be_attached()
        assert not text.evaluate(seen)
    # As long as the browser has not built what hides it, on a slow start, it is not seen either.
    uncovered = """node => {
        for (const one of document.querySelectorAll("[data-veiled]")) one.removeAttribute("data-veiled");
        return node.checkVisibility({ opacityProperty: true });
    }"""
    assert not told.evaluate(uncovered)
    give(lab, LESSONS["packing"].steps[0], (7.0,), "7")
    expect(lab.at("padded")).not_to_have_attribute("data-veil", "")
    eventually(lambda: told.evaluate(seen) and packed.evaluate(seen), "what was hidden is there")
