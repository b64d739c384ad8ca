"""A class in a room, without a browser: a teacher and pupils, each with a session of his own."""

import pytest

from pages.shell.classroom import current_room
from pages.shell.classroom.pupil_look import HUES
from pages.shell.guide import guide
from rnnlab import Experiment, run
from rnnlab.experiment.links import from_link
from rnnlab.i18n import translator
from rnnlab.lessons.course import LESSONS
from rnnlab.rooms.room import WITHOUT_TEACHER
from rnnlab.rooms.rooms import Rooms
from tests.support.callbacks import in_session
from tests.support.cases import either
from tests.support.eventually import eventually
from tests.support.reader import components, form_of, looked, press, said, unpacked, until_trained, visit

pytestmark = pytest.mark.usefixtures("in_this_process", "rooms")
T = translator("en")


@pytest.fixture
def rooms(monkeypatch):
    found = Rooms(lambda: 0.0)  # however long a busy machine takes, all are still here
    monkeypatch.setattr(current_room, "ROOMS", found)
    return found


def opened(lang: str = "en"):
    """A teacher at his board, and the room's code."""
    teacher = press(visit(f"lang={lang}", page="room"), "room_open")
    return teacher, teacher.session_state.room


def come(code: str, query: str = "preset=ohlol-cell&lang=en"):
    return visit(f"{query}&room={code}")


def heard(app):
    """Its timer has fired."""
    return looked(app.run())


@either
def test_a_class_comes_in_and_its_teacher_sees_how_far_it_is(lang, rooms):
    teacher, code = opened(lang)
    t = translator(lang)
    first, second = come(code), visit("lang=en", page="room")
    second.text_input(key="room_code").set_value(f" {code.lower()} ")
    press(second, "room_enter")
    assert second.button(key="room_to_course").label == T("page.course")
    assert "you are the *red owl*" in said(first)
    assert "you are the *orange fox*" in said(second)
    until_trained(press(first, "train"))
    heard(first)
    heard(teacher)
    trained = first.session_state.run.history
    assert t("room.reached", right=int(trained.snapshots[-1].accuracy == 1), runs=1, here=2) in said(teacher)
    room = rooms.find(code)
    assert room.pupils[first.session_state.room_pupil].trained.losses == tuple(trained.losses)
    assert room.pupils[second.session_state.room_pupil].page == "room"


def test_a_room_is_opened_on_any_page_and_its_teacher_stays_there(rooms):
    teacher = visit("preset=words-next&lang=en", page="cell")
    press(teacher, "share_room")
    (code,) = rooms.rooms
    assert teacher.session_state.here == "cell"
    assert code in [title.value for title in teacher.title]
    link = components(teacher)["room-link"]
    assert link["query"] == f"preset=words-next&room={code}"
    pupil = visit(link["query"], locale="en-US")
    assert f"**Room {code}** · 1 here" in said(heard(teacher))
    assert T("room.here", here=1) in said(teacher)
    assert form_of(pupil) == form_of(teacher)
    for text, told in (("my own words", True), (" ".join(f"word{number * number}" for number in range(300)), False)):
        looked(teacher.text_area(key="text").set_value(text).run())
        query = components(press(teacher, "room_show"))["room-link"]["query"]
        assert query.endswith(f"room={code}")
        assert (form_of(visit(query)) == form_of(teacher)) is told
        assert (T("room.not_told") in said(teacher)) is not told
    with in_session(teacher.session_state):
        guide.follow("gates", 1)
    heard(teacher)
    link = from_link(components(press(teacher, "room_show"))["room-link"]["query"])
    assert (link.lesson, link.at, link.room) == ("gates", 1, code)


def test_while_a_run_goes_on_the_board_has_it_as_it_is():
    teacher, code = opened()
    pupil = press(come(code, "preset=ohlol-cell&epochs=2000&lang=en"), "train")
    assert pupil.session_state.run.going
    eventually(lambda: not pupil.session_state.live_run.value.going, "it is over, which its page has not heard of")
    heard(teacher)
    drawn = components(teacher)["room-curves"]["series"]
    assert unpacked(drawn[0]["x"])[-1] == 2000


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        ("ohlol-cell", "ohlol-cell", "summed loss"),
        ("words-next", "words-next", "mean loss"),
        ("noisy-sine", "noisy-sine", "mean squared error"),
        ("ohlol-cell", "words-next", "Loss"),
    ],
)
def test_the_class_curve_is_named_as_the_losses_in_it(first, second, title):
    teacher, code = opened()
    for preset in (first, second):
        heard(until_trained(press(come(code, f"preset={preset}&lang=en"), "train")))
    heard(teacher)
    assert components(teacher)["room-curves"]["labels"]["y"] == title


