"""Comments of programs in both languages; what a reader typed stays as it is."""

import random
import re

import pytest

from rnnlab import Experiment, LabError
from rnnlab.explain.comments import in_language, name_of
from rnnlab.explain.programs import code
from rnnlab.export import script
from rnnlab.i18n import translator
from rnnlab.presets.presets import PRESETS
from tests.support.exported import drawn

SIZES = re.compile(r"\[[\w, ]+\]")
PANELS = ("hidden", "predictions", "loss", "flow", "norms", "check")
CODE = {"loader = DataLoader(dataset, batch_size=", "print("}


def comments_of(program: str) -> list[str]:
    lines = [line.rpartition("# ") for line in program.split("\n")]
    return [comment for before, sign, comment in lines if sign and (before.endswith("    ") or not before.strip())]


@pytest.fixture(scope="module")
def programs() -> list[str]:
    """Of every example, and of experiments of any kind."""
    found = []
    for name in PRESETS:
        e = Experiment(preset=name)
        found += [script(e, "en"), *(code(panel, e) for panel in PANELS)]
    for seed in range(120):
        try:
            found.append(script(Experiment(**drawn(random.Random(seed))), "en"))
        except LabError:
            continue
    return found


def test_every_comment_is_in_both_languages(programs):
    en, zh = translator("en"), translator("zh")
    head = len(script(Experiment(), "en").split("\n\n")[0].splitlines())
    found = {comment for program in programs for comment in comments_of(program)}
    words = {one for one in found if not SIZES.fullmatch(one)}
    known = {one for one in words if en(f"comment.{name_of(one)}") == one}
    unknown = {one for one in words - known if not one.startswith("loader = ")}
    told = {line.removeprefix("# ") for program in programs for line in program.splitlines()[:head]}
    assert unknown <= told
    assert len(known) >= 60
    for one in known:
        assert re.search("[\u4e00-\u9fff]", zh(f"comment.{name_of(one)}")), one


def test_only_comments_are_translated():
    program = 'names = ["in training only", "x    # in training only"]    # of the classes\ny = 1    # [batch, unit]'
    first, second = in_language(program, "zh").split("\n")
    assert first.startswith('names = ["in training only", "x    # in training only"]    # ')
    assert first != program.split("\n")[0]
    assert second == "y = 1    # [batch, unit]"
    assert in_language(program, "en") == program


def test_a_comment_tells_the_numbers_of_its_program():
    line = "lines = [    # the first 12 of 3,040"
    assert in_language(line, "en") == line
    assert re.findall(r"[\d,]+", in_language(line, "zh")) == ["3,040", "12"]
