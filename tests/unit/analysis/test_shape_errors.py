"""Wrong shapes: what we say of them is what torch does with them; what is no shape is said to be none."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.analysis.shape_errors import ELEMENTS, NUMBERS, SIZE, crashes, diagnose, read_shape
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.i18n import LabError
from rnnlab.inspection.layers import try_shape
from tests.support.layer_specs import plain_module, settings_of_layers


def accepts(s: LayerSpec, x: tuple[int, ...], state: tuple[int, ...] | None) -> bool:
    """Whether torch takes them, asked in the plainest way. An LSTM's c_0 is given whatever shape fits."""
    module = plain_module(s)
    given = None
    if state is not None:
        memory = {
            1: (s.hidden_size,), 2: (x[0], s.hidden_size) if s.is_cell else (s.layers * s.directions, s.hidden_size),
            3: (s.layers * s.directions, x[0 if s.batch_first else 1] if len(x) > 1 else 1, s.hidden_size),
        }.get(len(x), (1,))  # fmt: skip
        given = (torch.zeros(state), torch.zeros(memory)) if s.has_memory else torch.zeros(state)
    try:
        with torch.no_grad():
            module(torch.zeros(x), given)
    except (RuntimeError, ValueError, IndexError):
        return False
    return True


@given(settings_of_layers, st.data())
def test_the_advice_refuses_exactly_what_torch_refuses(s, data):
    """Shapes near the right ones, so that about half of them fit."""
    right = [*s.input_shape], [*s.state_shape]
    near = []
    for sizes in right:
        for _ in range(data.draw(st.integers(0, 2))):
            place = data.draw(st.integers(0, len(sizes)))
            change = data.draw(st.sampled_from(["size", "size", "swap", "more", "less"]))
            if change == "more" and len(sizes) < 4:
                sizes.insert(place, data.draw(st.integers(0, 3)))
            elif change == "less" and len(sizes) > 1:
                sizes.pop(min(place, len(sizes) - 1))
            elif change == "swap" and len(sizes) > 1:
                sizes[0], sizes[1] = sizes[1], sizes[0]
            elif place < len(sizes):
                sizes[place] = data.draw(st.integers(0, 4))
        near.append(tuple(sizes))
    x, state = near[0], data.draw(st.sampled_from([None, near[1]]))
    if crashes(s, x, state):
        assert not try_shape(s, x, state).error
        assert not try_shape(s, x, state).outputs
        assert [advice.fits for advice in diagnose(s, x, state)] == [False]
        return
    trial = try_shape(s, x, state)
    taken = accepts(s, x, state)
    assert (not trial.error) == taken
    assert bool(trial.outputs) == taken
    assert all(advice.fits for advice in trial.advice) == taken
    assert bool(trial.advice) or taken


