"""The data of tasks whose lines carry what is to be predicted: a label, a tag for each token, or another sequence."""

from dataclasses import replace

from rnnlab.data.assembly import Corpus, assemble
from rnnlab.data.batches import BOS, EOS, PAD, Data
from rnnlab.experiment import Experiment
from rnnlab.i18n import Problem
from rnnlab.text import Vocabulary, nonempty_lines
from rnnlab.text.examples import Example, labelled_lines, pairs_of_sequences, tagged_lines
from rnnlab.text.normalization import look_alikes
from rnnlab.text.reading import read_tagged, read_tokens


def classify_data(experiment: Experiment) -> Data:
    """One label a line. Raises LabError where there is nothing to learn from, as do the other two."""
    e = experiment
    examples, skipped = labelled_lines(e)
    labels = Vocabulary.of(example.target[0] for example in examples)
    data = assemble(Corpus(examples, skipped, labels, sentence_of(e)), e)
    return replace(data, notes=(*look_alikes(labels.tokens), *data.notes))


def tag_data(experiment: Experiment) -> Data:
    """A tag for each token."""
    e = experiment
    examples, skipped = tagged_lines(e)
    tags = Vocabulary.of(tag for example in examples for tag in example.target)
    data = assemble(Corpus(examples, skipped, tags, sentence_of(e)), e)
    if e.tokenizer == "jieba":  # whoever looks at right and wrong is to know whose opinion counts as right
        data = replace(data, notes=(Problem("tagged_by_jieba"), *data.notes))
    return data


def pair_data(experiment: Experiment) -> Data:
    """Pairs of sequences."""
    e = experiment
    examples, skipped = pairs_of_sequences(e)
    classes = Vocabulary.of((token for example in examples for token in example.target), (PAD, BOS, EOS))
    return assemble(Corpus(examples, skipped, classes, sentence_of(e)), e)


def sentence_of(e: Experiment) -> Example:
    """The experiment's `sentence`, tokenized. What is to be predicted of it is not known, but where jieba is asked, the
    tags that it gives."""
    text = " ".join(nonempty_lines(e.sentence))
    if e.task == "tag" and e.tokenizer == "jieba":
        pairs = read_tagged(e, [text])[0]
        return Example(0, tuple(token for token, _ in pairs), tuple(tag for _, tag in pairs))
    return Example(0, read_tokens(e, [text])[0], ())
