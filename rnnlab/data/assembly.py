"""From tokenized examples to `Data`: cut to the limits, split, numbered, with the line that is watched.

What is only tested on is left out of the vocabulary, as it would be of any word met later: `<unk>` stands for it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.data.batches import BOS, EOS_ID, NO_TARGET, PAD, UNK, UNK_ID, Data, Pair
from rnnlab.data.next_token import check_sizes
from rnnlab.data.notes import one_answer_note, one_sequence_note, split_notes
from rnnlab.data.split import split
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import ATTENTION_ELEMENTS, CLASSES, PROBE_TOKENS, SEQUENCE_TOKENS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.history import HELD_OUT_LINES
from rnnlab.records.opening import Part
from rnnlab.text import Vocabulary
from rnnlab.text.examples import Example
from rnnlab.text.lines import SkippedLine
from rnnlab.text.reading import reading_notes


@dataclass(frozen=True)
class Corpus:
    """What a task finds in an experiment's text."""

    examples: list[Example]
    skipped: list[SkippedLine]
    classes: Vocabulary  # with special tokens where the targets are sequences of their own
    sentence: Example  # to be watched; without tokens where the reader gave none


@dataclass(frozen=True)
class Numbering:
    """Tokens to ids on both sides."""

    vocabulary: Vocabulary
    classes: Vocabulary

    def pair(self, example: Example) -> Pair:
        targets = self.classes.encode(example.target)
        inputs = self.vocabulary.encode(example.source, UNK_ID)
        return Pair(inputs, [*targets, EOS_ID] if self.classes.specials else targets)


@dataclass(frozen=True)
class Watched:
    """The line or sentence that is watched, up to PROBE_TOKENS."""

    field: str  # of the experiment, that says what it is: `sentence` or `probe`
    tokens: tuple[str, ...]  # that are read
    pair: Pair
    notes: list[Problem]


def assemble(corpus: Corpus, e: Experiment) -> Data:
    """Raises LabError where that is too much, or where there is no such line to watch."""
    examples, notes = within_limits(corpus, e)
    sources = [example.source for example in examples]
    labels = [example.target[0] for example in examples] if e.task == "classify" else ()
    trained, tested = split(sources, e, labels)
    vocabulary = Vocabulary.of((token for i in trained for token in examples[i].source), (PAD, UNK))
    numbering = Numbering(vocabulary, corpus.classes)
    pairs, held = [numbering.pair(examples[i]) for i in trained], [numbering.pair(examples[i]) for i in tested]
    check_sizes(e, pairs + held, max(len(vocabulary), len(corpus.classes)))
    notes += split_notes(sources, pairs, held, corpus.classes)
    notes += (one_sequence_note if corpus.classes.specials else one_answer_note)(pairs, corpus.classes)
    examined = attended_lines(e, pairs + held) if e.attention == "additive" else HELD_OUT_LINES
    if corpus.sentence.source:
        watched = watched_sentence(corpus.sentence, numbering, e)
    else:
        watched = watched_line(examples, corpus.skipped, {examples[i].number for i in tested}, numbering, e)
    tokens, targets, parts = steps_of(watched, corpus.classes, e)
    return Data(
        vocabulary=vocabulary,
        classes=corpus.classes,
        pairs=pairs,
        probe=watched.pair,
        probe_tokens=tokens,
        probe_row=None,
        notes=(*notes, *watched.notes, *unknown_words(watched)),
        step_targets=targets,
        parts=parts,
        held=held,
        held_tokens=tuple(examples[i].source for i in tested),
        examined=examined,
        class_weights=balanced(class_counts(pairs, len(corpus.classes))) if e.class_weights == "balanced" else None,
    )


def class_counts(pairs: list[Pair], classes: int) -> Tensor:
    """How often each class is the right one: [class] int64."""
    return torch.bincount(torch.tensor([id for pair in pairs for id in pair.targets]), minlength=classes)


def balanced(counts: Tensor) -> Tensor:
    """Weights under which all classes that occur count for as much, and all targets together for as many as they are;
    one that never occurs is weighed as if it did once. [class] float32"""
    return counts.sum() / ((counts > 0).sum() * counts.clamp(min=1))


