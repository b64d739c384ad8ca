"""Small experiments of every task, and their networks as plain programs write them."""

from hypothesis import strategies as st
from torch.nn.utils import parameters_to_vector

from rnnlab import Experiment
from rnnlab.inspection.trace import data_of
from rnnlab.training.trainer import Trainer
from tests.support import modules, plain_parts

SORTS = """good | a fine <b>film</b>
bad | a dull film with a silly end
so | some of it is fine
good | we loved it
bad | we hated the film
so | a fine start and a dull end"""
TAGS = "the/D cat/N sat/V\na/D dog/N ran/V\nthe/D dog/N sat/V\ncats/N run/V"
SMALL = {
    "next": {"text": "a b c d a\nb c d e\nd e a b"},
    "classify": {"text": SORTS, "bidirectional": True},
    "tag": {"text": TAGS},
    "seq2seq": {"data": "reversal", "pairs": 12, "attention": "dot"},
    "series": {"text": "1 2 3.5 3 1.25 -2 0 1 4 2.5 3 1", "window": 3},
}

PAIRS = "a b c | x y\nb a | y\nc b a b | z y x"
LABELLED = "good | we like the rain\nbad | we fear the long rain\ngood | rain"
CELLS = modules.NAMES

translators = st.builds(
    Experiment,
    task=st.just("seq2seq"),
    text=st.just(PAIRS),
    probe=st.integers(1, 3),
    cell=st.sampled_from(CELLS),
    impl=st.sampled_from(["layer", "cell"]),
    input=st.sampled_from(["embedding", "onehot"]),
    attention=st.sampled_from(["none", "additive", "dot"]),
    embed=st.integers(1, 4),
    hidden=st.integers(1, 5),
    layers=st.integers(1, 3),
    seed=st.integers(0, 99),
)
classifiers = st.builds(
    Experiment,
    task=st.just("classify"),
    text=st.just(LABELLED),
    probe=st.integers(1, 3),
    cell=st.sampled_from(CELLS),
    impl=st.sampled_from(["layer", "cell"]),
    input=st.sampled_from(["embedding", "onehot"]),
    readout=st.sampled_from(["final", "last", "valid", "mean"]),
    bidirectional=st.booleans(),
    embed=st.just(3),
    hidden=st.integers(1, 5),
    layers=st.integers(1, 2),
    seed=st.integers(0, 99),
)


def weights_of(e: Experiment) -> bytes:
    """Untrained, and larger than torch makes them: so that what is wrong is not lost in the rounding."""
    return (2 * parameters_to_vector(Trainer(e).parameters).detach()).numpy().tobytes()


def twin_of(e: Experiment, weights: bytes):
    data = data_of(e)
    kind = plain_parts.Translator if e.task == "seq2seq" else plain_parts.Classifier
    return kind(e, weights, len(data.vocabulary), len(data.classes)), data


EVERY_TASK = {
    "classify": {"task": "classify", "text": LABELLED, "bidirectional": True, "layers": 2, "readout": "mean"},
    "last": {"task": "classify", "text": LABELLED, "readout": "last", "input": "onehot", "cell": "lstm"},
    "tag": {"task": "tag", "text": "we/P rain/N\nrain/N falls/V down/D", "bidirectional": True, "cell": "gru"},
    "additive": {"task": "seq2seq", "text": PAIRS, "attention": "additive", "cell": "lstm", "layers": 2},
    "dot": {"task": "seq2seq", "text": PAIRS, "attention": "dot", "cell": "gru", "input": "onehot"},
    "none": {"task": "seq2seq", "text": PAIRS, "loss": "sum"},
    "numbers": {"task": "series", "text": "1 2 3.5 3 1.25 -2 0", "layers": 2},
    "own": {"task": "classify", "text": LABELLED, "sentence": "the rain we never saw"},
    "own pair": {"task": "seq2seq", "text": PAIRS, "sentence": "c a", "attention": "dot"},
    "own tags": {"task": "tag", "text": "we/P rain/N", "sentence": "rain again"},
}
