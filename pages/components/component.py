"""Parts of a page that change without being rebuilt, and that move together in the browser.

Each is a keyed Components v2 component: new data updates what is mounted. Those that are given the same `group` share
a cursor, the epoch that is shown; the reader moves it through the recorded frames without asking the server.
While a run is `live` the cursor follows the newest frame, so one frame is enough; when it pauses or ends,
send them all.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

PAGES = Path(__file__).parents[1]


def component(name: str, *more: str) -> Callable[..., Any]:
    """Register js/<name>.js, with the shared text before it and `more` files behind it, and their style sheets."""
    script = "".join(_lean(_found(f"{part}.js")) for part in ("common", name, *more))
    sheets = [sheet for part in (*more, name) for sheet in PAGES.rglob(f"{part}.css")]
    style = "".join(_lean(sheet) for sheet in sheets)
    return st.components.v2.component(f"rnnlab_{name}", css=style, js=script, isolate_styles=False)


def _found(name: str) -> Path:
    return next(PAGES.rglob(name))


def _lean(path: Path) -> str:
    """A file without indentation and whole-line comments: Streamlit sends the text again with every update."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as text for the browser: little-endian, C order. Only types that JavaScript has an array for."""
    if array.dtype.name not in ("int16", "int32", "float32"):
        raise ValueError(f"pack() takes int16, int32 or float32, not {array.dtype.name}: convert it first.")
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "b64": base64.b64encode(data.tobytes()).decode("ascii"),
    }


def encode(figure: go.Figure) -> str:
    """A figure as `chart` takes it."""
    return pio.to_json(figure, validate=False)