def test_a_pupil_has_the_colour_of_his_name_wherever_he_is_shown():
    teacher, code = opened()
    pupils = [until_trained(press(come(code), "train")) for _ in range(2)]
    for pupil in pupils:
        heard(pupil)
    heard(teacher)
    red, orange = HUES[:2]
    drawn = components(teacher)["room-curves"]["series"]
    assert [(one["name"], one["hue"]) for one in drawn] == [("red owl", red), ("orange fox", orange)]
    ((first, second),) = [table["rows"] for table in components(teacher)["room-pupils-table"]["tables"]]
    for (name, _, bar), hue in ((first, red), (second, orange)):
        assert (name["hue"], bar["hue"]) == (hue, hue)
    for pupil, hue in zip(pupils, (red, orange), strict=True):
        assert any(hue in html.proto.body for html in pupil.get("html"))


def test_nothing_that_was_typed_is_in_the_room(rooms):
    _, code = opened()
    pupil = come(code, "lang=en&text=my+own+words+here")
    until_trained(press(pupil, "train"))
    heard(pupil)
    assert "own" not in repr(rooms.find(code).pupils)
    press(pupil, "room_send")  # until he sends it himself
    (sent,) = [one.link for one in rooms.find(code).pupils.values()]
    assert from_link(sent).experiment == form_of(pupil)


def test_each_takes_another_seed_and_the_board_counts_who_has_reached_it():
    teacher, code = opened()
    pupils = [come(code) for _ in range(3)]
    looked(teacher.segmented_control(key="room_split").select("seed").run())
    for number, pupil in enumerate(pupils):
        heard(pupil)
        heard(pupil)
        assert form_of(pupil) == Experiment(preset="ohlol-cell", seed=number)
        assert f"Seed: {number}" in said(pupil)
        until_trained(press(pupil, "train"))
        heard(pupil)
    heard(teacher)
    histories = [run(Experiment(preset="ohlol-cell", seed=seed)) for seed in range(3)]
    right = sum(history.snapshots[-1].accuracy == 1 for history in histories)
    assert 0 < right < 3
    assert T("room.reached", right=right, runs=3, here=3) in said(teacher)
    drawn = components(teacher)["room-curves"]["series"]
    assert [one["name"] for one in drawn] == ["red owl", "orange fox", "yellow panda"]
    looked(teacher.segmented_control(key="room_split").select("cell").run())
    heard(pupils[2])
    heard(pupils[2])
    assert form_of(pupils[2]) == Experiment(preset="ohlol-cell", cell="gru", seed=0)


def test_a_class_follows_its_teacher_until_he_lets_go():
    teacher, code = opened()
    pupil = come(code)
    looked(teacher.switch_page("cell.py").run())
    looked(teacher.toggle(key="room_leads").set_value(True).run())
    heard(pupil)
    heard(pupil)
    assert pupil.session_state.here == "cell"
    with in_session(teacher.session_state):
        guide.follow("gates", 1)
    heard(teacher)
    heard(teacher)
    heard(pupil)
    heard(pupil)
    assert (pupil.session_state.lesson, "2 of" in said(pupil) or "2 / " in said(pupil)) == ("gates", True)
    assert T("room.led") in said(pupil)
    looked(teacher.switch_page("shapes.py").run())  # a look aside, within the lesson
    heard(teacher)
    heard(pupil)
    heard(pupil)
    assert (pupil.session_state.here, pupil.session_state.lesson) == ("shapes", "gates")
    looked(teacher.toggle(key="room_leads").set_value(False).run())
    heard(pupil)
    looked(pupil.switch_page("units.py").run())
    heard(pupil)
    assert pupil.session_state.here == "units"


