"""The networks of the presets: at the sizes of the tutorials, over random ids; and on a small picture, as they open."""

import numpy as np
import torch

from rnnlab.data import Pair, batch_of
from rnnlab.data.batches import BOS, EOS, PAD, UNK
from rnnlab.experiment import Experiment
from rnnlab.i18n import beginning, visible
from rnnlab.models import stage_shapes
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES, TutorialSizes
from rnnlab.records.layers import PresetModel
from rnnlab.records.preset_picture import CHARACTERS, COLUMNS, UNITS, Column, PresetPicture
from rnnlab.text import Vocabulary
from rnnlab.training.fold import start
from rnnlab.training.tasks import TASKS

SPECIALS = {"seq2seq": (PAD, BOS, EOS)}  # among the classes; a label or a tag has none


def preset_model(preset: str) -> PresetModel:
    """Build the model of a original as training does, and note every stage of one training pass over random ids."""
    sizes = TUTORIAL_SIZES[preset]
    original = Experiment(preset=preset)  # whose own sizes are bounded, for it is trained
    e = original.model_copy(update={"embed": sizes.embed, "hidden": sizes.hidden, "layers": sizes.layers})
    vocabulary = numbered(sizes.types, (PAD, UNK))
    classes = numbered(sizes.classes, SPECIALS.get(e.task, ()))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(e.seed)
        model = TASKS[e.task].model(e, vocabulary, classes)
        batch = batch_of(random_pairs(sizes, vocabulary, classes))
        stages = stage_shapes(e, batch, model(batch))
    parameters = sum(p.numel() for p in model.parameters())
    return PresetModel(e, stages, parameters)


def numbered(count: int, specials: tuple[str, ...]) -> Vocabulary:
    """A vocabulary of `count` tokens, whose words are numbers."""
    return Vocabulary.of(map(str, range(count - len(specials))), specials)


def random_pairs(sizes: TutorialSizes, vocabulary: Vocabulary, classes: Vocabulary) -> list[Pair]:
    """A batch of sequences, all of the same length: no padding among their ids."""

    def ids(known: Vocabulary, steps: int) -> list[list[int]]:
        return torch.randint(known.specials, len(known), (sizes.batch, steps)).tolist()

    rows = zip(ids(vocabulary, sizes.steps), ids(classes, sizes.target_steps), strict=True)
    return [Pair(read, predicted) for read, predicted in rows]


# The picture of a original


def preset_picture(experiment: Experiment) -> PresetPicture:
    """Of the probe line, as the untrained network reads it."""
    _, history = start(experiment)
    o, hidden = history.opening, history.frames[0].hidden  # [step, unit]
    share = COLUMNS // len(o.parts)
    steps = [step for part in o.parts for step in first_and_last(range(part.start, min(part.stop, o.inputs)), share)]
    judged_whole = not o.predicts_text and experiment.task == "classify"  # one answer, for the sentence as a whole

    def answer(step: int) -> str:
        if experiment.reads_numbers:  # no class: the next number, as it is written
            return short(o.probe[step + 1])
        if o.targets[step] < 0 or (judged_whole and step < o.inputs - 1):
            return ""
        return short(o.classes[o.targets[step]])

    columns = [Column(short(o.probe[step]), answer(step), step - 1 in steps) for step in steps]
    states = hidden[steps].reshape(len(steps), experiment.directions, -1)[:, :, :UNITS].reshape(len(steps), -1)
    return PresetPicture(
        tuple(columns),
        np.rint(states * (127 / max(float(np.abs(states).max()), 1e-9))).astype(np.int8),
        experiment.directions,
        experiment.layers,
        tuple(steps.index(part.start) for part in o.parts),
    )


def first_and_last(steps: range, most: int) -> list[int]:
    """The steps where they are no more than `most`; else the first ones and the last."""
    return list(steps) if len(steps) <= most else [*steps[: most - 1], steps[-1]]


def short(token: str) -> str:
    return beginning(visible(token), CHARACTERS)
