"""The same words in other orders: each gets what the network says to that sentence, and a bag of words is
scikit-learn's."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

from rnnlab import Experiment, run
from rnnlab.engine import jobs
from rnnlab.inspection.readouts import ORDERS, word_orders
from rnnlab.training.tasks import data_of
from tests.support.small_tasks import SMALL, twin_of, weights_of

SORTED = Experiment(task="classify", **SMALL["classify"], hidden=4, embed=3, sentence="we loved a silly film")
NEXT = Experiment(text="a b c d a e\nb c d e\nd e a b b", hidden=4, embed=3)
WINDOWS = Experiment(text="a b c d a e b c d e a d e a b", window=4, hidden=4, embed=3)
TARGETS = Experiment(text="h e l l o", target="o h l o l", hidden=4, embed=3)
EVERY = pytest.mark.parametrize("e", [SORTED, NEXT, WINDOWS, TARGETS], ids=["classify", "next", "windows", "targets"])


def bag(e: Experiment) -> np.ndarray:
    """scikit-learn's, from vectors of counts."""
    data = data_of(e)
    types, first = len(data.vocabulary), data.vocabulary.specials
    rows, answers = [], []
    for pair in data.pairs:
        for step, target in enumerate(pair.targets):
            read = pair.inputs if len(pair.targets) == 1 else pair.inputs[: step + 1]
            rows.append(np.bincount(read, minlength=types)[first:])
            answers.append(target)
    model = MultinomialNB(alpha=1).fit(np.array(rows), answers)
    asked = np.bincount(data.probe.inputs, minlength=types)[first:]
    chances = np.zeros(len(data.classes))
    chances[model.classes_] = model.predict_proba(asked[None])[0]
    return chances


@EVERY
def test_the_bag_of_words_is_scikit_learns(e):
    np.testing.assert_allclose(word_orders(e, weights_of(e), 0).bag, bag(e), rtol=1e-4, atol=1e-6)


def test_each_order_of_a_sentence_gets_what_a_plain_classifier_says_to_it():
    weights = weights_of(SORTED)
    twin, data = twin_of(SORTED, weights)
    found = word_orders(SORTED, weights, 3)
    assert len(found.orders) == ORDERS + 1
    for order, chances in zip(found.orders, found.chances, strict=True):
        _, logits = twin([data.probe.inputs[step] for step in order])
        np.testing.assert_allclose(chances, logits.softmax(-1).detach(), rtol=1e-4)
    assert len({*map(tuple, found.chances.round(6).tolist())}) > 1


@EVERY
def test_the_first_order_is_the_sentence_as_it_stands(e):
    """And so it has the probabilities of the run's own frames."""
    history = run(e.model_copy(update={"epochs": 1}))
    found = word_orders(e, history.checkpoints[-1].weights, 0)
    frame = history.frames[-1]
    assert found.orders[0] == tuple(range(len(data_of(e).probe.inputs)))
    assert int(found.answers[0]) == frame.top_classes[-1, 0]
    assert found.chances[0].max() == pytest.approx(frame.top_probabilities[-1, 0], abs=1e-5)


def test_the_last_word_stays_where_the_next_is_asked_for():
    found = [word_orders(NEXT, weights_of(NEXT), draw).orders for draw in (0, 1)]
    assert all(order[-1] == 4 for orders in found for order in orders)
    assert found[0] != found[1], "another draw, other orders"
    assert found[0] == word_orders(NEXT, weights_of(NEXT), 0).orders


def test_no_two_orders_read_the_same_and_of_few_words_there_are_few():
    def orders(text: str) -> int:
        e = SORTED.model_copy(update={"sentence": text})
        return len(word_orders(e, weights_of(e), 0).orders)

    different = len(set(permutations(["film", "film", "a"])))
    assert (orders("film"), orders("film film"), orders("film a"), orders("film film a")) == (1, 1, 2, different)
    unknown = "film xyzzy plugh"  # both are read as <unk>
    assert orders(unknown) == different


def test_a_worker_answers_the_same():
    weights = weights_of(SORTED)
    np.testing.assert_array_equal(jobs.word_orders(SORTED, weights, 2).chances, word_orders(SORTED, weights, 2).chances)
