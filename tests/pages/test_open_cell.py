"""The browser's arithmetic, run by Node without a browser: every value of every step, from what the page sends, for
every cell and both directions."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest
import torch

from pages.views.cell.unrolled import packed
from rnnlab import Experiment, run
from rnnlab.cells import CELLS
from rnnlab.explain.open_cell import open_cell
from rnnlab.inspection.trace import trace
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention, PartTrace
from tests.support import modules
from tests.support.eventually import ROOT

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None and "CI" not in os.environ, reason="there is no Node here")


def evaluated(data: dict, traced: dict) -> list[dict]:
    """[step][name][unit] of `shown`, what a strip holds, `result`, what the equation gives, and `sides`."""
    script = ROOT / "tests" / "javascript" / "evaluate_cell.js"
    given = json.dumps({"data": data, "trace": traced})
    done = subprocess.run([NODE, script], input=given, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def column(step: dict, name: str, what: str = "result") -> np.ndarray:
    return np.array([unit[what] for unit in step[name]])


def expected_state(e: Experiment, traced: PartTrace, step: dict) -> list[np.ndarray]:
    """The state after a step, by torch's own cell or the plain one of a paper: of x, the state before, the weights."""
    cell = modules.CELLS[e.cell](traced.x.shape[1], e.hidden, **modules.options(e.cell, e.nonlinearity)).double()
    for weight, values in traced.weights.items():
        getattr(cell, weight).data = torch.from_numpy(values).double()
    before = [torch.tensor(column(step, f"{state}0")) for state in CELLS[e.cell].states]
    with torch.no_grad():
        after = cell(torch.tensor(column(step, "x")), tuple(before) if len(before) > 1 else before[0])
    return [part.numpy() for part in (after if isinstance(after, tuple) else (after,))]


@pytest.mark.parametrize("name", modules.NAMES)
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("direction", [0, 1])
def test_every_equation_gives_the_value_that_the_network_computed(name, nonlinearity, direction):
    if nonlinearity == "relu" and name != "rnn":
        return
    e = Experiment(
        cell=name, nonlinearity=nonlinearity, hidden=5, embed=3, layers=2, bidirectional=True, epochs=3, seed=1
    )
    history = run(e)
    place = Place(layer=1, direction=direction)
    edits = (Intervention("state", 0.5, "h", layer=1, direction=direction),)  # or else the first state is zero
    seen = trace(e, history.checkpoints[-1].weights, place, edits).changed
    tokens = list(history.opening.probe[: len(seen.x)])
    data = {"cell": open_cell(e), "direction": direction, "hidden": e.hidden, "tokens": tokens}
    steps = evaluated(data, packed(seen, np.arange(len(history.opening.classes))))
    assert len(steps) == len(seen.x) == 4
    hidden, cell = e.hidden, CELLS[name]
    for t, step in enumerate(steps):
        assert set(step) == {"x", *(f"{state}0" for state in cell.states), *cell.values, *cell.parts}
        for value in cell.values:
            np.testing.assert_allclose(column(step, value), seen.values[value][t], rtol=1e-5, atol=2e-6)
        before = t + 1 if direction else t - 1
        for state in cell.states:
            known = seen.values[state][before] if 0 <= before < 4 else seen.initial[state]
            np.testing.assert_array_equal(column(step, f"{state}0"), known)
        np.testing.assert_array_equal(column(step, "x", "shown"), seen.x[t])
        h = column(step, "h0")
        after = expected_state(e, seen, step)
        for state, expected in zip(cell.states, after, strict=True):
            np.testing.assert_allclose(column(step, state), expected, rtol=1e-5, atol=2e-6)
        w = {weight: values.astype(float) for weight, values in seen.weights.items()}
        for place, block in enumerate(cell.blocks):
            rows = slice(place * hidden, (place + 1) * hidden)
            below = w["weight_ih"][rows] @ seen.x[t], w["bias_ih"][rows]
            met = h * column(step, "f") if (name, block) == ("mgu", "n") else h
            past = w["weight_hh"][rows] @ met, w["bias_hh"][rows]
            told = column(step, block, "sides")
            for side, (products, biases) in enumerate([below, past]):
                np.testing.assert_allclose([unit[side]["product"] for unit in told], products, rtol=1e-6, atol=1e-6)
                np.testing.assert_allclose([unit[side]["bias"] for unit in told], biases)
                assert all((unit[side]["side"], unit[side]["block"]) == (("ih", "hh")[side], block) for unit in told)


def test_parts_are_worked_out_from_the_step():
    """m and k are the two sides of a sum, tanh c and f ⊙ h what their names say."""
    for name, part, expected in [
        ("lstm", "tanhc", lambda step: np.tanh(column(step, "c", "shown"))),
        ("mgu", "fh", lambda step: column(step, "f", "shown") * column(step, "h0", "shown")),
        ("rnn", "h", lambda step: np.tanh(column(step, "m") + column(step, "k"))),
        ("gru", "n", lambda step: np.tanh(column(step, "k") + column(step, "r", "shown") * column(step, "m"))),
    ]:
        e = Experiment(cell=name, hidden=4, epochs=2)
        seen = trace(e, run(e).checkpoints[-1].weights, Place()).original
        data = {"cell": open_cell(e), "direction": 0, "hidden": 4, "tokens": ["a", "b", "c", "d"]}
        for step in evaluated(data, packed(seen, np.arange(4))):
            np.testing.assert_allclose(column(step, part), expected(step), rtol=1e-6, atol=1e-6)
            np.testing.assert_allclose(column(step, part, "shown"), expected(step), rtol=1e-5, atol=2e-6)


def test_what_is_held_by_an_intervention_is_shown_beside_what_the_equation_gives():
    e = Experiment(cell="mgu", hidden=4, epochs=2)
    edit = Intervention("gate", 1.0, "f", step=1, unit=2)
    seen = trace(e, run(e).checkpoints[-1].weights, Place(), (edit,)).changed
    data = {"cell": open_cell(e), "direction": 0, "hidden": 4, "tokens": ["a", "b", "c", "d"]}
    step = evaluated(data, packed(seen, np.arange(4)))[1]
    assert step["f"][2]["shown"] == 1.0
    assert 0 < step["f"][2]["result"] < 1
    assert step["h"][2]["result"] == pytest.approx(step["n"][2]["shown"], abs=1e-6)