def within_limits(corpus: Corpus, e: Experiment) -> tuple[list[Example], list[Problem]]:
    """The examples, long ones cut at `max_length`, and what is to be said of that and of skipped lines."""
    sequences = bool(corpus.classes.specials)  # else labels or tags: a table of right and wrong has a row for each
    if not sequences and len(corpus.classes) > CLASSES:
        raise LabError(Problem("classes", "text", {"value": f"{len(corpus.classes):,}", "limit": CLASSES}))
    notes = reading_notes(e)
    if corpus.skipped:
        first = corpus.skipped[0]
        values = {"count": len(corpus.skipped), "line": first.number, "value": shorten(first.line)}
        notes.append(Problem("rows_left_out", "text", values))
    limit = e.max_length
    target_limit = min(limit, SEQUENCE_TOKENS - 1) if sequences else limit  # `<eos>` takes a step too
    long = sum(len(x.source) > limit or len(x.target) > target_limit for x in corpus.examples)
    if long:
        notes.append(Problem("rows_cut", "max_length", {"count": long, "limit": limit}))
    return [Example(x.number, x.source[:limit], x.target[:target_limit]) for x in corpus.examples], notes


def attended_lines(e: Experiment, pairs: list[Pair]) -> int:
    """How many held-out lines additive attention can go through in the time of a frame: it makes `hidden` numbers for
    every pair of steps of source and target. Raises LabError where one step of training would make too many."""
    each = max(len(pair.inputs) for pair in pairs) * max(len(pair.targets) for pair in pairs) * e.hidden
    if min(e.batch, len(pairs)) * each > ATTENTION_ELEMENTS:
        raise LabError(Problem("attention_too_big", "batch", {"value": e.batch, "limit": ATTENTION_ELEMENTS // each}))
    return min(HELD_OUT_LINES, 2 * ATTENTION_ELEMENTS // each)  # nothing is kept for gradients: time for more


# What is watched


def watched_sentence(sentence: Example, numbering: Numbering, e: Experiment) -> Watched:
    """The reader's own sentence. Where no tags are known of it, each step is asked for a class all the same."""
    limit, notes = min(e.max_length, PROBE_TOKENS), []
    if len(sentence.source) > limit:
        notes.append(Problem("sentence_cut", "sentence", {"value": len(sentence.source), "limit": limit}))
    tokens = sentence.source[:limit]
    targets = [numbering.classes.ids.get(tag, NO_TARGET) for tag in sentence.target[:limit]]
    steps = len(tokens) if e.task == "tag" else 1
    pair = Pair(numbering.vocabulary.encode(tokens, UNK_ID), targets or [NO_TARGET] * steps)
    return Watched("sentence", tokens, pair, notes)


def watched_line(
    examples: list[Example], skipped: list[SkippedLine], tested: set[int], numbering: Numbering, e: Experiment
) -> Watched:
    """The line of the text whose number is `probe`; `tested` are the numbers of the lines that are held out."""
    line = next((example for example in examples if example.number == e.probe), None)
    if line is None:
        if any(other.number == e.probe for other in skipped):
            raise LabError(Problem("probe_left_out", "probe", {"value": e.probe, "first": examples[0].number}))
        last = max(line.number for line in [*examples, *skipped])
        raise LabError(Problem("probe_line", "probe", {"value": e.probe, "limit": last}))
    notes: list[Problem] = []
    if line.number in tested:
        notes.append(Problem("probe_held", "probe", {"value": e.probe}))
    whole = numbering.pair(line)
    if (steps := max(len(whole.inputs), len(whole.targets))) > PROBE_TOKENS:
        notes.append(Problem("probe_cut", "probe", {"value": steps, "limit": PROBE_TOKENS}))
    pair = Pair(whole.inputs[:PROBE_TOKENS], whole.targets[:PROBE_TOKENS])
    return Watched("probe", line.source[:PROBE_TOKENS], pair, notes)


def unknown_words(watched: Watched) -> list[Problem]:
    """What is to be said where the network knows tokens of what is watched only as `<unk>`."""
    unknown = [token for token, id in zip(watched.tokens, watched.pair.inputs, strict=True) if id == UNK_ID]
    if not unknown:
        return []
    value = shorten(", ".join(dict.fromkeys(unknown)))
    return [Problem("unknown_words", watched.field, {"count": len(unknown), "value": value})]


def steps_of(
    watched: Watched, classes: Vocabulary, e: Experiment
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[Part, ...]]:
    """The steps of what is watched: the token that each reads, the class that is to be predicted after it, NO_TARGET
    for none, and which part of the network takes which steps."""
    tokens, targets = watched.tokens, watched.pair.targets
    if classes.specials:  # behind the source stands what the decoder reads
        step_targets = (*[NO_TARGET] * len(tokens), *targets)
        written = (BOS, *(classes.tokens[id] for id in targets[:-1]))
        parts = Part("encoder", 0, len(tokens)), Part("decoder", len(tokens), len(step_targets))
        return (*tokens, *written), step_targets, parts
    step_targets = targets * len(tokens) if e.task == "classify" else targets
    return tokens, tuple(step_targets), (Part("network", 0, len(tokens)),)
