"""The scripts' own checks: their arithmetic under Node, and lint and format by biome."""

import os
import shutil
import subprocess

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
    assert len(tests) >= 4
    check(node, "--test", *map(str, tests))


def test_scripts_and_style_sheets_are_linted_and_formatted():
    if not BIOME.exists():
        lacking("no biome here: `npm ci` installs it")
    check(str(BIOME), "ci", "--error-on-warnings")
