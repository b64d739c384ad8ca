"""A reader of the lab without a browser: Streamlit's AppTest, with jobs in this process (see `in_this_process`)."""

from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from rnnlab import Experiment
from tests.support.eventually import ROOT

KEYS = {name: name for name in Experiment.model_fields} | {"hidden": "hidden_size", "loss": "loss_reduction"}


def visit(query: str = "", locale: str = "zh-CN", page: str = "") -> AppTest:
    """A first look at the lab by this link; then, where one is named, at another page of it."""
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    app.context = {"locale": locale}
    for name, value in parse_qsl(query, keep_blank_values=True):
        app.query_params[name] = value
    looked(app.run())
    if page and app.session_state.here != page:
        looked(app.switch_page(f"{page}.py").run())
    return app


def looked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].value
    return app


def press(app: AppTest, key: str) -> AppTest:
    return looked(app.button(key=key).click().run())


def until_trained(app: AppTest) -> AppTest:
    for _ in range(200):
        if not app.session_state.run.going:
            return app
        looked(app.run())
    raise AssertionError("still training")


def form_of(app: AppTest) -> Experiment:
    fields = {name: app.session_state[key] for name, key in KEYS.items() if key in app.session_state}
    return Experiment(**fields)


def widget(app: AppTest, name: str):
    kinds = (app.number_input, app.selectbox, app.toggle, app.text_area)
    return next(w for kind in kinds for w in kind if w.key == KEYS[name])


def said(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.error, app.warning, app.info, app.caption) for element in kind)
