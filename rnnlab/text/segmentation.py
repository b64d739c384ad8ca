"""Word segmentation: one text cut into tokens by every tokenizer, and a segmentation edited by hand. Segmenting with
jieba belongs into a worker."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnlab.experiment import Experiment
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text.lines import parse_lines
from rnnlab.text.normalization import normalize
from rnnlab.text.reading import Lines, read_lines, source_lines, tokenizers
from rnnlab.text.tokenizers import graphemes, nonempty_lines


@dataclass(frozen=True, repr=False)
class Segmentation(ShortRepr):
    """The tokens that one tokenizer makes of a text; of a long text perhaps only the first."""

    lines: Lines
    tokens: int  # of the whole text
    types: int  # distinct tokens


def segmentations(e: Experiment, shown_whole: str, preview_tokens: int) -> dict[str, Segmentation]:
    """tokenizer -> what it would make of an experiment's sentences: all tokens of the one named `shown_whole`, of the
    others the first `preview_tokens`. Pairs that the lab makes come as tokens: they are the only entry, "made"."""
    if e.data != "text":
        return {"made": segmentation(source_lines(e), preview_tokens)}
    return {
        name: segmentation(source_lines(e, name), None if name == shown_whole else preview_tokens)
        for name in tokenizers(e.task)
    }


def segmentation(lines: Lines, preview_tokens: int | None) -> Segmentation:
    """These tokens: the first so many, or all."""
    types = {token: token for line in lines for token in line}  # one string a type: it travels once
    shared = tuple(tuple(types[token] for token in line) for line in lines)
    shown = shared if preview_tokens is None else first_tokens(shared, preview_tokens)
    return Segmentation(shown, sum(map(len, lines)), len(types))


def why_not_editable(e: Experiment) -> str:
    """Why the segmentation can't be edited by hand, as the end of a catalogue id (`edit.<why>`); "" where it can."""
    return {"next": "target" if e.target else "", "tag": "tags", "seq2seq": "pairs"}.get(e.task, "")


def with_new_tokens(e: Experiment, lines: Lines) -> str:
    """The experiment's text with these tokens for its sentences, between spaces; labels stay where they are. ValueError
    where there are not as many sentences."""
    if e.task == "next":
        return joined_by_spaces(lines)
    rows, _ = parse_lines(e.text, e.task)
    if len(rows) != len(lines):
        raise ValueError(f"{len(lines)} sentences for {len(rows)} rows")
    text = nonempty_lines(e.text)
    for row, line in zip(rows, lines, strict=True):
        between = "\t" if "\t" in text[row.number - 1] else " | "
        text[row.number - 1] = (row.target + between if row.target else "") + " ".join(line)
    return "\n".join(text)


def token_counts(experiment: Experiment) -> dict[str, int]:
    """How often each token occurs, in the text and in the target if one is given."""
    texts = (experiment.text, experiment.target)
    return dict(Counter(token for text in texts for line in read_lines(experiment, text) for token in line))


def first_tokens(lines: Iterable[Sequence[str]], limit: int) -> Lines:
    """The first `limit` tokens, line by line."""
    kept: list[tuple[str, ...]] = []
    for line in lines:
        if limit <= 0:
            break
        kept.append(tuple(line[:limit]))
        limit -= len(line)
    return tuple(kept)


# By hand


def without_white_space(lines: Iterable[Iterable[str]]) -> Lines:
    """The lines as a text separated by spaces can hold them: without white space in a token, or what is dropped beside
    it, and without empty tokens."""
    stripped = (tuple(filter(None, (normalize("".join(token.split())) for token in line))) for line in lines)
    return tuple(line for line in stripped if line)


def merge_tokens(lines: Lines, line: int, position: int) -> Lines:
    """The token at `position` of a line and its right neighbour as one. IndexError where there is none."""
    left, right = lines[line][position : position + 2] if position >= 0 else ()
    return replace_tokens(lines, line, position, 2, (left + right,))


def split_token(lines: Lines, line: int, position: int, offset: int) -> Lines:
    """The token at `position` of a line as two, the first of `offset` characters (as readers count them)."""
    pieces = graphemes(lines[line][position])
    if not 0 < offset < len(pieces):
        raise IndexError(f"a token of {len(pieces)} characters can't be split after {offset}")
    return replace_tokens(lines, line, position, 1, ("".join(pieces[:offset]), "".join(pieces[offset:])))


def replace_tokens(lines: Lines, line: int, position: int, count: int, tokens: tuple[str, ...]) -> Lines:
    """The lines with these tokens for `count` tokens of one line, from `position` on."""
    old = lines[line]
    return (*lines[:line], (*old[:position], *tokens, *old[position + count :]), *lines[line + 1 :])


def joined_by_spaces(lines: Lines) -> str:
    """The text that the tokenizer `words` cuts into these tokens again."""
    return "\n".join(" ".join(line) for line in lines)
