"""docs/library.ipynb, run from top to bottom, as a reader would."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.eventually import ROOT

PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture
def notebook():
    return nbformat.read(ROOT / "docs" / "library.ipynb", as_version=4)


def test_it_is_kept_without_results(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert 10 <= len(cells) <= 14
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@pytest.mark.thorough
def test_it_runs_and_shows_what_it_speaks_of(notebook, monkeypatch, tmp_path):
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = [[output.get("data", {}) for output in cell.outputs][-1:] for cell in cells]
    shown = {cell.source.strip().split("\n")[-1]: data[0] for cell, data in zip(cells, last, strict=True) if data}
    assert "<svg" in shown["history"]["text/html"]
    assert "packed [15, 8]: 7+3+5" in shown["look"]["text/html"]
    assert "<table" in shown["history.to_frame().tail(3)"]["text/html"]
    figures = [source for source in shown if ".plot" in source and PLOTLY in shown[source]]
    assert len(figures) == 5
    (error,) = cells[-1].outputs
    assert error.text == (
        "epoch: there is no record of 101. There are records from 0 to 100, 1 apart; the nearest is 100. "
        "Choose that, or leave the epoch out for the newest.\n"
    )
