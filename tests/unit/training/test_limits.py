"""What long pairs, long outputs and weights that run away cost a worker, and what a frame then holds."""

import numpy as np
import pytest
import torch

from rnnlab import Experiment, LabError, run
from rnnlab.data import Pair, batch_of
from rnnlab.data.batches import EOS_ID
from rnnlab.experiment.limits import ATTENTION_ELEMENTS, HISTORY_BYTES, TYPES
from rnnlab.hosting.limits import HostLimits
from rnnlab.models import Seq2Seq
from rnnlab.models.decoding import beam
from rnnlab.records import history as history_module
from rnnlab.records.history import HELD_OUT_LINES
from rnnlab.training import advance, start
from rnnlab.training import notes as notes_module
from rnnlab.training.trainer import Trainer

PAIRS = "a b | b a\nc | c\na c b | b c a\nb b | b b"
EXPLODING = {"nonlinearity": "relu", "optimizer": "sgd", "lr": 10, "hidden": 16, "held_out": 0.3}


def alphabet(length: int) -> str:
    return ("abcdefghij" * length)[:length]


def pairs(count: int, source: int, target: int) -> str:
    """No source twice, so that as many are held out as one asks for."""
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + count)))
    return "\n".join(f"{letter}{alphabet(source)[1:]}|{alphabet(target)}" for letter in letters)


@pytest.mark.parametrize("loss", ["mean", "sum"])
@pytest.mark.parametrize(
    "fields",
    [
        {"task": "seq2seq", "text": PAIRS, "beam": 3},
        {"task": "classify", "text": f"x | {'a b c ' * 8}\ny | {'b c ' * 9}\nx | a a\ny | c b a d"},
        {"task": "tag", "text": "a/X b/Y c/X a/X a/X b/Y b/Z c/X\nc/X\nb/Y a/X d/Z"},
    ],
    ids=["seq2seq", "classify", "tag"],
)
def test_weights_that_ran_away_leave_no_frame_and_no_checkpoint(fields, loss):
    state, history = start(Experiment(**EXPLODING | fields, batch=2, embed=4, epochs=40, loss=loss))
    while not state.ended:
        state, chunk = advance(state, epochs=1)
        history = history.extended(chunk)
        assert history.checkpoints[-1].epoch <= history.frames[-1].epoch
    assert history.ended == "diverged"
    for frame in history.frames:
        asked = np.array(history.opening.targets) >= 0
        assert np.isfinite(frame.top_probabilities[asked]).all()
        assert np.isfinite(frame.target_probability[asked]).all()
        assert (frame.top_classes[asked] >= 0).all()


def test_a_beam_ends_where_nothing_is_likely_any_more():
    model = Seq2Seq(Experiment(task="seq2seq", hidden=4, embed=3), 5, 6).eval()
    batch = batch_of([Pair([2, 3], [3, EOS_ID])])
    with torch.no_grad():
        model.decoder.head.bias.fill_(torch.nan)
        (found,) = beam(model, batch.ids, batch.lengths, 3, 9)
    assert (found.tokens, found.score) == ((), 0.0)


def test_frames_of_outputs_longer_than_their_targets_take_no_more_than_counted():
    """One long target lets the untrained decoder write as much for every held-out line."""
    text = f"{pairs(200, 3, 3)}\n{pairs(1, 4, 400)}"
    e = {"task": "seq2seq", "text": text, "tokenizer": "chars", "max_length": 512, "batch": 8, "epochs": 4_000}
    _, history = start(Experiment(**e, held_out=0.5, seed=4))
    frame, every = history.frames[0], history.opening.frame_interval
    assert max(len(said) for said in frame.held_out.predictions) == 401 + 5
    assert (4_000 / every + 2) * frame.bytes <= HISTORY_BYTES


def test_additive_attention_over_long_pairs_takes_a_batch_that_fits():
    common = {"task": "seq2seq", "tokenizer": "chars", "hidden": 256, "max_length": 512, "held_out": 0.5}
    e = common | {"text": pairs(30, 300, 300), "attention": "additive", "epochs": 1}
    with pytest.raises(LabError) as caught:
        start(Experiment(**e, batch=13))
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("attention_too_big", "batch")
    fits = problem.values["limit"]
    assert fits * 300 * 301 * 256 <= ATTENTION_ELEMENTS < (fits + 1) * 300 * 301 * 256
    Trainer(Experiment(**e, batch=fits))
    Trainer(Experiment(**e | {"attention": "dot"}, batch=13))


@pytest.mark.thorough
def test_of_long_pairs_frames_are_about_fewer():
    text = pairs(60, 150, 150)
    e = {"task": "seq2seq", "text": text, "tokenizer": "chars", "hidden": 256, "max_length": 512, "held_out": 0.5}
    _, history = start(Experiment(**e, attention="additive", batch=2, epochs=1))
    o = history.opening
    assert o.held_out_count == 30
    assert (
        len(o.held_out) == len(history.frames[-1].held_out.predictions) == 2 * ATTENTION_ELEMENTS // (150 * 151 * 256)
    )
    assert len(start(Experiment(preset="attention", pairs=2_000))[1].opening.held_out) == HELD_OUT_LINES


# What only the cut text decides


def test_a_target_of_the_longest_length_leaves_room_for_its_end():
    e = {"task": "seq2seq", "text": f"ab | {alphabet(600)}\nb | a", "tokenizer": "chars", "max_length": 512, "batch": 1}
    trainer = Trainer(Experiment(**e))
    assert len(trainer.data.pairs[0].targets) == 512
    assert trainer.data.pairs[0].targets[-1] == EOS_ID
    assert "rows_cut" in [note.code for note in trainer.data.notes]


def test_what_is_written_has_no_more_types_than_what_is_read():
    text = "\n".join(f"a | {''.join(chr(0x4E00 + 100 * row + i) for i in range(100))}" for row in range(TYPES // 100))
    e = {"task": "seq2seq", "text": text, "tokenizer": "chars", "max_length": 512, "hidden": 2, "embed": 2}
    with pytest.raises(LabError) as caught:
        start(Experiment(**e))
    assert [problem.code for problem in caught.value.problems] == ["types"]


def test_a_watched_line_that_is_left_out_says_so():
    with pytest.raises(LabError) as caught:
        start(Experiment(task="classify", text="no label\nx | a\ny | b", probe=1))
    (problem,) = caught.value.problems
    assert (problem.code, problem.values) == ("probe_left_out", {"value": 1, "first": 2})


def test_a_history_of_fewer_bytes_keeps_fewer_epochs_and_says_so(monkeypatch):
    e = Experiment(hidden=64, epochs=150)
    whole = run(e)
    for module in (history_module, notes_module):
        monkeypatch.setattr(module, "host_limits", lambda: HostLimits(history_bytes=100_000))
    kept = run(e)
    assert sum(frame.bytes for frame in kept.frames) <= 100_000 < sum(frame.bytes for frame in whole.frames)
    assert sum(4 * whole.opening.parameters for _ in kept.checkpoints) <= 100_000
    (note,) = kept.opening.notes
    assert (note.code, note.values) == ("history_thinned", {"every": kept.opening.frame_interval, "limit": "0.1"})
    assert (whole.opening.notes, kept.losses) == ((), whole.losses)
