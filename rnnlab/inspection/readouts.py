"""What an answer depends on, from the run's own weights: of each way of reading out a whole sentence the derivatives by
every token, what the answer is without one, and what it is after the same tokens in another order."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from rnnlab.data import NO_TARGET, Data, Pair, batch_of
from rnnlab.experiment import Experiment, choices
from rnnlab.i18n import LabError, Problem
from rnnlab.inspection.trace import network
from rnnlab.models import Classifier, read, readout
from rnnlab.records.readouts import Omissions, Reach, WordOrders
from rnnlab.training.observation import readout_logits

PADDING = 12  # tokens of padding that are shown, at most
ORDERS, TRIES = 5, 100  # other orders that are shown, and how many are drawn to find them
WORK = 1.2e10  # parameters x units x steps of one pass over all units: about four seconds for all readouts


def reach(experiment: Experiment, weights: bytes) -> Reach:
    """Of the watched sentence alone, and padded as it would be beside the longest line of the data.

    Raises LabError where the text is of no use, and where that would keep everybody waiting.
    """
    data, model = network(experiment, weights)
    assert isinstance(model, Classifier)
    ids = torch.tensor(data.probe.inputs)  # [step]
    longest = max(len(pair.inputs) for pair in data.pairs)
    padding = min(longest - len(ids), PADDING)
    check_work(experiment, model, len(ids) + max(padding, 0))
    halves = experiment.directions
    rows = tuple((kind, half) for kind in choices("readout") for half in range(halves))

    alone = gradient_norms(model, ids, len(ids), rows)
    padded = gradient_norms(model, nn.functional.pad(ids, (0, padding)), len(ids), rows) if padding > 0 else None
    return Reach(rows, halves, alone, padded, longest)


def check_work(e: Experiment, model: Classifier, steps: int) -> None:
    """Raises LabError for a network or a sentence too large to be derived by once for every unit."""
    read_each_step = sum(p.numel() for p in model.recurrent.parameters())
    limit = int(WORK / (read_each_step * steps))
    if e.hidden > limit:
        raise LabError(Problem("readouts_work", "hidden", {"value": e.hidden, "steps": steps, "limit": limit}))


def gradient_norms(model: Classifier, ids: Tensor, length: int, rows: Sequence[tuple[str, int]]) -> np.ndarray:
    """The Frobenius norm of d(half of a readout) / d x_k for every row and step k, [row, step]; of ids [step], of which
    the first `length` are the sentence.

    One backward pass finds a row: through a batch of as many copies of the sentence as there are units, each of which
    is asked for another unit.
    """
    e = model.experiment
    copies = ids.expand(e.hidden, len(ids))  # [unit, step]
    lengths = torch.full((e.hidden,), length)
    found = []
    with torch.enable_grad():
        x = model.input(copies).detach().clone().requires_grad_()  # [unit, step, embed]
        output, final = read(model.recurrent, x, lengths, None, e.packed)
        for kind, half in rows:
            vector = readout(kind, output, final, lengths, e.bidirectional)  # [unit, direction x unit]
            component = vector[:, half * e.hidden : (half + 1) * e.hidden].diagonal().sum()
            (gradient,) = torch.autograd.grad(component, x, retain_graph=True)
            found.append(gradient.square().sum((0, 2)).sqrt())  # over units, and over the entries of x_k
    return torch.stack(found).numpy()


@torch.no_grad()
def omissions(experiment: Experiment, weights: bytes) -> Omissions:
    """Leave-one-out: the watched sentence, of two tokens at least, is read once more for every token, without it. What
    the answer loses is what that token was good for; unlike a gradient it does not fade where the network is sure.
    Source: Li et al., 2016, arXiv 1612.08220.
    """
    data, model = network(experiment, weights)
    assert isinstance(model, Classifier)
    ids = torch.tensor(data.probe.inputs)
    steps = len(ids)
    others = ids.expand(steps, steps)[~torch.eye(steps, dtype=torch.bool)].view(steps, steps - 1)
    whole, without = (chances(model, rows) for rows in (ids[None], others))
    label = int(whole[0].argmax())
    return Omissions(label, float(whole[0, label]), without.numpy())


def chances(model: Classifier, ids: Tensor) -> Tensor:
    """The probabilities [sentence, class] of sentences of one length, ids [sentence, step]."""
    lengths = torch.full((len(ids),), ids.shape[1])
    output, final = model.recurrent(model.input(ids))
    return readout_logits(model, output, final, lengths).softmax(-1)


# Order


@torch.no_grad()
def word_orders(experiment: Experiment, weights: bytes, draw: int) -> WordOrders:
    """The sentence that is read in orders of its tokens that are `draw`n at random, each another one. Where the next
    token is asked for, the last one stays: what follows a word depends on that word first."""
    data, model = network(experiment, weights)
    ids = data.probe.inputs
    orders = shuffles(ids, len(ids) if isinstance(model, Classifier) else len(ids) - 1, draw)
    logits = model(batch_of([Pair([ids[step] for step in order], [NO_TARGET]) for order in orders])).logits
    chances = (logits if logits.dim() == 2 else logits[:, -1]).softmax(-1)  # [order, class]
    bag, examples = bag_of_words(data)
    return WordOrders(tuple(map(tuple, orders)), chances.numpy(), bag, examples)


def shuffles(ids: Sequence[int], movable: int, draw: int) -> list[list[int]]:
    """Orders of all steps, of which the first `movable` are shuffled: no two that read the same. The first is as it
    is."""
    generator = torch.Generator().manual_seed(draw)
    orders = [list(range(len(ids)))]
    read = {tuple(ids)}
    for _ in range(TRIES):
        order = [*torch.randperm(movable, generator=generator).tolist(), *range(movable, len(ids))]
        tokens = tuple(ids[step] for step in order)
        if tokens not in read and len(orders) <= ORDERS:
            orders.append(order)
            read.add(tokens)
    return orders


def bag_of_words(data: Data) -> tuple[np.ndarray, int]:
    """A naive Bayes classifier over the same training data, [class], and the number of its examples: for each target
    the tokens that had been read by then, counted, each count of a class one more than it is (Laplace). Tokens that
    training never met say nothing."""
    asked = [id for id in data.probe.inputs if id >= data.vocabulary.specials]
    columns = {id: column for column, id in enumerate(dict.fromkeys(asked))}
    examples, words = np.zeros(len(data.classes)), np.zeros(len(data.classes))
    counts = np.zeros((len(data.classes), len(columns)))
    for pair in data.pairs:
        ids, targets = np.array(pair.inputs), np.array(pair.targets)
        read = ids[:, None] == np.array(list(columns), dtype=int)  # [step, column]
        known = ids >= data.vocabulary.specials
        if len(targets) == 1:
            read, known = read.sum(0, keepdims=True), known.sum(keepdims=True)
        else:
            read, known = read.cumsum(0), known.cumsum()
        np.add.at(examples, targets, 1)
        np.add.at(words, targets, known)
        np.add.at(counts, targets, read)
    types = len(data.vocabulary) - data.vocabulary.specials
    with np.errstate(divide="ignore"):  # a class that is never right: minus infinity
        scores = np.log(examples / examples.sum())
    for id in asked:
        scores += np.log((counts[:, columns[id]] + 1) / (words + types))
    chances = np.exp(scores - scores.max())
    return (chances / chances.sum()).astype(np.float32), int(examples.sum())
