"""Parts of a page that change without being rebuilt, and that move together in the browser.

Each is a keyed Components v2 component: new data updates what is mounted. Those that are given the same `group` share
a cursor, the epoch that is shown; the reader moves it through the recorded frames without asking the server.
While a run is `live` the cursor follows the newest frame, so one frame is enough; when it pauses or ends,
send them all.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from pages.components.assets import FILES, FOLDER, PAGES

# Streamlit sends a component's script again with every update, and runs it from a blob: address, which nothing relative
# can be imported from. So this is all it gets: it asks for the module below the address that Streamlit itself was
# loaded from, wherever a proxy or server.baseUrlPath has put it. A module that waits is ready when its import is:
# Streamlit's first call comes after that, and gets its answer at once.
STUB = """\
const own = document.querySelector('script[src*="static/js/"]');
const base = own ? new URL("../../", own.src) : new URL("/", location.href);
export default (await import(new URL("{path}", base))).default;
"""


recording: ContextVar[dict[str, dict[str, Any]] | None] = ContextVar("recording", default=None)


@contextmanager
def recorded() -> Iterator[dict[str, dict[str, Any]]]:
    """Within, components are not drawn: what they would be given is kept, by key."""
    drawn: dict[str, dict[str, Any]] = {}
    token = recording.set(drawn)
    try:
        yield drawn
    finally:
        recording.reset(token)


class Component(Protocol):
    """Draws a component of this key with these data; `on_<name>_change` is called when it answers `<name>`."""

    def __call__(self, *, key: str, data: dict[str, Any], **callbacks: Callable[[], None] | None) -> Any: ...


def component(caller: str, name: str) -> Component:
    """Register the component that the module `name`.js beside the calling file exports: `component(__file__, "chart")`.

    The module imports what else it needs, its style sheet too.
    """
    path = Path(caller).with_name(f"{name}.js").relative_to(PAGES).as_posix()
    if path not in FILES:
        raise FileNotFoundError(f"There is no pages/{path}.")
    script = STUB.replace("{path}", f"{FOLDER}/{path}")
    registered = st.components.v2.component(f"rnnlab_{name}", js=script, isolate_styles=False)

    def draw(*, key: str, data: dict[str, Any], **callbacks: Any) -> Any:
        if (drawn := recording.get()) is not None:
            drawn[key] = data
            return None
        # In a list: in a dictionary Streamlit looks for data frames, and loads pandas for that, 34 MB and a second.
        return registered(key=key, data=[data], **callbacks)

    return draw


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as text for the browser: little-endian, C order. Only types that JavaScript has an array for."""
    if array.dtype.name not in ("int8", "int16", "int32", "float32", "float64"):
        raise ValueError(
            f"pack() takes int8, int16, int32, float32 or float64, not {array.dtype.name}: convert it first."
        )
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "b64": base64.b64encode(data.tobytes()).decode("ascii"),
    }


def encode(figure: go.Figure) -> str:
    """A figure as `chart` takes it."""
    return pio.to_json(figure, validate=False)
