"""The Text page and what it asks of a worker, where lines carry a label, tags, or another sequence."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parameters_to_vector

from pages.views.text.vocabulary import held_out_said
from rnnlab import Experiment, run
from rnnlab.analysis.bigrams import examples
from rnnlab.analysis.embedding_rows import Words
from rnnlab.inspection.dataset import epoch_batches, token_counts
from rnnlab.inspection.packing import packing
from rnnlab.inspection.trace import network
from rnnlab.records.trace import embedding_bytes
from rnnlab.text import nonempty_lines
from rnnlab.text.reading import source_lines
from rnnlab.text.segmentation import segmentations, why_not_editable, with_new_tokens
from rnnlab.training.trainer import Trainer
from tests.support import modules
from tests.support.cases import in_turn
from tests.support.reader import said
from tests.support.small_tasks import PAIRS
from tests.support.text_page import PARTS, part, tables, text_page

pytestmark = pytest.mark.usefixtures("in_this_process")

LABELLED = "good | We like rain\nno label here\nbad\twe fear the long rain\ngood | rain"
TAGGED = "we/P and/or/C\nrain/N"
TASKS = {
    "classify": {"task": "classify", "text": LABELLED, "lower": True},
    "tag": {"task": "tag", "text": TAGGED},
    "seq2seq": {"task": "seq2seq", "text": PAIRS, "attention": "dot"},
    "made": {"task": "seq2seq", "data": "reversal", "pairs": 20},
}


def of(task: str, **fields) -> Experiment:
    return Experiment(hidden=4, embed=3, epochs=2, **TASKS[task], **fields)


# What is cut


def test_of_a_line_its_sentence_alone_is_cut():
    assert source_lines(of("classify")) == (("we", "like", "rain"), ("we", "fear", "the", "long", "rain"), ("rain",))
    assert source_lines(of("tag")) == (("we", "and/or"), ("rain",))
    assert source_lines(of("seq2seq")) == (("a", "b", "c"), ("b", "a"), ("c", "b", "a", "b"))
    assert segmentations(of("classify"), "words", 4)["words"].types == 6
    assert examples(of("seq2seq"))[1] == (("b", "a"),)


def test_pairs_of_the_labs_making_come_cut():
    cut = segmentations(of("made"), "words", 5)["made"]
    source = Trainer(of("made")).data
    assert cut.tokens == sum(len(pair.inputs) for pair in source.pairs)
    assert sum(map(len, cut.lines)) == 5
    assert cut.lines[0] == source.probe_tokens[: len(cut.lines[0])]


def test_a_new_cut_leaves_the_labels_and_the_lines_that_are_none():
    e = of("classify")
    lines = (("We", "like rain"), ("we fear", "the", "long", "rain"), ("rain",))
    assert with_new_tokens(e, lines).split("\n") == [
        "good | We like rain", "no label here", "bad\twe fear the long rain", "good | rain",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="2 sentences"):
        with_new_tokens(e, lines[:2])
    assert [why_not_editable(of(task)) for task in TASKS] == ["", "tags", "pairs", "pairs"]


words = st.lists(st.sampled_from(["a", "b", "ab", "é"]), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["x", "y z"]), words, st.booleans()), min_size=1, max_size=4))
def test_what_is_written_anew_is_read_as_it_was_cut(rows):
    text = "\n".join(f"{label}{' | ' if bar else chr(9)}{'-'.join(tokens)}" for label, tokens, bar in rows)
    e = Experiment(task="classify", text=text)
    new = Experiment(task="classify", text=with_new_tokens(e, tuple(tuple(tokens) for _, tokens, _ in rows)))
    assert list(source_lines(new)) == [tuple(tokens) for _, tokens, _ in rows]
    assert len(nonempty_lines(new.text)) == len(rows)


# Counts, sequences, rows of an embedding


def test_counts_are_of_what_is_trained_on():
    assert token_counts(of("classify"), written=False) == {
        "we": 2,
        "like": 1,
        "rain": 3,
        "fear": 1,
        "the": 1,
        "long": 1,
    }
    assert token_counts(of("seq2seq"), written=True) == {"x": 2, "y": 3, "<eos>": 3, "z": 1}
    held = of("classify", held_out=0.34)
    assert sum(token_counts(held, written=False).values()) == sum(len(p.inputs) for p in Trainer(held).data.pairs)


@pytest.mark.parametrize(
    ("fields", "part", "said_of_it", "known", "counted"),
    [
        ({"text": "a b c\nx y z\nu v w"}, 0, "vocabulary.held_all", True, True),
        ({"task": "classify", "text": "p | a b\nn | x y\np | u v"}, 0, "vocabulary.held", False, False),
        ({"task": "tag", "text": "a/P b/P\nx/P y/N\nu/N v/N"}, 0, "vocabulary.held", False, False),
        ({"task": "seq2seq", "text": "a b | k l\nx y | m n\nu v | o p"}, 0, "vocabulary.held", False, False),
        ({"task": "seq2seq", "text": "a b | k l\nx y | m n\nu v | o p"}, 1, "vocabulary.held_written", True, False),
    ],
)
def test_what_is_said_of_words_that_only_held_out_lines_have(fields, part, said_of_it, known, counted):
    """No two lines share a word, so those of a line that is held out are in the vocabulary, and counted, or not."""
    e = Experiment(held_out=0.34, epochs=1, **fields)
    history = run(e)
    where = history.opening.parts[part]
    words = Words.of(history, where, history.checkpoints[-1])
    assert held_out_said(words, str) == said_of_it
    side = part if e.task == "seq2seq" else -1
    columns = [{word.split("/")[0] for word in line.split("|")[side].split()} for line in e.text.split("\n")]
    counts = token_counts(e, written=part > 0)
    unknown = [words_of_line for words_of_line in columns if not words_of_line & set(counts)]
    assert len(unknown) == (0 if counted else 1)
    assert all((words_of_line <= set(words.tokens)) == known for words_of_line in unknown or columns)


@pytest.mark.parametrize(("task", "asks"), [("classify", "one"), ("tag", "each"), ("seq2seq", "other")])
def test_a_sequence_and_what_it_asks_for(task, asks):
    seen = epoch_batches(of(task), 1)
    assert seen.target_kind == asks
    first = seen.sequences[0]
    assert [seen.classes[id] for id in first.targets] == {
        "classify": ["good"], "tag": ["P", "C"], "seq2seq": ["x", "y", "<eos>"],
    }[task]  # fmt: skip
    assert [seen.tokens[id] for id in first.inputs] == list(source_lines(of(task))[0])


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("layers", [1, 3])
def test_the_rows_of_both_embeddings_are_found_among_the_weights(cell, layers):
    e = of("seq2seq", cell=cell, layers=layers)
    history = run(e)
    weights = history.checkpoints[-1].weights
    _, model = network(e, weights)
    for p, half in zip(history.opening.parts, (model.encoder, model.decoder), strict=True):
        found = np.frombuffer(weights[embedding_bytes(history.opening, p)], np.float32)
        np.testing.assert_array_equal(found, half.input.weight.detach().flatten())


# Padded and packed


@pytest.mark.parametrize("readout", ["final", "last", "valid", "mean"])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_verdict_is_the_same_alone_and_packed_and_padded_what_torch_makes_of_the_padding(cell, both, readout):
    e = of("classify", cell=cell, bidirectional=both, readout=readout)
    trainer = Trainer(e)
    weights = (3 * parameters_to_vector(trainer.parameters).detach()).numpy().tobytes()
    seen = packing(e, weights, 1)
    data, model = network(e, weights)
    assert seen.lengths.tolist() == [3, 5, 1]
    assert [seen.labels[id] for id in seen.right] == ["good", "bad", "good"]
    layer = nn.LSTM if cell == "lstm" else nn.GRU
    plain = layer(3, 4, batch_first=True, bidirectional=both)
    for own, learnt in zip(plain.parameters(), model.recurrent.parameters(), strict=True):
        own.data = learnt.data

    @torch.no_grad()
    def verdict(ids, length: int) -> np.ndarray:
        output, state = plain(model.input(torch.tensor([ids])))
        h_n = state[0] if cell == "lstm" else state
        whole = {
            "final": torch.cat(list(h_n[:, 0])),
            "last": output[0, -1],
            "valid": output[0, length - 1],
            "mean": output[0, :length].mean(0),
        }[readout]
        return model.head(whole).softmax(-1).numpy()

    for row, length in enumerate([3, 5, 1]):
        alone = verdict(data.pairs[row].inputs, length)
        assert seen.probabilities["alone"][row] == pytest.approx(alone, rel=1e-5, abs=1e-5)
        assert seen.probabilities["padded"][row] == pytest.approx(
            verdict(seen.ids[row].tolist(), length), rel=1e-5, abs=1e-5
        )
        if readout != "last":  # which reads the zeros that are behind a packed line
            assert seen.probabilities["packed"][row] == pytest.approx(alone, rel=1e-5, abs=1e-5)
    for name, chances in seen.probabilities.items():
        p = chances[range(3), seen.right].astype(np.float64)
        np.testing.assert_allclose(seen.log_odds[name], np.log(p / (1 - p)), atol=1e-3)
    polluted = np.abs(seen.probabilities["padded"] - seen.probabilities["alone"]).max(1) > 1e-5
    harmless = (readout == "valid" and not both) or (readout == "mean" and not both)
    assert polluted.tolist() == [not harmless, False, not harmless]


def test_of_an_encoder_decoder_the_encoder_is_packed():
    e = of("seq2seq", cell="lstm")
    weights = run(e).checkpoints[-1].weights
    seen = packing(e, weights, 1)
    data, model = network(e, weights)
    assert seen.labels == ()
    for row, pair in enumerate(data.pairs):
        with torch.no_grad():
            h_n = model.encoder.recurrent(model.encoder.input(torch.tensor([pair.inputs])))[1][0]
        assert seen.hidden["alone"][row] == pytest.approx(h_n[-1, 0].numpy(), rel=1e-6, abs=1e-6)
        assert seen.hidden["packed"][row] == pytest.approx(h_n[-1, 0].numpy(), rel=1e-5, abs=1e-5)
    assert (seen.differences["padded"][:2] > 1e-5).all()


# The page


def fields_of(task: str) -> dict:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in TASKS[task].items()}


@pytest.mark.parametrize(("task", "lang"), in_turn(TASKS))
def test_every_part_can_be_opened_for_every_task(task, lang):
    app = text_page(lang=lang, hidden=4, embed=3, run=1, **fields_of(task))
    for name in PARTS:
        part(app, name)
        assert app.session_state.text_part == name
        assert not app.error


def test_of_an_encoder_decoder_there_are_two_vocabularies():
    app = text_page(hidden=4, embed=3, run=1, **fields_of("seq2seq"))
    part(app, "words")
    assert tables(app)["id token count"]["token"] == ["<pad>", "<unk>", "a", "b", "c"]
    app.segmented_control(key="text_words").select("decoder").run()
    assert tables(app)["id token count"]["token"] == ["<pad>", "<bos>", "<eos>", "x", "y", "z"]
    assert tables(app)["id token count"]["count"] == [0, 0, 3, 2, 3, 1]
    assert "`<eos>`" in said(app)
    part(app, "packed")
    assert "encoder" in said(app)


def test_the_packed_preset_shows_the_verdicts_too():
    app = text_page("preset=packed&lang=en&run=1")
    table = next(table for names, table in tables(app).items() if "right label" in names)
    assert len(table["alone"]) == 4
    for alone, packed, padded in zip(table["alone"], table["packed"], table["padded"], strict=True):
        odds = [float(cell[cell.index("(") + 1 : -1].replace("−", "-")) for cell in (alone, packed, padded)]
        assert odds[0] == pytest.approx(odds[1], abs=0.02)
    assert table["alone"][1:] != table["padded"][1:]
    assert any("Padded, **" in element.value for element in app.markdown)
    figures = [json.loads(e.proto.json)[0] for e in app.get("bidi_component") if e.proto.HasField("json")]
    assert any(data["key"] == "text-final-states" for data in figures)
