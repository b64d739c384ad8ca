"""A reader of the Text page: its parts and its tables."""

from urllib.parse import urlencode

from streamlit.testing.v1 import AppTest

from pages.views.text import page
from tests.support.reader import components, looked, visit

PARTS = list(page.PARTS)
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789", ",")  # a number as people write it, for Python to read


def text_page(query: str = "", locale: str = "en-US", **fields) -> AppTest:
    app = visit(query or urlencode({"epochs": 2, **fields}), locale=locale)
    if app.session_state.here != "text":
        looked(app.switch_page("text.py").run())
    return app


def part(app: AppTest, name: str) -> AppTest:
    return looked(app.segmented_control(key="text_part").select(name).run())


def tables(app: AppTest) -> dict[str, dict[str, list]]:
    """What the tables of whole columns hold, by their columns' names; numbers as such."""
    found = {}
    for (table,) in (data["tables"] for data in components(app, "text-").values() if data.get("style") == "framed"):
        names = [cell["text"] for cell in table["head"]]
        columns = [[content(cell) for cell in column] for column in zip(*table["rows"], strict=True)]
        found[" ".join(names)] = dict(zip(names, columns, strict=True))
    return found


def content(cell: dict) -> str | float:
    if cell.get("kind") != "number":
        return cell["text"]
    return float(cell["text"].translate(PLAIN).replace("·10", "e"))
