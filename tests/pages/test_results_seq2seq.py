"""What the Results page hands to the browser about an encoder–decoder, and what it says where nothing is to be seen."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shell.run.run_view import view_of
from pages.views.results.seq2seq import seq2seq
from rnnlab import Experiment, run
from rnnlab.analysis import seq2seq_frames
from rnnlab.engine.runs import Run
from rnnlab.figures.results import exact_lines
from rnnlab.i18n import translator
from rnnlab.records.opening import joiner
from tests.support.reader import said, unpacked, until_trained, visit

SMALL = {"task": "seq2seq", "data": "reversal", "pairs": 40, "hidden": 12, "embed": 6, "batch": 8, "epochs": 3}
SMALL |= {"cell": "gru", "held_out": 0.25, "lr": 0.02, "packed": True, "probe": 2}


@pytest.fixture(scope="module")
def shown():
    """A run that has come to its end, as the page gets it."""
    experiment = Experiment(**SMALL, attention="additive", beam=4)
    return view_of(Run("run", experiment, None, history=run(experiment)), "results", "en")


def rows_of(laid) -> list[np.ndarray]:
    ends = np.cumsum(unpacked(laid["lengths"])) * laid["width"]
    return np.split(unpacked(laid["values"]), ends[:-1])


# Laying out


@given(st.lists(st.lists(st.integers(-9, 9), max_size=5), min_size=1, max_size=6), st.integers(1, 3))
def test_rows_laid_end_to_end_come_apart_again(rows, width):
    arrays = [np.repeat(np.array(row, np.int16)[:, None], width, 1) for row in rows]
    laid = seq2seq_frames.ragged(arrays)
    starts = np.concatenate([[0], np.cumsum(laid.lengths)]) * laid.width
    for row, start, end in zip(arrays, starts, starts[1:], strict=False):
        assert laid.values[start:end].reshape(-1, width).tolist() == row.tolist()


@given(st.lists(st.lists(st.integers(0, 60), max_size=4), min_size=1, max_size=4).filter(any))
def test_places_lead_back_to_the_classes(rows):
    used = seq2seq_frames.used_ids(rows)
    for row in rows:
        assert [int(used[place]) for place in seq2seq_frames.positions(row, used)] == row


def test_shares_keep_four_digits_and_no_number_is_nothing():
    values = np.array([0.0, 1.0, 0.12345, math.nan, 1.0000001, -1e-9], np.float32)
    assert seq2seq_frames.shares(values) / 32767 == pytest.approx([0, 1, 0.12345, 0, 1, 0], rel=1e-5, abs=2e-5)


@pytest.mark.parametrize(
    ("fields", "tokens", "between"),
    [
        ({"data": "dates"}, ["2", "-", " "], ""),
        ({"data": "numerals"}, ["twenty", "one"], " "),
        ({"data": "pinyin"}, ["yín", "háng"], " "),
        ({"data": "text", "text": "a b | b a"}, ["a", "b"], " "),
        ({"data": "text", "text": "ab | ba", "tokenizer": "chars"}, ["a", "b"], ""),
        ({"data": "text", "text": "我喜欢 | 你", "tokenizer": "jieba"}, ["我", "喜欢"], ""),
    ],
)
def test_tokens_are_joined_as_they_were_typed(fields, tokens, between):
    assert joiner(Experiment(task="seq2seq", **fields), tokens) == between


# What the browser gets


def test_the_heatmap_gets_the_weights_of_every_frame(shown):
    history = shown.history
    sent = seq2seq.attended(shown)
    o = history.opening
    assert sent["source"] == list(o.probe[: o.parts[0].stop])
    assert [sent["classes"][place] for place in sent["target"]] == [*reversed(sent["source"]), "<eos>"]
    weights = unpacked(sent["weights"]) / 32767
    np.testing.assert_allclose(
        weights, [frame.task_arrays["weights"] for frame in history.frames], rtol=1e-5, atol=2e-5
    )
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-3)
    free = zip(rows_of(sent["free"]), rows_of(sent["free_weights"]), history.frames, strict=True)
    for tokens, row, frame in free:
        assert [sent["classes"][place] for place in tokens] == [o.classes[id] for id in frame.task_arrays["free"]]
        np.testing.assert_allclose(
            row.reshape(len(tokens), -1) / 32767, frame.task_arrays["free_weights"], rtol=1e-5, atol=2e-5
        )
    marked = {token for place, token in enumerate(sent["classes"]) if place < sent["specials"]}
    assert marked == {token for token in sent["classes"] if token in ("<pad>", "<bos>", "<eos>")}


def test_a_run_that_goes_on_sends_its_newest_frame_only(shown):
    going = view_of(Run("run", shown.experiment, object(), history=shown.history), "results", "en")
    assert len(unpacked(seq2seq.attended(going)["free"]["lengths"])) == 1
    assert len(unpacked(seq2seq.tested(going)["score"])) == 1
    last = shown.history.frames[-1]
    sent = seq2seq.decoded(going)
    assert [sent["classes"][place] for place in rows_of(sent["free"])[0]] == [
        shown.history.opening.classes[id] for id in last.task_arrays["free"]
    ]


def test_alternatives_are_those_of_the_frame_and_say_what_is_never_written(shown):
    history, sent = shown.history, seq2seq.decoded(shown)
    for options, chances, frame in zip(
        rows_of(sent["options"]), rows_of(sent["option_chances"]), history.frames, strict=True
    ):
        named = [sent["classes"][place] for place in options]
        assert named == [history.opening.classes[id] for id in frame.task_arrays["options"].ravel()]
        np.testing.assert_array_equal(chances, frame.task_arrays["option_chances"].ravel())
    never = {sent["classes"][place] for place in sent["never"]}
    assert never == {"<pad>", "<bos>"} & set(sent["classes"])


def test_hypotheses_come_without_what_fills_them_up(shown):
    history, sent = shown.history, seq2seq.hypotheses(shown)
    found = iter(rows_of(sent["beams"]))
    scores = iter(unpacked(sent["scores"]))
    for count, frame in zip(unpacked(sent["counts"]), history.frames, strict=True):
        assert count == len(frame.task_arrays["beams"])
        for filled, score in zip(frame.task_arrays["beams"], frame.task_arrays["beam_scores"], strict=True):
            tokens = [sent["classes"][place] for place in next(found)]
            assert tokens == [history.opening.classes[id] for id in filled if id >= 0]
            assert next(scores) == score


def test_the_greedy_score_is_that_of_a_beam_of_one():
    history = run(Experiment(**SMALL, beam=1))
    for frame in history.frames:
        assert seq2seq_frames.greedy_score(frame) == pytest.approx(
            float(frame.task_arrays["beam_scores"][0]), rel=1e-5, abs=1e-4
        )
        assert seq2seq_frames.beams_of(frame)[0].tolist() == frame.task_arrays["free"].tolist()


def test_outputs_are_aligned_with_the_right_target(shown):
    history, sent = shown.history, seq2seq.aligned(shown)
    o = history.opening
    start = o.parts[1].start
    forced = unpacked(sent["forced"])
    assert forced.shape == (len(history.frames), len(sent["target"]))
    for row, frame in zip(forced, history.frames, strict=True):
        assert [sent["classes"][place] for place in row] == [o.classes[id] for id in frame.top_classes[start:, 0]]


def test_held_out_pairs_come_with_what_was_said_of_each(shown):
    history, sent = shown.history, seq2seq.tested(shown)
    said, count = rows_of(sent["predicted"]), len(history.opening.held_out)
    assert len(said) == count * len(history.frames)
    assert sent["classes"][sent["end"]] == "<eos>"
    for k, frame in enumerate(history.frames):
        right = 0
        for line, row in zip(sent["lines"], said[k * count :], strict=False):
            assert [sent["classes"][place] for place in line["target"]] == [*reversed(line["source"]), "<eos>"]
            right += row.tolist() == line["target"]
        assert right / count == pytest.approx(frame.held_out.score)
    assert sent["joiners"] == {"source": "", "target": ""}


def test_the_curves_are_the_shares_of_each_recorded_epoch(shown):
    history = shown.history
    lines = exact_lines(history, translator("en"))
    for line, field in zip(lines, ("score", "forced_accuracy", "free_accuracy"), strict=True):
        assert line.x.tolist() == [frame.epoch for frame in history.frames]
        assert line.y.tolist() == [getattr(frame.held_out, field) for frame in history.frames]
    assert len({line.dash for line in lines}) == 3, "told apart not by colour alone"


# What the page says


def results(query: str, locale="en-US"):
    app = visit(f"task=seq2seq&data=reversal&pairs=20&hidden=6&embed=4&epochs=1&run=1&{query}", locale, page="results")
    return until_trained(app)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(("locale", "word"), [("en-US", "heatmap"), ("zh-CN", "热力图")])
def test_without_attention_it_is_said_what_would_be_seen(locale, word):
    assert word in said(results("attention=none&held_out=0.2", locale))


@pytest.mark.usefixtures("in_this_process")
def test_with_attention_and_held_out_pairs_there_is_nothing_to_excuse():
    app = results("attention=dot&held_out=0.2")
    assert "heatmap" not in said(app)
    assert "right target is not known" not in said(app)
    assert app.session_state.run.history.opening.held_out_count == 4


@pytest.mark.usefixtures("in_this_process")
def test_a_sentence_of_ones_own_has_no_right_target_and_no_true_heatmap():
    app = results("attention=dot&sentence=abc&tokenizer=chars&held_out=0")
    assert "right target is not known" in said(app)
    sent = seq2seq.attended(view_of(app.session_state.run, "results", "en"))
    assert sent["target"] == []
    assert "weights" not in sent
