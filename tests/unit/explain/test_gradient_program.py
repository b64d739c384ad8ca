"""The lines that find a gradient through time, run over torch's own cells with the weights of a run, find what the page
shows: of every layer and direction, at every step."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from rnnlab import Experiment
from rnnlab.explain.programs import gradient
from rnnlab.inspection import gradients
from rnnlab.inspection.trace import network
from rnnlab.training.trainer import Trainer
from tests.support import modules
from tests.support.examples import examples

TEXTS = {
    "next": "a b c d c",
    "classify": "good | we like the rain\nbad | we fear rain",
    "tag": "we/r like/v rain/n\nthey/r fear/v",
    "seq2seq": "a b c | x y\nb a | y",
    "series": "1 2 3.5 3 1.25 -2 0",
}


def cells_of(e: Experiment, recurrent: torch.nn.Module) -> list:
    """Torch's cells with the weights of a layer, forward before backward."""
    weights = list(recurrent.parameters())
    made = []
    for first in range(0, len(weights), 4):
        inputs = weights[first].shape[1]
        cell = modules.CELLS[e.cell](inputs, e.hidden, **modules.options(e.cell, e.nonlinearity))
        for own, given_ in zip(cell.parameters(), weights[first : first + 4], strict=True):
            own.data = given_.data
        made.append(cell)
    return made


@given(
    task=st.sampled_from(sorted(TEXTS)),
    cell=st.sampled_from(modules.NAMES),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    readout=st.sampled_from(["final", "last", "valid", "mean"]),
    attention=st.sampled_from(["none", "additive", "dot"]),
    head=st.sampled_from(["linear", "none"]),
    seed=st.integers(0, 99),
    data=st.data(),
)
@examples(100)
def test_the_lines_shown_find_the_gradients_shown(task, bidirectional, head, data, **fields):
    bare = task == "next" and head == "none"
    e = Experiment(
        task=task, text=TEXTS[task], head=head, bidirectional=bidirectional and not bare, hidden=4, embed=3, **fields
    )
    weights = Trainer(e).weight_bytes()
    read, model = network(e, weights)
    asked = read.parts[-1]
    t = data.draw(st.integers(0, asked.stop - asked.start - 1))
    ids, target = torch.tensor([read.probe.inputs]), torch.tensor([read.probe.targets])
    names = {"torch": torch, "F": functional, "target": target, "t": t, "label": target[0]}
    if task == "seq2seq":
        y = model.decoder.input(torch.tensor([[1, *read.probe.targets[:-1]]]))
        names |= {"x": model.encoder.input(ids), "y": y, "linear": model.decoder.head}
        names |= {"encoder_cells": cells_of(e, model.encoder.recurrent)}
        names |= {"decoder_cells": cells_of(e, model.decoder.recurrent)}
        if e.attention == "additive":
            names |= {"W": model.decoder.attention.W, "v": model.decoder.attention.v}
    else:
        cells = cells_of(e, model.recurrent)
        pairs = list(zip(cells[::2], cells[1::2], strict=True)) if e.bidirectional else cells
        names |= {"x": model.input(ids), "cell": cells[0], "cells": pairs, "linear": model.head}
    exec(gradient.through_time(e), names)
    lists = names["norms"] if isinstance(names["norms"][0], list) else [names["norms"]]
    assert len(lists) == e.layers * e.directions
    for index, norms in enumerate(lists):
        found = gradients.through_time(e, weights, *divmod(index, e.directions)).norms["h"][asked.start + t]
        np.testing.assert_allclose([float(n) for n in norms], found[: len(norms)], rtol=1e-4, atol=1e-9)
        assert not found[len(norms) :].any(), "what comes later has no part in it"
