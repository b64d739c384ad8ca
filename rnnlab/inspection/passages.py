"""The lines whose activations are shown: the run's own, or a reader's, as the network is to read them."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache

import regex

from rnnlab.analysis.correlations import TOKENS, VALUES
from rnnlab.data import NO_TARGET, Data, Pair
from rnnlab.data.batches import BOS, EOS, EOS_ID, UNK_ID
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.opening import joiner
from rnnlab.records.units import AnswerKind, Passage
from rnnlab.text import dictionary_with, jieba_words, nonempty_lines
from rnnlab.text.lines import split_line
from rnnlab.text.normalization import normalization_notes, normalize
from rnnlab.text.numbers import typed_numbers
from rnnlab.text.reading import given_tags, read_lines, read_tagged, read_tokens
from rnnlab.training.tasks import TASKS, data_of

SHOWN = 8  # tokens that a note names


@dataclass(frozen=True)
class PassageLine:
    """One line: the ids that the network takes, and what is shown of it."""

    pair: Pair  # of encoder and decoder: what the one reads and the other writes
    tokens: tuple[str, ...]  # that the part reads
    answers: tuple[str, ...]  # one a token, "" where none is known
    unknown: tuple[bool, ...]  # which tokens the network knows only as `<unk>`


@lru_cache(maxsize=8)
def passage(experiment: Experiment, part: str, text: str = "") -> tuple[Passage, tuple[PassageLine, ...]]:
    """What a part reads of the run's lines, trained on and held out, or where it is given of `text`, up to a limit.

    Raises LabError where nothing is left to read.
    """
    e, data = experiment, data_of(experiment)
    notes = normalization_notes([text])
    lines = typed_lines(e, data, part, text, notes) if text.strip() else own_lines(e, data, part)
    if not lines:
        raise LabError(Problem("units_nothing", "", {"value": shorten(text.strip())}))
    kept, total = within_limits(e, lines), sum(len(line.tokens) for line in lines)
    if (shown := sum(len(line.tokens) for line in kept)) < total:
        notes.append(Problem("units_cut", "", {"shown": f"{shown:,}", "total": f"{total:,}"}))
    unknown = [flag for line in kept for flag in line.unknown]
    answers = tuple(answer for line in kept for answer in line.answers)
    tokens = tuple(line.tokens for line in kept)
    found = Passage(
        lines=tokens,
        joiner=joiner(e, [token for line in tokens for token in line if token not in (BOS, EOS)]),
        answers=answers if any(answers) else (),
        kind=kind_of(e, part) if any(answers) else "",
        unknown=tuple(place for place, flag in enumerate(unknown) if flag),
        edges=word_edges(e, tokens) if part == "network" else (),
        begun=part == "decoder",
        notes=tuple(notes),
    )
    return found, tuple(kept)


def kind_of(e: Experiment, part: str) -> AnswerKind:
    if part == "encoder":
        return ""
    return "answer" if TASKS[e.task].predicts_text else "tag" if e.task == "tag" else "label"


def within_limits(e: Experiment, lines: list[PassageLine]) -> list[PassageLine]:
    """The lines that fit, whole: what reads backward begins at a line's end. Of a single one that does not, so much as
    does. Encoder and decoder are counted together."""
    limit, used, kept = min(TOKENS, VALUES // e.hidden), 0, []
    for line in lines:
        size = max(len(line.tokens), len(line.pair.inputs) + len(line.pair.targets) if e.task == "seq2seq" else 0)
        if kept and used + size > limit:
            break
        used += size
        kept.append(line)
    if used <= limit:
        return kept
    first = kept[0]
    ids = Pair(first.pair.inputs[:limit], first.pair.targets[:limit])
    return [PassageLine(ids, first.tokens[:limit], first.answers[:limit], first.unknown[:limit])]


# The run's own lines


def own_lines(e: Experiment, data: Data, part: str) -> list[PassageLine]:
    """Trained on and held out."""
    if data.column is not None:
        return [number_line(data.column.standard, [f"{number:g}" for number in data.column.numbers])]
    if e.task == "next":  # the data's sequences may be windows that overlap: here each line is read once, whole
        inputs, targets = (read_lines(e, text) for text in (e.text, e.target))
        pairs = zip(inputs, targets, strict=True) if targets else ((line[:-1], line[1:]) for line in inputs)
        return [next_token_line(data, tokens, answers) for tokens, answers in pairs if tokens]
    read = [tuple(data.vocabulary.tokens[id] for id in pair.inputs) for pair in data.pairs]
    both = zip(data.pairs + data.held, read + list(data.held_tokens), strict=True)
    return [labelled_line(e, data, part, tokens, pair) for pair, tokens in both]


def number_line(standard: Sequence[float], written: Sequence[str]) -> PassageLine:
    """Numbers: no class is an answer, and none is unknown."""
    return PassageLine(Pair(list(standard), []), tuple(written), ("",) * len(written), (False,) * len(written))


def next_token_line(data: Data, tokens: Sequence[str], answers: Sequence[str]) -> PassageLine:
    """A line of the task `next`, which has no `<unk>`."""
    return PassageLine(Pair(data.vocabulary.encode(tokens), []), tuple(tokens), tuple(answers), (False,) * len(tokens))


def labelled_line(e: Experiment, data: Data, part: str, tokens: Sequence[str], pair: Pair) -> PassageLine:
    """A line of a task with `<unk>`; a target below 0 is none."""
    named = [data.classes.tokens[id] if id != NO_TARGET else "" for id in pair.targets]
    if part == "decoder":
        written = (BOS, *named[:-1])
        return PassageLine(pair, written, tuple(named), (False,) * len(written))
    unknown = tuple(id == UNK_ID for id in pair.inputs)
    answers = named[:1] * len(tokens) if e.task == "classify" else named if e.task == "tag" else [""] * len(tokens)
    return PassageLine(pair, tuple(tokens), tuple(answers), unknown)


# A reader's text


def typed_lines(e: Experiment, data: Data, part: str, text: str, notes: list[Problem]) -> list[PassageLine]:
    """What of a typed text can be read; `notes` are told what can't."""
    if data.column is not None:
        typed = typed_numbers(Experiment(task="series", text=text))
        standard = [(number - data.column.mean) / data.column.deviation for number in typed.numbers]
        return [number_line(standard, typed.written)]
    if e.task == "next":
        return typed_next(e, data, text, notes)
    if e.task == "seq2seq":
        lines = [typed_pair(e, data, part, line, notes) for line in enumerate(nonempty_lines(text), start=1)]
    else:
        rows = [row for row in typed_rows(e, text) if row[0]]
        lines = [labelled_line(e, data, part, tokens, encode_pair(data, tokens, targets)) for tokens, targets in rows]
    missing = [token for line in lines for token, flag in zip(line.tokens, line.unknown, strict=True) if flag]
    if missing:
        notes.append(Problem("units_unknown", "", {"count": len(missing), "value": few_of(missing)}))
    return lines


