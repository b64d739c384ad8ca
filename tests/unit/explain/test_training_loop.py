"""The programs of the Training page run as they stand, for every cell, task and setting, and what they come to is what
the page shows beside them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, run
from rnnlab.explain import programs
from rnnlab.explain.programs.device import device_program, device_trials, trials_begin
from rnnlab.explain.programs.training_loop import drops, loss_trials, with_dropout
from rnnlab.inspection.training.device import devices
from rnnlab.inspection.training.loss import loss_shapes
from rnnlab.inspection.training.passes import modes, second_backward
from rnnlab.inspection.training.step import training_step
from rnnlab.training.fold import open_run
from rnnlab.training.trainer import Trainer
from tests.support import modules as plain
from tests.support.examples import examples

TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d"],
    "classify": ["good | we like the rain\nbad | we fear the long rain\ngood | rain"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
    "series": ["1 2 3.5 3 1.25 -2 0 1 4"],
}
TASKS = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda task: st.fixed_dictionaries({"task": st.just(task), "text": st.sampled_from(TEXTS[task])})
)
CHANCES = st.sampled_from([0.0, 0.25, 0.5])
SETTINGS = {
    "cell": st.sampled_from(plain.NAMES),
    "impl": st.sampled_from(["layer", "cell"]),
    "input": st.sampled_from(["embedding", "onehot"]),
    "lr_changes": st.sampled_from(["", "", "1:0.005", "1:0.1 2:0.001"]),
    "init": st.sampled_from(["torch", "torch", "xavier", "orthogonal", "constant", "zeros"]),
    "layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "packed": st.booleans(),
    "carry": st.booleans(),
    "head": st.sampled_from(["linear", "none"]),
    "loss": st.sampled_from(["mean", "sum"]),
    "class_weights": st.sampled_from(["none", "balanced"]),
    "optimizer": st.sampled_from(["adam", "sgd", "rmsprop"]),
    "clip": st.sampled_from([0.0, 0.5]),
    "readout": st.sampled_from(["final", "last", "valid", "mean"]),
    "attention": st.sampled_from(["none", "additive", "dot"]),
    "teacher": st.sampled_from([0.4, 1.0]),
    **dict.fromkeys(("dropout_embed", "dropout", "dropout_head"), CHANCES),
}


def experiment(fields: dict) -> Experiment:
    """One that can be run: what cannot stand together is left out."""
    fields = dict(fields, epochs=3, seed=5, hidden=4, embed=3, lr=0.02)
    if fields["impl"] == "cell" and fields["cell"] != "mgu":
        fields["packed"] = False
    if fields["task"] != "next":
        fields["carry"], fields["head"] = False, "linear"
    if fields["init"] == "constant" and fields["teacher"] < 1:
        fields["init"] = "xavier"  # of classes that are all alike rounding decides which a decoder reads next
    if fields["head"] == "none":
        fields |= {"text": TEXTS["next"][0], "hidden": 4, "bidirectional": False}
    return Experiment(**fields)


def begun(e: Experiment) -> tuple:
    """A run's opening, and the weights that it starts from."""
    trainer = Trainer(e)
    return open_run(trainer).opening, trainer.weight_bytes()


def executed(source: str, names: dict | None = None) -> dict:
    names = {} if names is None else names
    exec(source, names)
    return names


@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_the_training_loop_runs_and_prints_the_losses_of_the_run(fields, **settings):
    e = experiment(settings | fields)
    opening, _ = begun(e)
    printed: list = []
    parts = programs.loop_parts(e, opening.first_batch, opening.classes, " ")
    names = executed("\n".join(part.code for part in parts), {"print": lambda *values: printed.append(values)})
    losses = run(e).losses
    assert [epoch for epoch, _, _ in printed] == [1, 2, 3]
    assert [float(loss) for _, loss, _ in printed] == pytest.approx(losses, abs=2e-4)
    assert names["loss"].item() == pytest.approx(losses[-1], rel=1e-4, abs=1e-5)
    for _, _, predicted in printed:
        assert math.isfinite(float(predicted)) if e.reads_numbers else set(predicted.split()) <= set(opening.classes)


