"""A reader of the lab without a browser: Streamlit's AppTest, with jobs in this process (see `in_this_process`)."""

import base64
import json
from contextlib import suppress
from functools import cache
from unittest import mock
from urllib.parse import parse_qsl

import numpy as np
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from pages.shell import first_visit, panel
from pages.shell.run.sight import Cursor
from rnnlab import Experiment
from rnnlab.experiment.links import to_link
from tests.support.eventually import ROOT

KEYS = {name: name for name in Experiment.model_fields} | {"hidden": "hidden_size", "loss": "loss_reduction"}
# For every new app AppTest looks through all installed packages for components of theirs, half a second long.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


# There is no browser that would tell what is opened: all is.
is_opened = panel.is_opened
panel.is_opened = lambda _: True


def wait_for_the_end(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
    """Without looking a thousand times a second, which takes the script's time."""
    runner._script_thread.join(timeout)
    assert runner.script_stopped(), f"the page is not drawn after {timeout} s"


local_script_runner.require_widgets_deltas = wait_for_the_end

LONG = 60.0  # seconds: a first look waits for its run to end, however busy the machine


def visit(query: str = "", locale: str = "zh-CN", page: str = "", patience: float = LONG) -> AppTest:
    """A first look at the lab by this link; then, where one is named, at another page of it. A run that the link asks
    for is over then, unless it takes longer than `patience`, in seconds."""
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=LONG + 30)
    app.context = {"locale": locale}
    for name, value in parse_qsl(query, keep_blank_values=True):
        app.query_params[name] = value
    with mock.patch.object(first_visit, "FIRST_PATIENCE", patience):
        looked(app.run())
    if page and app.session_state.here != page:
        looked(app.switch_page(f"{page}.py").run())
    return app


def open_page(page: str, e: Experiment, lang: str = "en", train: bool = True) -> AppTest:
    """A page on this experiment, by a link that asks for its training or leaves it to the reader."""
    return until_trained(visit(to_link(e, lang, run=train), page=page))


def looked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].value
    return app


def more_opened(app: AppTest) -> AppTest:
    """With "More settings" open: what the browser tells of a field there is the reader's wish."""
    app.session_state.outdated = {}
    return app


def press(app: AppTest, key: str) -> AppTest:
    return looked(app.button(key=key).click().run())


def until_trained(app: AppTest) -> AppTest:
    for _ in range(200):
        if not app.session_state.run.going:
            return app
        app.session_state.patience, app.session_state.whole = LONG, True  # one long look instead of many short ones
        looked(app.run())
    raise AssertionError("still training")


def choose(app: AppTest, step: int | None, epoch: int) -> AppTest:
    """Puts the cursor that all pages share there, and looks again."""
    app.session_state.cursor = Cursor(app.session_state.run.id, epoch, step)
    return looked(app.run())


def form_of(app: AppTest) -> Experiment:
    fields = {}
    for name, key in KEYS.items():
        with suppress(KeyError):  # asking whether it is there costs more than a millisecond
            fields[name] = app.session_state[key]
    return Experiment(**fields)


def widget(app: AppTest, name: str):
    kinds = (app.number_input, app.selectbox, app.toggle, app.text_area, app.text_input, app.segmented_control)
    return next(w for kind in kinds for w in kind if w.key == KEYS[name])


def said(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (app.error, app.warning, app.success, app.info, app.caption, app.markdown)
    return "\n".join(element.value for kind in kinds for element in kind)


def components(app: AppTest, prefix: str = "") -> dict[str, dict]:
    """What each browser part was given, by its key; of those whose key begins with a prefix, by the rest of it."""
    given = [json.loads(e.proto.json)[0] for e in app.get("bidi_component") if e.proto.HasField("json")]
    found = {data["key"]: data for data in given if data.get("key", "").startswith(prefix)}
    return {key.removeprefix(prefix): data for key, data in found.items()}


def unpacked(packed: dict) -> np.ndarray:
    """An array as a browser part reads it: little-endian, C order."""
    values = np.frombuffer(base64.b64decode(packed["b64"]), np.dtype(packed["dtype"]).newbyteorder("<"))
    return values.reshape(packed["shape"])