def typed_next(e: Experiment, data: Data, text: str, notes: list[Problem]) -> list[PassageLine]:
    """This task has no `<unk>`: what the vocabulary lacks is left out. Where the lab's own rule is that the next token
    is to be predicted, it is the answer here too."""
    lines, missing = [], []
    for row in read_lines(e, text):
        missing += [token for token in row if token not in data.vocabulary.ids]
        known = [token for token in row if token in data.vocabulary.ids]
        if known:
            lines.append(next_token_line(data, known, [""] * len(known) if e.target else [*known[1:], ""]))
    if missing:
        notes.append(Problem("units_left_out", "", {"count": len(missing), "value": few_of(missing)}))
    return lines


def typed_pair(e: Experiment, data: Data, part: str, numbered: tuple[int, str], notes: list[Problem]) -> PassageLine:
    """`source | target`, a line with its number; an encoder needs the source alone."""
    number, line = numbered
    sides = split_line(line)
    if part == "decoder" and not (sides and all(sides)):
        raise LabError(Problem("units_no_pair", "", {"line": number, "value": shorten(line)}))
    source, target = sides or (line, "")
    tokens = read_tokens(e, [source])[0]
    if e.data == "text":
        written = read_tokens(e, [target])[0]
    else:
        words = normalize(target).split()
        written = tuple(words if e.data == "pinyin" else "".join(words))
    if not tokens:
        raise LabError(Problem("units_no_pair", "", {"line": number, "value": shorten(line)}))
    if missing := [token for token in written if token not in data.classes.ids]:
        notes.append(Problem("units_left_out", "", {"count": len(missing), "value": few_of(missing)}))
    ids = [data.classes.ids[token] for token in written if token in data.classes.ids]
    return labelled_line(e, data, part, tokens, Pair(data.vocabulary.encode(tokens, UNK_ID), [*ids, EOS_ID]))


