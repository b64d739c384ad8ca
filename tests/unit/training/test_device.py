"""Training on a device that is not the CPU.

Few machines have a GPU, so the rules are held three ways: on `meta`, which has no numbers and refuses what lies
elsewhere as a GPU does; on `cpu:0`, which the lab takes for another device than `cpu` and which has the same numbers,
so that all that is moved and looked at from elsewhere can be held to the bit; and on a GPU, where there is one.
"""

import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlab import Experiment, History, LabError, run
from rnnlab.engine import jobs
from rnnlab.experiment.device import DEVICES
from rnnlab.i18n import describe
from rnnlab.models import cell_loop, recurrent
from rnnlab.records.history import State
from rnnlab.training import advance, fold, start
from rnnlab.training.device import CPU, training_device
from rnnlab.training.tasks import loss_of
from rnnlab.training.trainer import Trainer
from tests.support import modules
from tests.support.examples import examples
from tests.support.small_tasks import SMALL

GPU = pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here"))
SIZES = {"hidden": 6, "embed": 4, "epochs": 6, "lr": 0.02, "seed": 3}
CASES = {
    "shared": {**SMALL["next"], "optimizer": "sgd"},
    "windows": {**SMALL["next"], "window": 3, "batch": 2, "shuffle": True, "clip": 0.5, "impl": "cell"},
    "carried": {"text": "a b c d a b d c", "window": 2, "carry": True, "cell": "lstm"},
    "labels": {"task": "classify", **SMALL["classify"], "packed": True, "readout": "mean", "class_weights": "balanced"},
    "tags": {"task": "tag", **SMALL["tag"], "cell": "mgu", "packed": True, "input": "onehot"},
    "pairs": {"task": "seq2seq", **SMALL["seq2seq"], "cell": "gru", "teacher": 0.5, "optimizer": "rmsprop"},
    "numbers": {"task": "series", **SMALL["series"], "batch": 2},
}
DROPS = {**SMALL["next"], "batch": 2, "layers": 2, "dropout": 0.4, "dropout_embed": 0.2, "dropout_head": 0.2}


@pytest.fixture(params=["cpu:0", GPU])
def device(request, monkeypatch):
    """The lab trains there."""
    there = torch.device(request.param)
    assert there != CPU
    use(monkeypatch, there)
    yield there
    fold.live_trainers.clear()


def use(monkeypatch, device: torch.device) -> None:
    fold.live_trainers.clear()
    monkeypatch.setattr(fold, "training_device", lambda: device)


def experiment(case: dict) -> Experiment:
    return Experiment(**SIZES | case)


def in_slices(e: Experiment, size: int) -> tuple[State, History]:
    """Each slice by a trainer built anew from the state."""
    state, history = start(e)
    while not state.ended:
        fold.live_trainers.clear()
        state, chunk = advance(state, epochs=size)
        history = history.extended(chunk)
    return state, history


def padded_in_any_order(packed: PackedSequence, **options):
    """To put its rows back into their order torch asks the device for that order, which `meta` does not know."""
    return pad_packed_sequence(packed._replace(unsorted_indices=None), **options)


@given(
    task=st.sampled_from(sorted(SMALL)),
    cell=st.sampled_from(modules.NAMES),
    impl=st.sampled_from(["layer", "cell"]),
    input=st.sampled_from(["embedding", "onehot"]),
    layers=st.integers(1, 2),
    packed=st.booleans(),
    bidirectional=st.booleans(),
    head=st.sampled_from(["linear", "none"]),
    class_weights=st.sampled_from(["none", "balanced"]),
    readout=st.sampled_from(["final", "last", "valid", "mean"]),
    attention=st.sampled_from(["none", "additive", "dot"]),
    teacher=st.sampled_from([0.4, 1.0]),
    drop=st.sampled_from([0.0, 0.5]),
)
@examples(100)
def test_nothing_of_a_step_is_left_on_the_cpu(task, packed, drop, head, **settings):
    fields = SMALL[task] | settings | {"task": task, "dropout": drop, "dropout_embed": drop, "dropout_head": drop}
    packed = packed and (settings["impl"] == "layer" or settings["cell"] == "mgu")
    if head == "none" and task == "next":
        fields |= {"head": "none", "bidirectional": False}
    e = Experiment(**SIZES | {"packed": packed} | fields)
    trainer, meta = Trainer(e), torch.device("meta")
    model = trainer.model.to(meta)
    for batch in trainer.batches:
        model.zero_grad()
        there = batch.to(meta)
        assert there.lengths.device == CPU
        with pytest.MonkeyPatch.context() as patched:
            for module in (recurrent, cell_loop):
                patched.setattr(module, "pad_packed_sequence", padded_in_any_order)
            result = model(there)
        loss = loss_of(e, result, there)
        loss.backward()
        final = result.final if isinstance(result.final, tuple) else (result.final,)
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        assert gradients
        assert {t.device for t in (loss, result.features, result.output, result.logits, *final, *gradients)} == {meta}


