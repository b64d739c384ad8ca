"""The Cell page's unrolled network in a browser: how it is reached, what it shows, where its values are."""

import re

from playwright.sync_api import expect

from rnnlab import Experiment
from rnnlab.experiment.links import to_link
from tests.support.eventually import eventually


def opened(visit, experiment: Experiment | None = None, query: str = "", **options):
    """The page, with the run at its end."""
    lab = visit(query or to_link(experiment or Experiment(), "en", run=True), path="/cell", **options)
    expect(lab.at("status")).to_contain_text(re.compile(r"·\s*(trained|训练完成|not trained yet)\s*$"), timeout=40_000)
    eventually(lambda: shown(lab, "epoch") == str(lab.epoch), "the picture shows the newest epoch", 30)
    return lab


def root(lab):
    return lab.page.locator(".rl-unrolled")


def shown(lab, name: str) -> str | None:
    return root(lab).get_attribute(f"data-{name}") if root(lab).count() else None


def column(lab, step: int):
    return root(lab).locator(f".ru-column[data-step='{step}']")


def equation(lab) -> dict[str, str]:
    return root(lab).locator(".ru-equation").evaluate("node => ({...node.dataset})")


def lines(lab) -> list[str]:
    return [line.replace("−", "-") for line in root(lab).locator(".ru-lines > .ru-line").all_inner_texts()]


def numbers(line: str) -> list[float]:
    """The numbers of an equation's line, each with the sign that stands before it."""
    return [float(found.replace(" ", "")) for found in re.findall(r"(?<![\w.])-? ?\d+\.\d+(?:e[+-]\d+)?", line)]


def point_at(lab, name: str, unit: int, count: int) -> None:
    """Hover over one value: bring it into view from below what stays there, and follow it where the page still makes
    room for something above it."""
    across, line = min(count, 32), unit // 32
    strip = root(lab).locator(f".ru-node.ru-{name} .ru-strip")

    def reached() -> bool:
        box = strip.bounding_box()
        height = box["height"] / -(-count // 32)
        x, y = (unit % 32 + 0.5) * box["width"] / across, (line + 0.5) * height
        strip.hover(position={"x": x, "y": max(y - 1, 0)})  # to where the pointer is already would be no move
        strip.hover(position={"x": x, "y": y})
        return (equation(lab)["name"], equation(lab)["unit"]) == (name, str(unit))

    eventually(reached, f"{name}[{unit}] is shown")


def predictions(lab, which: int = 0) -> list[tuple[str, int]]:
    """The expected token and its chance in percent, after each step; ">99%" is nearer to 100."""
    found = []
    for out in root(lab).locator(".ru-out").all():
        guess = out.locator(".ru-guess").nth(which)
        bound, percent = re.match(r"([<>]?)(\d+)", guess.locator(".ru-chance").inner_text()).groups()
        found.append((guess.locator(".ru-next").inner_text(), {"<": 0, ">": 100}.get(bound, int(percent))))
    return found
