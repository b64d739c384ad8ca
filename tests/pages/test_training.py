"""The Training page without a browser: what its parts are given for every task and cell, and what its buttons do."""

import pytest
import torch

from rnnlab import Experiment, run
from rnnlab.explain import programs
from rnnlab.explain.comments import in_language
from rnnlab.explain.programs.device import moving
from rnnlab.explain.programs.training_loop import loss_trials
from rnnlab.i18n import significant, translator
from rnnlab.inspection.training.device import devices
from rnnlab.inspection.training.loss import loss_shapes
from rnnlab.inspection.training.passes import modes, second_backward
from rnnlab.inspection.training.step import training_step
from tests.support import modules
from tests.support.cases import either, in_turn
from tests.support.reader import choose, components, looked, open_page, press, said

pytestmark = pytest.mark.usefixtures("in_this_process")

TEXTS = {
    "next": {"text": "a b c d c"},
    "classify": {"task": "classify", "text": "good | we like the rain\nbad | we fear rain", "held_out": 0.0},
    "tag": {"task": "tag", "text": "we/r like/v rain/n\nthey/r fear/v", "held_out": 0.0},
    "seq2seq": {"task": "seq2seq", "text": "a b c | x y\nb a | y", "held_out": 0.0},
}
CASES = list(zip(TEXTS, modules.NAMES, strict=True))


def rows(app, key: str) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in components(app)[key]["tables"][0]["rows"]]


def move(app, name: str):
    return looked(app.segmented_control(key="training_move").set_value(name).run())


@pytest.mark.parametrize(("case", "lang"), in_turn(CASES), ids=lambda case: "-".join(case))
def test_the_page_shows_what_is_computed_at_the_chosen_epoch(case, lang):
    task, cell = case
    e = Experiment(**{**TEXTS[task], "cell": cell, "hidden": 5, "embed": 3, "epochs": 3, "clip": 0.1})
    app = open_page("training", e, lang)
    history, t = run(e), translator(lang)
    weights = history.checkpoints[1].weights
    choose(app, None, 1)
    step = training_step(e, weights, history.checkpoints[2].weights)
    code = "\n".join(one.value for one in app.code)
    for part in programs.loop_parts(e, history.opening.first_batch, history.opening.classes, history.opening.joiner):
        assert in_language(part.code, lang) in code, part.name
    before = {"zero_grad": [one.left for one in step.parameters], "backward": [one.gradient for one in step.parameters]}
    for name, column in (("zero_grad", 1), ("backward", 2)):
        found = rows(move(app, name), "training-move")
        assert [row[0] for row in found] == [one.name for one in step.parameters]
        assert [row[column] for row in found] == [significant(value, 4) for value in before[name]]
    found = rows(move(app, "clip"), "training-move")
    assert [row[2] for row in found] == [significant(one.clipped, 4) for one in step.parameters]
    found = rows(move(app, "step"), "training-move")
    assert [row[1:] for row in found] == [
        [significant(value, 4) for value in (one.before, one.after, one.change, one.recorded)]
        for one in step.parameters
    ]
    assert t("move.step.says", loss=significant(step.loss, 4), loss_after=significant(step.loss_after, 4)) in said(app)
    found = rows(move(app, "loss"), "training-move")
    assert [row[3] for row in found] == [significant(one.loss, 4) for one in step.positions]
    assert [row[2] for row in rows(move(app, "forward"), "training-move")] == [
        str(stage.requires_grad) for stage in step.stages
    ]
    shapes = loss_shapes(e, weights)
    tried = rows(app, "training-trials")
    assert [row[0] for row in tried] == list(loss_trials(e).values())
    assert [row[1] for row in tried if not row[1].endswith(("✓", "✗"))] == [
        trial.error for trial in shapes.trials if trial.error
    ]
    assert tried[0][1] == f"{significant(shapes.trials[0].value, 4)} ✓"
    assert len(rows(app, "training-argmax")) == len(shapes.logits.shape)
    for trial in second_backward(e, weights):
        assert not trial.error or trial.error in code
    calls = rows(app, "training-calls")
    assert [row[1] for row in calls] == [significant(call.probabilities[0], 4) for call in modes(e, weights).calls]
    assert [row[-1] for row in calls][-1] == "None"
    assert not app.error


@either
def test_the_log_has_a_line_for_each_recorded_epoch(lang):
    e = Experiment(preset="ohlol-layer")
    app = open_page("training", e, lang)
    history = run(e)
    given = components(app)["training-log-lines"]
    assert given["row_epochs"] == [frame.epoch for frame in history.frames]
    lines = rows(app, "training-log-lines")
    assert [line[1] for line in lines] == ["–", *(significant(loss, 4) for loss in history.losses)]
    for line, frame in zip(lines, history.frames, strict=True):
        said_then = [history.opening.classes[best] for best in frame.top_classes[:, 0]]
        assert line[2] == "".join(said_then)
        assert line[3] == f"{sum(a == b for a, b in zip(said_then, 'ohlol', strict=True))}/5"
    assert "ohlol" in given["tables"][0]["head"][2]["text"]


