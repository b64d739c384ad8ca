"""What stands beside a picture is the program that made it: the lines, in a loop with an optimizer, are the run."""

import re
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab import Experiment, run
from rnnlab.explain import equations, modules, programs
from rnnlab.training.trainer import Trainer
from tests.support import modules as plain
from tests.support.examples import examples

TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d"],
    "classify": ["good | we like the rain\nbad | we fear the long rain\ngood | rain"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
}
TASKS = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda task: st.fixed_dictionaries({"task": st.just(task), "text": st.sampled_from(TEXTS[task])})
)
CHANCES = st.sampled_from([0.0, 0.25, 0.5])
SETTINGS = {
    "cell": st.sampled_from(plain.NAMES),
    "impl": st.sampled_from(["layer", "cell"]),
    "input": st.sampled_from(["embedding", "onehot"]),
    "nonlinearity": st.sampled_from(["tanh", "relu"]),
    "layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "packed": st.booleans(),
    "carry": st.booleans(),
    "head": st.sampled_from(["linear", "none"]),
    "loss": st.sampled_from(["mean", "sum"]),
    "readout": st.sampled_from(["final", "last", "valid", "mean"]),
    "attention": st.sampled_from(["none", "additive", "dot"]),
    "teacher": st.sampled_from([0.0, 0.4, 1.0]),
    **dict.fromkeys(("dropout_embed", "dropout", "dropout_head"), CHANCES),
}


def experiment(fields: dict) -> Experiment:
    """One that can be run: what cannot stand together is left out."""
    fields = dict(fields, epochs=3, seed=5, hidden=4, embed=3, lr=0.02)
    if fields["impl"] == "cell" and fields["cell"] != "mgu":
        fields["packed"] = False
    if fields["task"] != "next":
        fields["carry"], fields["head"] = False, "linear"
    if fields["head"] == "none":
        fields |= {"text": TEXTS["next"][0], "hidden": 4, "bidirectional": False}
    return Experiment(**fields)


def recurrent(e: Experiment, inputs: int, shown: dict) -> dict:
    """Torch's layer or cells for what the lines call by the layer's name, `cell` or `cells`; a cell that torch lacks is
    that of the classes `shown`."""
    cell = shown.get("MGUCell") or partial(plain.CELLS[e.cell], **plain.options(e.cell, e.nonlinearity))
    if e.impl == "layer" or e.packed or e.task == "seq2seq":
        dropout = e.dropout if e.layers > 1 else 0.0
        options = {"num_layers": e.layers, "batch_first": True, "dropout": dropout, "bidirectional": e.bidirectional}
        if "CellLoop" in shown:
            return {"layer": shown["CellLoop"](cell, inputs, e.hidden, **options)}
        return {"layer": plain.LAYERS[e.cell](inputs, e.hidden, **options, **plain.options(e.cell, e.nonlinearity))}
    made = [
        cell(e.hidden * e.directions if layer else inputs, e.hidden)
        for layer in range(e.layers)
        for _ in range(e.directions)
    ]
    return {"cell": made[0], "cells": list(zip(made[::2], made[1::2], strict=True)) if e.bidirectional else made}


def names_of(e: Experiment) -> dict:
    """What the lines speak of: the run's only batch, and torch's modules from its seed, in the order they are made."""
    trainer = Trainer(e)
    (batch,), data = trainer.batches, trainer.data
    shown: dict = {}
    exec(modules.definitions(e), shown)
    types, classes, embeds = len(data.vocabulary), len(data.classes), e.input == "embedding"
    inputs = e.embed if embeds else types
    names = {"torch": torch, "F": functional, "ids": batch.ids, "lengths": batch.lengths, "targets": batch.targets}
    names |= {"pack_padded_sequence": pack_padded_sequence, "pad_packed_sequence": pad_packed_sequence}
    names |= {"labels": batch.targets[:, 0], "bos": torch.ones(len(batch.ids), 1).long()}
    names |= {"classes": types, "target_classes": classes}
    torch.manual_seed(e.seed)
    if embeds:
        names["embedding"] = nn.Embedding(types, e.embed, padding_idx=0 if "<pad>" in data.vocabulary.tokens else None)
    units = e.hidden * e.directions
    if e.task != "seq2seq":
        made = recurrent(e, inputs, shown)
        names |= {e.cell: made["layer"]} if "layer" in made else made
    else:
        wide = 0 if e.attention == "none" else e.hidden
        names["encoder"] = recurrent(e, inputs, shown)["layer"]
        if embeds:
            names["target_embedding"] = nn.Embedding(classes, e.embed, padding_idx=0)
        names["decoder"] = recurrent(e, (e.embed if embeds else classes) + wide, shown)["layer"]
        if e.attention == "additive":
            names |= {"W": nn.Linear(2 * e.hidden, e.hidden), "v": nn.Linear(e.hidden, 1, bias=False)}
        units += wide
    if e.head == "linear":
        names["linear"] = nn.Linear(units, classes)
    return names | {"hidden": None}


