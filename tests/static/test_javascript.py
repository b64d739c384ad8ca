"""The scripts' own checks: their arithmetic under Node, lint and format by biome; and what style sheets may reach."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.eventually import ROOT

BIOME = ROOT / "node_modules" / ".bin" / "biome"


def lacking(reason: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_arithmetic_of_the_browser_parts():
    if (node := shutil.which("node")) is None:
        lacking("no Node here: the scripts' unit tests need version 20 or newer")
    tests = sorted((ROOT / "tests" / "javascript").glob("*.test.js"))
    assert len(tests) >= 3
    check(node, "--test", *map(str, tests))


def test_scripts_and_style_sheets_are_linted_and_formatted():
    if not BIOME.exists():
        lacking("no biome here: `npm ci` installs it")
    check(str(BIOME), "ci", "--error-on-warnings")


def selectors(sheet: str) -> Iterator[str]:
    """The outermost selectors of a style sheet, those in its media and container queries too."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    while "{" in sheet:
        head, _, sheet = sheet.partition("{")
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        body, sheet = sheet[: end - 1], sheet[end:]
        if not head.strip().startswith("@"):
            yield from head.split(",")
        elif re.match(r"@(media|container|supports)", head.strip()):
            yield from selectors(body)


SHEETS = sorted(path for path in (ROOT / "pages").rglob("*.css") if path.with_suffix(".js").exists())


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_reaches_no_other_part(sheet):
    """It stays linked when its part has left the page: what it begins with must not be the name of another's nodes."""
    begins = {found for one in selectors(sheet.read_text("utf-8")) for found in re.findall(r"^\W*\w*\.([\w-]+)", one)}
    for script in (ROOT / "pages").rglob("*.js"):
        text = script.read_text("utf-8")
        if script.parent != sheet.parent and f"{sheet.stem}.js" not in text:
            assert not begins & set(re.findall(r"\br[lsu]-[\w-]+", text)), script


def test_a_token_is_written_by_what_names_the_unseen():
    """Not as a text of its own: `tokenNode`, `textNode` and `setToken` put names into boxes."""
    for script in (ROOT / "pages").rglob("*.js"):
        assert not re.search(r"(setText\(\w+, |Node\()visible\(", script.read_text("utf-8")), script


@pytest.mark.parametrize("sheet", sorted((ROOT / "pages").rglob("*.css")), ids=lambda path: path.name)
def test_orange_is_a_positive_number_and_nothing_else(sheet):
    """✓, ✗ and a wavy line say what is right and wrong."""
    lines = [line.strip() for line in sheet.read_text("utf-8").splitlines()]
    assert [
        line for line in lines if "orange" in line and not re.match(r"--\w\w-(plus|orange-text-color):", line)
    ] == []
    assert [line for line in lines if re.match(r"--r\w-(right|wrong):", line)] == []
