"""History: all losses are kept, frames are thinned to a budget, and every value can travel."""

import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, run
from rnnlab.records.history import Frame, History, frame_spacing, weight_spacing
from rnnlab.training import advance, start
from tests.support.examples import examples

FRAMES, HISTORY_BYTES = 200, 8_000_000  # DESIGN.md
WEIGHT_BYTES = 8_000_000


def size(frame: Frame) -> int:
    return sum(
        getattr(frame, name).nbytes for name in ("hidden", "top_classes", "top_probabilities", "target_probability")
    )


def kept_epochs(epochs: int, every: int) -> int:
    """How many frames a whole run leaves: 0, every so many epochs, and the newest."""
    return len({*range(0, epochs + 1, every), epochs})


@given(epochs=st.integers(1, 5_000), hidden=st.integers(1, 256), both=st.booleans(), inputs=st.integers(1, 64))
@examples(300)
def test_a_run_leaves_at_most_200_frames_and_two(epochs, hidden, both, inputs):
    frame = inputs * (4 * hidden * (1 + both) + 28)
    every = frame_spacing(Experiment(epochs=epochs), frame)
    assert 1 <= kept_epochs(epochs, every) <= FRAMES + 2
    if epochs <= FRAMES and FRAMES * frame <= HISTORY_BYTES:
        assert every == 1, "what fits is kept whole"


def test_the_largest_frames_stay_within_their_bytes():
    e = Experiment(epochs=4_980, hidden=256, bidirectional=True)
    frame = 64 * (512 * 4 + 3 * 4 + 3 * 4 + 4)
    every = frame_spacing(e, frame)
    assert kept_epochs(e.epochs, every) * frame <= HISTORY_BYTES


def test_a_frame_takes_the_bytes_it_is_counted_with():
    """Counted by hand: float32 hidden, three int32 classes and float32 probabilities, one float32 target."""
    line = " ".join(f"w{i}" for i in range(40))
    e = Experiment(text=line, hidden=200, bidirectional=True, epochs=1)
    _, history = start(e)
    assert size(history.frames[0]) == 39 * (4 * 400 + 4 * 3 + 4 * 3 + 4)
    wide = Experiment(**(e.model_dump() | {"epochs": 5_000}))
    every = start(wide)[1].opening.frame_interval
    assert every > 25
    assert kept_epochs(5_000, every) * size(history.frames[0]) <= HISTORY_BYTES + size(history.frames[0])


@pytest.mark.parametrize("sizes", [(1,), (7,), (50, 1, 2), (10_000,)])
def test_frames_are_thinned_the_same_however_the_run_is_sliced(sizes):
    e = Experiment(epochs=450, hidden=2, embed=2)  # every third epoch
    state, history = start(e)
    turn = 0
    while not state.ended:
        state, chunk = advance(state, epochs=sizes[turn % len(sizes)])
        history = history.extended(chunk)
        turn += 1
        epochs = [frame.epoch for frame in history.frames]
        assert epochs[0] == 0
        assert epochs[-1] == state.epoch == history.epoch == len(history.losses)
        assert epochs[:-1] == list(range(0, state.epoch, 3))
    assert [snapshot.epoch for snapshot in history.snapshots] == list(range(1, 451))


def test_the_newest_frame_is_kept_where_it_falls_between_two():
    history = run(Experiment(epochs=401, hidden=2))  # every third epoch
    assert [frame.epoch for frame in history.frames] == [*range(0, 401, 3), 401]


def test_a_history_is_a_value():
    state, history = start(Experiment(epochs=3))
    state, chunk = advance(state)
    longer = history.extended(chunk)
    assert (history.epoch, history.losses, len(history.frames), history.ended) == (0, [], 1, "")
    assert (longer.epoch, len(longer.losses), len(longer.frames), longer.ended) == (3, 3, 4, "epochs")
    assert longer.seconds == state.seconds > 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        history.ended = "time"


def test_a_history_travels_without_torch():
    history = run(Experiment(epochs=3, init="xavier"))  # else "torch" is the value of a field
    data = pickle.dumps(history)
    assert b"torch" not in data
    copy: History = pickle.loads(data)
    assert (copy.opening, copy.snapshots) == (history.opening, history.snapshots)
    assert all(np.array_equal(a.hidden, b.hidden) for a, b in zip(copy.frames, history.frames, strict=True))


def test_a_frame_has_numpy_arrays_of_the_promised_kinds():
    for frame in run(Experiment(epochs=2, hidden=5, bidirectional=True)).frames:
        kinds = {
            name: (getattr(frame, name).shape, getattr(frame, name).dtype.name) for name in ("hidden", "top_classes")
        }
        assert kinds == {"hidden": ((4, 10), "float32"), "top_classes": ((4, 3), "int32")}
        assert (frame.top_probabilities.shape, frame.target_probability.shape) == ((4, 3), (4,))
        assert (np.diff(frame.top_probabilities, axis=1) <= 0).all()
        assert (frame.top_probabilities.sum(1) <= 1 + 1e-6).all()


