"""The shape of the whole: which way imports point, what the web process is free of, what never leaves."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rnnlab.engine.jobs import JOBS
from tests.support.eventually import ROOT

LAB = sorted((ROOT / "rnnlab").rglob("*.py"))
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SHOWN = [*LAB, *PAGES, *sorted((ROOT / "pages").rglob("*.js")), *sorted((ROOT / "pages").rglob("*.css"))]
# The floor plan. An import points to a folder further left, or stays in its own; only these folders are with torch.
FOLDERS = (
    *("i18n", "presets", "cells", "experiment", "hosting", "explain", "records", "text", "analysis"),
    *(
        "data",
        "models",
        "training",
        "inspection",
        "export",
        "engine",
        "races",
        "lessons",
        "rooms",
        "figures",
        "library",
    ),
)
WITH_TORCH = {"data", "models", "training", "inspection", "export", "library"}
SIDES = ("components", "shell", "views")  # the same for pages: what comes later may import what comes before
LAZY = {"rnnlab/engine/preload.py", "rnnlab/engine/jobs.py", "rnnlab/engine/workers.py"}  # run in workers


def imports(path: Path, everywhere: bool = True) -> set[str]:
    """Modules a file names in imports; those of its top level only, or all."""
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def tops(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def folders(names: set[str], package: str) -> set[str]:
    """The folders of a package that these modules lie in."""
    return {name.split(".")[1] for name in names if name.startswith(f"{package}.")}


def test_imports_point_down_and_torch_stays_in_its_folders():
    for path in (ROOT / "rnnlab").rglob("*/*.py"):
        relative = path.relative_to(ROOT)
        folder = relative.parts[1]
        above = set(FOLDERS[FOLDERS.index(folder) + 1 :])
        found, lazy = folders(imports(path), "rnnlab"), relative.as_posix() in LAZY
        assert not found & above, path
        assert not tops(imports(path)) & {"streamlit", "pages", "app"}, path
        assert folder in WITH_TORCH or lazy or not found & WITH_TORCH, path
        assert folder in WITH_TORCH or lazy or "torch" not in tops(imports(path)), path


def test_every_file_lies_in_a_folder_of_the_plan():
    assert {path.name for path in (ROOT / "rnnlab").iterdir() if path.is_dir()} - {"__pycache__"} == set(FOLDERS)
    assert {path.name for path in (ROOT / "rnnlab").glob("*.py")} == {"__init__.py", "__main__.py"}
    assert {path.name for path in (ROOT / "pages").iterdir() if path.is_dir()} - {"__pycache__"} == set(SIDES)
    for folder in [path for side in ("rnnlab", "pages") for path in (ROOT / side).rglob("*") if path.is_dir()]:
        assert sum(path.suffix in (".py", ".js", ".css") for path in folder.iterdir()) <= 15, folder


def test_the_floor_plan_is_the_documents():
    told = re.findall(r"^\| `(\w+)` \| (torch|–) \|", (ROOT / "docs" / "architecture.md").read_text("utf-8"), re.M)
    assert told == [(folder, "torch" if folder in WITH_TORCH else "–") for folder in reversed(FOLDERS)]


def test_what_jobs_run_is_loaded_when_they_run():
    """The web process imports `jobs`; what they need torch for is imported in their bodies."""
    for name in ("jobs", "workers"):
        path = ROOT / "rnnlab" / "engine" / f"{name}.py"
        assert not folders(imports(path, everywhere=False), "rnnlab") & WITH_TORCH


def test_pages_reach_torch_only_through_the_engine_and_import_downwards():
    for path in PAGES:
        found = imports(path)
        assert not tops(found) & {"torch", "jieba"}, path
        assert not folders(found, "rnnlab") & WITH_TORCH, path
        side = path.relative_to(ROOT).parts[1:2]
        if side and side[0] in SIDES:
            assert not folders(found, "pages") & set(SIDES[SIDES.index(side[0]) + 1 :]), path
        if side == ("views",):  # a page's folder can be deleted, and only that page is gone
            views = {name.split(".")[2] for name in found if name.startswith("pages.views.")}
            assert views <= {path.relative_to(ROOT).parts[2]}, path


def test_jieba_is_the_business_of_one_module():
    assert [path.name for path in LAB if "jieba" in tops(imports(path))] == ["tokenizers.py"]


LIGHT = """\
import importlib, sys
for name in {modules!r}:
    importlib.import_module(name)
