"""The sizes at which tutorials show the models of some presets: larger than a reader could train while watching."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TutorialSizes:
    """What a model is built for, and the batch that it reads."""

    classes: int  # labels, tags, or tokens of the target
    types: int = 10_000  # of tokens that are read
    embed: int = 128
    hidden: int = 256
    layers: int = 2
    batch: int = 32
    steps: int = 50  # of each sequence that is read
    target_steps: int = 1  # of each sequence that is predicted: one label, a tag for each step, or another sequence


TUTORIAL_SIZES: dict[str, TutorialSizes] = {  # by preset
    "lstm-classifier": TutorialSizes(classes=2),
    "bilstm": TutorialSizes(classes=5, embed=10, hidden=20, steps=5),
    "gru-tagger": TutorialSizes(classes=10, target_steps=50),
    "seq2seq": TutorialSizes(classes=10_000, embed=256, hidden=512, steps=20, target_steps=15),
    "attention": TutorialSizes(classes=10_000, embed=256, hidden=512, steps=20, target_steps=15),
    "text-classification": TutorialSizes(classes=2, types=4, embed=32, hidden=64, batch=2, steps=10),
}
