"""How the network of an experiment reads a text. Whatever makes tokens of one, to train on them or to show them, asks
here, so that no page shows other tokens than the network gets.
"""

from collections.abc import Iterable

from rnnlab.experiment import Experiment
from rnnlab.i18n import Problem
from rnnlab.text import synthetic
from rnnlab.text.lines import cells_of, parse_lines
from rnnlab.text.normalization import normalization_notes, normalize, strip_cell
from rnnlab.text.tokenizers import nonempty_lines, tag, tokenize

Tokens = tuple[str, ...]
Lines = tuple[Tokens, ...]  # the tokens of each line


def tokenizers(task: str) -> tuple[str, ...]:
    """The tokenizers that could read a task's text: tokens with tags stand between spaces, or jieba gives both."""
    return ("words", "jieba") if task == "tag" else ("words", "chars", "jieba")


def prepare(e: Experiment, text: str) -> str:
    """A text as the tokenizer gets it: normalized, and in lower case where the experiment reads it so."""
    return lowered(normalize(text), e)


def lowered(text: str, e: Experiment) -> str:
    return text.lower() if e.lower else text


def read_tokens(e: Experiment, texts: Iterable[str], tokenizer: str = "") -> Lines:
    """The tokens of each text: a sentence without its label, a source without its target, a prompt. Cut by the
    experiment's tokenizer, or by another of `tokenizers(e.task)`; where the lab makes the data, as its pairs are."""
    name = tokenizer or e.tokenizer
    if e.data != "text":
        return tuple(tuple(synthetic.tokenize_sentence(e.data, normalize(text))) for text in texts)
    if e.task == "tag" and name == "jieba":  # the tagger cuts otherwise than the tokenizer: by classes, too
        return tuple(tuple(token for token, _ in pairs) for pairs in read_tagged(e, texts))
    return tuple(tokenize([prepare(e, text) for text in texts], name, e.added_words))


def read_tagged(e: Experiment, texts: Iterable[str]) -> list[tuple[tuple[str, str], ...]]:
    """The tokens of each text that jieba's tagger reads, with their tags."""
    lines = tag(texts, e.added_words)
    return [tuple((lowered(token, e), tag) for token, tag in pairs) for pairs in lines]


def given_tags(e: Experiment, text: str) -> list[tuple[str, str]]:
    """The tokens of `token/TAG token/TAG`, with their tags: what is behind the last slash. "" where there is none."""
    pairs = []
    for item in normalize(text).split():
        token, slash, tag = map(strip_cell, item.rpartition("/"))
        pairs.append((lowered(token, e), tag) if slash and token and tag else (lowered(item, e), ""))
    return pairs


def read_lines(e: Experiment, text: str) -> Lines:
    """The tokens of every line that holds anything, for the task `next`."""
    return read_tokens(e, nonempty_lines(text))


def source_lines(e: Experiment, tokenizer: str = "") -> Lines:
    """What is read of each line of an experiment's text, or of the lab's own pairs: no label, no target, no tags."""
    if e.data != "text":
        return tuple(tuple(source) for source, _ in synthetic.generate_pairs(e.data, e.pairs))
    lines = [line.source for line in parse_lines(e.text, e.task)[0]]
    if e.task == "tag" and (tokenizer or e.tokenizer) != "jieba":
        return tuple(tuple(token for token, _ in given_tags(e, line)) for line in lines)
    return read_tokens(e, lines, tokenizer)


def reading_notes(e: Experiment) -> list[Problem]:
    """What of an experiment's texts is read otherwise than it was typed."""
    if e.data != "text":
        return normalization_notes([e.sentence])
    untagged = e.task == "tag" and e.tokenizer == "jieba"
    cells = cells_of(e.text, "next" if untagged else e.task)
    return normalization_notes([*cells, e.target, e.words, e.sentence])
