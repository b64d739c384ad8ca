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

COPIED = ("pages", "rnnlab", "tests/support")


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
@pytest.mark.parametrize("recipe", TOYS)
def test_a_recipe_names_every_file_that_it_takes_and_none_too_many(recipe, tmp_path):
    toy = TOYS[recipe]
    files = listed(recipe)
    assert sorted(files) == sorted(toy)
    copies = [follow(tmp_path / str(number), toy, left_out) for number, left_out in enumerate(["", *files])]
    command = [sys.executable, "-m", "tests.support.recipe_checks", recipe.split()[-1], *map(str, copies)]
    environment = os.environ | {"RNNLAB_WORKERS": "0", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    whole, *partial = map(json.loads, run.stdout.splitlines())
    assert whole is None, whole
    assert [name for name, failure in zip(files, partial, strict=True) if failure is None] == [], "needless"
