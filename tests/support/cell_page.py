"""A reader of the Cell page: what the unrolled network is given, and changes made by its form."""

from streamlit.testing.v1 import AppTest

from rnnlab import Experiment
from tests.support.reader import components, looked, open_page


def visit_cell(lang: str = "en", train: bool = True, **fields) -> AppTest:
    return open_page("cell", Experiment(**fields), lang, train)


def given(app: AppTest) -> dict:
    """What the unrolled network was given."""
    return components(app)["cell-unrolled"]


def change(app: AppTest, kind: str, value: str | None = None, **choices) -> AppTest:
    """One more change by the form; choices are its fields' values."""
    looked(app.selectbox(key="whatif_kind").set_value(kind).run())
    for name, choice in choices.items():
        box = next(box for box in app.selectbox if box.key.startswith(f"whatif_{kind}_{name}"))
        looked(box.set_value(choice).run())
    if value is not None:
        looked(app.text_input(key="whatif_value").set_value(value).run())
    return looked(app.button(key="whatif_add").click().run())
