"""What is to be said of a run before its numbers are read: what they do not mean."""

from math import ceil

from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import FRAMES
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import Problem, numeral


def run_notes(e: Experiment, data: Data) -> tuple[Problem, ...]:
    """Of a run of this experiment: what its data leaves out, what its network knows beforehand, and where the numbers
    of training depend on padding."""
    answer = (Problem("reads_answer", "bidirectional"),) if e.reads_answer else ()
    return (*data.notes, *answer, *padding_notes(e, data))


def history_notes(e: Experiment, every: int) -> tuple[Problem, ...]:
    """Where a frame comes only `every` so many epochs, because more would take more bytes than a run has."""
    if every <= ceil(e.epochs / FRAMES):
        return ()
    limit = numeral(host_limits().history_bytes / 1e6)
    return (Problem("history_thinned", "hidden", {"every": every, "limit": limit}),)


def padding_notes(e: Experiment, data: Data) -> tuple[Problem, ...]:
    """Where a line's neighbours in a batch change what training makes of it. Whatever is judged is read alone."""
    if not shares_batches_unevenly(e, data):
        return ()
    if e.packed:
        return (Problem("padded_last", "readout"),) if e.task == "classify" and e.readout == "last" else ()
    return (Problem("padded", "packed"),) if reads_padding(e) else ()


def reads_padding(e: Experiment) -> bool:
    """Whether any number of training has gone over the padding behind a line, where lines are not packed."""
    return e.task == "seq2seq" or e.bidirectional or (e.task == "classify" and e.readout in ("final", "last"))


def shares_batches_unevenly(e: Experiment, data: Data) -> bool:
    """Whether lines of different lengths are, or where they are shuffled can be, in one batch."""
    lengths = [len(pair.inputs) for pair in data.pairs]
    if e.shuffle and e.batch > 1:
        return len(set(lengths)) > 1
    return any(len(set(lengths[start : start + e.batch])) > 1 for start in range(0, len(lengths), e.batch))
