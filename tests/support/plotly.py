"""Plotly's figures as a browser gets them."""

import base64
import json

import numpy as np


def as_browsers_get(figure) -> dict:
    return json.loads(figure.to_json())


def decoded(value) -> np.ndarray:
    """Plotly writes arrays as {"dtype", "bdata", "shape"}."""
    if not isinstance(value, dict):
        return np.array(value, dtype=float)
    array = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
    return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array


def points(trace: dict) -> dict[int, float]:
    """What a curve shows, y by x."""
    pairs = zip(decoded(trace["x"]), decoded(trace["y"]), strict=True)
    return {int(x): float(y) for x, y in pairs if np.isfinite(y)}