# Setting, input, first state -> torch's words, and what we make of them
CASES = [
    ({}, (3, 1, 5), None, "input.size(-1) must be equal to input_size. Expected 4, got 5", "width"),
    ({}, (3, 4, 7), None, "input.size(-1) must be equal", "width_moved"),
    ({}, (4,), None, "Expected input to be 2D or 3D, got 1D", "dims_layer"),
    ({}, (1, 3, 1, 4), None, "got 4D", "dims_layer"),
    ({}, (0, 1, 4), None, "Expected sequence length to be larger than 0", "empty"),
    ({}, (3, 2, 4), (1, 5, 2), "Expected hidden size (1, 2, 2), got [1, 5, 2]", "state_batch"),
    ({}, (5, 2, 4), (1, 5, 2), "Expected hidden size (1, 2, 2), got [1, 5, 2]", "swapped_step_first"),
    ({"batch_first": True}, (2, 5, 4), (1, 5, 2), "Expected hidden size", "swapped_batch_first"),
    ({"batch_first": True, "num_layers": 2}, (5, 3, 4), (5, 2, 2), "Expected hidden size (2, 5, 2)", "state_turned"),
    ({"num_layers": 2, "bidirectional": True}, (3, 1, 4), (2, 1, 2), "Expected hidden size (4, 1, 2)", "state_layers"),
    ({}, (3, 1, 4), (1, 1, 3), "Expected hidden size (1, 1, 2)", "state_units"),
    ({}, (3, 1, 4), (1, 2), "hx should also be 3-D but got 2-D", "state_dims"),
    ({"kind": "LSTM"}, (3, 2, 4), (1, 5, 2), "Expected hidden[0] size (1, 2, 2)", "state_batch"),
    ({"kind": "GRUCell"}, (3, 1, 4), None, "Expected input to be 1D or 2D, got 3D", "dims_loop"),
    ({"kind": "LSTMCell"}, (1, 3, 1, 4), None, "got 4D", "dims_cell"),
    ({"kind": "RNNCell"}, (1, 5), None, "inconsistent input_size: got 5 expected 4", "width"),
    ({"kind": "RNNCell"}, (3, 4), (2, 2), "Input batch size 3 doesn't match hidden0 batch size 2", "state_batch"),
    ({"batch_size": 2}, (2, 3, 4), None, "", "fits_turned"),
    ({"batch_size": 2}, (3, 4), None, "", "fits_unbatched"),
    ({}, (3, 0, 4), None, "", "fits_nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "x", "state", "words", "code"), CASES)
def test_torchs_own_words_and_their_meaning(fields, x, state, words, code):
    trial = try_shape(LayerSpec(**fields), x, state)
    assert words in trial.error
    assert bool(trial.error) == bool(words)
    assert trial.advice[0].code == code
    assert trial.advice[0].fits == (not words)


def test_what_fits_shows_what_comes_out():
    trial = try_shape(LayerSpec(kind="LSTM", num_layers=2, bidirectional=True), (7, 3, 4), (4, 3, 2))
    assert trial.outputs == (("output", (7, 3, 4)), ("h_n", (4, 3, 2)), ("c_n", (4, 3, 2)))
    assert trial.advice == ()


@pytest.mark.parametrize(
    "text", ["5, 3, 7", "(5,3,7)", "[5 3 7]", "5×3×7", "５，３，７", "5、3、7", " 5 x 3 x 7 ", "5,3,7,"]
)
def test_a_shape_is_read_as_people_write_it(text):
    assert read_shape(text, "try_input") == (5, 3, 7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a, b", "shape_letters"),
        ("3, , 4", "shape_letters"),
        ("3.5, 2", "shape_letters"),
        ("(3, 4", "shape_letters"),
        ("1e3", "shape_letters"),
        ("<b>3</b>", "shape_letters"),
        ("()", "shape_letters"),
        ("3, -1, 4", "shape_negative"),
        ("1, 2, 3, 4, 5", "shape_many"),
        (f"{SIZE + 1}, 1", "shape_large"),
        ("9" * 5000, "shape_large"),
        (f"{SIZE}, {SIZE}, 4", "shape_elements"),
        ("٣", "shape_letters"),
    ],
)
def test_what_is_no_shape_is_said(text, code):
    with pytest.raises(LabError) as caught:
        read_shape(text, "try_input")
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == (code, "try_input")
    assert len(str(caught.value)) < 500


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_shape_within_limits_or_an_error_of_ours(text):
    try:
        shape = read_shape(text, "try_input")
    except LabError:
        return
    assert shape is None or (len(shape) <= NUMBERS and all(0 <= size <= SIZE for size in shape))
    assert shape is None or np.prod(shape) <= ELEMENTS


def test_a_trial_that_would_take_minutes_is_refused():
    s = LayerSpec(kind="LSTM", input_size=1, hidden_size=256, num_layers=3)
    with pytest.raises(LabError) as caught:
        try_shape(s, (400, 500, 1), None)
    assert caught.value.problems[0].code == "shape_work"
