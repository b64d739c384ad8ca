"""The presets on shapes and gates: what the page Shapes builds and runs against torch's modules called by hand."""

import itertools
from typing import Literal

import numpy as np
import torch
from torch import nn

from rnnlab import Experiment
from rnnlab.experiment.layer_spec import LayerSpec, of_run
from rnnlab.inspection.dataset import first_batch
from rnnlab.inspection.layers import inspect_layer
from rnnlab.records.layers import LayerLook
from scripts.tutorials.comparing import Differences, gap, unequal
from scripts.tutorials.plain import HandMade

SWITCHES = ("bias", "batch_first", "bidirectional")


def seen(preset: str) -> LayerLook:
    """What the page Shapes shows when this preset opens it."""
    e = Experiment(preset=preset)
    return inspect_layer(of_run(e, *first_batch(e)))


def shapes(look: LayerLook) -> dict[str, tuple[int, ...]]:
    return {tensor.name: tensor.shape for tensor in look.tensors}


def values(look: LayerLook) -> dict[str, np.ndarray]:
    return {tensor.name: tensor.values for tensor in look.tensors if tensor.values is not None}


def preset_cell_shapes(_: int) -> Differences:
    """B 1, T 3, input 4, hidden 2: every step's shapes and hidden state."""
    look = seen("cell-shapes")
    torch.manual_seed(0)
    cell, x, h = nn.RNNCell(4, 2), torch.randn(3, 1, 4), torch.zeros(1, 2)
    expected, states = [], []
    for x_t in x:
        h = cell(x_t, h)
        states.append(h.detach().numpy())
        weights = (cell.weight_ih, cell.bias_ih, cell.weight_hh, cell.bias_hh)
        expected.append(sorted(tuple(tensor.shape) for tensor in (x_t, h, h, *weights)))
    steps = [sorted(tensor.shape for tensor in step.tensors) for step in look.steps]
    hidden = [{t.name: t.values for t in step.tensors}[f"h_{step.step + 1}"] for step in look.steps]
    return {"shapes of each step": unequal(steps, expected), "hidden state of each step": gap(hidden, states)}


def preset_layer_shapes(_: int) -> Differences:
    torch.manual_seed(0)
    output, h_n = nn.RNN(4, 2)(torch.randn(3, 1, 4))
    found = values(seen("layer-shapes"))
    return {
        "output and h_n": max(gap(found["output"], output.detach()), gap(found["h_n"], h_n.detach())),
        "last output is h_n": gap(found["output"][-1], found["h_n"][0]),
    }


def preset_two_layers(_: int) -> Differences:
    """Input (3, 2, 4) and h_0 (2, 2, 5) given; then h_0 left out, and batch_first."""
    torch.manual_seed(0)
    rnn, x, h_0 = nn.RNN(4, 5, 2), torch.randn(3, 2, 4), torch.randn(2, 2, 5)
    output, h_n = rnn(x, h_0)
    found = values(seen("two-layers"))
    turned = LayerSpec(kind="RNN", input_size=4, hidden_size=5, num_layers=2, batch_first=True, batch_size=2, steps=3)
    expected = {"input": (2, 3, 4), "output": (2, 3, 5), "h_0": (2, 2, 5), "h_n": (2, 2, 5)}
    found_shapes = shapes(inspect_layer(turned))
    return {
        "output and h_n": max(gap(found["output"], output.detach()), gap(found["h_n"], h_n.detach())),
        "h_n[-1] is output[-1]": gap(found["h_n"][-1], found["output"][-1]),
        "shapes with batch_first": unequal([found_shapes[name] for name in expected], expected.values()),
    }