def test_with_two_classes_two_are_ranked():
    frame = run(Experiment(text="a b a b", epochs=1)).frames[-1]
    assert frame.top_classes.shape == frame.top_probabilities.shape == (3, 2)
    np.testing.assert_allclose(frame.top_probabilities.sum(1), 1, rtol=1e-6)


def test_predicted_are_the_likeliest_tokens_of_the_newest_frame():
    history = run(Experiment())
    assert history.predicted == ("喜欢", "学习", "深度", "学习")
    untrained = dataclasses.replace(history, frames=history.frames[:1])
    assert untrained.predicted == tuple(history.opening.vocabulary[best[0]] for best in history.frames[0].top_classes)


def test_an_opening_says_what_the_run_will_read():
    _, history = start(Experiment(text="a b c\nd\nb c a d", probe=3, batch=1))
    opening = history.opening
    assert (opening.vocabulary, opening.specials) == (("<pad>", "a", "b", "c", "d"), 1)
    assert (opening.probe, opening.inputs, opening.targets) == (("b", "c", "a", "d"), 3, (3, 1, 4))
    assert (opening.sequences, opening.batches) == (2, 2)
    assert [note.code for note in opening.notes] == ["lines_left_out"]


@given(
    epochs=st.integers(1, 5_000),
    hidden=st.integers(1, 256),
    inputs=st.integers(1, 64),
    parameters=st.integers(1, 2_000_000),
)
@examples(300)
def test_weights_are_kept_with_frames_and_within_their_bytes(epochs, hidden, inputs, parameters):
    e = Experiment(epochs=epochs)
    frames = frame_spacing(e, inputs * (4 * hidden + 28))
    weights = weight_spacing(e, frames, parameters)
    assert weights % frames == 0, "whoever looks at weights finds the frame of that epoch"
    kept = kept_epochs(epochs, weights)
    assert kept <= 3 or kept * 4 * parameters <= WEIGHT_BYTES
    if (epochs + 3) * 4 * parameters <= WEIGHT_BYTES and frames == 1:
        assert kept == epochs + 1, "what fits is kept whole"


@pytest.mark.parametrize("sizes", [(1,), (7,), (50, 1, 2), (10_000,)])
def test_weights_are_the_same_however_the_run_is_sliced(sizes):
    e = Experiment(epochs=60, hidden=200, embed=200, text="a b c d a c b d")  # too large to be kept every epoch
    whole = run(e)
    every = whole.opening.checkpoint_interval
    assert every > 1
    assert [kept.epoch for kept in whole.checkpoints] == sorted({*range(0, 61, every), 60})
    assert {kept.epoch for kept in whole.checkpoints} <= {frame.epoch for frame in whole.frames}
    state, history = start(e)
    turn = 0
    while not state.ended:
        state, chunk = advance(state, epochs=sizes[turn % len(sizes)])
        history = history.extended(chunk)
        assert history.checkpoints[-1].epoch == history.epoch, "the newest are always there"
        turn += 1
    assert history.checkpoints == whole.checkpoints


def test_a_diverged_run_keeps_its_last_good_weights():
    history = run(Experiment(nonlinearity="relu", lr=10.0, optimizer="sgd", epochs=200, loss="sum"))
    assert history.ended == "diverged"
    values = np.frombuffer(history.checkpoints[-1].weights, np.float32)
    assert np.isfinite(values).all()
    assert history.checkpoints[-1].epoch <= history.frames[-1].epoch, "weights that give no frame are of no use"


SEVERAL = {"text": "a b c\nd e f\na c e", "epochs": 12}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "a b c a b d a b", "lr": 0.05},
        {"preset": "hello-elloh", "carry": False},
    ],
)
def test_of_one_line_what_is_right_is_what_is_ticked_and_what_the_next_pass_will_find(fields):
    """The passes of epoch k + 1 are those of the network after epoch k, whose share right is recorded there."""
    longer = run(Experiment(**{**fields, "epochs": 9}))
    for epoch in range(1, 9):
        history = run(Experiment(**{**fields, "epochs": epoch}))
        assert history.line_is_all
        assert history.accuracy == longer.snapshots[epoch].accuracy
        best, targets = history.frames[-1].top_classes[:, 0], history.opening.targets
        ticks = [one == other for one, other in zip(best, targets, strict=True) if other >= 0]
        assert history.marks == (sum(ticks), len(ticks))


@pytest.mark.parametrize(
    "fields",
    [SEVERAL, SEVERAL | {"batch": 1}, {"sentence": "我 喜欢", "task": "tag", "text": "a/b c/d"}, {"window": 2}],
)
def test_of_more_than_the_line_the_share_right_is_that_of_the_epochs_own_passes(fields):
    history = run(Experiment(**({"epochs": 5} | fields)))
    assert not history.line_is_all
    assert history.accuracy == history.snapshots[-1].accuracy


def test_before_the_first_epoch_nothing_is_right_or_wrong():
    _, history = start(Experiment())
    assert math.isnan(history.accuracy)
