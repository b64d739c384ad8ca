"""A reader of the Text page: its parts and its tables."""

from urllib.parse import urlencode

from streamlit.testing.v1 import AppTest

from pages.views.text import page
from tests.support.reader import looked, visit

PARTS = list(page.PARTS)


def text_page(query: str = "", locale: str = "en-US", **fields) -> AppTest:
    app = visit(query or urlencode({"epochs": 2, **fields}), locale=locale)
    if app.session_state.here != "text":
        looked(app.switch_page("text.py").run())
    return app


def part(app: AppTest, name: str) -> AppTest:
    return looked(app.segmented_control(key="text_part").select(name).run())


def tables(app: AppTest) -> dict[str, dict[str, list]]:
    """What the data frames hold, by their columns' names."""
    return {" ".join(frame.value.columns): frame.value.to_dict("list") for frame in app.dataframe}
