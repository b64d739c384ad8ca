"""The data of tasks whose lines carry what is to be predicted: a label, a tag for each token, or another sequence."""

from collections.abc import Sequence
from dataclasses import replace

from rnnlab.data.assembly import Corpus, Example, assemble
from rnnlab.data.batches import BOS, EOS, PAD, Data
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.text import TOKENIZERS, Vocabulary, dictionary_lock, dictionary_with, split_words, synthetic, tag_lines
from rnnlab.text.lines import ParsedLine, SkippedLine, SkipReason, parse_lines


def classify_data(experiment: Experiment) -> Data:
    """One label a line. Raises LabError where there is nothing to learn from, as do the other two."""
    e = experiment
    lines, skipped = parse_lines(e.text, e.task)
    tokens = tokens_of([line.source for line in lines], e)
    examples = [Example(line.number, read, (line.target,)) for line, read in zip(lines, tokens, strict=True) if read]
    check_examples(examples, skipped)
    labels = Vocabulary.of(example.target[0] for example in examples)
    if len(labels) < 2:
        raise LabError(Problem("one_class", "text", {"value": shorten(labels.tokens[0])}))
    return assemble(Corpus(examples, skipped, labels, sentence_of(e)), e)


def tag_data(experiment: Experiment) -> Data:
    """A tag for each token: given as `token/TAG`, or with the tokenizer "jieba" made by jieba's own tagger."""
    e = experiment
    lines, skipped = parse_lines(e.text, e.task)
    if e.tokenizer == "jieba":
        tagged = tag_lines("\n".join(line.source for line in lines), e.added_words)
    else:
        tagged = [given_tags(line) for line in lines]
    examples = [
        Example(line.number, tuple(lowered(token, e) for token, _ in pairs), tuple(tag for _, tag in pairs))
        for line, pairs in zip(lines, tagged, strict=True)
        if pairs
    ]
    check_examples(examples, skipped)
    tags = Vocabulary.of(tag for example in examples for tag in example.target)
    data = assemble(Corpus(examples, skipped, tags, tagged_sentence(e)), e)
    if e.tokenizer == "jieba":  # whoever looks at right and wrong is to know whose opinion counts as right
        data = replace(data, notes=(Problem("tagged_by_jieba"), *data.notes))
    return data


def pair_data(experiment: Experiment) -> Data:
    """Pairs of sequences: the reader's own, or those that `rnnlab.text.synthetic` makes."""
    e = experiment
    skipped: list[SkippedLine] = []
    if e.data == "text":
        lines, skipped = parse_lines(e.text, e.task)
        sides = tokens_of([line.source for line in lines], e), tokens_of([line.target for line in lines], e)
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


# Tokens


def lowered(text: str, e: Experiment) -> str:
    """The text in lower case, where the experiment reads it so."""
    return text.lower() if e.lower else text


def tokens_of(texts: Sequence[str], e: Experiment) -> list[tuple[str, ...]]:
    """Each text as the experiment's tokenizer cuts it."""
    tokenize = TOKENIZERS[e.tokenizer]
    if e.tokenizer != "jieba":
        return [tuple(tokenize(lowered(text, e))) for text in texts]
    with dictionary_lock, dictionary_with(e.added_words):
        return [tuple(tokenize(lowered(text, e))) for text in texts]


def given_tags(line: ParsedLine) -> list[tuple[str, str]]:
    """`token/TAG token/TAG`: what is behind the last slash is the tag."""
    pairs = []
    for place, item in enumerate(split_words(line.source), start=1):
        token, slash, tag = item.rpartition("/")
        if not (slash and token and tag):
            raise LabError(Problem("no_tag", "text", {"line": line.number, "place": place, "value": shorten(item)}))
        pairs.append((token, tag))
    return pairs


def sentence_of(e: Experiment) -> Example:
    """The experiment's `sentence`, tokenized. What is to be predicted of it is not known."""
    text = " ".join(e.sentence.split())
    if e.data != "text":
        return Example(0, tuple(synthetic.tokenize_sentence(e.data, text)), ())
    return Example(0, tokens_of([text], e)[0], ())


def tagged_sentence(e: Experiment) -> Example:
    """The same for a tagger: split at white space, or where jieba is asked with the tags that it gives."""
    text = " ".join(e.sentence.split())
    if e.tokenizer == "jieba":
        pairs = [pair for line in tag_lines(text, e.added_words) for pair in line]
        return Example(0, tuple(lowered(token, e) for token, _ in pairs), tuple(tag for _, tag in pairs))
    return Example(0, tuple(split_words(lowered(text, e))), ())
