"""What all figures share: margins, colours, axes, and how a token is written beside one."""

import html

DIVERGING = [[0.0, "#2166ac"], [0.5, "#f5f5f5"], [1.0, "#d9730d"]]  # blue and orange: safe for the colour-blind
MARGIN = {"l": 52, "r": 12, "t": 8, "b": 40}
BARE = {"template": {}}  # a default template, Plotly's or Streamlit's, would be most of a figure's size and time
LABEL_CHARACTERS = 10


def tick(token: str) -> str:
    """A token as an axis label: Plotly reads labels as a kind of HTML, so what was typed is escaped."""
    short = token if len(token) <= LABEL_CHARACTERS else token[: LABEL_CHARACTERS - 1] + "…"
    return html.escape(short.replace(" ", "␣"), quote=False)
