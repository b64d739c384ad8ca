"""Numbers in a sequence, held against plain programs of torch; and what is said of a text that is no such column."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from rnnlab import Experiment, LabError, run
from rnnlab.engine import jobs
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention
from rnnlab.training.tasks import data_of
from tests.support import modules
from tests.support.examples import examples

NUMBERS = [math.sin(0.7 * t) + 0.1 * (t % 3) for t in range(40)]
TEXT = " ".join(f"{number:.3f}" for number in NUMBERS)
COLUMN = torch.tensor([float(number) for number in TEXT.split()], dtype=torch.float64)


def series(**fields) -> Experiment:
    return Experiment(**{"task": "series", "text": TEXT, "hidden": 16, "epochs": 4, "lr": 0.02} | fields)


def standardised(trained: int) -> torch.Tensor:
    return ((COLUMN - COLUMN[:trained].mean()) / COLUMN[:trained].std(correction=0)).float()


class Plain(nn.Module):
    """As a textbook writes it."""

    def __init__(self, cell: str, layers: int = 1):
        super().__init__()
        self.layer = modules.LAYERS[cell](1, 16, layers, batch_first=True)
        self.linear = nn.Linear(16, 1)

    def forward(self, x, state=None):
        output, state = self.layer(x, state)
        return self.linear(output), state


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("window", "stride", "layers"), [(0, 1, 1), (7, 1, 2), (6, 3, 1)])
@pytest.mark.parametrize("cell", modules.NAMES)
def test_the_losses_are_a_plain_programs_to_the_bit(cell, window, stride, layers, reduction):
    """The last quarter is the test, and never trained on; windows come in order, four a batch."""
    z = standardised(30)[:30]
    windows = z.unfold(0, window + 1, stride) if window else z[None]
    torch.manual_seed(3)
    model = Plain(cell, layers)
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.02), []
    for _ in range(4):
        total = 0.0
        for batch in windows.split(4):
            x, y = batch[:, :-1, None].contiguous(), batch[:, 1:, None].contiguous()
            loss = nn.functional.mse_loss(model(x)[0], y, reduction=reduction)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * (y.numel() if reduction == "mean" else 1)
        losses.append(total / (windows[:, 1:].numel() if reduction == "mean" else 1))
    fields = {"cell": cell, "window": window, "stride": stride, "layers": layers, "loss": reduction, "batch": 4}
    exactly = losses if cell != "mgu" else pytest.approx(losses, rel=1e-5)  # whose plain module adds in another order
    assert run(series(held_out=0.25, seed=3, **fields)).losses == exactly


def test_what_is_predicted_tested_and_gone_on_with_is_a_plain_loops():
    """One number at a time through the final weights, in the column's own units."""
    history, model = run(series(held_out=0.25, cell="lstm")), Plain("lstm")
    torch.nn.utils.vector_to_parameters(
        torch.frombuffer(bytearray(history.checkpoints[-1].weights), dtype=torch.float32), model.parameters()
    )
    z, said, alone, state = standardised(30), [], [], None
    with torch.no_grad():
        for number in z:
            prediction, state = model(number.view(1, 1, 1), state)
            said.append(prediction.item())
            if len(said) == 30:
                again, own = prediction, state
        for _ in range(10 + 20):  # the test, and beyond
            alone.append(again.item())
            again, own = model(again, own)
    mean, deviation = COLUMN[:30].mean().item(), COLUMN[:30].std(correction=0).item()
    frame = history.frames[-1]
    np.testing.assert_allclose(frame.task_arrays["predicted"], np.array(said) * deviation + mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(frame.task_arrays["alone"], np.array(alone) * deviation + mean, rtol=1e-3, atol=1e-4)
    assert frame.held_out.loss == pytest.approx(np.mean((np.array(said[29:-1]) - z[30:].numpy()) ** 2), rel=1e-4)
    assert history.opening.held_out_count == 10


def test_the_level_is_the_loss_of_the_last_value_again():
    column, z = data_of(series(held_out=0.25, window=7)).column, standardised(30).double().numpy()
    windows = [z[start : start + 8] for start in range(23)]
    assert column.repeat_loss == pytest.approx(np.mean([np.diff(one) ** 2 for one in windows]), rel=1e-5)
    assert column.held_repeat_loss == pytest.approx(np.mean(np.diff(z[29:]) ** 2), rel=1e-5)
    assert (column.trained, column.held) == (30, 10)
    assert np.mean(z[:30] ** 2) == pytest.approx(1), "always saying the mean has a loss of 1"


def test_nothing_behind_the_end_of_training_is_trained_on():
    later = TEXT.rsplit(" ", 1)[0] + " 7.5"
    assert run(series(held_out=0.25, window=7)).losses == run(series(held_out=0.25, window=7, text=later)).losses


def test_another_number_in_the_place_of_one_is_read_as_it_would_be():
    e = series(held_out=0.25)
    weights = run(e).checkpoints[-1].weights
    edit = Intervention("input", step=4, unit=0, value=1.25)
    changed = jobs.trace(e, weights, Place(), (edit,)).changed
    assert changed is not None
    column = data_of(e).column
    other = TEXT.split()
    other[4] = repr(1.25 * column.deviation + column.mean)
    model = Plain("rnn")
    torch.nn.utils.vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), model.parameters())
    z = standardised(30)
    z[4] = 1.25
    said = model(z[None, :39, None])[0][0, :, 0].detach().numpy() * column.deviation + column.mean
    np.testing.assert_allclose(changed.predicted, said, rtol=1e-4, atol=1e-5)


# The text


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=4, max_size=30).filter(
        lambda some: len(set(some)) > 1
    ),
    st.sampled_from([" ", ",", "; ", "\n", "\t", " , ", "，"]),
    st.sampled_from([repr, "{:.3e}".format]),
)
@examples(60)
def test_numbers_are_read_however_they_are_separated(numbers, separator, written):
    read = [written(number) for number in numbers]
    assume(np.std([float(number) for number in read]) > 0)  # of 0 and 1e-281 it is none that a double can tell
    data = data_of(series(text=separator.join(read), window=0))
    assert data.column.numbers == tuple(map(float, read))
    assert data.probe_tokens == tuple(read)


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("1 2 three 4", {}, "number 3 is “three”"),
        ("1 2 nan 4", {}, "number 3 is “nan”"),
        ("1 2 3 -inf", {}, "number 4 is “-inf”"),
        ("1 2 3 1e13", {}, "number 4 is 1e13, beyond ±1,000,000,000,000"),
        ("1 2 3 1e999", {}, "number 4 is 1e999"),
        ("1 2 1_000 4", {}, "number 3 is “1_000”"),
        ("1 2", {}, "at least 3"),
        ("1 2 3 4 5 6", {"window": 6}, "at least 7"),
        ("1 2 3 4", {"held_out": 0.5}, "at least 3"),
        ("2 2 2 5", {"held_out": 0.2}, "all numbers to train on are 2"),
        (" ".join(map(str, range(1001))), {"window": 5}, "there may be 1000, and here are 1001"),
        (" ".join(map(str, range(600))), {}, "512"),
    ],
)
def test_what_is_no_column_is_refused_with_place_value_and_remedy(text, fields, said):
    with pytest.raises(LabError, match="(?s)" + "".join(f"\\{c}" if c in "().+" else c for c in said)):
        data_of(series(text=text, **fields))
