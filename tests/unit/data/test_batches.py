"""From text to batches: windows, padding, shuffling, and the right word for every text that can't be used."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError, Problem
from rnnlab.data import NO_TARGET, Data, Pair, next_token_data


def data_of(text: str, **fields) -> Data:
    return next_token_data(Experiment(text=text, **fields))


def spelled(data: Data) -> list[tuple[list[str], list[str]]]:
    token = data.vocabulary.tokens
    return [([token[i] for i in pair.inputs], [token[i] for i in pair.targets]) for pair in data.pairs]


def numbered(count: int) -> str:
    return " ".join(f"w{i}" for i in range(count))


def problem_of(text: str, **fields) -> Problem:
    with pytest.raises(LabError) as caught:
        data_of(text, **fields)
    (problem,) = caught.value.problems
    return problem


# What the data are


def test_words_next_reads_four_ids_and_predicts_the_next():
    data = next_token_data(Experiment())
    assert data.pairs == [Pair([0, 1, 2, 3], [1, 2, 3, 2])]
    assert data.probe_tokens == ("我", "喜欢", "学习", "深度", "学习")
    assert (data.probe, data.probe_row, data.notes) == (data.pairs[0], 0, ())


def test_hello_has_four_types_and_a_target_for_each_character():
    data = next_token_data(Experiment(preset="ohlol-cell"))
    assert data.vocabulary.tokens == ("h", "e", "l", "o")
    assert data.pairs == [Pair([0, 1, 2, 2, 3], [3, 0, 2, 3, 2])]


def test_windows_are_the_pairs_of_the_reference():
    data = data_of("0 1 3 4 0 1 5 2", window=3)
    assert spelled(data) == [
        (list("013"), list("134")),
        (list("134"), list("340")),
        (list("340"), list("401")),
        (list("401"), list("015")),
        (list("015"), list("152")),
    ]


def test_windows_in_batches_of_two_leave_a_short_last_batch():
    data = data_of("0 1 3 4 0 1 5 2", window=3)
    order = torch.randperm(5, generator=torch.Generator().manual_seed(1)).tolist()
    batches = list(data.batches(2, order))
    assert [tuple(batch.ids.shape) for batch in batches] == [(2, 3), (2, 3), (1, 3)]
    assert torch.cat([batch.ids for batch in batches]).tolist() == [data.pairs[i].inputs for i in order]
    assert torch.cat([batch.targets for batch in batches]).tolist() == [data.pairs[i].targets for i in order]


@given(length=st.integers(2, 40), window=st.integers(1, 12), stride=st.integers(1, 5))
def test_windows_start_every_stride_and_reach_no_further_than_the_line(length, window, stride):
    if window > length - 1:
        assert problem_of(numbered(length), window=window, stride=stride).code == "window_too_long"
        return
    expected, start = [], 0
    while start + window + 1 <= length:  # the last target must exist
        line = [f"w{i}" for i in range(start, start + window + 1)]
        expected.append((line[:-1], line[1:]))
        start += stride
    assert spelled(data_of(numbered(length), window=window, stride=stride)) == expected


def test_windows_do_not_cross_lines():
    assert [inputs for inputs, _ in spelled(data_of("a b c\nd e f", window=2))] == [["a", "b"], ["d", "e"]]


def test_windows_of_given_targets_need_no_token_after_them():
    data = data_of("a b c d", target="w x y z", window=2, stride=2)
    assert spelled(data) == [(["a", "b"], ["w", "x"]), (["c", "d"], ["y", "z"])]


def test_lines_of_one_length_need_no_padding():
    data = data_of("a b c\nd e f")
    assert (data.vocabulary.tokens, data.vocabulary.specials) == (tuple("abcdef"), 0)


def test_shorter_lines_are_padded_and_padding_has_no_target():
    data = data_of("a b c d\ne a\n<pad> b c")
    assert data.vocabulary.tokens == ("<pad>", "a", "b", "c", "d", "e", "<pad>")
    (batch,) = data.batches(16, [0, 1, 2])
    assert batch.ids.tolist() == [[1, 2, 3], [5, 0, 0], [6, 2, 0]]
    assert batch.targets.tolist() == [[2, 3, 4], [1, NO_TARGET, NO_TARGET], [2, 3, NO_TARGET]]
    assert batch.count == 6


def two_tokens(lines) -> bool:
    """Where all are the same there is nothing to learn."""
    return len({token for line in lines for token in line}) > 1


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=8), min_size=1, max_size=8).filter(two_tokens),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_batches_hold_every_sequence_once_whatever_the_order(lines, size, random):
    data = data_of("\n".join(" ".join(line) for line in lines))
    order = list(range(len(lines)))
    random.shuffle(order)
    batches = list(data.batches(size, order))
    rows = [
        ([data.vocabulary.tokens[i] for i in ids[mask]], [data.vocabulary.tokens[i] for i in targets[mask]])
        for batch in batches
        for ids, targets, mask in zip(batch.ids, batch.targets, batch.targets != NO_TARGET, strict=True)
    ]
    assert rows == [(lines[i][:-1], lines[i][1:]) for i in order]
    assert [len(batch.ids) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert sum(batch.count for batch in batches) == sum(len(line) - 1 for line in lines)


def test_left_out_lines_are_said():
    data = data_of("a b c\nd\ne f g h", window=3)
    assert len(data.pairs) == 1
    assert data.notes == (Problem("lines_left_out", "text", {"count": 2, "lines": "1, 2", "needed": 4}),)


def test_of_many_left_out_lines_the_first_are_named():
    note = data_of("a b\n" + "c\n" * 9).notes[0]
    assert note.values == {"count": 9, "lines": "2, 3, 4, 5, 6, 7 …", "needed": 2}


def test_a_probe_is_the_line_counted_from_one():
    data = data_of("a b c\nd e\nf g h", probe=2)
    assert data.probe_tokens == ("d", "e")
    assert data.probe_row == 1


def test_a_long_probe_is_shown_up_to_64_tokens():
    whole, longer = data_of(numbered(64)), data_of(numbered(66))
    assert (len(whole.probe_tokens), len(whole.probe.inputs), whole.notes) == (64, 63, ())
    assert (len(longer.probe_tokens), len(longer.probe.inputs), len(longer.probe.targets)) == (64, 64, 64)
    assert longer.probe.targets[-1] == 64  # the 65th token is still what the 64th should predict
    assert longer.notes == (Problem("probe_cut", "probe", {"value": 66, "limit": 64}),)
    assert longer.probe_row is None


# What they can't be


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t\n", "\u3000"])
@pytest.mark.parametrize("tokenizer", ["words", "chars", "jieba"])
def test_an_empty_text(text, tokenizer):
    assert problem_of(text, tokenizer=tokenizer) == Problem("text_empty", "text")


@pytest.mark.parametrize("tokenizer", ["words", "chars", "jieba"])
def test_nothing_but_punctuation(tokenizer):
    problem = problem_of("。！\n…", tokenizer=tokenizer)
    assert (problem.code, problem.field) == ("only_punctuation", "text")
    assert "。" in problem.values["value"]


@pytest.mark.parametrize("text", ["hello", "hello\nworld"])
def test_a_single_token_has_no_next(text):
    assert problem_of(text) == Problem("one_token", "text", {"value": "hello"})
    assert problem_of(text, window=2) == Problem("one_token", "text", {"value": "hello"})


def test_a_window_needs_one_token_more_than_it_is_long():
    assert len(data_of("a b c d", window=3).pairs) == 1
    assert problem_of("a b c d", window=4) == Problem(
        "window_too_long", "window", {"value": 4, "tokens": 4, "needed": 5, "limit": 3}
    )
    assert problem_of("a b", target="b a", window=3) == Problem(
        "window_too_long", "window", {"value": 3, "tokens": 2, "needed": 3, "limit": 2}
    )


def test_a_target_for_each_line_and_each_token():
    assert problem_of("a b\nc d", target="x y") == Problem("target_lines", "target", {"value": 1, "limit": 2})
    assert problem_of("a b\nc d", target="x y\nz") == Problem(
        "target_tokens", "target", {"line": 2, "value": 1, "limit": 2}
    )


def test_a_probe_must_be_a_line_that_can_be_read():
    assert problem_of("a b\nc d", probe=3) == Problem("probe_line", "probe", {"value": 3, "limit": 2})
    assert problem_of("a b\nc", probe=2) == Problem("probe_short", "probe", {"value": 2, "text": "c"})


def test_as_many_types_as_allowed():
    letters = [chr(0x4E00 + i) for i in range(5_001)]
    lines = ["".join(letters[i : i + 500]) for i in range(0, 5_000, 500)]
    fields = {"tokenizer": "chars", "window": 8, "batch": 8}
    assert len(data_of("\n".join(lines), **fields).vocabulary) == 5_000
    assert problem_of("\n".join([*lines, letters[-1]]), **fields) == Problem(
        "types", "text", {"value": "5,001", "limit": "5,000"}
    )


def test_as_long_a_sequence_as_allowed():
    assert len(data_of(numbered(513)).pairs[0].inputs) == 512
    assert problem_of(numbered(514)) == Problem("sequence_too_long", "window", {"value": "513", "limit": 512})
    assert problem_of(numbered(513), target=numbered(513)).code == "sequence_too_long"
    assert len(data_of(numbered(514), window=16).pairs) == 498


def test_a_step_may_read_4096_tokens():
    lines = "\n".join([numbered(257)] * 17)
    assert len(data_of(lines, batch=16).pairs) == 17
    assert problem_of(lines, batch=17) == Problem("step_too_big", "batch", {"value": 17, "steps": 256, "limit": 16})


def test_without_a_head_units_are_classes():
    assert data_of("a b c", head="none", hidden=3)
    assert problem_of("a b c", head="none", hidden=4) == Problem("head_none", "head", {"value": 4, "limit": 3})
    assert problem_of("a b c", head="none", hidden=3, bidirectional=True).values == {"value": 6, "limit": 3}
    assert problem_of("a b c\na b", head="none", hidden=3).values == {"value": 3, "limit": 4}  # <pad> is a class


def test_a_carried_state_needs_the_same_rows_at_every_step():
    assert data_of("a b\nc d", carry=True, batch=2)
    assert problem_of("a b\nc d", carry=True, batch=1) == Problem("carry_batch", "carry", {"value": 2, "batch": 1})
    assert problem_of("a b\nc d e", carry=True).code == "carry_batch"


@given(
    st.text(max_size=40),
    st.text(max_size=10),
    st.sampled_from(["words", "chars", "jieba"]),
    st.integers(0, 6),
    st.integers(1, 3),
    st.booleans(),
)
def test_any_text_gives_data_or_a_lab_error(text, target, tokenizer, window, probe, carry):
    fields = {"target": target, "tokenizer": tokenizer, "window": window, "probe": probe, "carry": carry}
    try:
        data = data_of(text, **fields)
    except LabError:
        return
    ids = range(data.vocabulary.specials, len(data.vocabulary))
    for pair in [*data.pairs, data.probe]:
        assert len(pair.inputs) == len(pair.targets) > 0
        assert all(id in ids for id in pair.inputs + pair.targets)
    assert data.probe_row is None or data.pairs[data.probe_row] == data.probe


def test_windows_that_overlap_too_much_are_refused_by_name():
    text = "ab" * 10_000
    with pytest.raises(LabError) as caught:
        next_token_data(Experiment(text=text, tokenizer="chars", window=100))
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("too_many_windows", "stride")
    assert next_token_data(Experiment(text=text, tokenizer="chars", window=100, stride=100)).pairs


def test_without_windows_it_is_the_text_that_is_too_long(monkeypatch):
    """Then no stride helps, and none can be set."""
    monkeypatch.setattr("rnnlab.data.next_token.POSITIONS", 4)
    problem = problem_of("a b c\nb c d e")
    assert (problem.code, problem.field) == ("too_many_positions", "text")


def test_what_the_reader_should_know_of_the_data_is_noted():
    longer = next_token_data(Experiment(text="a b c d e f", window=3))
    assert [note.code for note in longer.notes] == ["probe_beyond"]
    assert next_token_data(Experiment(text="a b c\na b")).notes == ()
