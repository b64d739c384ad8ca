"""The data of tasks whose lines carry what is to be predicted: a label, a tag for each token, or another sequence.

What is only tested on is left out of the vocabulary, as it would be of any word met later: `<unk>` stands for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnnlab.data.batches import NO_TARGET, PAD, UNK, Data, Pair
from rnnlab.data.next_token import check_sizes, split
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import ATTENTION_ELEMENTS, CLASSES, PROBE_TOKENS, SEQUENCE_TOKENS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.history import HELD_OUT_LINES, Part
from rnnlab.text import TOKENIZERS, Vocabulary, dictionary_lock, dictionary_with, split_words, synthetic, tag_lines
from rnnlab.text.lines import ParsedLine, SkippedLine, SkipReason, parse_lines

BOS, EOS = "<bos>", "<eos>"
PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 1, 2  # `<unk>` among what is read; `<bos>` and `<eos>` among what is written


@dataclass(frozen=True)
class Example:
    """One row, tokenized."""

    number: int  # of its line
    source: tuple[str, ...]
    target: tuple[str, ...]  # one label, a tag for each token, or the tokens of the other sequence


def classify_data(experiment: Experiment) -> Data:
    """One label a line. Raises LabError where there is nothing to learn from, as do the other two."""
    e = experiment
    rows, left_out = parse_lines(e.text, e.task)
    cut = tokens_of([row.source for row in rows], e)
    found = [Example(row.number, tokens, (row.target,)) for row, tokens in zip(rows, cut, strict=True) if tokens]
    check_rows(found, left_out)
    labels = Vocabulary.of(example.target[0] for example in found)
    if len(labels) < 2:
        raise LabError(Problem("one_class", "text", {"value": shorten(labels.tokens[0])}))
    return assembled(found, left_out, labels, e, watched_sentence(e))


def tag_data(experiment: Experiment) -> Data:
    """A tag for each token: given as `token/TAG`, or with the tokenizer "jieba" made by jieba's own tagger."""
    e = experiment
    rows, left_out = parse_lines(e.text, e.task)
    if e.tokenizer == "jieba":
        lines = tag_lines("\n".join(row.source for row in rows), e.added_words)
    else:
        lines = [given_tags(row) for row in rows]
    found = [
        Example(row.number, tuple(lowered(token, e) for token, _ in line), tuple(tag for _, tag in line))
        for row, line in zip(rows, lines, strict=True)
        if line
    ]
    check_rows(found, left_out)
    tags = Vocabulary.of(tag for example in found for tag in example.target)
    data = assembled(found, left_out, tags, e, watched_sentence(e, tags=True))
    if e.tokenizer == "jieba":  # whoever looks at right and wrong is to know whose opinion counts as right
        data = replace(data, notes=(Problem("tagged_by_jieba"), *data.notes))
    return data


def pair_data(experiment: Experiment) -> Data:
    """Pairs of sequences: the reader's own, or those that `sources` makes."""
    e = experiment
    left_out: list[SkippedLine] = []
    if e.data == "text":
        rows, left_out = parse_lines(e.text, e.task)
        both = tokens_of([row.source for row in rows], e), tokens_of([row.target for row in rows], e)
        triples = zip(rows, *both, strict=True)
        found = [Example(row.number, source, target) for row, source, target in triples if source and target]
    else:
        made = synthetic.generate_pairs(e.data, e.pairs)
        found = [Example(n, tuple(source), tuple(target)) for n, (source, target) in enumerate(made, start=1)]
    check_rows(found, left_out)
    classes = Vocabulary.of((token for example in found for token in example.target), (PAD, BOS, EOS))
    return assembled(found, left_out, classes, e, watched_sentence(e))


# What all three share


def lowered(text: str, e: Experiment) -> str:
    return text.lower() if e.lower else text


def tokens_of(texts: Sequence[str], e: Experiment) -> list[tuple[str, ...]]:
    """Each text as the experiment's tokenizer cuts it."""
    cut = TOKENIZERS[e.tokenizer]
    if e.tokenizer != "jieba":
        return [tuple(cut(lowered(text, e))) for text in texts]
    with dictionary_lock, dictionary_with(e.added_words):
        return [tuple(cut(lowered(text, e))) for text in texts]


def given_tags(row: ParsedLine) -> list[tuple[str, str]]:
    """`token/TAG token/TAG`: what is behind the last slash is the tag."""
    pairs = []
    for place, item in enumerate(split_words(row.source), start=1):
        token, slash, tag = item.rpartition("/")
        if not (slash and token and tag):
            raise LabError(Problem("no_tag", "text", {"line": row.number, "place": place, "value": shorten(item)}))
        pairs.append((token, tag))
    return pairs


def watched_sentence(e: Experiment, tags: bool = False) -> Example:
    """`sentence`, tokenized; with `tags` and jieba to be asked, the tags that jieba gives it."""
    text = " ".join(e.sentence.split())
    if tags and e.tokenizer == "jieba":
        pairs = [pair for line in tag_lines(text, e.added_words) for pair in line]
        return Example(0, tuple(lowered(token, e) for token, _ in pairs), tuple(tag for _, tag in pairs))
    if tags:
        return Example(0, tuple(split_words(lowered(text, e))), ())
    if e.data != "text":
        return Example(0, tuple(synthetic.tokenize_sentence(e.data, text)), ())
    return Example(0, tokens_of([text], e)[0], ())


