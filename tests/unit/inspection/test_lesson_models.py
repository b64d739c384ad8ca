"""The lessons' models at the tutorials' sizes: shapes and counts by hand, and the program shown, run as it stands."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment
from rnnlab.explain.model_program import model_program
from rnnlab.inspection.lesson_models import lesson_model
from rnnlab.lessons.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.models import Classifier, Seq2Seq, TokenModel
from rnnlab.training import open_run
from rnnlab.training.trainer import Trainer

V, E, H = 10_000, 128, 256

PAIR = {
    "ids": (32, 20),
    "embedding": (32, 20, E),
    "encoded": (32, 20, H),
    "h_n": (1, 32, H),
    "c_n": (1, 32, H),
    "tokens": (32, 15),
    "target_embedded": (32, 15, E),
    "decoded": (32, 15, H),
    "logits": (32, 15, V),
}
SHAPES = {
    "lstm-classifier": {
        "ids": (32, 50),
        "embedding": (32, 50, E),
        "output": (32, 50, 2 * H),
        "h_n": (4, 32, H),
        "c_n": (4, 32, H),
        "readout": (32, 2 * H),
        "logits": (32, 2),
    },
    "bilstm": {
        "ids": (32, 50),
        "embedding": (32, 50, E),
        "output": (32, 50, 2 * H),
        "h_n": (2, 32, H),
        "c_n": (2, 32, H),
        "readout": (32, 2 * H),
        "logits": (32, 2),
    },
    "gru-tagger": {
        "ids": (32, 50),
        "embedding": (32, 50, E),
        "output": (32, 50, 2 * H),
        "h_n": (2, 32, H),
        "logits": (32, 50, 10),
    },
    "seq2seq": PAIR,
    "attention": PAIR
    | {
        "scores": (32, 15, 20),
        "weights": (32, 15, 20),
        "context": (32, 15, H),
        "decoder_input": (32, 15, E + H),
    },
    "text-classification": {
        "ids": (2, 20),
        "embedding": (2, 20, 32),
        "output": (2, 20, 2 * 64),
        "h_n": (4, 2, 64),
        "c_n": (4, 2, 64),
        "readout": (2, 2 * 64),
        "logits": (2, 2),
    },
}


def gated(gates: int, reads: int, hidden: int) -> int:
    """Weights of one layer in one direction: for each gate two matrices and two biases."""
    return gates * hidden * (reads + hidden + 2)


def linear(reads: int, gives: int) -> int:
    return reads * gives + gives


PARAMETERS = {
    "lstm-classifier": V * E + 2 * gated(4, E, H) + 2 * gated(4, 2 * H, H) + linear(2 * H, 2),
    "bilstm": V * E + 2 * gated(4, E, H) + linear(2 * H, 2),
    "gru-tagger": V * E + 2 * gated(3, E, H) + linear(2 * H, 10),
    "seq2seq": 2 * V * E + 2 * gated(4, E, H) + linear(H, V),
    "attention": 2 * V * E + gated(4, E, H) + gated(4, E + H, H) + linear(2 * H, H) + H + linear(2 * H, V),
    "text-classification": V * 32 + 2 * gated(4, 32, 64) + 2 * gated(4, 2 * 64, 64) + linear(2 * 64, 2),
}
SIZES = {"batch": {2, 32}, "source": {20}, "target": {15}, "embed": {32, E}, "unit": {64, H}, "class": {2, 10, V}}
SIZES |= {"step": {20, 50}, "layer": {1}, "layer_direction": {2, 4}, "direction_unit": {128, 512}}
SIZES |= {"embed_unit": {E + H}}


@pytest.mark.parametrize("preset", SHAPES)
def test_every_stage_has_the_tutorials_shape_and_its_axes_count_what_they_say(preset):
    found = lesson_model(preset)
    assert {stage.name: stage.shape for stage in found.stages} == SHAPES[preset]
    assert found.parameters == PARAMETERS[preset]
    for stage in found.stages:
        assert all(size in SIZES[axis] for size, axis in zip(stage.shape, stage.axes, strict=True)), stage


@pytest.fixture
def passes(monkeypatch) -> list:
    """Every pass through a whole model from now on: the model, and what came of it."""
    seen: list = []
    for kind in (Classifier, TokenModel, Seq2Seq):

        def forward(self, *args, kind=kind, before=kind.forward):
            result = before(self, *args)
            if type(self) is kind:
                seen.append((self, result))
            return result

        monkeypatch.setattr(kind, "forward", forward)
    return seen


@pytest.mark.parametrize("preset", SHAPES)
def test_the_model_is_the_one_that_the_lesson_trains(preset, passes):
    """Only two sizes differ from the lesson; and the lesson's run goes through the same stages of the same class."""
    found, lesson = lesson_model(preset), Experiment(preset=preset)
    sizes = TUTORIAL_SIZES[preset]
    assert found.experiment == lesson.model_copy(update={"embed": sizes.embed, "hidden": sizes.hidden})
    trainer = Trainer(lesson)
    opening = open_run(trainer).opening
    assert {type(model) for model, _ in passes} == {type(trainer.model)}
    assert [stage.name for stage in opening.shapes] == [*(stage.name for stage in found.stages), "loss"]


@pytest.mark.parametrize("preset", SHAPES)
def test_the_program_shown_runs_as_it_stands_and_gives_the_models_own_numbers(preset, passes):
    e = lesson_model(preset).experiment
    names: dict = {}
    exec(model_program(e, TUTORIAL_SIZES[preset]), names)
    modules = [value for value in names.values() if isinstance(value, nn.Module)]
    assert sum(p.numel() for module in modules for p in module.parameters()) == PARAMETERS[preset]
    ((_, result),) = passes
    shown, expected = names["logits"], result.logits
    assert shown.shape == SHAPES[preset]["logits"]
    if e.teacher < 1:  # whether a step is given the true token is drawn at another moment: the first always is
        shown, expected = shown[:, 0], expected[:, 0]
    torch.testing.assert_close(shown, expected, rtol=0, atol=1e-5)


def test_random_ids_are_drawn_without_touching_the_process_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    lesson_model("text-classification")
    assert torch.equal(before, torch.get_rng_state())