def learnt(names: dict) -> list[nn.Parameter]:
    def modules_in(value: object) -> list[nn.Module]:
        if isinstance(value, nn.Module):
            return [value]
        return [one for part in value for one in modules_in(part)] if isinstance(value, list | tuple) else []

    found = {id(p): p for value in names.values() for module in modules_in(value) for p in module.parameters()}
    return list(found.values())


@given(fields=TASKS, **SETTINGS)
@examples(200)
def test_the_lines_shown_are_the_run_to_the_bit(fields, **settings):
    """Dropout's masks and the teacher's draws among them, and a state that is carried from epoch to epoch."""
    e = experiment(settings | fields)
    names, losses = names_of(e), []
    optimizer = torch.optim.Adam(learnt(names), lr=e.lr)
    for _ in range(e.epochs):
        exec(programs.code("shapes", e), names)
        optimizer.zero_grad()
        names["loss"].backward()
        losses.append(names["loss"].item())
        optimizer.step()
    assert losses == list(run(e).losses)
    exec(programs.code("predictions", e), names)
    assert names["token"].shape == names["logits"].shape[:-1]


@pytest.mark.parametrize(
    ("panel", "fields", "part"),
    [
        ("hidden", {"nonlinearity": "relu"}, "ReLU"),
        ("hidden", {"nonlinearity": "tanh"}, r"\tanh"),
        ("hidden", {"cell": "lstm"}, r"f_t \odot c_{t-1} + i_t \odot g_t"),
        ("hidden", {"cell": "gru"}, r"(1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
        ("hidden", {"cell": "mgu"}, r"(1 - f_t) \odot h_{t-1} + f_t \odot n_t"),
        ("predictions", {"head": "none"}, r"\operatorname{softmax}(h_t)"),
        ("loss", {"loss": "mean"}, r"\frac1N"),
        ("loss", {"task": "classify"}, "label"),
        ("predictions", {"task": "classify", "readout": "mean"}, r"\frac1n\sum"),
        ("predictions", {"task": "classify", "bidirectional": True}, r"\overleftarrow h_1"),
        ("predictions", {"task": "classify", "readout": "last", "bidirectional": True}, r"\overleftarrow h_T"),
        ("predictions", {"task": "seq2seq", "attention": "additive"}, r"e_{tj} &= v^\top\tanh(W[s_{t-1};\,h_j] + b)"),
        ("predictions", {"task": "seq2seq", "attention": "dot"}, r"e_{tj} &= s_{t-1}^\top h_j"),
        ("predictions", {"task": "seq2seq"}, r"W_y s_t + b_y"),
    ],
)
def test_an_equation_is_the_chosen_models(panel, fields, part):
    assert part in equations.equation(panel, Experiment(**fields))


def test_a_summed_loss_is_not_divided():
    assert r"\frac" not in equations.equation("loss", Experiment(loss="sum"))


@pytest.mark.parametrize("kind", ["additive", "dot"])
def test_decoder_and_encoder_keep_their_letters(kind):
    """s_t and h_j, as in Bahdanau et al. (2015), wherever attention is written."""
    e = Experiment(task="seq2seq", attention=kind)
    for panel in ("predictions", "alignment"):
        written = equations.equation(panel, e)
        assert "s_{t-1}" in written
        assert r"\sum_j \alpha_{tj}\, h_j" in written
        assert re.findall(r"h_(?!j)|s_\{?[jk]", written) == []
    assert re.findall(r"\bh\b", programs.code("predictions", e)) == []  # `encoded` and the decoder's `s`
