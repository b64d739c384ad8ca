"""What was typed is shown as typed; and the page is whole on a phone, for the keyboard, for a screen reader."""

import re
import urllib.request

import pytest
from playwright.sync_api import expect

from pages.components.assets import PLOTLY
from rnnlab import Experiment
from rnnlab.experiment.links import to_link
from tests.support.eventually import eventually
from tests.support.lab import serving

ODD = "<b>x</b> $x$ **x** [a](b) :red[x] :smile: 1 01 1e5 2024-01-01 nan &lt; 👩‍👩‍👧 مرحبا <b>x</b> 1"
LONG = "epochs=5000&cell=lstm&hidden=256&layers=3&lang=en"  # nothing here waits for its end
MARKUP = "b, strong, em, a, .katex, img, script"


@pytest.mark.thorough
def test_the_first_visitor_of_a_server_may_come_by_any_path(visit, tmp_path):
    with serving(tmp_path) as (base, _):
        lab = visit("run=1", path="/playground", base=base).trained()
        assert lab.page.locator(".stException").count() == 0
        # Streamlit looks for its server below that path first, and says that there is no page of that name.
        lab.errors = [error for error in lab.errors if not re.search("404|does not seem to exist", error)]
        lab.page.close()


def test_tokens_are_shown_as_they_were_typed(visit):
    tokens = ODD.split()
    lab = visit(to_link(Experiment(text=ODD, epochs=150), "en", run=True)).trained()
    assert lab.chips == tokens
    assert list(lab.predicted) == tokens[1:]  # learnt by heart
    assert lab.page.locator(".rl-target .rl-token").all_inner_texts() == tokens[1:]
    strip = lab.page.locator(".rl-strip")
    assert strip.locator(MARKUP).count() == 0
    assert strip.locator("[data-verdict]").count() == len(tokens) - 1
    tip = strip.locator(".rl-tip")
    strip.locator(".rl-column").first.hover()
    expect(tip).to_be_visible()
    assert tip.locator(".rl-guess bdi").first.inner_text() == tokens[1]
    assert tip.locator(MARKUP).count() == 0
    ticks = lab.at("hidden").locator(".rl-tick")  # a column for every occurrence
    assert len(lab.cells()[0]) == len(tokens) - 1
    assert [tick.text_content() for tick in ticks.all()] == [t if len(t) <= 10 else t[:9] + "…" for t in tokens[:-1]]
    assert ticks.locator("*").count() == 0
    places = [tick.evaluate("node => parseFloat(node.style.left)") for tick in ticks.all()]
    assert places == sorted(places)


@pytest.mark.thorough
def test_the_keyboard_alone_reaches_train_and_the_epochs(visit):
    lab = visit("epochs=15").reaches("not trained yet")
    focused = "part => Boolean(document.activeElement.closest(part))"

    def tab_to(part: str, limit: int = 30) -> None:
        for _ in range(limit):
            lab.page.keyboard.press("Tab")
            if lab.page.evaluate(focused, part):
                return
        raise AssertionError(f"{part} is not reached by {limit} tabs")

    lab.page.locator(".st-key-preset input").focus()
    tab_to(".st-key-train", 16)
    lab.page.keyboard.press("Enter")
    lab.trained()
    lab.page.locator(".st-key-reset button").focus()
    tab_to(".rl-scrubber input")
    lab.page.keyboard.press("Home")
    lab.shows(0)
    lab.page.keyboard.press("End")
    for _ in range(3):
        lab.page.keyboard.press("ArrowLeft")
    lab.shows(12)
    lab.page.keyboard.press("Space")
    lab.shows(15)  # played to the end
    lab.page.locator(".rl-speed button").last.focus()
    tab_to(".rl-strip [role=option]", 6)
    lab.page.keyboard.press("ArrowRight")
    assert lab.page.locator(".rl-column:focus").get_attribute("data-step") == "1"


