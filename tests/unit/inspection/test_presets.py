"""The presets' models at the tutorials' sizes: shapes and counts by hand, and the program shown, run as it stands."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment
from rnnlab.explain.programs import model_program
from rnnlab.inspection.presets import preset_model
from rnnlab.models import Classifier, Seq2Seq, TokenModel
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.training import open_run
from rnnlab.training.trainer import Trainer

V, E, H = 10_000, 128, 256

PAIR = {
    "ids": (32, 20),
    "embedding": (32, 20, 256),
    "encoded": (32, 20, 512),
    "h_n": (2, 32, 512),
    "c_n": (2, 32, 512),
    "tokens": (32, 15),
    "target_embedded": (32, 15, 256),
    "decoded": (32, 15, 512),
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
        "ids": (32, 5),
        "embedding": (32, 5, 10),
        "output": (32, 5, 2 * 20),
        "h_n": (4, 32, 20),
        "c_n": (4, 32, 20),
        "readout": (32, 2 * 20),
        "logits": (32, 5),
    },
    "gru-tagger": {
        "ids": (32, 50),
        "embedding": (32, 50, E),
        "output": (32, 50, 2 * H),
        "h_n": (4, 32, H),
        "logits": (32, 50, 10),
    },
    "seq2seq": PAIR,
    "attention": PAIR
    | {
        "scores": (32, 15, 20),
        "weights": (32, 15, 20),
        "context": (32, 15, 512),
        "decoder_input": (32, 15, 256 + 512),
    },
    "text-classification": {
        "ids": (2, 10),
        "embedding": (2, 10, 32),
        "output": (2, 10, 2 * 64),
        "h_n": (4, 2, 64),
        "c_n": (4, 2, 64),
        "readout": (2, 2 * 64),
        "logits": (2, 2),
    },
}


PARAMETERS = {  # of the tutorials' own programs; the one of bilstm reads vectors of 10 numbers, without an embedding
    "lstm-classifier": 3_648_514,
    "bilstm": 15_245 + V * 10,
    "gru-tagger": 3_060_746,
    "seq2seq": 17_606_416,
    "attention": 24_300_304,
    "text-classification": 149_890,
}
SIZES = {"batch": {2, 32}, "source": {20}, "target": {15}, "embed": {10, 32, E, 256}, "unit": {20, 64, H, 512}}
SIZES |= {"step": {5, 10, 50}, "layer": {2}, "layer_direction": {4}, "direction_unit": {40, 128, 512}}
SIZES |= {"embed_unit": {256 + 512}, "class": {2, 5, 10, V}}


@pytest.mark.parametrize("preset", SHAPES)
def test_every_stage_has_the_tutorials_shape_and_its_axes_count_what_they_say(preset):
    found = preset_model(preset)
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
def test_the_model_is_the_one_that_the_preset_trains(preset, passes):
    """Only sizes differ from the original; and the preset's run goes through the same stages of the same class."""
    found, original = preset_model(preset), Experiment(preset=preset)
    sizes = TUTORIAL_SIZES[preset]
    assert found.experiment == original.model_copy(
        update={"embed": sizes.embed, "hidden": sizes.hidden, "layers": sizes.layers}
    )
    trainer = Trainer(original)
    opening = open_run(trainer).opening
    assert {type(model) for model, _ in passes} == {type(trainer.model)}
    assert [stage.name for stage in opening.shapes] == [*(stage.name for stage in found.stages), "loss"]


@pytest.mark.parametrize("preset", SHAPES)
def test_the_program_shown_runs_as_it_stands_and_gives_the_models_own_numbers(preset, passes):
    e = preset_model(preset).experiment
    names: dict = {}
    exec(model_program(e, TUTORIAL_SIZES[preset]), names)
    modules = [value for value in names.values() if isinstance(value, nn.Module)]
    assert sum(p.numel() for module in modules for p in module.parameters()) == PARAMETERS[preset]
    ((_, result),) = passes
    assert names["logits"].shape == SHAPES[preset]["logits"]
    torch.testing.assert_close(names["logits"], result.logits, rtol=0, atol=1e-5)


def test_random_ids_are_drawn_without_touching_the_process_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    preset_model("text-classification")
    assert torch.equal(before, torch.get_rng_state())
