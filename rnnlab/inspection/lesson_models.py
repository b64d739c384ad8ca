"""The models of the lessons at the sizes of the tutorials: the same modules that train, over a batch of random ids."""

import torch

from rnnlab.data import Pair, batch_of
from rnnlab.data.batches import BOS, EOS, PAD, UNK
from rnnlab.experiment import Experiment
from rnnlab.lessons.tutorial_sizes import TUTORIAL_SIZES, TutorialSizes
from rnnlab.models import stage_shapes
from rnnlab.records.layers import LessonModel
from rnnlab.text import Vocabulary
from rnnlab.training.tasks import TASKS

SPECIALS = {"seq2seq": (PAD, BOS, EOS)}  # among the classes; a label or a tag has none


def lesson_model(preset: str) -> LessonModel:
    """Build the model of a lesson as training does, and note every stage of one training pass over random ids."""
    sizes = TUTORIAL_SIZES[preset]
    lesson = Experiment(preset=preset)  # whose own sizes are bounded, for it is trained
    e = lesson.model_copy(update={"embed": sizes.embed, "hidden": sizes.hidden, "layers": sizes.layers})
    vocabulary = numbered(sizes.types, (PAD, UNK))
    classes = numbered(sizes.classes, SPECIALS.get(e.task, ()))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(e.seed)
        model = TASKS[e.task].model(e, vocabulary, classes)
        batch = batch_of(random_pairs(sizes, vocabulary, classes))
        stages = stage_shapes(e, batch, model(batch))
    parameters = sum(p.numel() for p in model.parameters())
    return LessonModel(e, stages, parameters)


def numbered(count: int, specials: tuple[str, ...]) -> Vocabulary:
    """A vocabulary of `count` tokens, whose words are numbers."""
    return Vocabulary.of(map(str, range(count - len(specials))), specials)


def random_pairs(sizes: TutorialSizes, vocabulary: Vocabulary, classes: Vocabulary) -> list[Pair]:
    """A batch of sequences, all of the same length: no padding among their ids."""

    def ids(known: Vocabulary, steps: int) -> list[list[int]]:
        return torch.randint(known.specials, len(known), (sizes.batch, steps)).tolist()

    rows = zip(ids(vocabulary, sizes.steps), ids(classes, sizes.target_steps), strict=True)
    return [Pair(read, predicted) for read, predicted in rows]
