"""Figures show the history's own numbers, under the labels that were typed."""

import html
import json
from dataclasses import replace

import numpy as np
import pytest

from rnnlab import Experiment, figures, run
from rnnlab.figures import style
from rnnlab.i18n import translator
from tests.support import modules, plain
from tests.support.plotly import as_browsers_get, decoded

T = translator("en")
ODD = "<b>x</b> 1 01 1e5 2024-01-01 $x$ nan x&y 1 <b>x</b>"


@pytest.fixture(scope="module")
def history():
    return run(Experiment(epochs=30))


@pytest.fixture(scope="module")
def oracle():
    return plain.next_words("我 喜欢 学习 深度 学习", epochs=30)


@pytest.mark.parametrize("epoch", [0, 7, 30])
def test_the_heatmap_is_the_hidden_state_units_down_and_tokens_across(history, oracle, epoch):
    figure = as_browsers_get(figures.hidden_figure(history, history.frames[epoch], T))
    z = decoded(figure["data"][0]["z"])
    assert z.shape == (32, 4)
    np.testing.assert_allclose(z, oracle[2][epoch].numpy().T, rtol=1e-5, atol=1e-4)


def test_each_occurrence_of_a_token_has_its_own_column():
    history = run(Experiment(text=ODD, epochs=1))
    figure = as_browsers_get(figures.hidden_figure(history, history.frames[-1], T))
    axis, tokens = figure["layout"]["xaxis"], ODD.split()
    assert "x" not in figure["data"][0]  # columns stand at positions 0, 1, …
    assert axis["tickvals"] == list(range(len(tokens) - 1))
    assert decoded(figure["data"][0]["z"]).shape[1] == len(tokens) - 1
    assert [html.unescape(label) for label in axis["ticktext"]] == tokens[:-1]
    assert not any("<" in label for label in axis["ticktext"])


def test_a_long_token_is_cut_and_a_space_is_seen():
    assert style.tick("a" * 30) == "a" * 9 + "…"
    assert style.tick(" ") == "␣"
    assert style.tick("<" * 30) == "&lt;" * 9 + "…"  # cut before it is escaped, never inside an escape


@pytest.mark.parametrize("cell", modules.NAMES)
def test_bounded_states_have_the_same_scale_everywhere(cell):
    history = run(Experiment(cell=cell, epochs=3))
    for frame in history.frames:
        trace = as_browsers_get(figures.hidden_figure(history, frame, T))["data"][0]
        assert (trace["zmin"], trace["zmax"]) == (-1, 1)


def test_relus_scale_is_one_for_all_frames_and_leaves_out_a_hundredth_of_the_values():
    history = run(Experiment(nonlinearity="relu", lr=0.1, epochs=30))
    values = np.concatenate([frame.hidden.ravel() for frame in history.frames])
    limit = figures.scale_limit(history)
    assert limit > 1
    assert 0.005 < (values > limit).mean() < 0.011
    for frame in history.frames:
        trace = as_browsers_get(figures.hidden_figure(history, frame, T))["data"][0]
        assert (trace["zmin"], trace["zmax"]) == (-limit, limit)


def test_relus_scale_is_never_below_one():
    history = run(Experiment(nonlinearity="relu", epochs=1))
    dim = [replace(frame, hidden=frame.hidden * 0) for frame in history.frames]
    assert figures.scale_limit(replace(history, frames=tuple(dim))) == 1.0


@pytest.mark.parametrize("fields", [{}, {"nonlinearity": "relu", "lr": 0.1}, {"bidirectional": True}])
def test_packed_frames_are_the_states_to_half_a_step(fields):
    history = run(Experiment(epochs=20, **fields))
    limit = figures.largest(history)
    packed = figures.hidden_frames(history, history.frames)
    assert packed.dtype == np.int16
    exact = np.stack([frame.hidden.T for frame in history.frames])
    np.testing.assert_allclose(packed * (limit / 32767), exact, atol=0.51 * limit / 32767)


def test_two_directions_are_parted_by_a_line():
    history = run(Experiment(bidirectional=True, hidden=6, epochs=1))
    figure = as_browsers_get(figures.hidden_figure(history, history.frames[-1], T))
    (line,) = figure["layout"]["shapes"]
    assert decoded(figure["data"][0]["z"]).shape[0] == 12
    assert line["y0"] == line["y1"] == 5.5


def test_figures_speak_the_readers_language(history):
    zh, en = (
        json.dumps(as_browsers_get(figures.hidden_figure(history, history.frames[0], translator(lang))))
        for lang in ("zh", "en")
    )
    assert "unit" in en
    assert zh != en


def test_a_figure_is_small():
    """Plotly's default template alone would be 7 KB."""
    history = run(Experiment(epochs=2, hidden=4))
    assert len(figures.hidden_figure(history, history.frames[0], T).to_json()) < 2_500
