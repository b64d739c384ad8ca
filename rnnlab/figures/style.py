"""What all figures share: margins, colours, dashes, axes, and how a token is written beside one."""

import html
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from rnnlab.i18n import Translate, beginning, visible

DIVERGING = [[0.0, "#2166ac"], [0.5, "#f5f5f5"], [1.0, "#d9730d"]]  # blue and orange: safe for the colour-blind
# Classes and variants are told apart by these. After Okabe and Ito: safe for the colour-blind.
HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a100", "#8c6bb1")
# Lines, in the order in which they are told apart best: the variants of a race, and the cells in the order of `CELLS`.
LINE_HUES = (HUES[0], HUES[5], HUES[2], HUES[7], HUES[1], HUES[4])
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # lines differ in more than their colour
MARGIN = {"l": 52, "r": 12, "t": 8, "b": 40}
BARE = {"template": {}}  # a default template, Plotly's or Streamlit's, would be most of a figure's size and time
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
LABEL_CHARACTERS = 10
TICKS = 7  # on a logarithmic axis


def tick(token: str) -> str:
    """A token as an axis label: Plotly reads labels as a kind of HTML, so what was typed is escaped."""
    return html.escape(beginning(visible(token), LABEL_CHARACTERS), quote=False)


def number(value: float) -> str:
    """A value to three digits; a dash where it is none."""
    return "0" if value == 0 else f"{value:.3g}" if np.isfinite(value) else "–"


def as_tokens(values: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Numbers as what stands in the place of tokens, each once, and which of them every number is, int32."""
    written, places = np.unique([f"{value:.3g}" for value in values.ravel()], return_inverse=True)
    names = [one.replace("-", "\N{MINUS SIGN}") for one in written.tolist()]
    return names, places.reshape(values.shape).astype(np.int32)


# Axes


def heatmap_axis(axis: dict[str, Any]) -> dict[str, Any]:
    """An axis of a heatmap: no lines through the cells, no zoom."""
    return {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True} | axis


def token_axis(tokens: Sequence[str]) -> dict[str, Any]:
    """The steps of a sentence from left to right, each labelled by its token."""
    return {
        "tickvals": list(range(len(tokens))),
        "ticktext": [tick(token) for token in tokens],
        "range": [-0.5, len(tokens) - 0.5],
        "tickangle": 0 if len(tokens) <= 12 or max(map(len, tokens)) <= 2 else -60,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def epoch_axis(t: Translate, low: float, high: float) -> dict[str, Any]:
    """Epochs from `low` to `high`, marked at whole numbers."""
    axis: dict[str, Any] = {"title": {"text": t("axis.epoch")}, "range": [low, high]}
    return axis | {"dtick": 1} if high - low <= 6 else axis


def loss_axis(losses: np.ndarray, scale: Literal["linear", "log"]) -> dict[str, Any]:
    """How an axis for these losses is marked; nan is a gap among them."""
    seen = losses[losses > 0]
    decades = np.log10(seen.max() / seen.min()) if len(seen) else 0.0
    axis: dict[str, Any] = {"rangemode": "tozero"} if scale == "linear" else {"dtick": 1}
    if not len(seen):
        axis = {"showticklabels": False}
    elif scale == "log" and decades < 1.5:  # too few powers of ten to read a value from
        ticks = [digit * 10.0**power for power in range(-9, 10) for digit in (1, 2, 3, 5, 7)]
        axis = {"tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    return {"type": scale, "exponentformat": "power"} | axis


# Logarithmic axes, with a line of its own for zero


def decades(values: np.ndarray) -> tuple[int, int]:
    """The powers of ten that hold all values but 0 and what is not finite: exponents of the first and the last."""
    seen = values[np.isfinite(values) & (values > 0)]
    if not len(seen):
        return -1, 0
    low, high = int(np.floor(np.log10(seen.min()))), int(np.ceil(np.log10(seen.max())))
    return low, max(high, low + 1)


def power(exponent: int) -> str:
    """A power of ten as a label."""
    return "1" if exponent == 0 else f"10<sup>{exponent}</sup>".replace("-", "−")


def power_ticks(low: int, high: int) -> tuple[list[int], list[str]]:
    """Exponents to be marked between two, and their labels; the zero line is one below the lowest."""
    every = max(1, -(-(high - low) // TICKS))
    exponents = list(range(high, low - 1, -every))[::-1]
    return [low - 1, *exponents], ["0", *map(power, exponents)]


def log_axis(values: np.ndarray, title: str) -> dict[str, Any]:
    """An axis for all these values, with the zero line if there is a zero among them."""
    low, high = decades(values)
    exponents, labels = power_ticks(low, high)
    bottom = low - 1.4 if (values == 0).any() else low - 0.1
    return {
        "type": "log",
        "range": [bottom, high + 0.15],
        "tickvals": [10.0**exponent for exponent in exponents],
        "ticktext": labels,
        "title": {"text": title},
    }


def on_axis(values: np.ndarray, everything: np.ndarray) -> np.ndarray:
    """The values as they stand on that axis: a zero on the zero line, nan where there is nothing."""
    low, _ = decades(everything)
    return np.where(values == 0, 10.0 ** (low - 1), np.where(np.isfinite(values), values, np.nan))
