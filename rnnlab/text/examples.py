"""The examples that an experiment's text gives its task: what is read, and what is to be predicted of it.

No torch, so that a page can say that there is nothing to learn before a worker is asked.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.text import synthetic
from rnnlab.text.lines import ParsedLine, SkippedLine, SkipReason, parse_lines
from rnnlab.text.reading import Lines, given_tags, read_lines, read_tagged, read_tokens
from rnnlab.text.tokenizers import only_punctuation


@dataclass(frozen=True)
class Example:
    """One line, tokenized."""

    number: int  # of the line
    source: tuple[str, ...]
    target: tuple[str, ...]  # one label, a tag for each token, or the tokens of the other sequence


Found = tuple[list[Example], list[SkippedLine]]


def text_problems(e: Experiment) -> tuple[Problem, ...]:
    """Why nothing can be learned from an experiment's text, as far as it is known without jieba; none where the lab
    makes the data."""
    if e.data != "text" or e.tokenizer == "jieba" or e.task not in READ:
        return ()
    try:
        tested_count(READ[e.task](e), e)
    except LabError as error:
        return error.problems
    return ()


def tested_count(lines: Sequence[Hashable], e: Experiment) -> int:
    """How many different lines are only tested on. Raises LabError where none would be left to train on."""
    count = len(set(lines))
    tested = max(1, round(count * e.held_out)) if e.held_out else 0
    if tested >= count:
        raise LabError(Problem("held_out", "held_out", {"value": e.held_out, "count": count}))
    return tested


def next_token_lines(e: Experiment) -> tuple[Lines, Lines]:
    """The tokens of each line, and where they are given the targets of each. Raises LabError where there is nothing to
    learn, as do the others."""
    lines, targets = read_lines(e, e.text), read_lines(e, e.target)
    if not any(lines):
        raise LabError(Problem("text_empty", "text"))
    if only_punctuation(token for line in lines for token in line):
        raise LabError(Problem("only_punctuation", "text", {"value": shorten(" ".join(lines[0]))}))
    if targets:
        check_targets(lines, targets)
    elif all(len(line) < 2 for line in lines):
        raise LabError(
            Problem("one_token", "text", {"value": shorten(next(token for line in lines for token in line))})
        )
    types = {token for line in lines + targets for token in line}
    if len(types) == 1:
        raise LabError(Problem("one_type", "text", {"value": shorten(types.pop())}))
    return lines, targets


def check_targets(lines: Lines, targets: Lines) -> None:
    """Whether there is a target for each token."""
    if len(targets) != len(lines):
        raise LabError(Problem("target_lines", "target", {"value": len(targets), "limit": len(lines)}))
    for number, (line, target) in enumerate(zip(lines, targets, strict=True), start=1):
        if len(line) != len(target):
            raise LabError(
                Problem("target_tokens", "target", {"line": number, "value": len(target), "limit": len(line)})
            )


def labelled_lines(e: Experiment) -> Found:
    """One label a line."""
    lines, skipped = parse_lines(e.text, e.task)
    tokens = read_tokens(e, [line.source for line in lines])
    examples = [Example(line.number, read, (line.target,)) for line, read in zip(lines, tokens, strict=True) if read]
    check_examples(examples, skipped, e.task)
    if (only := only_class(examples)) is not None:
        raise LabError(Problem("one_class", "text", {"value": shorten(only)}))
    return examples, skipped


def tagged_lines(e: Experiment) -> Found:
    """A tag for each token: given as `token/TAG`, or with the tokenizer "jieba" made by jieba's own tagger."""
    lines, skipped = parse_lines(e.text, e.task)
    if e.tokenizer == "jieba":
        tagged = read_tagged(e, [line.source for line in lines])
    else:
        tagged = [checked_tags(line, e) for line in lines]
    examples = [
        Example(line.number, tuple(token for token, _ in pairs), tuple(tag for _, tag in pairs))
        for line, pairs in zip(lines, tagged, strict=True)
        if pairs
    ]
    check_examples(examples, skipped, e.task)
    if (only := only_class(examples)) is not None:
        raise LabError(Problem("one_tag", "text", {"value": shorten(only)}))
    return examples, skipped


def pairs_of_sequences(e: Experiment) -> Found:
    """The reader's own, or those that `rnnlab.text.synthetic` makes."""
    skipped: list[SkippedLine] = []
    if e.data == "text":
        lines, skipped = parse_lines(e.text, e.task)
        sides = read_tokens(e, [line.source for line in lines]), read_tokens(e, [line.target for line in lines])
        triples = zip(lines, *sides, strict=True)
        examples = [Example(line.number, source, target) for line, source, target in triples if source and target]
    else:
        made = synthetic.generate_pairs(e.data, e.pairs)
        examples = [Example(n, tuple(source), tuple(target)) for n, (source, target) in enumerate(made, start=1)]
    check_examples(examples, skipped, e.task)
    return examples, skipped


def sources(found: Found) -> Lines:
    return tuple(example.source for example in found[0])


READ: dict[str, Callable[[Experiment], Lines]] = {  # what the lab's own tasks read
    "next": lambda e: next_token_lines(e)[0],
    "classify": lambda e: sources(labelled_lines(e)),
    "tag": lambda e: sources(tagged_lines(e)),
    "seq2seq": lambda e: sources(pairs_of_sequences(e)),
}


def check_examples(examples: list[Example], skipped: list[SkippedLine], task: str) -> None:
    """Whether there is any; raises LabError, which names the first line that could not be used."""
    if examples:
        return
    if skipped:
        first = skipped[0]
        values = {"line": first.number, "value": shorten(first.line), "count": len(skipped)}
        problems: dict[SkipReason, Problem] = {
            "no_separator": Problem("row_no_separator", "text", values),
            "no_source": Problem("row_no_source", "text", values),
            "no_target": Problem("row_no_target", "text", values),
        }
        raise LabError(problems[first.reason])
    match task:
        case "classify":
            raise LabError(Problem("text_empty_labels", "text"))
        case "tag":
            raise LabError(Problem("text_empty_tags", "text"))
    raise LabError(Problem("text_empty_pairs", "text"))


def only_class(examples: list[Example]) -> str | None:
    """The label or tag that all have; None where there are several."""
    found = {one for example in examples for one in example.target}
    return found.pop() if len(found) == 1 else None


def checked_tags(line: ParsedLine, e: Experiment) -> list[tuple[str, str]]:
    """The tokens of a line with the tags that are given. Raises LabError for a token without one."""
    pairs = given_tags(e, line.source)
    for place, (token, tag) in enumerate(pairs, start=1):
        if not tag:
            raise LabError(Problem("no_tag", "text", {"line": line.number, "place": place, "value": shorten(token)}))
    return pairs