@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_each_move_of_the_loop_is_what_is_shown_beside_it(fields, **settings):
    """At the first weights, where the optimizer of the program is as new as the one that is looked at."""
    e = experiment(settings | fields)
    opening, weights = begun(e)
    shown = training_step(e, weights)
    parts = {part.name: part.code for part in programs.loop_parts(e, opening.first_batch, opening.classes, " ")}
    names = executed(parts["setup"] + "\n" + parts["optimizer"])
    before = [p.detach().clone() for p in names["learnt"]]

    def move(name: str) -> None:
        executed("if True:\n" + parts[name], names)

    def norm() -> float:
        return math.sqrt(sum(float((p.grad**2).sum()) for p in names["learnt"] if p.grad is not None))

    for name in ("zero_grad", "forward", "loss"):
        move(name)
    logits, loss = names["predicted" if e.reads_numbers else "logits"], names["loss"]
    stages = {stage.name: stage for stage in shown.stages}
    targets = names["labels" if e.task == "classify" else "targets"]
    output = "encoded" if e.task == "seq2seq" else "output"
    known = (
        {"ids": names["ids"], output: names[output], "logits": logits}
        if not e.reads_numbers
        else {"numbers": names["numbers"].unsqueeze(-1), "output": names["output"], "predicted": logits.unsqueeze(-1)}
    )
    for name, tensor in known.items():
        one = stages[name]
        assert (one.facts.shape, f"torch.{one.facts.dtype}") == (tuple(tensor.shape), str(tensor.dtype)), name
        assert (one.low, one.high) == pytest.approx((tensor.min().item(), tensor.max().item()), rel=1e-4, abs=1e-6)
        assert one.requires_grad == tensor.requires_grad
    assert shown.loss == pytest.approx(loss.item(), rel=1e-5)
    if e.reads_numbers:
        found = [(one.target, one.best, one.loss) for one in shown.positions]
        pairs = zip(targets[0].tolist(), logits[0].tolist(), strict=True)
        np.testing.assert_allclose(found, [(y, said, (said - y) ** 2) for y, said in pairs], rtol=1e-4, atol=1e-6)
        targets = targets[:0]
    log = logits[0].reshape(-1, logits.shape[-1]).log_softmax(-1)
    for position, scores, target in zip(shown.positions, log, targets[:1].flatten().tolist(), strict=False):
        assert position.target == target
        assert position.best == int(scores.argmax())
        assert position.loss == pytest.approx(-scores[target].item(), rel=1e-4, abs=1e-6)
        assert position.probability == pytest.approx(math.exp(scores[target].item()), rel=1e-4)
    move("backward")
    assert shown.norm == pytest.approx(norm(), rel=1e-4)
    assert [one.gradient for one in shown.parameters] == pytest.approx(
        [0.0 if p.grad is None else float(p.grad.norm()) for p in names["learnt"]], rel=1e-4, abs=1e-7
    )
    assert shown.left == pytest.approx(shown.norm, rel=1e-5)
    assert shown.unzeroed == pytest.approx(2 * shown.norm, rel=1e-5)
    if e.clip:
        move("clip")
    assert shown.clipped == pytest.approx(norm(), rel=1e-4)
    move("step")
    for one, old, new in zip(shown.parameters, before, names["learnt"], strict=True):
        assert eval(one.name, names) is new, one.name
        assert one.shape == tuple(new.shape)
        assert one.before == pytest.approx(old.norm().item(), rel=1e-5)
        assert one.after == pytest.approx(new.detach().norm().item(), rel=1e-3)
        assert one.change == pytest.approx((new.detach() - old).abs().max().item(), rel=1e-3, abs=1e-6)
    assert eval(shown.one.name, names)[shown.one.place].item() == pytest.approx(shown.one.after, abs=1e-4)
    assert "optimizer" in parts["zero_grad"]


@given(fields=TASKS, **SETTINGS)
@examples(40)
def test_what_is_given_to_the_loss_gives_what_is_shown(fields, **settings):
    e = experiment(settings | fields)
    opening, weights = begun(e)
    shown = loss_shapes(e, weights)
    names = executed(programs.program(e, opening.first_batch))
    assert [trial.name for trial in shown.trials] == list(loss_trials(e))
    for trial in shown.trials:
        value, refused = None, ""
        try:
            value = eval(loss_trials(e)[trial.name], names).item()
        except (RuntimeError, IndexError, ValueError) as error:
            refused = str(error)
        assert trial.error == refused
        assert value is None or trial.value == pytest.approx(value, rel=1e-5)
    for maximum in shown.maxima:
        best = names["logits"].argmax(maximum.dim)
        assert maximum.shape == tuple(best.shape)
        assert list(maximum.first) == best.flatten().tolist()[:12]


