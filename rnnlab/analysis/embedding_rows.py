"""The tokens that one part of a model reads, and the rows of its embedding: cut out of what a history holds."""

from dataclasses import dataclass

from rnnlab.records.history import Checkpoint, History
from rnnlab.records.opening import Part
from rnnlab.records.trace import embedding_bytes, vocabulary_of


@dataclass(frozen=True)
class Words:
    """A vocabulary and its rows. Rows are float32, [id, embed] end to end; none where the input is one-hot."""

    part: Part
    tokens: tuple[str, ...]
    specials: int
    shown: bytes  # rows of the epoch that is looked at
    first: bytes  # and before training
    newest: bytes

    @classmethod
    def of(cls, history: History, part: Part, shown: Checkpoint) -> "Words":
        o, kept = history.opening, history.checkpoints
        there = embedding_bytes(o, part) if history.experiment.embeds else slice(0, 0)
        rows = (checkpoint.weights[there] for checkpoint in (shown, kept[0], kept[-1]))
        return cls(part, vocabulary_of(o, part), o.class_specials if part.start else o.specials, *rows)
