"""Properties of tokens by hand; correlations and places against other ways of finding them."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnlab.analysis import correlations, phrases, token_properties
from rnnlab.records.units import Passage

# Properties, by hand


def values(p: Passage) -> dict[str, list[float]]:
    return {name: one.values.tolist() for name, one in token_properties.offered(p).items()}


def test_properties_are_what_they_say():
    p = Passage((("He", "(", "so", ")", "left", "2", "!"), ("the", "the")), " ")
    found = values(p)
    assert found == {
        "inside": [0, 1, 1, 0, 0, 0, 0, 0, 0],
        "position": [1, 2, 3, 4, 5, 6, 7, 1, 2],
        "remaining": [6, 5, 4, 3, 2, 1, 0, 1, 0],
        "punctuation": [0, 1, 0, 1, 0, 0, 1, 0, 0],
        "upper": [1, 0, 0, 0, 0, 0, 0, 0, 0],
        "digit": [0, 0, 0, 0, 0, 1, 0, 0, 0],
        "length": [2, 1, 2, 1, 4, 1, 1, 3, 3],
        "frequency": [1, 1, 1, 1, 1, 1, 1, 2, 2],
    }


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("a(b[c]d)e", "depth", "011221100"),
        ("a（b【c】d", "depth", "0112211"),
        (")a(b", "inside", "0011"),
        ('a"b"c', "quoted", "01100"),
        ("“a”b‘c’", "quoted", "1100110"),
        ("「好『吗』」是", "quoted", "1111100"),
        ("读《书》", "quoted", "0110"),
        ("«a» don't", "quoted", "110000000"),
    ],
)
def test_brackets_and_quotation_marks_of_many_kinds(text, name, expected):
    assert "".join(str(int(value)) for value in values(Passage((tuple(text),), ""))[name]) == expected


def test_an_open_bracket_ends_with_its_line():
    assert values(Passage((("(", "a"), ("b", "c")), ""))["inside"] == [1, 1, 0, 0]


def test_what_does_not_vary_is_not_offered():
    assert set(values(Passage((("a", "b"),), ""))) == {"position", "remaining"}
    assert values(Passage((("a",),), "")) == {}
    assert token_properties.choices(Passage((("a", "a"),), "")) == {}
    lines = Passage((("a", "b"), ("b", "b", "b")), "")
    assert token_properties.choices(lines) == {"token": ("b", "a"), "first": ("b", "a")}
    assert token_properties.chosen(lines, "first", "a").values.tolist() == [1, 1, 0, 0, 0]
    p = Passage((("a", "b", "a"),), "", answers=("N", "", "N"), kind="tag")
    assert token_properties.choices(p) == {"tag": ("N",), "token": ("a", "b")}
    assert token_properties.chosen(p, "tag", "N").values.tolist() == [1, 0, 1]
    assert token_properties.chosen(p, "token", "b").values.tolist() == [0, 1, 0]


def test_the_sign_that_a_decoder_begins_with_has_no_length_of_its_own():
    p = Passage((("<bos>", "a"), ("<bos>", "b")), "", begun=True)
    assert "length" not in values(p)


# Correlation

SMALL = st.floats(-1, 1, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3)


@given(arrays(np.float32, (9, 4), elements=SMALL), arrays(np.float64, 9, elements=st.integers(0, 3).map(float)))
def test_r_is_that_of_other_libraries(table, wanted):
    r = correlations.correlations(table, wanted)
    assert ((np.abs(r) <= 1) | np.isnan(r)).all()
    expected = pd.DataFrame(table.astype(float)).corrwith(pd.Series(wanted)).to_numpy()
    for unit, one in enumerate(r):
        constant = len(set(table[:, unit])) == 1 or len(set(wanted)) == 1
        assert np.isnan(one) == constant
        if not constant:
            assert one == pytest.approx(np.corrcoef(table[:, unit].astype(float), wanted)[0, 1], abs=1e-9)
            assert one == pytest.approx(expected[unit], abs=1e-9)
    order = correlations.ranked(r)
    assert sorted(order) == [0, 1, 2, 3]
    sizes = np.nan_to_num(np.abs(r[order]), nan=-1)
    assert (np.diff(sizes) <= 0).all()


def test_what_is_not_finite_has_no_r():
    table = np.array([[1, np.nan, 0], [2, 1, np.inf], [4, 2, 1]], dtype=np.float32)
    assert np.isnan(correlations.correlations(table, np.array([0.0, 1, 1]))).tolist() == [False, True, True]
    assert correlations.chance(table, np.array([0.0, 1, 1])) == correlations.chance(table[:, :1], np.array([0.0, 1, 1]))
    assert np.isnan(correlations.chance(table[:, 1:], np.array([0.0, 1, 1])))


def test_chance_is_what_noise_reaches_and_a_real_signal_exceeds():
    rng = np.random.default_rng(5)
    wanted = np.repeat([0.0, 1.0], 150)
    noise = rng.normal(size=(300, 20)).astype(np.float32)
    level = correlations.chance(noise, wanted)
    best = [np.abs(correlations.correlations(noise, rng.permutation(wanted))).max() for _ in range(300)]
    assert 0.88 < np.mean(np.array(best) < level) < 0.99
    noise[:, 3] += 2 * wanted.astype(np.float32)
    assert np.abs(correlations.correlations(noise, wanted)).max() > 2 * correlations.chance(noise, wanted)


def test_the_strongest_pair_is_the_strongest_of_all():
    rng = np.random.default_rng(1)
    p = Passage((tuple("ab(cd)ef(gh)ij(kl)"),) * 3, "")
    table = rng.normal(size=(54, 6)).astype(np.float32)
    table[:, 4] -= 4 * (token_properties.offered(p)["inside"].values).astype(np.float32)
    assert correlations.strongest(p, table) == ("inside", "", 4)
    assert correlations.strongest(p, np.zeros((54, 6), np.float32)) is None


def test_a_scale_for_states_without_bounds_leaves_out_the_odd_one():
    assert correlations.scale_limit(np.array([[-2.0] * 99, [1.0] * 99]).T) == 2
    values = np.ones((100, 10))
    values[3, 3] = -50
    assert correlations.scale_limit(values) == 1
    assert correlations.scale_limit(np.where(values < 0, values, 0)) == 50
    assert correlations.scale_limit(np.zeros((4, 2))) == 0
    assert correlations.scale_limit(np.full((2, 2), np.nan)) == 0


# Phrases

TABLE = arrays(np.float32, (12, 3), elements=st.sampled_from([-1, -0.5, 0, 0.5, 1]))
THREE_LINES = Passage((("a",) * 5, ("b",) * 4, ("c",) * 3), "")


def on_over(table: np.ndarray, start: int, stop: int, theta: float) -> dict[int, int]:
    """Unit -> sign, token by token."""
    found = {}
    for unit in range(table.shape[1]):
        column = [float(value) for value in table[start:stop, unit]]
        if all(value >= theta for value in column):
            found[unit] = 1
        elif all(value <= -theta for value in column):
            found[unit] = -1
    return found


@given(TABLE, st.integers(0, 11), st.integers(1, 5), st.sampled_from([0.4, 0.8]))
def test_units_on_for_a_phrase_and_elsewhere_are_those_a_search_finds(table, start, long, theta):
    first, last = next((a, b) for a, b in ((0, 5), (5, 9), (9, 12)) if a <= start < b)
    assert phrases.line_of(THREE_LINES, start) == (first, last)
    stop = min(start + long, last)
    expected = on_over(table, start, stop, theta)
    signs = phrases.active_units(THREE_LINES, table, (start, stop), theta, only=False)
    assert {int(u): int(signs[u]) for u in np.flatnonzero(signs)} == expected
    beside = [i for i in (start - 1, stop) if first <= i < last]
    only = phrases.active_units(THREE_LINES, table, (start, stop), theta, only=True)
    kept = {u: s for u, s in expected.items() if not any(table[i, u] * s >= theta for i in beside)}
    assert {int(u): int(only[u]) for u in np.flatnonzero(only)} == kept

    def on(a: int, b: int) -> set[int]:
        return {u for u, s in expected.items() if all(table[i, u] * s >= theta for i in range(a, b))}

    places = tuple(islice(phrases.matches(THREE_LINES, table, signs, theta, (start, stop)), 99))
    taken = set(range(start, stop))
    for place in places:
        here = set(range(place.start, place.stop))
        assert here
        assert not here & taken
        taken |= here
        a, b = next((a, b) for a, b in ((0, 5), (5, 9), (9, 12)) if a <= place.start < b)
        assert place.stop <= b
        assert on(place.start, place.stop) >= set(place.units)
        for longer in ((place.start - 1, place.stop), (place.start, place.stop + 1)):
            if a <= longer[0] and longer[1] <= b:
                assert not on(*longer) >= set(place.units), "it could be longer"
    assert [len(place.units) for place in places] == sorted((len(place.units) for place in places), reverse=True)
    candidates = []
    for i in range(12):
        here, (a, b) = on(i, i + 1), next((a, b) for a, b in ((0, 5), (5, 9), (9, 12)) if a <= i < b)
        left, right = i, i + 1
        while left > a and here <= on(left - 1, left):
            left -= 1
        while right < b and here <= on(right, right + 1):
            right += 1
        if here and (right <= start or left >= stop):
            candidates.append((-len(here), abs(right - left - stop + start), left, right))
    assert bool(places) == bool(candidates)
    if places:
        assert (places[0].start, places[0].stop) == min(candidates)[2:]
    assert tuple(islice(phrases.matches(THREE_LINES, table, signs, theta, (start, stop)), 1)) == places[:1]


def test_the_place_with_the_most_units_comes_first():
    table = np.zeros((12, 3), np.float32)
    table[0:2] = 1  # the phrase
    table[5:8, :2] = 1
    table[9:11] = 1
    table[3, 0] = 1
    signs = phrases.active_units(THREE_LINES, table, (0, 2), 0.5, only=True)
    places = tuple(islice(phrases.matches(THREE_LINES, table, signs, 0.5, (0, 2)), 9))
    assert [(p.start, p.stop, p.units) for p in places] == [(9, 11, (0, 1, 2)), (5, 8, (0, 1)), (3, 4, (0,))]


@pytest.mark.parametrize(
    ("phrase", "place"),
    [("the cat", (0, 2)), ("cat", (1, 2)), ("at", (1, 2)), ("thecat", (0, 2)), ("a dog", (3, 5)), ("catsat", (1, 3)),
     ("sat a", None), ("  ", None), ("Cat", None)],
)  # fmt: skip
def test_a_typed_phrase_is_found_in_one_line(phrase, place):
    assert phrases.find(Passage((("the", "cat", "sat"), ("a", "dog", "sat")), " "), phrase) == place


def test_the_phrase_to_begin_with_is_one_that_the_unit_is_on_for():
    table = np.zeros((12, 1), np.float32)
    table[2:4], table[6:9], table[9:12] = -0.9, -0.5, 0.9
    assert phrases.typical_phrase(THREE_LINES, table[:, 0] * -1, 0.3, longest=6) == (6, 9)
    assert phrases.typical_phrase(THREE_LINES, table[:, 0] * -1, 0.3, longest=2) == (2, 4)
    assert phrases.typical_phrase(THREE_LINES, table[:, 0], 0.3, longest=6) == (9, 12)
    assert phrases.typical_phrase(THREE_LINES, table[:, 0], 0.95, longest=6) == (9, 10)
