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

JS = Path(__file__).parent / "js"


def component(name: str, *more: str) -> Callable[..., Any]:
    """Register js/<name>.js, with the shared text before it and `more` files behind it, and their style sheets."""
    script = "".join(_lean(JS / f"{part}.js") for part in ("common", name, *more))
    sheets = [JS / f"{part}.css" for part in (*more, name)]
    style = "".join(_lean(sheet) for sheet in sheets if sheet.exists())
    return st.components.v2.component(f"rnnlab_{name}", css=style, js=script, isolate_styles=False)


def _lean(path: Path) -> str:
    """A file without indentation and whole-line comments: Streamlit sends the text again with every update."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


_chart = component("chart", "theme")
_strip, _scrubber, _address, _copy = map(component, ("strip", "scrubber", "address", "copy"))


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


def chart(
    figure: str,
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    frames: dict[str, Any] | None = None,
    cursor: str = "none",
    steps: bool = False,
    height: int,
    label: str,
    labels: dict[str, str] | None = None,
) -> None:
    """An encoded figure that keeps its zoom across updates and takes its colours from the theme.

    `meta={"palette": "diverging" | "sequential" | "line"}` on a trace lets the theme colour it. `frames` holds trace
    0's z for each of `epochs`: {"values": pack(int16 [frame, row, column]), "scale": s}, value = int16 / 32767 * s.
    `cursor="line"` marks the epoch on trace 0 and lets it be moved; `steps=True` outlines the column of the step that
    is pointed at (x = step). `label` is the accessible name, `labels` the tooltips {"download", "reset"}.
    """
    _chart(
        key=key,
        data={
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "frames": frames,
            "cursor": cursor,
            "steps": steps,
            "height": height,
            "label": label,
            "labels": labels or {},
            "figure": figure,
        },
    )


def strip(
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    tokens: list[str],
    inputs: int,
    vocabulary: list[str],
    specials: int,
    targets: list[int],
    top: dict[str, Any],
    probability: dict[str, Any],
    joiner: str,
    written: bool,
    labels: dict[str, str],
) -> None:
    """The row of tokens with what the network expects after each: `top` ids and `probability`, [frame, step, rank].

    The first `inputs` tokens are read by the network; the others are targets only. A target below 0 asks for nothing;
    a `top` below 0 says that nothing is predicted there. `written`: what is predicted, and the targets, are texts too.
    Vocabulary ids below `specials` are drawn apart. labels: steps, predicted, target, target_only.
    """
    _strip(
        key=key,
        data={
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "tokens": tokens,
            "inputs": inputs,
            "vocabulary": vocabulary,
            "specials": specials,
            "targets": targets,
            "top": top,
            "probability": probability,
            "joiner": joiner,
            "written": written,
            "labels": labels,
        },
    )


def scrubber(
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    total: int,
    labels: dict[str, str],
    known: dict[str, Any] | None = None,
    on_moved_change: Callable[[], None] | None = None,
) -> None:
    """Moves the group's cursor through `epochs`, by hand or playing.

    Given `known` {"epoch", "step"}, which the page was drawn for, it tells the page when the reader looks elsewhere:
    the result's `moved` is then {"run", "epoch", "step"}.
    labels: name, epoch (with {epoch} and {total}), start (for epoch 0), following, play, pause, previous, next, speed.
    """
    _scrubber(
        key=key,
        on_moved_change=on_moved_change or (lambda: None),
        data={
            "known": known,
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "total": total,
            "labels": labels,
        },
    )


def address(
    *,
    key: str,
    page: str,
    query: str | None,
    text_draft: str | None,
    restore: bool = False,
    leaving: float | None = None,
    on_restored_change: Callable[[], None] | None = None,
    on_still_change: Callable[[], None] | None = None,
) -> Any:
    """Keep this page's address at `?query` (None: as it is), and a text too long for a link in the tab's storage.

    With `restore` the stored text is asked for instead, once: the result's `restored` is then {"text": str | None}.
    A new number as `leaving` is answered by `still` when it has been drawn.
    """
    return _address(
        key=key,
        on_restored_change=on_restored_change or (lambda: None),
        on_still_change=on_still_change or (lambda: None),
        data={
            "key": key,
            "page": page,
            "query": query,
            "text_draft": text_draft,
            "restore": restore,
            "leaving": leaving,
        },
    )


def copy_link(*, key: str, page: str, query: str, labels: dict[str, str]) -> None:
    """The page's complete link with a button that copies it. labels: link, copy, copied, failed."""
    _copy(key=key, data={"key": key, "page": page, "query": query, "labels": labels})