@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_a_carried_state_goes_wrong_and_right_as_it_is_said_to(fields, **settings):
    e = experiment(settings | fields)
    opening, weights = begun(e)
    for trial in second_backward(e, weights):
        source, names, error = programs.carrying_program(e, opening.first_batch, trial.way), {}, ""
        try:
            executed(source, names)
        except RuntimeError as refused:
            error = str(refused)
        assert bool(error) == bool(trial.error)
        # Torch names the tensor that was changed by its shape, and by how many versions.
        assert error.split(" at version")[0] == trial.error.split(" at version")[0]
        assert names["loss"].item() == pytest.approx(trial.second, rel=1e-4)
        assert (trial.way == "detached") <= (trial.error == "")
        if trial.way == "kept":
            assert "backward through the graph a second time" in trial.error
            assert ".detach()" not in source


@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_what_is_said_of_the_modes_is_what_the_program_does(fields, **settings):
    e = experiment(settings | fields)
    opening, weights = begun(e)
    shown = modes(e, weights)
    names = executed(programs.modes_program(e, opening.first_batch))
    found = [names[name] for name in ("one", "another", "asked", "again", "unrecorded")]
    for call, logits in zip(shown.calls, found, strict=True):
        if e.reads_numbers:
            chances = logits.detach()[0, -1:]
        else:
            chances = logits.detach().reshape(-1, logits.shape[-1])[-1].softmax(-1)[list(shown.classes)]
        assert list(call.probabilities) == pytest.approx(chances.tolist(), rel=1e-4, abs=1e-6)
        assert call.requires_grad == logits.requires_grad
        assert call.grad_fn == (logits.grad_fn is not None)
    one, another, asked, again, unrecorded = found
    torch.testing.assert_close(asked, again, rtol=0, atol=0)
    torch.testing.assert_close(asked.detach(), unrecorded, rtol=1e-6, atol=1e-6)
    assert shown.own == drops(e)
    assert shown.shares
    assert set(shown.shares.values()) <= {0.25, 0.5}
    assert drops(with_dropout(e))
    assert one.shape == another.shape


@pytest.mark.thorough
@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_the_loop_for_a_gpu_has_the_losses_of_the_run_on_a_cpu_and_leaves_nothing_behind(fields, **settings):
    """On `meta`, which refuses what lies elsewhere as a GPU does, up to the way back. Packing asks for lengths on the
    CPU, which no number comes back to from there."""
    e = experiment(settings | fields)
    opening, _ = begun(e)
    parts = programs.loop_parts(e, opening.first_batch, opening.classes, " ")
    program, printed = device_program(e, parts), []
    names = executed(program, {"print": lambda *values: printed.append(values)})
    plain = executed("\n".join(part.code for part in parts), {"print": lambda *_: None})
    assert names["loss"].item() == plain["loss"].item()
    assert names["device"] == ("cuda" if torch.cuda.is_available() else "cpu")
    assert [float(loss) for _, loss, *_ in printed] == pytest.approx(run(e).losses, abs=2e-4)
    if "lengths.cpu()" in program:
        return
    there = program.replace('device = "cuda" if torch.cuda.is_available() else "cpu"', 'device = "meta"')
    names = executed(there[: there.index("    loss.backward()")] + "    loss.backward()\n    break")
    assert str(names["loss"].device) == "meta"
    assert {str(p.grad.device) for p in names["learnt"] if p.grad is not None} == {"meta"}


@pytest.mark.parametrize("cell", plain.NAMES)
def test_what_is_left_behind_is_refused_as_it_is_shown(cell):
    e = Experiment(cell=cell, hidden=4)
    found = devices(e)
    names = executed(trials_begin(e))
    assert found.cuda == torch.cuda.is_available()
    for trial in found.trials:
        came, refused = "", ""
        try:
            came = str(eval(device_trials(e)[trial.name], names).device)
        except RuntimeError as error:
            refused = str(error)
        assert (trial.device, trial.error) == (came, refused)
        assert (trial.name == "moved") == (refused == "")
