"""A reader of the Gradients page: what its figures show."""

import json

from streamlit.testing.v1 import AppTest

from rnnlab import Experiment
from tests.support.plotly import points
from tests.support.reader import components, open_page


def visit_gradients(lang: str = "en", train: bool = True, **fields) -> AppTest:
    return open_page("gradients", Experiment(**fields), lang, train)


def figure(app: AppTest, name: str) -> dict:
    return json.loads(components(app)[f"gradients-{name}"]["figure"])


def curve(app: AppTest, name: str, index: int = 0) -> dict[int, float]:
    return points(figure(app, name)["data"][index])
