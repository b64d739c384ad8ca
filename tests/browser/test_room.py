"""A class in a room, in real browsers: a teacher and two pupils, each in a window of his own."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_a_class_meets_follows_and_is_one_experiment(visit):
    teacher = visit("lang=en", path="/room", shows="room_open")
    teacher.press("room_open")
    way_in = teacher.at("room_way_in")
    code = way_in.get_by_role("heading").inner_text()
    assert re.fullmatch("[A-Z2-9]{6}", code)
    expect(way_in.locator("img")).to_be_visible()
    expect(way_in.locator(".rl-link").first).to_have_value(re.compile(f"/\\?preset=words-next&room={code}$"))
    teacher.page.keyboard.press("Escape")
    pupils = [visit(f"preset=ohlol-cell&lang=en&room={code}", shows="room") for _ in range(2)]
    names = ("red owl", "orange fox")
    for pupil, name in zip(pupils, names, strict=True):
        expect(pupil.at("room")).to_contain_text(f"Room {code} · you are the {name}")
    rows = teacher.at("room_pupils").locator("tbody tr")
    expect(rows).to_have_count(2)
    teacher.at("room_runs").get_by_text("the seed").click()
    for number, pupil in enumerate(pupils):
        expect(pupil.at("room")).to_contain_text(f"Seed: {number}")
        pupil.rests()
        pupil.press("train")
    expect(teacher.at("room_runs")).to_contain_text(
        re.compile(r"[012] of 2 runs have everything right"), timeout=20_000
    )
    expect(rows.first).to_contain_text("epoch 20 of 20")
    # A reload is no other pupil.
    pupils[0].page.reload()
    expect(pupils[0].at("room")).to_contain_text(f"you are the {names[0]} · Seed: 0")
    expect(rows).to_have_count(2)
    # Nor does a reload make a pupil of the teacher, whose secret is not in the address that all can read.
    assert "teach" not in teacher.address
    teacher.page.reload()
    expect(teacher.at("room")).to_contain_text(f"Room {code}")
    expect(rows).to_have_count(2)
    teacher.page.get_by_role("link", name="Cell").first.click()
    expect(teacher.at("room")).to_contain_text("2 here")
    teacher.at("room_leads").locator("label").click()
    for pupil in pupils:
        expect(pupil.page).to_have_url(re.compile("/cell"), timeout=20_000)
        expect(pupil.at("unrolled")).to_be_visible()
    teacher.press("room_board")
    teacher.press("room_close")
    for pupil in pupils:
        expect(pupil.at("room")).to_contain_text("This room has ended", timeout=20_000)