def test_a_part_of_the_program_leads_to_where_its_work_is_shown():
    app = open_page("training", Experiment(epochs=2))
    press(app, "training_to_backward")
    assert app.session_state.here == "gradients"


def test_of_another_experiment_a_move_that_is_there_is_shown():
    app = move(open_page("training", Experiment(epochs=2, clip=1.0)), "clip")
    looked(app.number_input(key="clip").set_value(0.0).run())
    press(app, "train")
    looked(app.run())
    assert app.segmented_control(key="training_move").value == "zero_grad"
    assert not app.error


def test_a_shape_that_fits_by_chance_is_warned_of():
    """Four steps and four classes."""
    app = open_page("training", Experiment(epochs=2))
    shown = loss_shapes(Experiment(epochs=2), run(Experiment(epochs=2)).checkpoints[-1].weights)
    silent = next(trial for trial in shown.trials if trial.name == "unflattened")
    assert not silent.error
    assert silent.value != pytest.approx(shown.trials[0].value)
    expected = {"value": significant(silent.value, 4), "right": significant(shown.trials[0].value, 4)}
    assert translator("en")("trial.silent", **expected) in said(app)


@pytest.mark.parametrize(
    "fields", [{"dropout_head": 0.3}, {"carry": True}, {"head": "none", "hidden": 4}, {"text": "甲 乙"}], ids=str
)
def test_the_page_works_for_every_kind_of_network(fields):
    app = open_page("training", Experiment(**({"epochs": 2} | fields)))
    assert {"training-move", "training-trials", "training-log-lines", "training-calls"} <= components(app).keys()
    assert not app.error


def test_a_step_is_taken_at_the_rate_of_its_epoch():
    e = Experiment(text="a b c d c", hidden=5, embed=3, epochs=4, optimizer="sgd", lr=0.01, lr_changes="2:0.5")
    app, history = open_page("training", e), run(e)
    assert 'optimizer.param_groups[0]["lr"] = rates[epoch]' in "\n".join(one.value for one in app.code)
    for epoch, lr in ((1, 0.01), (3, 0.5)):
        choose(app, None, epoch)
        steps = training_step(
            Experiment(**{**e.model_dump(), "lr": lr, "lr_changes": ""}), history.checkpoints[epoch].weights
        )
        found = rows(move(app, "step"), "training-move")
        assert [row[3] for row in found] == [significant(one.change, 4) for one in steps.parameters]
        assert [row[4] for row in found] == [row[3] for row in found], "which is what the run did"


@pytest.mark.parametrize("loss", ["mean", "sum"])
def test_where_classes_are_weighed_the_loss_says_by_how_much(loss):
    fields = {**TEXTS["classify"], "text": "good | a b\ngood | b a\ngood | a\nbad | b", "loss": loss}
    e = Experiment(**{**fields, "class_weights": "balanced", "hidden": 4, "embed": 3, "epochs": 1})
    app = move(open_page("training", e), "loss")
    (row,) = rows(app, "training-move")
    assert row[4] == "0.6667"  # 4 lines, 2 classes, of which this has 3
    assert ("divided by the sum of their weights, 4" in said(app)) == (loss == "mean")
    assert "times the weight of its class" in said(app)
    assert f'F.cross_entropy(logits, labels, weight=class_weight, reduction="{loss}")' in "\n".join(
        one.value for one in app.code
    )


@either
def test_scores_between_minus_one_and_one_have_a_lowest_loss_and_the_network_a_class(lang):
    t = translator(lang)
    app = open_page("training", Experiment(preset="ohlol-layer", epochs=2), lang)
    o = run(Experiment(preset="ohlol-layer", epochs=2)).opening
    best = torch.full((1, len(o.classes)), -1.0)
    best[0, 0] = 1.0
    floor = torch.nn.functional.cross_entropy(best, torch.tensor([0])).item()
    values = {"floor": significant(floor, 4), "low": significant(floor, 4)}
    assert t("loss.floor", others=len(o.classes) - 1, **values) in said(app)
    assert in_language(programs.model_class(o.experiment, o.first_batch), lang) in [one.value for one in app.code]


@pytest.mark.parametrize(("task", "used"), [("next", ""), ("seq2seq", "A GPU")])
def test_what_has_to_be_moved_to_a_gpu_stands_beside_what_torch_says_of_the_rest(task, used, monkeypatch):
    """And below it, what this lab trains on."""
    monkeypatch.setattr("rnnlab.inspection.training.device.device_used", lambda: used)
    e = Experiment(**{**TEXTS[task], "cell": "lstm", "packed": True, "hidden": 4, "embed": 3, "epochs": 1})
    app = open_page("training", e)
    code = [one.value for one in app.code]
    assert moving(e) in code
    assert any("lengths.cpu()" in one and "torch.cuda" not in one for one in code)
    assert [row[1] for row in rows(app, "training-devices")] == [one.error or one.device for one in devices(e).trials]
    t = translator("en")
    assert (t("device.lab_gpu", name=used) if used else t("device.lab_cpu")) in said(app)
