"""The strip that leads through a lesson: where a link leads, what is asked, what stays."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shell.guide import guide, openings
from rnnlab.experiment import preset_experiment
from rnnlab.experiment.links import from_link, to_link
from rnnlab.export import script
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.progress import Progress
from rnnlab.records.trace import Intervention
from scripts.lesson_acts.own_data import TEXT
from tests.support.reader import components, form_of, looked, press, said, until_trained, visit, widget

pytestmark = pytest.mark.usefixtures("in_this_process")

LESSON = LESSONS["four-moves"]
EN = translator("en")


def progress(app: AppTest) -> Progress:
    return app.session_state["lesson_progress"][LESSON.id]


def answer(app: AppTest, option: str) -> AppTest:
    (key,) = guide.answer_keys(LESSON, LESSON.steps[progress(app).at])
    app.radio(key=key).set_value(option)
    return press(app, "guide_answer")


def test_a_link_opens_a_step_untrained_and_the_address_keeps_it():
    app = visit("lesson=four-moves&at=2&lang=en")
    assert "Training is four moves · 2 of 7" in said(app)
    assert app.session_state["run"].epoch == 0
    link = from_link(components(app)["document"]["query"])
    assert (link.lesson, link.at, link.experiment_for("en")) == ("four-moves", 1, form_of(app))


def test_what_a_link_says_besides_is_what_it_opens():
    app = visit("lesson=four-moves&at=1&lang=en&preset=words-next&hidden=5")
    assert form_of(app).hidden == 5
    assert "1 of 7" in said(app)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("lesson=no-such", "`no-such` is none of the course"),
        ("lesson=<b>x</b>", "is none of the course"),
        ("lesson=four-moves&at=0", "at: `0` is not a step"),
        ("lesson=four-moves&at=x", "at: `x` is not a step"),
        ("lesson=four-moves&at=" + "9" * 5000, "is not a step"),
    ],
)
def test_what_a_link_cannot_mean_is_said(query, told):
    app = visit(f"{query}&lang=en")
    assert told in said(app)
    assert not app.exception


def test_a_step_beyond_the_last_is_the_last():
    assert "7 of 7" in said(visit("lesson=four-moves&at=42&lang=en"))


def test_on_another_page_than_the_steps_it_is_said_and_led_back():
    app = visit("lesson=four-moves&at=1&lang=en", page="cell")
    assert "This step is about the page Playground." in said(app)
    press(app, "guide_to_page")
    assert app.session_state.here == "playground"
    assert "This step is about the page" not in said(app)


def test_where_is_it_opens_the_part_of_the_page_that_is_spoken_of():
    at, step = next((at, step) for at, step in enumerate(LESSONS["packing"].steps, 1) if step.part)
    app = visit(f"lesson=packing&at={at}&lang=en")
    parts = app.segmented_control(key=openings.PARTS[step.page])
    other = next(option for option in parts.options if option != parts.value)
    looked(parts.set_value(other).run())
    press(app, "guide_show")
    assert app.session_state[openings.PARTS[step.page]] == step.part


def test_a_link_to_a_step_over_a_trained_example_trains_it():
    app = until_trained(visit("lesson=same-weights&at=4&lang=en", page="cell"))
    assert app.session_state["run"].epoch == 100


def test_the_last_step_leads_to_the_next_lesson():
    app = visit("lesson=four-moves&at=7&lang=en")
    press(app, "guide_following")
    assert app.session_state["lesson"] == "shapes"
    app = visit("lesson=brackets&at=42&lang=en")
    assert not [button for button in app.button if button.key == "guide_following"], "the last lesson"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_last_step_shows_the_script_of_what_the_lesson_has_come_to_when_it_is_opened(lang):
    app = visit(f"lesson=four-moves&at=7&lang={lang}&preset=words-next&epochs=3&hidden=5")
    e = app.session_state.run.experiment
    assert (e.epochs, e.hidden) == (3, 5)
    whole = script(e, lang).removesuffix("\n")
    assert whole not in [block.value for block in app.code]
    app.session_state["guide_program"] = True
    assert whole in [block.value for block in app.run().code]


def test_the_answer_comes_before_the_reveal():
    app = visit("lesson=four-moves&lang=en")
    press(app, "guide_answer")
    assert EN("guide.missing") in said(app)
    assert progress(app).answers == {}
    answer(app, "4")
    assert "You say “4”." in said(app)
    assert progress(app).done == frozenset()
    until_trained(press(app, "step"))
    assert EN("guide.differs", answer="4", found="1.4") in said(app)
    assert progress(app).found == {"first-loss": "1.4"}


def test_what_a_reader_has_changed_on_a_page_ends_where_a_step_opens_something():
    app = visit("lesson=same-weights&at=2&lang=en", page="shapes")
    app.session_state["edits"] = (Intervention("off", unit=0),)
    looked(app.number_input(key="layer_hidden_size").set_value(7).run())
    assert app.session_state["layer_own"]["hidden_size"] == 7
    press(app, "guide_next")
    looked(app.switch_page("cell.py").run())
    assert app.session_state["edits"] == ()
    looked(app.switch_page("shapes.py").run())
    assert app.session_state["layer_own"] is None


def test_a_step_says_what_it_lacks_instead_of_a_question_without_its_words():
    app = visit("lesson=beginnings&at=3&lang=en&preset=history&text=one two three", page="history")
    assert EN("guide.other") in said(app)
    assert EN("course.beginnings.counts.ask") not in said(app)
    looked(press(app, "guide_reopen").run())
    assert "followed by something 2 times" in said(app)


def test_a_step_that_compares_with_a_run_that_is_not_there_says_so_and_leads_to_the_step_that_trains_it():
    lesson, link = LESSONS["attention"], "&preset=seq2seq&teacher=0&epochs=1"
    lacking, ask = EN("course.attention.forced.lacking", number=2), EN("course.attention.free.ask")
    app = visit(f"lesson=attention&at=3&lang=en{link}", page="results")
    assert lacking in said(app)
    assert ask not in [radio.label for radio in app.radio]
    until_trained(press(app, "train"))
    assert lacking in said(app), "its own run is no comparison"
    press(app, "guide_to_step")
    looked(app.run())
    assert "2 of 9" in said(app)
    assert form_of(app).teacher == 1, "what is open is what that step trains"
    press(app, "guide_next")
    looked(app.run())
    assert form_of(app).teacher == 0
    assert lacking in said(app), "nor is one that never ended"
    press(app, "guide_back")
    looked(app.run())
    looked(app.number_input(key="epochs").set_value(1).run())
    until_trained(press(app, "train"))
    press(app, "guide_next")
    looked(app.run())
    assert ask in [radio.label for radio in app.radio]
    (key,) = guide.answer_keys(lesson, lesson.steps[2])
    app.radio(key=key).set_value("same")
    press(app, "guide_answer")
    looked(app.run())
    progress = app.session_state["lesson_progress"]["attention"]
    history = app.session_state["run"].history
    assert progress.tells["free"]["score"] == f"{history.frames[-1].held_out.score:.0%}"


@pytest.mark.parametrize("at", [3, 4, 5, 6])
def test_a_step_about_lines_of_ones_own_says_that_there_are_none(at):
    step = LESSONS["own-data"].steps[at - 1]
    app = visit(f"lesson=own-data&at={at}&lang=zh", page=step.page)
    assert translator("zh")("course.own-data.paste.lacking", number=2) in said(app)
    assert not [button for button in app.button if button.key in ("guide_answer", "guide_reopen")]
    press(app, "guide_to_step")
    assert app.session_state["lesson_progress"]["own-data"].at == 1


def test_after_a_reload_lines_of_ones_own_are_compared_with_once_they_are_trained_on_again():
    e = preset_experiment("text-classification", "en", text=TEXT, epochs=2)
    app = until_trained(visit(f"{to_link(e, 'en', run=True)}&lesson=own-data&at=6", page="results"))
    assert EN("course.own-data.tested.lacking", number=4) in said(app)
    until_trained(press(app, "guide_to_step"))
    assert form_of(app) == e, "the reader's lines stay"
    press(app, "guide_next")
    looked(press(app, "guide_next").run())
    assert EN("course.own-data.again.do") in said(app)
    looked(widget(app, "hidden").set_value(9).run())
    until_trained(press(app, "train"))
    assert app.session_state["lesson_progress"]["own-data"].tells["again"].keys() == {"before", "score"}


def test_what_a_step_compares_with_is_trained_by_a_worker_where_that_is_quick():
    lesson = LESSONS["directions"]
    app = press(visit("lesson=directions&at=1&lang=en"), "guide_next")  # over a step whose run never began
    (key,) = guide.answer_keys(lesson, lesson.steps[1])
    app.radio(key=key).set_value("higher")
    press(app, "guide_answer")
    until_trained(press(app, "train"))
    assert EN("guide.differs", answer="higher", found="lower") in said(app)


def test_another_example_in_the_middle_of_a_lesson_is_said_and_the_way_back_is_one_press():
    app = visit("lesson=four-moves&at=2&lang=en")
    assert EN("guide.elsewhere") not in said(app)
    looked(app.selectbox(key="preset").set_value("ohlol-layer").run())
    assert EN("guide.elsewhere") in said(app)
    looked(press(app, "guide_reopen").run())
    assert form_of(app).preset == "words-next"
    assert EN("guide.elsewhere") not in said(app)


def test_who_goes_back_sees_the_run_of_that_step():
    app = visit("lesson=four-moves&at=4&lang=en")
    first = app.session_state["run"].id
    press(app, "guide_next")
    until_trained(press(app, "train"))
    press(app, "reseed")
    assert app.session_state["run"].id != first
    second = app.session_state["run"].id
    press(app, "guide_back")
    assert app.session_state["run"].id == first
    assert form_of(app) == app.session_state["run"].experiment
    press(app, "guide_next")
    assert app.session_state["run"].id == second


def test_the_course_says_how_far_one_is_in_each_lesson_and_goes_on_there():
    app = visit("lang=en", page="course")
    assert len(LESSONS) == sum(EN("course.state.new") in element.value for element in app.caption)
    press(app, "course_open_four-moves")
    looked(app.switch_page("playground.py").run())  # as the page itself does in a browser
    answer(app, "1.4")
    press(app, "guide_next")
    looked(app.switch_page("course.py").run())
    assert any("step 2 of 7" in element.value for element in app.caption)
    press(app, "course_open_four-moves")
    looked(app.switch_page("playground.py").run())
    assert "2 of 7" in said(app)
    press(app, "guide_leave")
    assert "2 of 7" not in said(app)
    assert "lesson=" not in components(app)["document"]["query"]


def test_a_link_to_a_step_on_compare_sets_up_its_race():
    app = visit("lesson=ohlol&at=5&lang=en")
    asked = from_link(components(app)["document"]["query"]).race
    assert asked is not None
    assert (asked.variants, asked.seeds) == (((("head", "none"),), (("head", "linear"),)), 10)
    assert asked.base.epochs == 200


def test_a_step_on_compare_sees_the_run_that_it_has_opened():
    lesson = LESSONS["ohlol"]
    app = visit("lesson=ohlol&at=6&lang=en")
    (key,) = guide.answer_keys(lesson, lesson.steps[5])
    app.radio(key=key).set_value("free")
    press(app, "guide_answer")
    assert "why" in app.session_state["lesson_progress"]["ohlol"].done


def test_the_part_of_the_page_that_tells_is_opened_with_the_answer():
    app = visit("lesson=four-moves&at=2&lang=en", page="training")
    assert app.session_state["training_move"] == "zero_grad"
    answer(app, "backward")
    assert app.session_state["training_move"] == "step"
    assert EN("guide.differs", answer="backward", found="step") in said(app)


def test_a_link_leads_to_the_part_of_the_page_that_its_step_speaks_of():
    steps = [(id, at, step) for id, one in LESSONS.items() for at, step in enumerate(one.steps) if step.part]
    assert len({step.part for _, _, step in steps}) > 1
    for id, at, step in {step.part: (id, at, step) for id, at, step in steps}.values():
        app = visit(f"lesson={id}&at={at + 1}&lang=en", page=step.page)
        assert app.session_state[openings.PARTS[step.page]] == step.part


def test_tokens_of_a_text_that_came_with_a_link_are_shown_as_typed():
    token = "![a](http://b.c/d)"
    at = next(at for at, step in enumerate(LESSONS["one-step"].steps, 1) if "word" in given_by("one-step", at - 1))
    app = visit(f"lesson=one-step&at={at}&lang=en&preset=cell-shapes&text={token} x y z")
    told = [element.value for element in app.markdown if token in element.value]
    assert any(f"`{token}`" in sentence for sentence in told)
    assert not [sentence for sentence in told if token in sentence.replace(f"`{token}`", "")]


def given_by(id: str, at: int) -> str:
    """The words of a step before anything is put into them."""
    return EN(f"course.{id}.{LESSONS[id].steps[at].id}")
