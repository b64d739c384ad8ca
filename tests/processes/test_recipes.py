"""The recipes of CONTRIBUTING.md, followed with a toy in a copy of the project, file by file and with one left out."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.eventually import ROOT
from tests.support.recipe_toys import TOYS, Edit

COPIED = ("pages", "rnnlab", "scripts", "tests/support")


def listed(heading: str) -> list[str]:
    """The files that a recipe names, with the toy's name in them."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    recipe = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert recipe
    return [path.replace("NAME", "toy") for path in re.findall(r"^\d+\. `([^`]+)`:", recipe[1], re.M)]


def follow(folder: Path, toy: dict[str, Edit], without: str = "") -> Path:
    """A copy of the project in which the toy's files are written, but for one."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)  # with what is compiled already
    shutil.copy(ROOT / "tests" / "__init__.py", folder / "tests")
    for name, edit in toy.items():
        path = folder / name
        if name == without:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(before + edit if isinstance(edit, str) else replaced(before, edit), "utf-8")
    return folder


def replaced(text: str, edits: dict[str, str]) -> str:
    for old, new in edits.items():
        assert text.count(old) == 1, f"what the toy replaces has changed: {old}"
        text = text.replace(old, new)
    return text


@pytest.mark.thorough
def test_each_recipe_names_every_file_that_it_takes_and_none_too_many(tmp_path):
    tried = [(recipe, left_out) for recipe in TOYS for left_out in ("", *listed(recipe))]
    checks = []
    for number, (recipe, left_out) in enumerate(tried):
        assert sorted(listed(recipe)) == sorted(TOYS[recipe])
        checks += [recipe.split()[-1], str(follow(tmp_path / str(number), TOYS[recipe], left_out))]
    command = [sys.executable, "-m", "tests.support.recipe_checks", *checks]
    environment = os.environ | {"RNNLAB_WORKERS": "0", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    failures = dict(zip(tried, map(json.loads, run.stdout.splitlines()), strict=True))
    for recipe in TOYS:
        whole = failures[recipe, ""]
        assert whole is None, (recipe, whole)
    assert [one for one, failure in failures.items() if one[1] and failure is None] == [], "needless"