def typed_rows(e: Experiment, text: str) -> list[tuple[Sequence[str], Sequence[str]]]:
    """The tokens of each line and what is asked of them, as far as it was typed too, or by jieba's tagger is known: one
    label, or a tag for each token."""
    lines = nonempty_lines(text)
    rows: list[tuple[Sequence[str], Sequence[str]]] = []
    if e.task == "tag" and e.tokenizer == "jieba":
        return [([token for token, _ in pairs], [tag for _, tag in pairs]) for pairs in read_tagged(e, lines)]
    for line in lines:
        if e.task == "tag":
            pairs = given_tags(e, line)
            if not all(tag for _, tag in pairs):
                pairs = [(token, "") for token in read_tokens(e, [line])[0]]
            rows.append(([token for token, _ in pairs], [tag for _, tag in pairs]))
        else:
            label, sentence = split_line(line) or ("", "")
            if not (label and sentence):
                label, sentence = "", line
            rows.append((read_tokens(e, [sentence])[0], [label]))
    return rows


def encode_pair(data: Data, tokens: Sequence[str], targets: Sequence[str]) -> Pair:
    """Ids of a line; a label or tag that is not known is none."""
    ids = [data.classes.ids.get(target, NO_TARGET) for target in targets]
    return Pair(data.vocabulary.encode(tokens, UNK_ID), ids)


def few_of(tokens: Sequence[str]) -> str:
    """A few of them, each once."""
    return shorten(", ".join(list(dict.fromkeys(tokens))[:SHOWN]))


# Words, where tokens are smaller


def word_edges(e: Experiment, lines: Sequence[tuple[str, ...]]) -> tuple[tuple[bool, bool], ...]:
    """Whether a word starts, and whether one ends, at each token that is a character: by spaces and punctuation, and in
    lines with Chinese characters as jieba cuts them. Empty where tokens are words."""
    if e.tokenizer != "chars" or e.data != "text":
        return ()
    with dictionary_with(e.added_words) if e.added_words else nullcontext():
        return tuple(edge for line in lines for edge in line_edges(line))


def line_edges(line: tuple[str, ...]) -> list[tuple[bool, bool]]:
    """The same for one line."""
    bare = [token if len(token) == 1 else "x" for token in line]  # an emoji of several code points is one place
    text = "".join(bare)
    found = [(False, False)] * len(line)
    for start, stop in word_spans(text):
        found[start] = True, found[start][1]
        found[stop - 1] = found[stop - 1][0], True
    return found


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a line start and stop."""
    if not regex.search(r"\p{Han}", text):
        return [match.span() for match in regex.finditer(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*", text)]
    found, at = [], 0
    for word in jieba_words(text):
        at = text.index(word, at)
        if regex.search(r"[\p{L}\p{N}]", word):
            found.append((at, at + len(word)))
        at += len(word)
    return found
