"""What stands beside a picture is the program that made it: the lines run, and give the run's own first loss."""

import re
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab import Experiment, run
from rnnlab.explain import equations, programs
from rnnlab.explain import modules as modules_text
from rnnlab.training.trainer import Trainer
from tests.support import modules

LABELLED = "good | we like the rain\nbad | we fear the long rain\ngood | rain"
PAIRS = "a b c | x y\nb a | y\nc b a b | z y x"


def classes(e: Experiment) -> dict:
    """The class of the experiment's layer and of its cell: torch's own, or those that are shown with the lines."""
    shown: dict = {}
    exec(modules_text.definitions(e), shown)
    if shown.keys() > {"CellLoop", "MGUCell"}:
        return {"layer": partial(shown["CellLoop"], shown["MGUCell"]), "cell": shown["MGUCell"]}
    return {"layer": modules.LAYERS[e.cell], "cell": modules.CELLS[e.cell]}


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("impl", ["layer", "cell"])
@pytest.mark.parametrize(("given", "head", "loss"), [("embedding", "linear", "mean"), ("onehot", "none", "sum")])
def test_the_lines_shown_give_the_first_loss(cell, impl, given, head, loss):
    e = Experiment(cell=cell, impl=impl, input=given, head=head, loss=loss, hidden=4, embed=3, epochs=1, seed=5)
    torch.manual_seed(5)
    names = {"torch": torch, "F": functional, "classes": 4}
    names |= {"ids": torch.tensor([[0, 1, 2, 3]]), "targets": torch.tensor([[1, 2, 3, 2]])}
    if given == "embedding":
        names["embedding"] = nn.Embedding(4, 3)
    options = {"batch_first": True} if impl == "layer" else {}
    names[cell if impl == "layer" else "cell"] = classes(e)[impl](3 if given == "embedding" else 4, 4, **options)
    if head == "linear":
        names["linear"] = nn.Linear(4, 4)
    exec(programs.code("shapes", e), names)
    assert names["loss"].item() == pytest.approx(run(e).losses[0], rel=1e-6, abs=1e-6)
    exec(programs.code("predictions", e), names)
    assert names["token"].shape == names["probability"].shape == (1, 4)


def names_of(e: Experiment) -> dict:
    """What the lines of a classifier or an encoder–decoder speak of: torch's modules from the run's seed, its batch."""
    trainer = Trainer(e)
    (batch,), data = trainer.batches, trainer.data
    torch.manual_seed(e.seed)
    read = nn.Embedding(len(data.vocabulary), e.embed, padding_idx=0)
    options = {"batch_first": True, "num_layers": e.layers, "bidirectional": e.bidirectional}
    layer, hidden = classes(e)["layer"], e.hidden * (1 + e.bidirectional)
    names = {"torch": torch, "F": functional, "ids": batch.ids, "lengths": batch.lengths, "embedding": read}
    names |= {"pack_padded_sequence": pack_padded_sequence, "pad_packed_sequence": pad_packed_sequence}
    names |= {"targets": batch.targets, "labels": batch.targets[:, 0], "bos": torch.ones(len(batch.ids), 1).long()}
    names["encoder"] = names[e.cell] = layer(e.embed, e.hidden, **options)
    wide = 0
    if e.task == "seq2seq":
        names["target_embedding"] = nn.Embedding(len(data.classes), e.embed, padding_idx=0)
        if e.attention == "additive":
            names |= {"W": nn.Linear(2 * e.hidden, e.hidden), "v": nn.Linear(e.hidden, 1, bias=False)}
        wide = 0 if e.attention == "none" else e.hidden
        names["decoder"] = layer(e.embed + wide, e.hidden, **options)
    return names | {"linear": nn.Linear(hidden + wide, len(data.classes))}


CLASSIFIERS = [
    {"task": "classify", "text": LABELLED, "readout": readout, "bidirectional": both, "packed": packed}
    for readout, both, packed in [
        *[("final", both, packed) for both in (False, True) for packed in (False, True)],
        *[("last", True, False), ("valid", False, True), ("mean", True, True)],
    ]
]
PAIRED = [
    {"task": "seq2seq", "text": PAIRS, "attention": attention, "packed": packed, "teacher": teacher}
    for attention, packed, teacher in [
        *[(kind, packed, 1.0) for kind in ("none", "additive", "dot") for packed in (False, True)],
        *[("none", True, 0.0), ("dot", True, 0.0)],
    ]
]


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("fields", CLASSIFIERS + PAIRED, ids=lambda f: "-".join(map(str, list(f.values())[2:])))
def test_the_lines_of_every_task_give_the_first_loss(cell, fields):
    e = Experiment(cell=cell, hidden=4, embed=3, layers=2, epochs=1, seed=5, **fields)
    names = names_of(e)
    torch.manual_seed(5)
    exec(programs.code("shapes", e), names)
    assert names["loss"].item() == pytest.approx(run(e).losses[0], rel=1e-6, abs=1e-6)
    exec(programs.code("predictions", e), names)
    assert names["token"].shape == names["logits"].shape[:-1]


@pytest.mark.parametrize("fields", [CLASSIFIERS[0], PAIRED[2], {}])
def test_dropout_is_among_the_lines_where_there_is_any(fields):
    drops = {"dropout_embed": 0.25, "dropout_head": 0.5}
    lines = programs.code("shapes", Experiment(**fields, **drops))
    assert "0.25, training" in lines
    assert "0.5, training" in lines
    assert "dropout" not in programs.code("shapes", Experiment(**fields))


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


def test_a_gradient_through_two_networks_names_the_states_of_each():
    lines = programs.code("flow", Experiment(task="seq2seq", cell="lstm", attention="dot"))
    for said in (
        "h_t, c_t = encoder_cell(x_j, (h_t, c_t))",
        "s_t, c_t = decoder_cell(",
        "h.append(h_t)",
        "s.append(s_t)",
    ):
        assert said in lines
