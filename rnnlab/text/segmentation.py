"""One text cut in several ways, and a cut changed by hand. No torch here; cutting with jieba belongs into a worker."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnlab.experiment import Experiment
from rnnlab.text.lines import rows_of
from rnnlab.text.tokenizers import TOKENIZERS, characters, lines_of, tokenized

Lines = tuple[tuple[str, ...], ...]  # the tokens of each line


@dataclass(frozen=True)
class Cut:
    """What one tokenizer makes of a text."""

    lines: Lines
    tokens: int
    types: int  # distinct tokens


def sentences(e: Experiment) -> list[str]:
    """What is read of each line of an experiment's text: not its label, its target, or its tags."""
    rows, _ = rows_of(e.text, e.task)
    found = [row.source for row in rows]
    if e.task == "tag" and e.tokenizer != "jieba":
        found = [" ".join(item.rpartition("/")[0] or item for item in line.split()) for line in found]
    return [line.lower() if e.lower else line for line in found]


def cuts_of(e: Experiment, whole: str, limit: int) -> dict[str, Cut]:
    """The sentences of an experiment cut by every tokenizer, as `cuts` does it. Pairs that the lab makes come cut
    already: they are the only entry, "made"."""
    if e.data == "text":
        return cuts("\n".join(sentences(e)), e.added_words, whole, limit)
    lines = cut_of(e)
    types = {token for line in lines for token in line}
    return {"made": Cut(beginning(lines, limit), sum(map(len, lines)), len(types))}


def cut_of(e: Experiment) -> Lines:
    """The sentences of an experiment as its own tokenizer cuts them, or as the lab makes them."""
    if e.data == "text":
        return tuple(map(tuple, tokenized("\n".join(sentences(e)), e.tokenizer, e.added_words)))
    from rnnlab.text.synthetic import generated  # here, for only a worker that makes pairs needs what makes them

    return tuple(tuple(source) for source, _ in generated(e.data, e.pairs))


def fixed(e: Experiment) -> str:
    """Why the cut of this experiment can't be changed by hand; "" where it can."""
    return {"next": "target" if e.target else "", "tag": "tags", "seq2seq": "pairs"}.get(e.task, "")


def rewritten(e: Experiment, lines: Lines) -> str:
    """The experiment's text with these tokens for its sentences, between spaces; labels stay where they are. ValueError
    where there are not as many sentences."""
    if e.task == "next":
        return spaced(lines)
    rows, _ = rows_of(e.text, e.task)
    if len(rows) != len(lines):
        raise ValueError(f"{len(lines)} sentences for {len(rows)} rows")
    text = lines_of(e.text)
    for row, line in zip(rows, lines, strict=True):
        between = "\t" if "\t" in text[row.number - 1] else " | "
        text[row.number - 1] = (row.target + between if row.target else "") + " ".join(line)
    return "\n".join(text)


def cuts(text: str, words: Sequence[str], whole: str, limit: int) -> dict[str, Cut]:
    """The text cut by every tokenizer. All lines of the one named `whole`, of the others the first `limit` tokens."""
    found = {}
    for name in TOKENIZERS:
        lines = tokenized(text, name, words)
        same = {token: token for line in lines for token in line}  # one string a type: it travels once
        shared = tuple(tuple(same[token] for token in line) for line in lines)
        shown = shared if name == whole else beginning(shared, limit)
        found[name] = Cut(shown, sum(map(len, lines)), len(same))
    return found


def counts(experiment: Experiment) -> dict[str, int]:
    """How often each token occurs, in the text and in the target if one is given."""
    texts = (experiment.text, experiment.target)
    cut = (tokenized(text, experiment.tokenizer, experiment.added_words) for text in texts)
    return dict(Counter(token for lines in cut for line in lines for token in line))


def beginning(lines: Iterable[Sequence[str]], limit: int) -> Lines:
    """The first `limit` tokens, line by line."""
    kept: list[tuple[str, ...]] = []
    for line in lines:
        if limit <= 0:
            break
        kept.append(tuple(line[:limit]))
        limit -= len(line)
    return tuple(kept)


# By hand


def inked(lines: Iterable[Iterable[str]]) -> Lines:
    """The lines as a text separated by spaces can hold them: without white space in a token, without empty tokens."""
    bare = (tuple(filter(None, ("".join(token.split()) for token in line))) for line in lines)
    return tuple(line for line in bare if line)


def merged(lines: Lines, line: int, place: int) -> Lines:
    """Token `place` of a line and its right neighbour as one. IndexError where there is none."""
    left, right = lines[line][place : place + 2] if place >= 0 else ()
    return replaced(lines, line, place, 2, (left + right,))


def parted(lines: Lines, line: int, place: int, after: int) -> Lines:
    """Token `place` of a line as two, the first of `after` characters (as readers count them)."""
    pieces = characters(lines[line][place])
    if not 0 < after < len(pieces):
        raise IndexError(f"a token of {len(pieces)} characters can't be parted after {after}")
    return replaced(lines, line, place, 1, ("".join(pieces[:after]), "".join(pieces[after:])))


def replaced(lines: Lines, line: int, place: int, count: int, tokens: tuple[str, ...]) -> Lines:
    row = lines[line]
    return (*lines[:line], (*row[:place], *tokens, *row[place + count :]), *lines[line + 1 :])


def spaced(lines: Lines) -> str:
    """The text that the tokenizer `words` cuts into these tokens again."""
    return "\n".join(" ".join(line) for line in lines)