def test_answers_are_shown_once_the_teacher_reveals_them():
    teacher, code = opened()
    pupils = [come(code, "lesson=four-moves&lang=en") for _ in range(2)]
    step = LESSONS["four-moves"].steps[0]
    parts = [T(f"panel.room_{name}") for name in ("asked", "runs", "pupils")]
    assert [part.value for part in heard(teacher).header] == parts  # it is asked where most of them are
    for pupil, answer in zip(pupils, ("1.4", "4"), strict=True):
        pupil.radio(key=f"guide_four-moves_{step.id}_0").set_value(answer)
        press(pupil, "guide_answer")
    heard(teacher)
    assert T("room.answered", count=2, here=2) in said(teacher)
    bars = [bar.proto.text for bar in teacher.get("progress")]
    assert bars == []
    for pupil in pupils:
        press(heard(pupil), "guide_leave")
        heard(pupil)
    heard(teacher)
    assert [part.value for part in teacher.header] == [parts[1], T("panel.room_answers"), parts[2]]
    press(teacher, f"room_reveal_four-moves.{step.id}")
    assert sorted(bar.proto.text for bar in teacher.get("progress")) == ["“1.4”: 1 pupil", "“4”: 1 pupil"]
    assert [part.value for part in teacher.header] == parts
    press(teacher, f"room_reveal_four-moves.{step.id}")
    assert teacher.get("progress") == []


def test_a_room_lives_as_long_as_a_page_of_its_teacher_is_open(rooms):
    now = 0.0
    rooms.clock = lambda: now
    teacher, code = opened()
    pupil = come(code)
    looked(teacher.switch_page("cell.py").run())
    for page in (teacher, pupil):
        now += WITHOUT_TEACHER - 1
        heard(page)
        assert "ended" not in said(page)
    now += 2  # the pupil was heard of a moment ago
    heard(pupil)
    assert T("room.ended") in said(pupil)
    assert not rooms.rooms


def test_what_cannot_be_is_said():
    app = visit("lang=en", page="room")
    app.text_input(key="room_code").set_value("<b>no")
    press(app, "room_enter")
    (error,) = app.error
    assert error.value.startswith("There is no room `<b>no`")
    teacher, code = opened()
    pupil = come(code)
    stranger = visit(f"lang=en&room={code}&teach=guessed")
    assert any("Only the teacher" in error.value for error in stranger.error)
    press(teacher, "room_close")
    heard(pupil)
    assert T("room.ended") in said(pupil)
    press(pupil, "room_leave")
    assert T("room.ended") not in said(pupil)


def test_a_run_of_another_experiment_does_not_count(rooms):
    teacher, code = opened()
    pupils = [come(code, "preset=words-next&epochs=5&lang=en") for _ in range(3)]
    looked(teacher.segmented_control(key="room_split").select("cell").run())
    for number, pupil in enumerate(pupils):
        heard(pupil)
        heard(pupil)
        if number == 0:  # who was dealt an RNN takes a GRU
            looked(pupil.segmented_control(key="cell").select("gru").run())
        if number == 1:  # who was dealt an LSTM another text
            looked(pupil.text_area(key="text").set_value("x y x y").run())
        until_trained(press(pupil, "train"))
        heard(pupil)
    heard(teacher)
    (group,) = components(teacher)["room-curves"]["series"]
    assert group["name"].startswith("GRU: ")
    assert T("room.left_out", runs=1) in said(teacher)
    assert "x y" not in repr(rooms.find(code).pupils)


def test_the_projector_says_whose_run_it_shows():
    teacher, code = opened("zh")
    pupil = until_trained(press(come(code, "preset=words-next&epochs=5&hidden=7&lang=en"), "train"))
    press(pupil, "room_send")
    heard(teacher)
    looked(press(teacher, "room_show_0"))
    shown = translator("zh")("room.shown", name=translator("zh")("room.name", colour="红", animal="猫头鹰"))
    assert teacher.session_state.here == "playground"
    assert shown in said(teacher)
    looked(teacher.switch_page("playground.py").run())
    looked(teacher.number_input(key="hidden_size").set_value(9).run())
    press(teacher, "train")
    assert shown not in said(heard(teacher))