@pytest.mark.parametrize("case", CASES)
def test_a_run_is_that_of_the_cpu(device, case, monkeypatch):
    """From the same first weights. What is recorded is looked at on the CPU: of `cpu:0` it is the same to the bit,
    but for frames that are a row of the training pass there, and a pass of their own here."""
    e = experiment(CASES[case])
    there = run(e)
    use(monkeypatch, CPU)
    here = run(e)
    assert there.opening == here.opening
    same = device.type == "cpu"
    np.testing.assert_allclose(there.losses, here.losses, rtol=0 if same else 2e-4)
    assert [one.epoch for one in there.checkpoints] == [one.epoch for one in here.checkpoints]
    assert not same or there.checkpoints == here.checkpoints
    assert there.checkpoints[0] == here.checkpoints[0], "of any device"
    for one, other in zip(there.frames, here.frames, strict=True):
        assert one.epoch == other.epoch
        near = {"atol": 1e-6 if same else 1e-3}
        np.testing.assert_allclose(one.hidden, other.hidden, **near)
        np.testing.assert_allclose(one.target_probability, other.target_probability, **near)
        if one.held_out is not None and other.held_out is not None:
            assert one.held_out.loss == pytest.approx(other.held_out.loss, rel=1e-5 if same else 1e-3)


@pytest.mark.parametrize("case", [*CASES.values(), DROPS], ids=[*CASES, "dropout"])
def test_a_state_goes_on_bit_for_bit_and_holds_nothing_of_the_device(device, case):
    """Wherever the slices end, also within an epoch."""
    e = experiment(case)
    whole, (state, sliced) = run(e), in_slices(e, 1)
    assert sliced.losses == whole.losses
    assert sliced.checkpoints[-1] == whole.checkpoints[-1]
    np.testing.assert_array_equal(sliced.frames[-1].hidden, whole.frames[-1].hidden)
    trainer = Trainer(e, device)
    with trainer.drawing():
        trainer.step()
    middle = State(e, "run", trainer.steps, trainer.epoch, 0.0, trainer.ended, trainer.save())
    other = Trainer.load(middle, device)
    for one in (trainer, other):
        with one.drawing():
            for _ in range(4):
                one.step()
    assert torch.equal(trainer.flat_parameters, other.flat_parameters)
    for blob in (state.blob, middle.blob):
        assert {tensor.device for tensor in tensors(torch.load(io.BytesIO(blob), weights_only=True))} == {CPU}


def tensors(value) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in parts for tensor in tensors(part)]


def test_a_state_moves_to_the_cpu_and_back(device, monkeypatch):
    e = experiment(CASES["carried"])
    whole = run(e)
    state, history = start(e)
    for place in (device, CPU, device):
        use(monkeypatch, place)
        state, chunk = advance(state, epochs=2)
        history = history.extended(chunk)
    assert history.losses == pytest.approx(whole.losses, rel=0 if device.type == "cpu" else 2e-4)
    dropped, _ = start(experiment(DROPS))  # a generator goes along, or begins anew where there was none
    for place in (CPU, device):
        use(monkeypatch, place)
        dropped, _ = advance(dropped, epochs=1)
    assert dropped.epoch == 2


@pytest.mark.usefixtures("device")
def test_nobody_elses_draws_are_touched():
    before = torch.get_rng_state(), torch.get_deterministic_debug_mode()
    run(experiment(DROPS))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.get_deterministic_debug_mode() == before[1]


# RNNLAB_DEVICE


@pytest.mark.parametrize(
    ("given", "there", "device"),
    [
        (None, True, "cpu"), ("", True, "cpu"), ("cpu", True, "cpu"), (" CUDA ", True, "cuda"), ("auto", True, "cuda"),
        ("auto", False, "cpu"),
    ],
)  # fmt: skip
def test_the_device_is_the_variables_or_the_cpu(monkeypatch, given, there, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    monkeypatch.delenv("RNNLAB_DEVICE", raising=False)
    if given is not None:
        monkeypatch.setenv("RNNLAB_DEVICE", given)
    assert training_device() == torch.device(device)


@pytest.mark.parametrize(
    ("given", "code"), [("gpu", "device_unknown"), ("cuda:1", "device_unknown"), ("cuda", "device_missing")]
)
def test_what_cannot_be_trained_on_is_refused_with_what_helps(monkeypatch, given, code):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("RNNLAB_DEVICE", given)
    for asked in (lambda: run(experiment(CASES["shared"])), jobs.device_used):
        with pytest.raises(LabError) as refused:
            asked()
        (problem,) = refused.value.problems
        assert problem.code == code
        for lang in ("zh", "en"):
            said = describe(problem, lang)
            assert "RNNLAB_DEVICE" in said
            assert given in said
            for choice in DEVICES if code == "device_unknown" else ("auto", "cpu", torch.__version__):
                assert choice in said
