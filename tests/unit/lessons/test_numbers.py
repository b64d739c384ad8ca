"""What the lesson on numbers says, against plain programs."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab import Experiment
from tests.support.walks import walked


def standardised(preset: str) -> tuple[np.ndarray, float]:
    """200 numbers by the first 160 of them, and the deviation of these."""
    numbers = np.array(Experiment(preset=preset).text.split(), dtype=float)
    return (numbers - numbers[:160].mean()) / numbers[:160].std(), numbers[:160].std()


def learnt(z: torch.Tensor) -> tuple[float, np.ndarray, np.ndarray]:
    """Sixty epochs over shuffled windows of forty: the loss over the last 40 numbers, 90 that it goes on with, and the
    loss at each place of a window."""
    windows = z[:160].unfold(0, 41, 1)
    torch.manual_seed(0)
    rnn, linear = nn.RNN(1, 16, batch_first=True), nn.Linear(16, 1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *linear.parameters()], lr=0.01)
    order = torch.Generator().manual_seed(0)
    for _ in range(60):
        for places in torch.randperm(len(windows), generator=order).split(16):
            batch = windows[places]
            loss = nn.functional.mse_loss(linear(rnn(batch[:, :-1, None])[0])[..., 0], batch[:, 1:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        places = ((linear(rnn(windows[:, :-1, None])[0])[..., 0] - windows[:, 1:]) ** 2).mean(0)
        said = linear(rnn(z[None, :-1, None])[0])[0, 159:, 0]
        output, state = rnn(z[None, :160, None])
        alone = [linear(output[:, -1:])]
        while len(alone) < 90:
            output, state = rnn(alone[-1], state)
            alone.append(linear(output))
    return nn.functional.mse_loss(said, z[160:]).item(), torch.cat(alone).flatten().numpy(), places.numpy()


def test_what_each_question_is_answered_with():
    found = {id: one.late for id, one in walked("numbers", "en").items()}
    tells = {id: one.tells[id] for id, one in found.items()}
    answers = {id: one.found[id] for id, one in found.items()}

    z, deviation = standardised("sine")
    assert (answers["mean"], tells["mean"]["loss"]) == ("1", f"{np.mean(z[:160] ** 2):.3f}")
    repeated = np.mean(np.diff(z[159:]) ** 2)
    assert (answers["repeat"], tells["repeat"]["loss"]) == ("0.1", f"{repeated:.4f}")
    assert tells["repeat"]["units"] == f"{math.sqrt(repeated) * deviation:.2f}"
    loss, alone, places = learnt(torch.tensor(z, dtype=torch.float32))
    assert answers["beaten"] == "much"
    history = walked("numbers", "en")["beaten"].after.history
    assert history.losses[-1] == pytest.approx(places.mean(), rel=0.1)
    assert places.mean() > 10 * loss, "the training loss is higher"
    assert places[10:].mean() < 2 * loss < places[0], "because of the first guesses from a zero state"
    assert float(tells["beaten"]["loss"]) == pytest.approx(loss, rel=0.05)
    off = math.sqrt(np.mean((alone[:40] - z[160:]) ** 2)) * deviation
    assert answers["alone"] == ("larger" if off > math.sqrt(loss) * deviation else "smaller")
    assert float(tells["alone"]["alone"]) == pytest.approx(off, rel=0.05)

    z, deviation = standardised("noisy-sine")
    noise = np.array(Experiment(preset="noisy-sine").text.split(), dtype=float) - np.sin(np.arange(200) * math.pi / 10)
    assert answers["floor"] == "0.07"
    assert tells["floor"]["floor"] == f"{np.mean((noise[160:] / deviation) ** 2):.3f}"
    loss, alone, _ = learnt(torch.tensor(z, dtype=torch.float32))
    assert float(tells["noise"]["best"]) < float(tells["noise"]["loss"]) < float(tells["noise"]["level"])
    assert float(tells["noise"]["loss"]) == pytest.approx(loss, rel=0.05)
    assert np.abs(np.diff(alone, 2)).mean() < 0.7 * np.abs(np.diff(z, 2)).mean()
    assert answers["noise"] == "smooth"
