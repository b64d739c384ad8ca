"""The data of tasks whose lines carry what is to be predicted: a label, a tag for each token, or another sequence."""

from dataclasses import replace

from rnnlab.data.assembly import Corpus, Example, assemble
from rnnlab.data.batches import BOS, EOS, PAD, Data
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.text import Vocabulary, nonempty_lines, synthetic
from rnnlab.text.lines import ParsedLine, SkippedLine, SkipReason, parse_lines
from rnnlab.text.normalization import look_alikes
from rnnlab.text.reading import given_tags, read_tagged, read_tokens


def classify_data(experiment: Experiment) -> Data:
    """One label a line. Raises LabError where there is nothing to learn from, as do the other two."""
    e = experiment
    lines, skipped = parse_lines(e.text, e.task)
    tokens = read_tokens(e, [line.source for line in lines])
    examples = [Example(line.number, read, (line.target,)) for line, read in zip(lines, tokens, strict=True) if read]
    check_examples(examples, skipped)
    labels = Vocabulary.of(example.target[0] for example in examples)
    if len(labels) < 2:
        raise LabError(Problem("one_class", "text", {"value": shorten(labels.tokens[0])}))
    data = assemble(Corpus(examples, skipped, labels, sentence_of(e)), e)
    return replace(data, notes=(*look_alikes(labels.tokens), *data.notes))


def tag_data(experiment: Experiment) -> Data:
    """A tag for each token: given as `token/TAG`, or with the tokenizer "jieba" made by jieba's own tagger."""
    e = experiment
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
    check_examples(examples, skipped)
    tags = Vocabulary.of(tag for example in examples for tag in example.target)
    if len(tags) < 2:
        raise LabError(Problem("one_tag", "text", {"value": shorten(tags.tokens[0])}))
    data = assemble(Corpus(examples, skipped, tags, sentence_of(e)), e)
    if e.tokenizer == "jieba":  # whoever looks at right and wrong is to know whose opinion counts as right
        data = replace(data, notes=(Problem("tagged_by_jieba"), *data.notes))
    return data


def pair_data(experiment: Experiment) -> Data:
    """Pairs of sequences: the reader's own, or those that `rnnlab.text.synthetic` makes."""
    e = experiment
    skipped: list[SkippedLine] = []
    if e.data == "text":
        lines, skipped = parse_lines(e.text, e.task)
        sides = read_tokens(e, [line.source for line in lines]), read_tokens(e, [line.target for line in lines])
        triples = zip(lines, *sides, strict=True)
        examples = [Example(line.number, source, target) for line, source, target in triples if source and target]
    else:
        made = synthetic.generate_pairs(e.data, e.pairs)
        examples = [Example(n, tuple(source), tuple(target)) for n, (source, target) in enumerate(made, start=1)]
    check_examples(examples, skipped)
    classes = Vocabulary.of((token for example in examples for token in example.target), (PAD, BOS, EOS))
    return assemble(Corpus(examples, skipped, classes, sentence_of(e)), e)


def check_examples(examples: list[Example], skipped: list[SkippedLine]) -> None:
    """Whether there is anything to learn from; raises LabError, which names the first line that could not be used."""
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
    raise LabError(Problem("text_empty", "text"))


def checked_tags(line: ParsedLine, e: Experiment) -> list[tuple[str, str]]:
    """The tokens of a line with the tags that are given. Raises LabError for a token without one."""
    pairs = given_tags(e, line.source)
    for place, (token, tag) in enumerate(pairs, start=1):
        if not tag:
            raise LabError(Problem("no_tag", "text", {"line": line.number, "place": place, "value": shorten(token)}))
    return pairs


def sentence_of(e: Experiment) -> Example:
    """The experiment's `sentence`, tokenized. What is to be predicted of it is not known, but where jieba is asked, the
    tags that it gives."""
    text = " ".join(nonempty_lines(e.sentence))
    if e.task == "tag" and e.tokenizer == "jieba":
        pairs = read_tagged(e, [text])[0]
        return Example(0, tuple(token for token, _ in pairs), tuple(tag for _, tag in pairs))
    return Example(0, read_tokens(e, [text])[0], ())
