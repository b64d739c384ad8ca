"""A run as a notebook has it: its table, its figures, its card."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab import Experiment, LabError, run
from rnnlab.library import RunHistory
from tests.support.plotly import as_browsers_get, decoded

CHANGED = {"epochs": 6, "lr": 0.01, "lr_changes": "4:0.001"}
PAIRS = "a b c | c b a\na b | b a\nb c | c b\nc a | a c\na c | c a\nb a | a b"


@pytest.fixture(scope="module")
def history() -> RunHistory:
    return run(Experiment(**CHANGED))


@pytest.fixture(scope="module")
def translator() -> RunHistory:
    fields = {"task": "seq2seq", "text": PAIRS, "attention": "dot", "held_out": 0.3, "hidden": 6, "embed": 4}
    return run(Experiment(**fields, epochs=3))


def plain(epochs: int) -> list[tuple[float, float, float, float]]:
    """Loss, accuracy, gradient norm and rate of each epoch, as a beginner's program has them."""
    words = "我 喜欢 学习 深度 学习".split()  # noqa: SIM905
    names = list(dict.fromkeys(words))
    ids = torch.tensor([[names.index(word) for word in words]])
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    parameters = [*embedding.parameters(), *rnn.parameters(), *linear.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    rows = []
    for epoch in range(epochs):
        rate = 0.01 if epoch < 4 else 0.001
        optimizer.param_groups[0]["lr"] = rate
        logits = linear(rnn(embedding(ids[:, :-1]))[0])[0]
        loss = nn.functional.cross_entropy(logits, ids[0, 1:])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.stack([p.grad.norm() for p in parameters]).norm().item()
        rows.append((loss.item(), (logits.argmax(-1) == ids[0, 1:]).float().mean().item(), norm, rate))
        optimizer.step()
    return rows


def test_the_table_is_the_plain_programs(history):
    frame = history.to_frame()
    assert frame.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert frame.index.name == "epoch"
    np.testing.assert_allclose(frame[["loss", "accuracy", "norm", "rate"]], plain(6), rtol=1e-5)
    assert frame.columns.tolist() == ["loss", "accuracy", "norm", "rate", "targets"]
    assert frame.targets.tolist() == [4] * 6


def test_held_out_lines_have_columns_and_a_gap_where_nothing_was_recorded(translator):
    thinned = replace(translator, frames=(translator.frames[0], *translator.frames[2:]))
    frame = thinned.to_frame()
    assert [name for name in frame if name.startswith("held_out")] == [
        *("held_out_loss", "held_out_score", "held_out_forced_accuracy", "held_out_free_accuracy")
    ]
    assert frame.held_out_loss.isna().tolist() == [True, False, False]
    assert frame.held_out_loss[3] == translator.frames[3].held_out.loss
    assert frame.held_out_score.dropna().between(0, 1).all()


def test_curves_are_the_tables_columns(history, translator):
    for name, column in (("loss", "loss"), ("score", "accuracy")):
        curve = as_browsers_get(history.plot(name))["data"][0]
        np.testing.assert_array_equal(decoded(curve["x"]), range(1, 7))
        np.testing.assert_allclose(decoded(curve["y"]), history.to_frame()[column])
    held = as_browsers_get(translator.plot())["data"][1]
    np.testing.assert_allclose(decoded(held["y"]), [frame.held_out.loss for frame in translator.frames])


def test_hidden_states_are_those_of_the_epoch_and_every_cell_has_its_label(history):
    heat = as_browsers_get(history.plot_hidden(2, lang="en"))["data"][0]
    np.testing.assert_array_equal(decoded(heat["z"]), history.frames[2].hidden.T)
    assert len(heat["customdata"]) == 32
    assert heat["customdata"][31][3] == "4 · 深度"
    newest = as_browsers_get(history.plot_hidden())["data"][0]
    np.testing.assert_array_equal(decoded(newest["z"]), history.frames[-1].hidden.T)


def test_attention_is_that_of_the_epoch_over_the_tokens(translator):
    figure = as_browsers_get(translator.plot_attention(1, lang="en"))
    weights = decoded(figure["data"][0]["z"])
    np.testing.assert_array_equal(weights, translator.frames[1].task_arrays["weights"])
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-5)
    axes = figure["layout"]["xaxis"], figure["layout"]["yaxis"]
    assert [axis["ticktext"] for axis in axes] == [["a", "b", "c"], ["c", "b", "a", "&lt;eos&gt;"]]


def test_figures_speak_either_language(history):
    titles = [history.plot(lang=lang).layout.xaxis.title.text for lang in ("zh", "en")]
    assert titles == ["轮次", "epoch"]


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda h: h.plot_hidden(7), ["epoch", "7", "0 to 6", "nearest is 6"]),
        (lambda h: h.plot_hidden("last"), ["epoch", "last", "newest"]),
        (lambda h: h.plot("accuracy"), ["curve", "accuracy", "loss, score"]),
        (lambda h: h.plot(lang="fr"), ["lang", "fr", "zh, en"]),
        (lambda h: h.plot_attention(), ["Attention", "none", "seq2seq"]),
    ],
)
def test_what_there_is_not_is_told_with_its_remedy(history, ask, named):
    with pytest.raises(LabError) as caught:
        ask(history)
    assert all(part in str(caught.value) for part in named)


def test_of_numbers_nothing_is_right_or_wrong():
    series = run(Experiment(task="series", text="1 2 3 4 5 4 3 2 1 2 3 4 5", epochs=2))
    assert series.to_frame().accuracy.isna().all()
    assert series.plot().data
    with pytest.raises(LabError, match="loss"):
        series.plot("score")
    ElementTree.fromstring(series._repr_html_())


def test_the_card_is_a_whole_of_its_own(history):
    card = ElementTree.fromstring(history._repr_html_())
    (curve,) = [one for one in card.iter() if one.tag.endswith("polyline")]
    points = np.array([[float(number) for number in point.split(",")] for point in curve.attrib["points"].split()])
    assert points.shape == (6, 2)
    top = max(history.losses)
    np.testing.assert_allclose(1 - points[:, 1] / 90, np.array(history.losses) / top, atol=0.002)
    shown = "".join(card.itertext())
    assert f"{history.losses[0]:.6g} → {history.losses[-1]:.6g}" in shown
    assert all(word in shown for word in ("words-next", "我", "深度", "embedding", "1×4×16"))
    assert not {one.tag for one in card.iter()} & {"script", "link", "style", "img", "iframe"}


def test_a_diverged_run_has_gaps_in_its_card(history):
    losses = [1.0, float("nan"), 3.0, float("inf"), 5.0, 6.0]
    snapshots = [replace(one, loss=loss) for one, loss in zip(history.snapshots, losses, strict=True)]
    card = replace(history, snapshots=tuple(snapshots))._repr_html_()
    assert card.count("<polyline") == 3
    assert "nan" not in " ".join(re.findall(r'points="([^"]*)"', card))


def test_the_card_shows_what_was_typed_and_runs_none_of_it():
    shown = run(Experiment(text='<script>alert(1)</script> & "b" <img/src=x>', epochs=2))._repr_html_()
    assert "&lt;script" in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert ElementTree.fromstring(shown) is not None
    assert len(run(Experiment(text="a b " * 4_000, window=64, stride=64, epochs=1))._repr_html_()) < 10_000
