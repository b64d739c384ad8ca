"""What the Text page computes: cuts, edits by hand, embeddings, batches and packing, against plain programs."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab import Experiment, LabError, run
from rnnlab.data import Pair, batch_of
from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.inspection.dataset import batch_order, epoch_batches, shuffled_order
from rnnlab.inspection.embeddings import nearest, plane
from rnnlab.inspection.packing import packing
from rnnlab.records.text import BATCHES, LINES, SEQUENCES
from rnnlab.text import TOKENIZERS, graphemes
from rnnlab.text.normalization import normalize
from rnnlab.text.segmentation import (
    first_tokens,
    joined_by_spaces,
    merge_tokens,
    segmentations,
    split_token,
    without_white_space,
)
from rnnlab.training.trainer import Trainer
from tests.support import modules
from tests.support.examples import examples

EMOJI = "👩‍👩‍👧我爱🇨🇳 مرحبا بك"

# Cuts


def test_each_tokenizer_cuts_the_same_text():
    found = segmentations(Experiment(text="我爱学习 机器\n我爱"), "chars", 1_000)
    assert found["words"].lines == (("我爱学习", "机器"), ("我爱",))
    assert found["chars"].lines == (("我", "爱", "学", "习", " ", "机", "器"), ("我", "爱"))
    assert found["jieba"].lines == (("我", "爱", "学习", "机器"), ("我", "爱"))
    assert {name: (cut.tokens, cut.types) for name, cut in found.items()} == {
        "words": (3, 3),
        "chars": (9, 7),
        "jieba": (6, 4),
    }


@pytest.mark.parametrize("text", ["", "一", EMOJI, "学习自然语言。" * (TEXT_CHARACTERS // 7), "a\n" * 10_000])
def test_numbers_are_of_the_whole_text_however_little_is_shown(text):
    for whole in TOKENIZERS:
        for name, cut in segmentations(Experiment(text=text), whole, 10).items():
            tokens = [token for line in text.split("\n") if line.strip() for token in TOKENIZERS[name](line.strip())]
            assert (cut.tokens, cut.types) == (len(tokens), len(Counter(tokens)))
            shown = [token for line in cut.lines for token in line]
            assert shown == (tokens if name == whole else tokens[:10])


def test_added_words_are_jiebas_alone():
    found = segmentations(Experiment(text="我爱学习", words="我爱"), "jieba", 10)
    assert found["jieba"].lines == (("我爱", "学习"),)
    assert found["words"].lines == (("我爱学习",),)


def test_a_beginning_keeps_lines():
    assert first_tokens([["a", "b"], ["c"], ["d", "e"]], 4) == (("a", "b"), ("c",), ("d",))
    assert first_tokens([["a"]], 0) == ()


# By hand

token = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
token_lines = st.lists(st.lists(token, min_size=1, max_size=6), min_size=1, max_size=4)


@given(token_lines)
@example([["a", " ", "b\u00a0c"], [" "], ["\u2028"], ["\xad"]])
def test_what_is_written_with_spaces_is_cut_into_the_same_tokens_again(lines):
    bare = without_white_space(lines)
    text = joined_by_spaces(bare)
    assert segmentations(Experiment(text=text), "words", 0)["words"].lines == bare
    whole = [normalize("".join(token.split())) for line in lines for token in line]
    assert "".join(text.split()) == "".join(whole)


@given(token_lines.map(without_white_space).filter(bool), st.data())
def test_merging_undoes_parting_and_no_character_is_lost(lines, data):
    line = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[line]) - 1))
    pieces = graphemes(lines[line][place])
    for after in range(1, len(pieces)):
        two = split_token(lines, line, place, after)
        assert two[line][place : place + 2] == ("".join(pieces[:after]), "".join(pieces[after:]))
        assert merge_tokens(two, line, place) == lines
    if place + 1 < len(lines[line]):
        one = merge_tokens(lines, line, place)
        assert "".join(one[line]) == "".join(lines[line])
        assert len(one[line]) == len(lines[line]) - 1
        assert one[line][place] == lines[line][place] + lines[line][place + 1]
        assert [one[i] for i in range(len(one)) if i != line] == [lines[i] for i in range(len(one)) if i != line]


@pytest.mark.parametrize(("line", "place"), [(0, 1), (0, -1), (1, 0), (0, 9)])
def test_there_is_no_neighbour_to_merge_with(line, place):
    with pytest.raises((IndexError, ValueError)):
        merge_tokens((("a", "b"),), line, place)


@pytest.mark.parametrize("after", [-1, 0, 1, 2])
def test_a_character_is_not_parted(after):
    with pytest.raises(IndexError):
        split_token((("👩‍👩‍👧",),), 0, 0, after)


# Embeddings


def bytes_of(table: np.ndarray) -> bytes:
    return np.asarray(table, np.float32).tobytes()


@given(st.integers(2, 12), st.integers(1, 6), st.integers(0, 2**31), st.booleans())
def test_neighbours_are_those_of_a_plain_program(rows, width, seed, padded):
    table = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    if padded:
        table[0] = 0
    id, specials = rows - 1, int(padded)
    plain = {
        other: float(np.dot(table[id], table[other]) / np.linalg.norm(table[id]) / np.linalg.norm(table[other]))
        for other in range(specials, rows)
        if other != id
    }
    found = nearest(bytes_of(table), (rows, width), specials, id, rows)
    assert {n.id: n.cosine for n in found} == pytest.approx(plain, rel=1e-5, abs=1e-5)
    assert [n.cosine for n in found] == sorted((n.cosine for n in found), reverse=True)
    assert len(nearest(bytes_of(table), (rows, width), specials, id, 1)) == min(1, len(plain))


def test_the_weights_behind_the_embedding_are_not_looked_at():
    table = np.array([[1, 0], [1, 1], [-1, 0]])
    whole = bytes_of(table) + bytes_of(np.full(7, 9.0))
    assert nearest(whole, (3, 2), 0, 0, 5) == nearest(bytes_of(table), (3, 2), 0, 0, 5)
    seen, alone = plane(whole, whole, whole, (3, 2), 0), plane(*[bytes_of(table)] * 3, (3, 2), 0)
    assert (seen.points == alone.points).all()


def test_a_row_of_zeros_has_no_neighbours_and_is_none():
    table = np.array([[0, 0], [1, 0], [1, 1]])
    assert nearest(bytes_of(table), (3, 2), 0, 0, 5) == ()
    assert [n.id for n in nearest(bytes_of(table), (3, 2), 0, 1, 5)] == [2]


def test_the_plane_of_points_in_a_plane_keeps_all():
    corners = np.array([[0, 0], [4, 0], [0, 2], [4, 2]])
    rotation = np.array([[0.6, 0.8, 0, 0], [0, 0, 1, 0]])  # two orthonormal rows: the plane lies in 4 dimensions
    seen = plane(*[bytes_of(corners @ rotation + 5)] * 3, (4, 4), 0)
    assert seen.explained == seen.explained_newest == pytest.approx(1)
    assert np.abs(seen.points) == pytest.approx(np.array([[2, 1]] * 4), rel=1e-5, abs=1e-5)
    assert seen.limit == pytest.approx(2, rel=1e-5, abs=1e-5)


@given(st.integers(3, 10), st.integers(2, 8), st.integers(0, 2**31))
def test_the_plane_is_the_eigenvectors_and_its_share_their_eigenvalues(rows, width, seed):
    random = np.random.default_rng(seed)
    first, shown, newest = (random.normal(size=(rows, width)).astype(np.float32) for _ in range(3))
    seen = plane(bytes_of(shown), bytes_of(first), bytes_of(newest), (rows, width), 0)
    values, vectors = np.linalg.eigh(np.cov(newest.T))
    assert seen.explained_newest == pytest.approx(values[-2:].sum() / values.sum(), rel=1e-4)
    expected = (shown - newest.mean(0)) @ vectors[:, [-1, -2]]
    assert np.abs(seen.points) == pytest.approx(np.abs(expected), abs=1e-3)
    spread = np.var(shown @ vectors[:, -2:], axis=0).sum() / np.var(shown, axis=0).sum()
    assert seen.explained == pytest.approx(spread, rel=1e-3)
    assert np.abs(seen.points).max() <= seen.limit + 1e-6


def test_the_axes_are_the_same_at_every_epoch():
    random = np.random.default_rng(0)
    first, newest = (bytes_of(random.normal(size=(6, 4))) for _ in range(2))
    at_newest, at_first = plane(newest, first, newest, (6, 4), 0), plane(first, first, newest, (6, 4), 0)
    assert at_newest.limit == at_first.limit
    assert at_newest.explained_newest == at_first.explained_newest == at_newest.explained
    moved = plane(bytes_of(np.frombuffer(newest, np.float32) + 1), first, newest, (6, 4), 0)
    shift = moved.points - at_newest.points  # a shift of all rows is one shift of all points: nothing turns
    assert shift == pytest.approx(np.tile(shift[0], (6, 1)), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(("rows", "specials", "width"), [(1, 0, 3), (2, 1, 3), (3, 0, 1), (2, 0, 2)])
def test_a_plane_of_little(rows, specials, width):
    table = bytes_of(np.arange(rows * width).reshape(rows, width) ** 2)
    seen = plane(table, table, table, (rows, width), specials)
    assert seen.points.shape == (rows - specials, 2)
    assert np.isfinite(seen.points).all()
    if rows - specials == 1:
        assert np.isnan(seen.explained)
        assert not seen.points.any()
    else:
        assert seen.explained == pytest.approx(1)
        assert not seen.points[:, 1].any() or width > 1


def test_the_embedding_is_the_first_of_the_recorded_weights():
    history = run(Experiment(preset="embedding", epochs=3))
    o = history.opening
    trainer = Trainer(o.experiment)
    table = np.frombuffer(history.checkpoints[0].weights, np.float32)[: len(o.vocabulary) * 4].reshape(-1, 4)
    assert (table == trainer.model.input.weight.detach().numpy()).all()


# Windows and batches


def test_the_windows_preset_by_hand():
    seen = epoch_batches(Experiment(preset="windows"), 1)
    x = [[0, 1, 3], [1, 3, 4], [3, 4, 0], [4, 0, 1], [0, 1, 5]]
    y = [[1, 3, 4], [3, 4, 0], [4, 0, 1], [0, 1, 5], [1, 5, 2]]
    assert [list(s.inputs) for s in seen.sequences] == x
    assert [list(s.targets) for s in seen.sequences] == y
    assert seen.tokens == {id: str(id) for id in (0, 1, 3, 4, 5)}
    assert seen.classes == {id: str(id) for id in range(6)}
    assert seen.target_kind == "next"
    assert (seen.count, seen.batches, seen.last_batch_size) == (5, 3, 1)
    assert seen.as_written.batches == ((1, 2), (3, 4), (5,))
    torch.manual_seed(0)  # torch's own shuffling, from a generator with the seed, is this permutation
    generator = torch.Generator().manual_seed(0)
    order = [int(i) + 1 for i in torch.randperm(5, generator=generator)]
    assert [list(b) for b in seen.shuffled.batches] == [order[:2], order[2:4], order[4:]]


@pytest.mark.parametrize("preset", ["windows", "paragraph-next"])
def test_batches_are_those_of_training_epoch_by_epoch(preset):
    e = Experiment(preset=preset, epochs=4, seed=5)
    trainer = Trainer(e)
    for epoch in range(1, 4):
        seen = epoch_batches(e, epoch)
        listed = [ids for batch in trainer.batches for ids in batch.ids.tolist()]
        order = shuffled_order(seen.count, e.seed, epoch)
        assert [trainer.data.pairs[place].inputs for place in order] == listed
        assert [place + 1 for place in order[: e.batch]] == list(seen.shuffled.batches[0])
        assert len(trainer.batches) == seen.batches
        while not trainer.step():
            pass


@given(st.integers(1, 300), st.integers(1, 40))
def test_every_sequence_is_in_one_batch(count, size):
    seen = batch_order(list(range(count)), size)
    numbers = [number for batch in seen.batches for number in batch]
    total = len(seen.batches) + seen.left_out
    assert total == -(-count // size)
    assert len(seen.batches) <= BATCHES + 1
    assert numbers[-1] == count
    assert all(len(batch) == size for batch in seen.batches[:-1])
    if not seen.left_out:
        assert numbers == list(range(1, count + 1))


def test_a_long_text_is_listed_to_a_limit_and_counted_to_the_end():
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 4_999))) * 4
    seen = epoch_batches(Experiment(text=text, tokenizer="chars", window=8, stride=4, batch=32), 100)
    assert seen.count == (len(text) - 1 - 8) // 4 + 1
    assert len(seen.sequences) == SEQUENCES
    assert seen.batches == len(seen.as_written.batches) + seen.as_written.left_out


def test_a_text_without_a_window_says_why():
    with pytest.raises(LabError) as raised:
        epoch_batches(Experiment(text="a b", window=3), 1)
    assert raised.value.problems[0].code == "window_too_long"


# Padded and packed


def weights_of(e: Experiment) -> tuple[bytes, nn.Module]:
    trainer = Trainer(e)
    return trainer.weight_bytes(), trainer.model


def test_a_packed_sequence_by_hand():
    """Lengths 2, 3, 1: the longest line first, then step by step whoever still reads."""
    e = Experiment(text="a b x\nc d e x\nf x", hidden=3, embed=2, batch=4)
    seen = packing(e, weights_of(e)[0], 1)
    words = [[seen.tokens[id] for id in row] for row in seen.ids]
    assert words == [["a", "b", "<pad>"], ["c", "d", "e"], ["f", "<pad>", "<pad>"]]
    assert seen.mask.tolist() == [[True, True, False], [True, True, True], [True, False, False]]
    assert seen.lengths.tolist() == [2, 3, 1]
    assert seen.sorted_indices.tolist() == [1, 0, 2]
    assert seen.unsorted_indices.tolist() == [1, 0, 2]
    assert seen.batch_sizes.tolist() == [3, 2, 1]
    assert [seen.tokens[id] for id in seen.data] == ["c", "a", "f", "d", "b", "e"]
    assert seen.origin.tolist() == [[1, 0], [0, 0], [2, 0], [1, 1], [0, 1], [1, 2]]
    assert seen.numbers == (1, 2, 3)


def test_the_packed_preset_has_the_lengths_of_the_reference():
    e = Experiment(preset="packed")
    seen = packing(e, weights_of(e)[0], 1)
    assert seen.lengths.tolist() == [10, 8, 6, 4]
    assert seen.batch_sizes.tolist() == [4, 4, 4, 4, 3, 3, 2, 2, 1, 1]


cells = st.sampled_from(modules.NAMES)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), cells, st.integers(1, 2), st.booleans(), st.booleans())
@examples(60)
def test_padding_pollutes_the_padded_state_and_leaves_the_packed_one_alone(lengths, cell, layers, both, loop):
    text = "\n".join(" ".join("abcdefghij"[: length + 1]) for length in lengths)
    e = Experiment(
        text=text, cell=cell, layers=layers, bidirectional=both, impl="cell" if loop else "layer", hidden=5, embed=3
    )
    weights, model = weights_of(e)
    seen = packing(e, weights, 1)
    assert seen.lengths.tolist() == lengths
    assert (seen.differences["packed"] < 1e-5).all()
    shorter = np.array(lengths) < max(lengths)
    assert (seen.differences["padded"][shorter] > 1e-5).all()
    assert (seen.differences["padded"][~shorter] < 1e-5).all()
    with torch.no_grad():  # the run's own model, a line at a time
        for row, length in enumerate(lengths):
            line = seen.ids[row, :length].tolist()
            final = model(batch_of([Pair(line, line)])).final
            h_n = final[0] if cell == "lstm" else final
            expected = torch.cat(list(h_n[-2 if both else -1 :]), dim=-1)[0].numpy()
            assert seen.hidden["alone"][row] == pytest.approx(expected, rel=1e-6, abs=1e-6)
            assert seen.hidden["packed"][row] == pytest.approx(expected, rel=1e-5, abs=1e-5)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=LINES))
def test_what_was_packed_can_be_unpacked(lengths):
    e = Experiment(text="\n".join(" ".join(["a"] * length + ["b"]) for length in lengths), hidden=2, embed=2)
    seen = packing(e, weights_of(e)[0], 1)
    x = torch.tensor(seen.ids)
    plain = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    assert plain.data.tolist() == seen.data.tolist() == [seen.ids[row, step] for row, step in seen.origin]
    assert plain.batch_sizes.tolist() == seen.batch_sizes.tolist() == [
        sum(length > step for length in lengths) for step in range(max(lengths))
    ]  # fmt: skip
    assert pad_packed_sequence(plain, batch_first=True)[1].tolist() == lengths


def test_of_many_sequences_a_few_are_looked_at_from_where_one_says():
    e = Experiment(preset="windows", text="0 1 2\n" + " ".join(str(i % 7) for i in range(40)), batch=8)
    seen = packing(e, weights_of(e)[0], 5)
    assert seen.numbers == tuple(range(5, 5 + LINES))
    assert seen.mask.all()
    assert (seen.differences["padded"] < 1e-5).all()
    assert packing(e, weights_of(e)[0], len(Trainer(e).data.pairs)).ids.shape == (1, 3)
