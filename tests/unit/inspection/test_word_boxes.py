"""Sentences laid into a box: at every place the row that the weights have for its word, and zeros behind the end."""

import numpy as np
import pytest

from rnnlab import Experiment, run
from rnnlab.i18n import LabError
from rnnlab.inspection.text.word_boxes import OWN_TOKENS, SENTENCES, TOKENS, word_boxes
from rnnlab.training.tasks import data_of
from tests.support.small_tasks import SMALL, weights_of


def rows(e: Experiment, weights: bytes) -> np.ndarray:
    """The embedding, which is the first of a model's parameters, or one-hot rows."""
    types = len(data_of(e).vocabulary)
    if e.input == "onehot":
        return np.eye(types, dtype=np.float32)
    return np.frombuffer(weights, "<f4", types * e.embed).reshape(types, e.embed)


def laid_by_hand(e: Experiment, weights: bytes, sentences: tuple[tuple[str, ...], ...]) -> np.ndarray:
    ids, table = data_of(e).vocabulary.ids, rows(e, weights)
    x = np.zeros((max(map(len, sentences)), len(sentences), table.shape[1]), np.float32)
    for line, sentence in enumerate(sentences):
        for step, token in enumerate(sentence):
            x[step, line] = table[ids.get(token, 1)]
    return x


@pytest.mark.parametrize("task", [task for task in SMALL if not Experiment(task=task, **SMALL[task]).reads_numbers])
@pytest.mark.parametrize("fields", [{}, {"input": "onehot"}], ids=["embedding", "one-hot"])
def test_every_place_holds_the_row_of_its_word(task, fields):
    e = Experiment(task=task, **SMALL[task], hidden=3, embed=4, **fields)
    weights = weights_of(e)
    found = word_boxes(e, weights)
    assert len(found.sentences) > 1
    assert not found.piece
    assert not found.unknown
    np.testing.assert_array_equal(found.x, laid_by_hand(e, weights, found.sentences))


def test_a_readers_sentences_are_cut_as_the_text_is_and_what_is_unknown_is_said():
    e = Experiment(task="classify", **SMALL["classify"], hidden=3, embed=4)
    weights = weights_of(e)
    found = word_boxes(e, weights, "we loved zebras\n\n a film ")
    assert found.sentences == (("we", "loved", "zebras"), ("a", "film"))
    assert found.unknown == ("zebras",)
    np.testing.assert_array_equal(found.x, laid_by_hand(e, weights, found.sentences))
    assert not found.x[2, 1].any()


def test_before_training_the_rows_are_those_that_it_begins_from():
    e = Experiment(preset="words-next", seed=3, epochs=1)
    np.testing.assert_array_equal(word_boxes(e, None).x, word_boxes(e, run(e).checkpoints[0].weights).x)


def test_of_a_single_line_there_is_a_piece_too_and_of_long_ones_the_beginning():
    e = Experiment(text="a b c d e f g h", hidden=3)
    found = word_boxes(e, weights_of(e))
    assert found.sentences == (tuple("abcdefgh"[:OWN_TOKENS]), ("b", "c", "d"))
    assert found.piece
    assert found.cut


@pytest.mark.parametrize(
    ("typed", "code", "value"),
    [
        ("\n".join(["a"] * (SENTENCES + 1)), "boxes_lines", SENTENCES + 1),
        ("a b\n" + "b " * (TOKENS + 1), "boxes_long", TOKENS + 1),
        ("a z", "boxes_unknown", "z"),
    ],
)
def test_what_does_not_fit_is_refused(typed, code, value):
    e = Experiment(text="a b c a", hidden=3)
    with pytest.raises(LabError) as caught:
        word_boxes(e, weights_of(e), typed)
    (problem,) = caught.value.problems
    assert (problem.code, problem.values["value"]) == (code, value)
