"""The shape of the whole: which way imports point, what the web process is free of, what never leaves."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

LAB = sorted((ROOT / "rnnlab").rglob("*.py"))
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SHOWN = [*LAB, *PAGES, *sorted((ROOT / "pages").rglob("*.js")), *sorted((ROOT / "pages").rglob("*.css"))]
HEAVY = {"torch", "jieba"}


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


def dotted(path: Path) -> str:
    """The module of a file, whichever folder it is in."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def near_torch() -> set[str]:
    """The lab's modules that load torch or jieba when they are imported, themselves or through one another."""
    loads = {dotted(path): imports(path, everywhere=False) for path in LAB}
    near = {name for name, found in loads.items() if tops(found) & HEAVY}
    while more := {name for name, found in loads.items() if found & near} - near:
        near |= more
    return near


NEAR_TORCH = near_torch()


def test_what_is_near_torch_is_found():
    assert {"rnnlab.models", "rnnlab.training", "rnnlab.cells", "rnnlab.tracing", "rnnlab.preload"} <= NEAR_TORCH
    assert not NEAR_TORCH & {"rnnlab.jobs", "rnnlab.session", "rnnlab.history", "rnnlab.trace", "rnnlab.figures"}


@pytest.mark.parametrize("path", LAB, ids=lambda path: path.stem)
def test_the_lab_knows_no_streamlit_and_no_page(path):
    assert not tops(imports(path)) & {"streamlit", "pages", "app"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_reach_torch_only_through_the_engine(path):
    assert not tops(imports(path)) & HEAVY
    assert not imports(path) & NEAR_TORCH


def test_jieba_is_the_business_of_one_module():
    assert [path.name for path in LAB if "jieba" in tops(imports(path))] == ["text.py"]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("text", {"data", "models", "tasks", "training", "engine", "session", "figures", "share", "jobs"}),
        (
            "experiment",
            {"text", "data", "models", "tasks", "training", "engine", "session", "figures", "share", "jobs"},
        ),
        ("data", {"models", "tasks", "training", "engine", "session", "figures", "share", "jobs"}),
        ("models", {"tasks", "training", "engine", "session", "figures", "share", "jobs"}),
        ("training", {"engine", "session", "figures", "share", "jobs"}),
        ("figures", {"training", "engine", "session", "models", "tasks", "data"}),
        ("share", {"training", "engine", "session", "models", "tasks", "data", "figures"}),
    ],
)
def test_imports_point_one_way(lower, higher):
    assert not imports(ROOT / "rnnlab" / f"{lower}.py") & {f"rnnlab.{name}" for name in higher}


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
        loaded_after("rnnlab", "rnnlab.__main__", "rnnlab.share", "rnnlab.engine", "rnnlab.session", "rnnlab.figures")
        == "[]"
    )


ASKED_FOR = """\
import sys
from rnnlab import cluster
shared = cluster.shared_cluster()
if shared:
    shared.thread.join()
print(sorted({"torch", "jieba", "distributed"} & set(sys.modules)))
"""


@pytest.mark.parametrize(("address", "loaded"), [("", "[]"), ("tcp://127.0.0.1:1", "['distributed']")])
def test_the_library_for_clusters_is_imported_only_where_an_address_is_given(address, loaded):
    environment = {**os.environ, "RNNLAB_DASK": address}
    command = [sys.executable, "-c", ASKED_FOR]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_the_web_process_imports_neither_torch_nor_jieba():
    parts = [f"pages.parts.{path.stem}" for path in sorted((ROOT / "pages" / "parts").glob("*.py"))]
    assert len(parts) >= 5
    pages = [f"pages.{path.stem}" for path in sorted((ROOT / "pages").glob("*.py"))]
    assert loaded_after("app", *pages, *parts) == "['streamlit']"


@pytest.mark.parametrize("name", [path.name for path in sorted((ROOT / "pages").glob("*.py"))])
def test_what_a_worker_runs_again_does_nothing_on_import(name):
    """A worker process starts by running the page script under another name: only `main()` may do something."""
    assert imports(ROOT / "pages" / name, everywhere=False) == set()
    body = ast.parse((ROOT / "pages" / name).read_text("utf-8")).body
    allowed = (ast.FunctionDef, ast.Expr, ast.If)
    assert all(isinstance(node, allowed) for node in body)
    assert ast.unparse(body[-1].test) == "__name__ == '__main__'"


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_points_to_another_host(path):
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")  # a name in a standard, never fetched
    assert not re.search(r"(?:https?:|wss?:)?//[a-z0-9-]+\.[a-z0-9.-]+", text, re.I)


def test_no_folder_pages_lies_beside_the_main_script():
    """It would switch Streamlit to its old multipage mode, in which a first visitor's deep link skips the frame."""
    assert (ROOT / "pages" / "main.py").exists()
    assert not (ROOT / "pages" / "pages").exists()


def test_streamlit_is_set_as_measured():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["runner"] == {"magicEnabled": False, "postScriptGC": False}
    assert config["browser"]["gatherUsageStats"] is False


@pytest.mark.parametrize("path", [*LAB, *PAGES], ids=lambda path: path.stem)
def test_files_can_be_read_at_a_sitting(path):
    assert len(path.read_text("utf-8").split("\n")) <= 330