@pytest.mark.thorough
def test_colours_follow_the_theme_while_a_run_goes_on(visit):
    lab = visit(f"{LONG}&run=1", color_scheme="dark").runs()
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    canvases = [("loss", ".rl-curves"), ("hidden", ".rl-heatmap")]
    lab.at("hidden").locator(".rl-heatmap").wait_for()
    colours = [[] for _ in canvases]
    for scheme, forced, colour in (
        ("dark", "none", "rgb(18, 23, 30)"),
        ("light", "none", "rgb(252, 252, 251)"),
        ("light", "active", "rgb(255, 255, 255)"),  # the reader's machine forces its own
        ("light", "none", "rgb(252, 252, 251)"),
    ):
        lab.page.emulate_media(color_scheme=scheme, forced_colors=forced)
        eventually(lambda colour=colour: lab.page.evaluate(ground) == colour, "the page's own colour")
        for seen, canvas in zip(colours, canvases, strict=True):
            drawn = eventually(
                lambda seen=seen, canvas=canvas: (c := lab.theme(*canvas)) not in seen[-1:] and c, f"{canvas}'s"
            )
            seen.append(drawn)
    for dark, light, contrast, again in colours:
        assert len({dark, light, contrast}) == 3
        assert again == light
    lab.press("stop")


def test_plotly_is_served_by_this_host(url):
    with urllib.request.urlopen(f"{url}/{PLOTLY}") as answer:
        assert answer.status == 200
        assert re.search(rb"plotly\.js v\d", answer.read(400))


@pytest.mark.thorough
def test_each_panel_explains_itself_with_the_program_of_this_model(visit):
    lab = visit("preset=ohlol-cell&seed=1&run=1").trained()
    for panel, part in [
        ("predictions", "no output layer"),
        ("loss", 'reduction="sum"'),
        ("hidden", "cell(x_t, state)"),
        ("shapes", "one_hot"),
    ]:
        lab.at(f"about_{panel}").locator("button").click()
        body = lab.page.get_by_test_id("stPopoverBody")
        expect(body).to_contain_text(part)
        lab.page.keyboard.press("Escape")
        expect(body).to_be_hidden()


# What is on, chosen or full, and what is not: in each pair a background or an edge differs.
PAIRS = [
    ("[data-testid=stButtonGroup] [aria-checked=true]", "[data-testid=stButtonGroup] [aria-checked=false]"),
    ("[data-testid=stTopNavLink][aria-current=page]", "[data-testid=stTopNavLink]:not([aria-current])"),
    (".rl-way i", ".rl-way"),
    ("[data-testid=stSlider] div:has(> [data-testid=stSliderThumbValue])", ".stApp"),
    (".rl-speed [aria-pressed=true]", ".rl-speed [aria-pressed=false]"),
    (".rl-play", ".rl-speed [aria-pressed=false]"),
    (".rl-column[aria-selected=true] .rl-chip", ".rl-column[aria-selected=false] .rl-chip"),
]
SWITCHES = [(":has(> input:checked) + div", ":has(> input:not(:checked)) + div")]
ALIKE = """pairs => pairs.filter(pair => {
    const [one, other] = pair.map(selector => getComputedStyle(document.querySelector(selector)));
    return ["backgroundColor", "borderColor"].every(name => one[name] === other[name]);
})"""