def check_rows(found: list[Example], left_out: list[SkippedLine]) -> None:
    if found:
        return
    if left_out:
        first = left_out[0]
        values = {"line": first.number, "value": shorten(first.line), "count": len(left_out)}
        problems: dict[SkipReason, Problem] = {
            "no_separator": Problem("row_no_separator", "text", values),
            "no_source": Problem("row_no_source", "text", values),
            "no_target": Problem("row_no_target", "text", values),
        }
        raise LabError(problems[first.reason])
    raise LabError(Problem("text_empty", "text"))


def attended(e: Experiment, pairs: list[Pair]) -> int:
    """How many held-out lines additive attention can go through in the time of a frame: it makes `hidden` numbers for
    every pair of steps of source and target. Raises LabError where one step of training would make too many."""
    each = max(len(pair.inputs) for pair in pairs) * max(len(pair.targets) for pair in pairs) * e.hidden
    if min(e.batch, len(pairs)) * each > ATTENTION_ELEMENTS:
        raise LabError(Problem("attention_too_big", "batch", {"value": e.batch, "limit": ATTENTION_ELEMENTS // each}))
    return min(HELD_OUT_LINES, 2 * ATTENTION_ELEMENTS // each)  # nothing is kept for gradients: time for more


def assembled(
    found: list[Example], left_out: list[SkippedLine], classes: Vocabulary, e: Experiment, sentence: Example
) -> Data:
    """Cut, split and numbered; with the watched line or sentence."""
    ordered = not classes.specials  # a label or a tag, that a table of right and wrong has a row for
    if ordered and len(classes) > CLASSES:
        raise LabError(Problem("classes", "text", {"value": f"{len(classes):,}", "limit": CLASSES}))
    notes: list[Problem] = []
    if left_out:
        values = {"count": len(left_out), "line": left_out[0].number, "value": shorten(left_out[0].line)}
        notes.append(Problem("rows_left_out", "text", values))
    limit = e.max_length
    room = limit if ordered else min(limit, SEQUENCE_TOKENS - 1)  # `<eos>` takes a step too
    long = sum(len(x.source) > limit or len(x.target) > room for x in found)
    if long:
        notes.append(Problem("rows_cut", "max_length", {"count": long, "limit": limit}))
    found = [Example(x.number, x.source[:limit], x.target[:room]) for x in found]
    kept, tested = split(len(found), e)
    vocabulary = Vocabulary.of((token for i in kept for token in found[i].source), (PAD, UNK))

    def pair(example: Example) -> Pair:
        targets = classes.encode(example.target)
        return Pair(vocabulary.encode(example.source, UNK_ID), [*targets, EOS_ID] if classes.specials else targets)

    pairs, held = [pair(found[i]) for i in kept], [pair(found[i]) for i in tested]
    check_sizes(e, pairs + held, max(len(vocabulary), len(classes)))
    examined = attended(e, pairs + held) if e.attention == "additive" else HELD_OUT_LINES
    if sentence.source:
        most = min(limit, PROBE_TOKENS)
        if len(sentence.source) > most:
            notes.append(Problem("sentence_cut", "sentence", {"value": len(sentence.source), "limit": most}))
        tokens = sentence.source[:most]
        known = [classes.ids.get(tag, NO_TARGET) for tag in sentence.target[:most]]
        asked = len(tokens) if e.task == "tag" else 1
        probe = Pair(vocabulary.encode(tokens, UNK_ID), known or [NO_TARGET] * asked)
    else:
        place = next((i for i, x in enumerate(found) if x.number == e.probe), None)
        if place is None:
            if any(line.number == e.probe for line in left_out):
                raise LabError(Problem("probe_left_out", "probe", {"value": e.probe, "first": found[0].number}))
            lines = max(x.number for x in found + [Example(o.number, (), ()) for o in left_out])
            raise LabError(Problem("probe_line", "probe", {"value": e.probe, "limit": lines}))
        if place in tested:
            notes.append(Problem("probe_held", "probe", {"value": e.probe}))
        tokens, probe = found[place].source, pair(found[place])
        if len(tokens) > PROBE_TOKENS:
            notes.append(Problem("probe_cut", "probe", {"value": len(tokens), "limit": PROBE_TOKENS}))
            tokens = tokens[:PROBE_TOKENS]
        probe = Pair(probe.inputs[:PROBE_TOKENS], probe.targets[:PROBE_TOKENS])
    unknown = [token for token, id in zip(tokens, probe.inputs, strict=True) if id == UNK_ID]
    if unknown:
        values = {"count": len(unknown), "value": shorten(", ".join(dict.fromkeys(unknown)))}
        notes.append(Problem("unknown_words", "sentence" if sentence.source else "probe", values))
    read = tuple(found[i].source for i in tested)
    asked, parts = tuple(probe.targets), (Part("network", 0, len(tokens)),)
    if classes.specials:  # behind the source stands what the decoder reads
        asked = (*[NO_TARGET] * len(tokens), *probe.targets)
        parts = Part("encoder", 0, len(tokens)), Part("decoder", len(tokens), len(asked))
        tokens = (*tokens, BOS, *(classes.tokens[id] for id in probe.targets[:-1]))
    elif e.task == "classify":
        asked = tuple(probe.targets * len(tokens))
    return Data(vocabulary, classes, pairs, probe, tokens, None, tuple(notes), asked, parts, held, read, examined)
