"""The Results page in a browser: one epoch moves every view, and what was typed stays as typed."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from tests.support.eventually import eventually

SORTS = """good | a fine <b>it</b> with $x$
bad | a dull film with a silly end
so | some of it is fine
good | we loved it all
bad | we hated the film
so | a fine start and a dull end"""
CLASSIFY = Experiment(task="classify", text=SORTS, held_out=0.5, epochs=30, hidden=8, bidirectional=True)
TAGS = "the/D cat/N sat/V\na/D <i>dog</i>/N ran/V\nthe/D dog/N sat/V\ncats/N run/V"
TAG = Experiment(task="tag", text=TAGS, held_out=0.5, epochs=12, hidden=8, probe=2)


@pytest.fixture(scope="module")
def sorted_run():
    return run(CLASSIFY)


@pytest.fixture
def opened(visit):
    """The page, once its run has ended and is drawn."""

    def open_page(e: Experiment = CLASSIFY, last: str = "results-judged", lang: str = "en", **options):
        lab = visit(to_link(e, lang, run=True), path="/results", **options)
        expect(lab.at("status")).to_contain_text(re.compile("trained|训练完成"), timeout=60_000)
        eventually(lambda: set(lab.epochs_shown) == {e.epochs}, "everything shows the last epoch", 30)
        expect(lab.at(last)).to_be_visible()
        return lab

    return open_page


def bars(lab) -> np.ndarray:
    """The heights in the bars, [step, class], of one; the first class is the lowest part."""
    script = "nodes => nodes.map(node => [...node.querySelectorAll('i')].map(part => parseFloat(part.style.height)))"
    return np.array(lab.page.eval_on_selector_all(".rl-prefix-bar", script))[:, ::-1] / 100


def saliency(lab) -> list[float]:
    texts = (
        lab.at("results-saliency").locator(".rl-shaded-token").evaluate_all("nodes => nodes.map(node => node.title)")
    )
    return [float(text.rsplit(": ", 1)[1].replace("−", "-")) for text in texts]


def judged(lab) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in lab.at("results-judged").locator("tbody tr").all()]


def expected_lines(history, epoch: int) -> list[list[str]]:
    o, held = history.opening, history.frames[epoch].held_out
    known = {*o.vocabulary}
    rows = [
        ["✓" if int(said[0]) == line.targets[0] else "✗", o.classes[said[0]], o.classes[line.targets[0]],
         (" " if known.issuperset(line.tokens) else "").join(line.tokens)]  # else each token has a frame
        for line, said in zip(o.held_out, held.predictions, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row[0] == "✓")


def same(history, lab, epoch: int) -> bool:
    frame = history.frames[epoch]
    if not lab.draws("results-confusion"):
        return False
    counts = np.array(lab.plotted("results-confusion", "_fullData[0].z"))
    return (
        np.allclose(bars(lab), frame.task_arrays["chances"], atol=1e-3)
        and saliency(lab) == pytest.approx(frame.task_arrays["saliency"].tolist(), rel=1e-3, abs=1e-6)
        and judged(lab) == expected_lines(history, epoch)
        and round(float(np.trace(counts))) == sum(row[0] == "✓" for row in judged(lab))
    )


def test_one_epoch_moves_every_view(opened, sorted_run):
    lab = opened()
    eventually(lambda: same(sorted_run, lab, 30), "the views show the last epoch")
    for row in (".rl-prefix-token", "[data-kind=signed] .rl-shaded-token bdi", "[data-kind=without] bdi"):
        assert lab.page.locator(row).all_inner_texts() == ["a", "fine", "<b>it</b>", "with", "$x$"]  # as it was typed
    eventually(lambda: lab.draws("results-readouts-alone"), "the readouts are drawn")
    assert "<b>it</b>" in lab.at("results-readouts-alone").locator(".xtick text").all_text_contents()
    for row in (("prefixes", "saliency"), ("confusion", "classes")):
        assert len({round(lab.at(name).bounding_box()["height"]) for name in row}) == 1, "the cards of a row agree"
    for key, epoch in (("Home", 0), ("ArrowRight", 1)):
        lab.scrub(key)
        eventually(lambda epoch=epoch: same(sorted_run, lab, epoch), f"they show epoch {epoch}")
        expect(lab.at("results-classes")).to_contain_text(f"After epoch {epoch}")
    said = [row[1] for row in judged(lab)]
    assert said != [row[1] for row in expected_lines(sorted_run, 30)], "both epochs look alike: nothing was tested"
    box = lab.box("results-loss", ".rl-curves")  # a click on the curve chooses its epoch too
    end = lab.across("results-loss")[1]
    lab.page.mouse.click(box["x"] + box["width"] * 10 / end, box["y"] + box["height"] / 2)
    eventually(lambda: same(sorted_run, lab, 10), "the views show epoch 10")
    lab.page.locator(".rl-shaded-token").nth(2).hover()
    expect(lab.page.locator(".rl-prefix").nth(2)).to_have_class(re.compile("rl-active"))
    expect(lab.page.locator(".st-key-results-predictions .rl-column").nth(2)).to_have_class(re.compile("rl-active"))
    expect(lab.at("results-readouts-alone").locator(".rl-band")).to_be_visible()


FALLS = """() => { window.falls = []; new MutationObserver((records) => {
  for (const { target, oldValue } of records) {
    if (Number(target.dataset.epoch) < Number(oldValue)) falls.push([target.className, oldValue, target.dataset.epoch]);
  }
}).observe(document.body, { subtree: true, attributeFilter: ["data-epoch"], attributeOldValue: true }); }"""


@pytest.mark.thorough
def test_nothing_falls_back_to_an_earlier_epoch_while_the_run_goes_on_and_ends(visit):
    """What the stream has brought stays through a change of the theme, and until the page has drawn the end."""
    longer = TAG.model_copy(update={"epochs": 2_500})
    lab = visit(to_link(longer, "en", run=True), path="/results", color_scheme="light")
    tagged = lab.page.locator(".st-key-results-tagged [data-epoch]")
    tagged.wait_for()
    lab.page.evaluate(FALLS)
    first = int(tagged.get_attribute("data-epoch"))
    eventually(lambda: int(tagged.get_attribute("data-epoch")) > first, "the stream has brought something")
    lab.page.emulate_media(color_scheme="dark")
    expect(lab.at("status")).to_contain_text("trained", timeout=60_000)
    eventually(lambda: set(lab.epochs_shown) == {2_500}, "everything shows the last epoch", 30)
    assert lab.page.evaluate("window.falls") == []


def words(lab) -> list[tuple[str, str, str]]:
    script = """nodes => nodes.map(node => [
      node.querySelector('.rl-token').textContent, node.dataset.verdict, node.querySelector('.rl-tag').textContent])"""
    return [tuple(word) for word in lab.page.eval_on_selector_all(".rl-tagged-word", script)]


def test_tags_are_right_or_wrong_by_more_than_colour(opened):
    lab, history = opened(TAG, last="results-tagged", lang="zh"), run(TAG)
    o = history.opening
    lines = [(o.probe, o.targets), *((line.tokens, line.targets) for line in o.held_out)]

    def expected(epoch: int) -> list[tuple[str, str, str]]:
        frame = history.frames[epoch]
        said = np.concatenate([frame.top_classes[:, 0], *frame.held_out.predictions])
        pairs = [pair for tokens, targets in lines for pair in zip(tokens, targets, strict=True)]
        return [
            (token, "right" if tag == target else "wrong", o.classes[tag])
            for (token, target), tag in zip(pairs, said, strict=True)
        ]

    for key, epoch in (("Home", 0), ("End", 12), ("Home", 0)):
        lab.scrub(key)
        eventually(lambda epoch=epoch: words(lab) == expected(epoch), f"the tags of epoch {epoch}")
    assert "<i>dog</i>" in [token for token, *_ in words(lab)]
    wrong = lab.page.locator(".rl-tagged-word[data-verdict=wrong]").first
    expect(wrong.locator("b")).to_have_text("✗")
    place = [verdict for _, verdict, _ in expected(0)].index("wrong")
    truth = [target for _, targets in lines for target in targets][place]
    expect(wrong.locator(".rl-tagged-truth")).to_have_text(o.classes[truth])
    expect(wrong).to_have_attribute("title", re.compile(re.escape(o.classes[truth])))


# The names of rows: in how many lines, and where.
NAMES = """nodes => nodes.map(node => {
    const { top, bottom } = node.getBoundingClientRect();
    return { lines: node.querySelectorAll('tspan.line').length, top, bottom };
})"""


@pytest.mark.thorough
def test_on_a_phone_long_names_of_rows_leave_the_columns_their_room(visit):
    lab = visit(
        "preset=bilstm&epochs=1&lang=en&run=1", path="/results", viewport={"width": 390, "height": 844}
    ).finished()
    plot = lab.at("results-readouts-alone").locator(".rl-plot")
    names = eventually(lambda: plot.locator(".ytick text").evaluate_all(NAMES), "the names are drawn")
    assert max(name["lines"] for name in names) > 1
    assert all(above["bottom"] <= below["top"] + 1 for above, below in pairwise(sorted(names, key=lambda n: n["top"])))
    assert plot.evaluate("node => node._fullLayout.xaxis._length / node.clientWidth") > 0.4


INKED = """(node, index) => {
    const stroke = node.querySelectorAll(".rl-line-name line")[index].getAttribute("stroke");
    const [canvas, probe] = [node.querySelector("canvas"), document.createElement("canvas").getContext("2d")];
    probe.fillStyle = stroke;
    probe.fillRect(0, 0, 1, 1);
    const hue = probe.getImageData(0, 0, 1, 1).data.slice(0, 3);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) count += data[i + 3] === 255 && hue.every((one, c) => one === data[i + c]);
    return count;
}"""


@pytest.mark.thorough
@pytest.mark.parametrize("key", ["results-forecast", "results-loss"])
def test_a_lines_name_puts_it_away_and_brings_it_back(visit, key):
    lab = visit("preset=noisy-sine&epochs=3&run=1", path="/results").finished()
    part, name = lab.at(key), lab.at(key).locator(".rl-line-name").nth(1)
    name.wait_for()
    lab.rests()
    drawn = part.evaluate(INKED, 1)
    assert drawn > 20
    name.click()
    expect(name).to_have_attribute("aria-pressed", "false")
    eventually(lambda: part.evaluate(INKED, 1) < 0.5 * drawn, "its line goes")  # a level may be of the same colour
    name.click()
    expect(name).to_have_attribute("aria-pressed", "true")
    eventually(lambda: part.evaluate(INKED, 1) == drawn, "it comes back")