def alike(lab, pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Those pairs that a reader could not tell apart, once all of them are drawn."""
    for selector in (selector for pair in pairs for selector in pair):
        lab.page.locator(selector).first.wait_for(state="attached")
    return lab.page.evaluate(ALIKE, pairs)


@pytest.mark.thorough
def test_a_contrast_theme_leaves_every_state_visible(visit):
    """The browser drops backgrounds and shadows then, and forces the system's colours on what remains."""
    lab = visit("lang=en&epochs=20&shuffle=1&run=1", path="/generate", forced_colors="active").finished()
    lab.open("more").at("shuffle").wait_for()
    assert alike(lab, SWITCHES) == []
    lab.page.keyboard.press("Escape")
    lab.page.locator(".rl-column").first.click()
    lab.page.locator(".rl-column[aria-selected=true]").wait_for()
    assert alike(lab, PAIRS) == []
    # In our own parts colours are data: they are kept, on the system's ground.
    forced = "nodes => nodes.filter(node => getComputedStyle(node).forcedColorAdjust !== 'none').map(n => n.className)"
    assert lab.page.eval_on_selector_all("[data-mounts]", forced) == []
    ink = lab.page.evaluate("getComputedStyle(document.body).color")
    inks = "nodes => [...new Set(nodes.map(node => getComputedStyle(node).color))]"
    assert lab.page.eval_on_selector_all("[data-mounts]", inks) == [ink]


# How far what is longer than its place fades at its two edges, in lines of text.
FADE = """node => {
    const [style, em] = [getComputedStyle(node), parseFloat(getComputedStyle(document.documentElement).fontSize)];
    const lines = name => parseFloat(style.getPropertyValue(name)) / em;
    return style.maskImage.startsWith('linear-gradient') && ['--rl-fade-start', '--rl-fade-end'].map(lines);
}"""


def test_what_goes_on_beyond_an_edge_fades_there_and_nowhere_else(visit):
    lab = visit("text=one two three four five six seven eight&epochs=1&lang=en", path="/generate")
    strip = lab.reaches("not trained yet").at("generate-predictions").locator(".rl-columns")
    assert strip.evaluate(FADE) == [0, 0]  # all of it is there
    lab.page.set_viewport_size({"width": 390, "height": 844})  # one row to swipe
    for share, fades in ((0, [0, 2.5]), (0.5, [2.5, 2.5]), (1, [2.5, 0])):
        strip.evaluate("(node, share) => { node.scrollLeft = share * (node.scrollWidth - node.clientWidth); }", share)
        eventually(lambda fades=fades: strip.evaluate(FADE) == fades, f"{fades} at {share}")
    buttons = lab.page.locator(".st-key-runhead [data-testid=stHorizontalBlock]").first
    eventually(lambda: buttons.evaluate(FADE) == [0, 2.5], "more buttons are to the right")
    lab.page.emulate_media(media="print")
    assert not strip.evaluate(FADE)


def test_a_wall_of_pixels_is_used_for_larger_letters_and_panels_side_by_side(visit):
    lab = visit("preset=words-next&epochs=1&lang=en&run=1", path="/generate").finished()

    def places() -> list[tuple[float, float, float]]:
        panels = [lab.at(name) for name in ("written", "samples")]
        return [(box["x"], box["y"], box["width"]) for box in (panel.bounding_box() for panel in panels) if box]

    one, other = places()
    assert (one[0], one[2]) == (other[0], other[2])
    assert one[1] < other[1]
    lab.page.set_viewport_size({"width": 3840, "height": 2160})
    eventually(lambda: len({y for _, y, _ in places()}) == 1, "both panels are in one row")
    one, other = places()
    assert one[0] + one[2] < other[0]
    assert other[0] + other[2] > 0.9 * 3840
    assert lab.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert lab.wider_than_the_window() == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_projector_what_is_above_the_figures_takes_a_row_each(visit, lang):
    window = {"width": 1280, "height": 720}
    lab = visit(f"preset=words-next&epochs=1&run=1&present=1&lang={lang}", viewport=window).finished()
    for row in (".st-key-controls > *", ":is(.st-key-runbar, .st-key-runside) button", ".rl-scrubber > *"):
        boxes = [box for box in (one.bounding_box() for one in lab.page.locator(row).all()) if box and box["height"]]
        assert len(boxes) > 3
        assert max(box["y"] for box in boxes) < min(box["y"] + box["height"] for box in boxes), row


def test_on_a_projector_by_night_axes_are_as_light_as_letters(visit):
    lab = visit("preset=words-next&epochs=1&run=1&present=1&lang=en", color_scheme="light").finished()
    lab.page.emulate_media(color_scheme="dark")
    curve = lab.at("playground-loss").locator(".rl-curves")
    stark = "node => [node.component.theme.strong, node.component.theme.text]"
    eventually(lambda: curve.evaluate(stark) == ["rgba(255,255,255,1)"] * 2, "axes are as light as letters can be")


def test_the_wheel_over_a_part_that_does_not_scroll_scrolls_the_page(visit):
    lab = visit("preset=words-next&epochs=1&run=1&lang=en", viewport={"width": 1280, "height": 720}).finished()
    main, box = lab.page.get_by_test_id("stMain"), lab.page.locator(".rl-strip .rl-columns").bounding_box()
    assert main.evaluate("node => node.scrollTop") == 0
    lab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lab.page.mouse.wheel(0, 100)
    eventually(lambda: main.evaluate("node => node.scrollTop") > 0, "the page has moved")