print(sorted({{"torch", "jieba", "streamlit", "distributed", "dask"}} & set(sys.modules)))
"""


def loaded_after(*modules: str) -> str:
    code = LIGHT.format(modules=modules)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_package_itself_is_light():
    assert (
        loaded_after(
            "rnnlab",
            "rnnlab.__main__",
            "rnnlab.experiment.links",
            "rnnlab.engine.runs",
            "rnnlab.races.race",
            "rnnlab.figures",
        )
        == "[]"
    )


ASKED_FOR = """\
import sys
import time
from rnnlab.engine import Cluster, close_shared, shared
engine = shared()
while isinstance(engine, Cluster) and engine.state == "connecting":
    time.sleep(0.05)
print(sorted({"torch", "jieba", "distributed"} & set(sys.modules)))
close_shared()
"""


@pytest.mark.parametrize(("address", "loaded"), [("", "[]"), ("tcp://127.0.0.1:1", "['distributed']")])
def test_the_library_for_clusters_is_imported_only_where_an_address_is_given(address, loaded):
    environment = {**os.environ, "RNNLAB_DASK": address}
    command = [sys.executable, "-c", ASKED_FOR]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_the_web_process_imports_neither_torch_nor_jieba():
    pages = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PAGES]
    assert len(pages) >= 50
    assert loaded_after(*pages) == "['streamlit']"


def test_what_a_worker_runs_again_does_nothing_on_import():
    """A worker process starts by running the page script under another name: only `main()` may do something."""
    for path in (ROOT / "pages").glob("*.py"):
        assert imports(path, everywhere=False) == set(), path
        body = ast.parse(path.read_text("utf-8")).body
        assert all(isinstance(node, ast.FunctionDef | ast.Expr | ast.If) for node in body), path
        assert ast.unparse(body[-1].test) == "__name__ == '__main__'", path


def test_nothing_points_to_another_host():
    for path in SHOWN:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")  # a name in a standard, never fetched
        assert not re.search(r"(?:https?:|wss?:)?//[a-z0-9-]+\.[a-z0-9.-]+", text, re.I), path


def test_no_folder_pages_lies_beside_the_main_script():
    """It would switch Streamlit to its old multipage mode, in which a first visitor's deep link skips the frame."""
    assert (ROOT / "pages" / "main.py").exists()
    assert not (ROOT / "pages" / "pages").exists()


def test_streamlit_is_set_as_measured():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["runner"] == {"magicEnabled": False, "fastReruns": False, "postScriptGC": False}
    assert config["browser"]["gatherUsageStats"] is False


def test_files_can_be_read_at_a_sitting():
    assert [path for path in [*LAB, *PAGES] if len(path.read_text("utf-8").split("\n")) > 330] == []


# Imported where they are used: what only a worker or only a cluster needs, and what costs time that few pay for.
LATE = {"torch", "jieba", "distributed", "dask", "tornado", "babel", "multiprocessing", "pandas"}


def late_imports(path: Path) -> set[str]:
    """What the functions of a file import."""
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    return {
        ast.unparse(node) for f in functions for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)
    }


def test_no_import_hides_in_a_function():
    """But for late ones, and those behind which torch lies; an entry script of a page imports nothing by itself."""
    entries = {ROOT / "app.py", *(ROOT / "pages").glob("*.py")}
    hidden = {
        (path.name, line)
        for path in [*LAB, *PAGES]
        if path not in entries
        for line in late_imports(path)
        if not LATE & {line.split()[1].split(".")[0]}
    }
    assert hidden == {
        ("__init__.py", "from rnnlab import library"),
        ("__main__.py", "from rnnlab import export"),
        ("worker.py", "import rnnlab.engine.preload"),
    }


def test_no_two_public_classes_share_a_name():
    found: dict[str, list[str]] = {}
    for path in [*LAB, *PAGES]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_test_imports_another():
    """What several tests need lies in tests/support, which imports no test either."""
    named = {(path.name, name) for path in (ROOT / "tests").rglob("*.py") for name in imports(path)}
    tests = r"tests\.(?!support\b)\w+|(?:.*\.)?test_\w+"
    assert sorted(pair for pair in named if re.match(tests, pair[1])) == []


def test_every_job_is_measured_at_its_limits():
    measured = set(re.findall(r"\bjobs\.(\w+)", (ROOT / "benchmarks" / "limits.py").read_text("utf-8")))
    assert measured >= {name for names in JOBS.values() for name in names}