def preset_manual_rnn(seed: int) -> Differences:
    """[x; h] through one linear layer, with the layer's weights side by side: 200 draws of weights and inputs."""
    worst = 0.0
    for draw in range(200):
        torch.manual_seed(seed + draw)
        layer, own, x = nn.RNN(10, 20, batch_first=True), HandMade(10, 20), torch.randn(32, 5, 10)
        W, U, b, c = layer.parameters()
        own.linear.weight.data, own.linear.bias.data = torch.cat([W, U], dim=1), b + c
        worst = max(worst, gap(own(x).detach(), layer(x)[0].detach()))
    found = shapes(seen("manual-rnn"))
    expected = [(32, 5, 10), (32, 5, 20), (1, 32, 20)]
    return {
        "nn.RNN with the same weights": worst,
        "shapes": unequal([found[name] for name in ("input", "output", "h_n")], expected),
    }


def preset_rnn_arguments(_: int) -> Differences:
    """Every combination of the arguments: shapes and numbers of parameters."""
    wrong = 0.0
    switches = [dict(zip(SWITCHES, on, strict=True)) for on in itertools.product((False, True), repeat=3)]
    functions: tuple[Literal["tanh", "relu"], ...] = ("tanh", "relu")
    for layers, function, dropout, on in itertools.product((1, 2, 3), functions, (0.0, 0.5), switches):
        look = inspect_layer(
            LayerSpec(
                kind="RNN", input_size=10, hidden_size=20, num_layers=layers, nonlinearity=function, dropout=dropout,
                batch_size=3, steps=5, **on,
            )
        )  # fmt: skip
        between = dropout if layers > 1 else 0.0
        rnn = nn.RNN(10, 20, num_layers=layers, nonlinearity=function, dropout=between, **on)
        output, h_n = rnn(torch.zeros((3, 5, 10) if on["batch_first"] else (5, 3, 10)))
        found = shapes(look)
        wrong += found["output"] != tuple(output.shape)
        wrong += found["h_n"] != tuple(h_n.shape)
        wrong += look.parameters != sum(p.numel() for p in rnn.parameters())
    return {"shapes and counts, 96 combinations": wrong}


def gated(kind: str, parameters: int) -> Differences:
    """Input (32, 5, 10), hidden 20, two layers; then both layers by the gates' own formulas."""
    look = inspect_layer(
        LayerSpec(kind=kind, input_size=10, hidden_size=20, num_layers=2, batch_first=True, batch_size=32, steps=5)
    )
    found = shapes(look)
    names = {"output": (32, 5, 20), "h_n": (2, 32, 20)} | ({"c_n": (2, 32, 20)} if kind == "LSTM" else {})
    torch.manual_seed(0)
    layer, x = getattr(nn, kind)(10, 20, 2, batch_first=True), torch.randn(32, 5, 10)
    with torch.no_grad():
        output, _ = layer(x)
        for below in range(2):
            x = by_formula(
                kind, [getattr(layer, f"{n}_l{below}") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")], x
            )
    return {
        "shapes": unequal([found[name] for name in names], names.values()),
        "parameters": abs(look.parameters - parameters),
        "the gates' formulas": gap(output, x),
    }


def by_formula(kind: str, weights: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """One layer, step by step; PyTorch's GRU applies r behind the matrix, and z keeps the old state."""
    W, U, b, c = weights
    h = cell = torch.zeros(len(x), U.shape[1])
    states = []
    for x_t in x.unbind(1):
        read, kept = x_t @ W.T + b, h @ U.T + c
        if kind == "LSTM":
            i, f, g, o = (read + kept).chunk(4, dim=1)
            cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
            h = o.sigmoid() * cell.tanh()
        else:
            (r, z, n), (r_h, z_h, n_h) = read.chunk(3, dim=1), kept.chunk(3, dim=1)
            z = (z + z_h).sigmoid()
            h = (1 - z) * (n + (r + r_h).sigmoid() * n_h).tanh() + z * h
        states.append(h)
    return torch.stack(states, dim=1)


def preset_lstm(_: int) -> Differences:
    return gated("LSTM", 5_920)


def preset_gru(_: int) -> Differences:
    return gated("GRU", 4_440)
