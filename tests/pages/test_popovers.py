"""What opens on a click is drawn from then on, until its reader leaves the page."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shell import panel
from tests.support.reader import components, form_of, is_opened, looked, visit


@pytest.fixture
def app(monkeypatch) -> AppTest:
    monkeypatch.setattr(panel, "is_opened", is_opened)
    return visit("lang=en")


def opened(app: AppTest, *keys: str) -> AppTest:
    app.session_state.opened = {*app.session_state.opened, *keys}
    return looked(app.run())


def drawn(app: AppTest) -> set[str | None]:
    return {one.key for kind in (app.number_input, app.toggle, app.get("download_button")) for one in kind}


def asking(app: AppTest) -> set[str]:
    return {key for key, data in components(app, "opened_").items() if data["asks"]}


def test_nothing_of_it_is_drawn_before(app):
    assert not {"epochs", "run_on_opening"} & drawn(app)
    assert asking(app) == {"more", "share"}
    opened(app, "more")
    assert "epochs" in drawn(app)
    assert asking(app) == {"share"}
    opened(app, "share")
    assert {"epochs", "run_on_opening"} < drawn(app)
    assert asking(app) == set()


def test_what_is_said_in_it_counts_where_it_is_not_drawn(app):
    opened(app, "more", "share")
    app.number_input(key="epochs").set_value(7)
    app.toggle(key="run_on_opening").set_value(False)
    looked(app.run())
    for page in ("cell", "history", "playground"):
        looked(app.switch_page(f"{page}.py").run())
        assert not {"epochs", "run_on_opening"} & drawn(app)
        assert form_of(app).epochs == app.session_state.experiment.epochs == 7
    opened(app, "more", "share")
    assert app.number_input(key="epochs").value == 7
    assert app.toggle(key="run_on_opening").value is False
    assert "run=1" not in components(app)["link"]["query"]


def test_what_the_form_is_filled_with_meanwhile_is_said_when_it_is_opened(app):
    opened(app, "more")
    app.number_input(key="epochs").set_value(7)
    looked(app.run())
    looked(app.switch_page("cell.py").run())
    looked(app.selectbox(key="preset").set_value("lstm").run())
    wanted = app.session_state.experiment.epochs
    assert wanted != 7
    opened(app, "more")
    assert app.number_input(key="epochs").value == wanted
