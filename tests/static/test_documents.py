"""What the documents name is there: files, folders, modules, settings."""

import re
from pathlib import Path

from scripts.screenshots import SHOTS
from tests.support.eventually import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SOURCES = [ROOT / "app.py"] + [path for folder in ("rnnlab", "pages") for path in (ROOT / folder).rglob("*.py")]
OURS = ("rnnlab", "pages", "tests", "docs", "scripts", "benchmarks")


def test_every_path_and_module_is_there():
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        paths = re.findall(rf"`((?:{'|'.join(OURS)})/[^`\s]*)`", text)
        modules = re.findall(r"\brnnlab(?:\.\w+){2,}\b|(?<=python -m )(?:scripts|benchmarks)[.\w]*", text)
        named = [path.rstrip("/") for path in paths if "NAME" not in path]
        named += [f"{module.replace('.', '/')}*" for module in modules]
        assert [name for name in named if not [*ROOT.glob(name)]] == [], document


def test_every_link_leads_somewhere():
    for document in DOCUMENTS:
        targets = re.findall(r"\]\(([^)#]+)", document.read_text("utf-8"))
        assert [to for to in targets if "://" not in to and not (document.parent / to).exists()] == [], document


def test_every_table_is_there():
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", "".join(path.read_text("utf-8") for path in DOCUMENTS)))
    # the others are settings
    told = {name for name in told if name != "NAME" and not re.match("LAB_|RNNLAB_|STREAMLIT_|CUDA_|OMP_", name)}
    assert told
    assert told <= set(re.findall(r"^([A-Z][A-Z_]+)\b.* = ", "\n".join(map(Path.read_text, SOURCES)), re.M))


def test_every_setting_is_one_and_is_documented():
    read = set(re.findall(r"RNNLAB_\w+", "".join(path.read_text("utf-8") for path in SOURCES)))
    told = set(re.findall(r"RNNLAB_\w+", "".join(path.read_text("utf-8") for path in DOCUMENTS)))
    assert read == told


def test_decisions_are_numbered_and_short():
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == sorted(set(numbers))
    for number, path in zip(numbers, decisions, strict=True):
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. ")
        assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
        assert len(lines) <= 40


def test_every_page_has_a_place_among_the_pictures():
    assert {*SHOTS, "main"} == {path.stem for path in (ROOT / "pages").glob("*.py")}
