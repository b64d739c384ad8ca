"""What stands beside a picture is the program that made it: the lines run, and give the run's own first loss."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from rnnlab import Experiment, explain, run

CELLS = {
    ("rnn", "layer"): nn.RNN,
    ("lstm", "layer"): nn.LSTM,
    ("gru", "layer"): nn.GRU,
    ("rnn", "cell"): nn.RNNCell,
    ("lstm", "cell"): nn.LSTMCell,
    ("gru", "cell"): nn.GRUCell,
}


@pytest.mark.parametrize(("cell", "impl"), CELLS)
@pytest.mark.parametrize(("given", "head", "loss"), [("embedding", "linear", "mean"), ("onehot", "none", "sum")])
def test_the_lines_shown_give_the_first_loss(cell, impl, given, head, loss):
    e = Experiment(cell=cell, impl=impl, input=given, head=head, loss=loss, hidden=4, embed=3, epochs=1, seed=5)
    torch.manual_seed(5)
    names = {"torch": torch, "F": functional, "classes": 4}
    names |= {"ids": torch.tensor([[0, 1, 2, 3]]), "targets": torch.tensor([[1, 2, 3, 2]])}
    if given == "embedding":
        names["embedding"] = nn.Embedding(4, 3)
    options = {"batch_first": True} if impl == "layer" else {}
    names[cell if impl == "layer" else "cell"] = CELLS[cell, impl](3 if given == "embedding" else 4, 4, **options)
    if head == "linear":
        names["linear"] = nn.Linear(4, 4)
    exec(explain.code("shapes", e), names)
    assert names["loss"].item() == pytest.approx(run(e).losses[0], abs=1e-6)
    exec(explain.code("predictions", e), names)
    assert names["token"].shape == names["probability"].shape == (1, 4)


@pytest.mark.parametrize(
    ("panel", "fields", "part"),
    [
        ("hidden", {"nonlinearity": "relu"}, "ReLU"),
        ("hidden", {"nonlinearity": "tanh"}, r"\tanh"),
        ("hidden", {"cell": "lstm"}, r"f_t \odot c_{t-1} + i_t \odot g_t"),
        ("hidden", {"cell": "gru"}, r"(1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
        ("predictions", {"head": "none"}, r"\operatorname{softmax}(h_t)"),
        ("loss", {"loss": "mean"}, r"\frac1N"),
    ],
)
def test_an_equation_is_the_chosen_models(panel, fields, part):
    assert part in explain.equation(panel, Experiment(**fields))


def test_a_summed_loss_is_not_divided():
    assert r"\frac" not in explain.equation("loss", Experiment(loss="sum"))
