"""Tokens as readers see them, and ids in order of first appearance."""

import threading

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment
from rnnlab.data import next_token_data
from rnnlab.text import (
    TOKENIZERS,
    Vocabulary,
    dictionary_with,
    nonempty_lines,
    only_punctuation,
    segmenter,
)
from rnnlab.text.tokenizers import tokenize
from tests.support.examples import examples

words, chars, jieba_words = TOKENIZERS["words"], TOKENIZERS["chars"], TOKENIZERS["jieba"]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # man, woman, girl, joined
FLAG = "\U0001f1e8\U0001f1f3"  # two regional indicators
WAVE = "\U0001f44b\U0001f3fd"  # a hand and its skin tone
E_ACUTE = "e\u0301"  # e and a combining accent


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("我 喜欢 学习 深度 学习", ["我", "喜欢", "学习", "深度", "学习"]),
        ("  a\tb \u3000 c\u00a0d ", ["a", "b", "c", "d"]),
        ("don't stop", ["don't", "stop"]),
        ("<pad> a", ["<pad>", "a"]),
        ("", []),
    ],
)
def test_words_are_split_at_white_space(line, tokens):
    assert words(line) == tokens


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("hello", ["h", "e", "l", "l", "o"]),
        ("我们", ["我", "们"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        (FLAG + WAVE, [FLAG, WAVE]),
        (f"caf{E_ACUTE}s", ["c", "a", "f", E_ACUTE, "s"]),
        ("a b", ["a", " ", "b"]),
    ],
)
def test_characters_are_what_a_reader_calls_so(line, tokens):
    assert chars(line) == tokens


@pytest.mark.parametrize("letters", [1, 63, 64, 65, 129, 1000])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("a", "b"), ("\u0600", "\u0301b"), (FAMILY, "\u200d" + WAVE)])
def test_a_long_row_of_flags_is_cut_as_a_short_one_is(letters, before, after):
    line = before + FLAG[0] * letters + after
    assert chars(line) == regex.findall(r"\X", line)


@given(st.text())
def test_characters_lose_nothing(line):
    assert "".join(chars(line)) == line


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1)), st.sampled_from([" ", "\t", "  "]))
def test_words_joined_and_split_are_the_same(tokens, space):
    assert words(space.join(tokens)) == tokens


def test_jieba_finds_chinese_words():
    assert jieba_words("我爱学习自然语言处理") == ["我", "爱", "学习", "自然语言", "处理"]
    assert jieba_words("小猫 听着 rain，睡着了。")[:1] == ["小猫"]


@given(st.text("小猫听雨rain 12，。\t\u3000🐱", max_size=30))
def test_jieba_loses_nothing_but_white_space(line):
    tokens = jieba_words(line)
    assert "".join("".join(tokens).split()) == "".join(line.split())
    assert not any(token.isspace() for token in tokens)


SENTENCE = "我爱学习自然语言处理"


def test_an_added_word_changes_the_cut_and_only_this_one():
    before = tokenize([SENTENCE], "jieba")
    assert tokenize([SENTENCE], "jieba", ["自然语言处理"]) == [("我", "爱", "学习", "自然语言处理")]
    assert tokenize([SENTENCE], "jieba", ["爱学习"]) == [("我", "爱学习", "自然语言", "处理")]
    assert tokenize([SENTENCE], "jieba") == before == [("我", "爱", "学习", "自然语言", "处理")]


def test_an_experiments_words_are_in_its_vocabulary_and_in_no_others():
    mine = Experiment(text=SENTENCE, tokenizer="jieba", words="自然语言处理 我爱")
    others = Experiment(text=SENTENCE, tokenizer="jieba")
    before = next_token_data(others).vocabulary
    assert next_token_data(mine).vocabulary.tokens == ("我爱", "学习", "自然语言处理")
    assert next_token_data(others).vocabulary == before
    assert "自然语言处理" not in before.tokens


def test_a_target_is_cut_with_the_same_words():
    e = Experiment(text="小猫听雨", target="听雨小猫", tokenizer="jieba", words="小猫听 雨小猫")
    data = next_token_data(e)
    assert data.vocabulary.tokens == ("小猫听", "雨", "听", "雨小猫")


@examples(20)  # each compares the whole dictionary
@given(st.lists(st.text("学习自然语言处理机器ab1，🐱", min_size=1, max_size=20), max_size=8))
def test_the_dictionary_is_afterwards_what_it_was(words):
    jieba = segmenter()
    entries, total = dict(jieba.FREQ), jieba.total
    with dictionary_with(words):
        assert all(jieba.FREQ[word] for word in words)
        assert (jieba.total > total) == bool(words)
    assert (jieba.FREQ, jieba.total) == (entries, total)


def test_the_dictionary_is_afterwards_what_it_was_even_if_cutting_fails():
    jieba = segmenter()
    entries, total = dict(jieba.FREQ), jieba.total
    with pytest.raises(ZeroDivisionError), dictionary_with(["自然语言处理", "自然语言处理机"]):
        raise ZeroDivisionError
    assert (jieba.FREQ, jieba.total) == (entries, total)


def test_two_who_cut_at_once_do_not_see_each_others_words():
    inside, go_on, seen = threading.Event(), threading.Event(), []

    def other():
        inside.wait(10)
        go_on.set()  # from here on it waits for the dictionary
        seen.append(tokenize([SENTENCE], "jieba"))

    thread = threading.Thread(target=other)
    thread.start()
    with dictionary_with(["自然语言处理"]):
        inside.set()
        go_on.wait(10)
        thread.join(0.2)
        assert seen == []
    thread.join(10)
    assert seen == [[("我", "爱", "学习", "自然语言", "处理")]]


def test_other_tokenizers_do_not_care_for_added_words():
    for tokenizer in ("words", "chars"):
        assert tokenize(["ab c", "d"], tokenizer, ["abc"]) == tokenize(["ab c", "d"], tokenizer)
    assert tokenize(["ab c", "d"], "words") == [("ab", "c"), ("d",)]


def test_lines_that_hold_nothing_are_skipped():
    assert nonempty_lines(" a b \n\n \t \r\nc\r\n") == ["a b", "c"]
    assert nonempty_lines("\n \u3000\n") == []


@pytest.mark.parametrize(("tokens", "expected"), [
    (["。", "!?", "——"], True),
    ([], True),
    (["。", "a"], False),
    (["1"], False),
    (["语"], False),
    ([FAMILY], False),
    (["+"], False),
])  # fmt: skip
def test_only_punctuation(tokens, expected):
    assert only_punctuation(tokens) is expected


def test_ids_are_in_order_of_first_appearance_and_repeats_share_one():
    tokens = ["我", "喜欢", "学习", "深度", "学习"]
    vocabulary = Vocabulary.of(tokens)
    assert vocabulary.tokens == ("我", "喜欢", "学习", "深度")
    assert vocabulary.encode(tokens) == [0, 1, 2, 3, 2]


def test_a_typed_pad_is_a_token_like_any_other():
    vocabulary = Vocabulary.of(["a", "<pad>", "a"], ("<pad>",))
    assert vocabulary.tokens == ("<pad>", "a", "<pad>")
    assert vocabulary.encode(["a", "<pad>"]) == [1, 2]  # never 0, the padding itself


@given(st.lists(st.text(max_size=2)), st.sampled_from([(), ("<pad>",), ("<pad>", "<unk>")]))
def test_encoding_is_undone_by_looking_up(tokens, specials):
    vocabulary = Vocabulary.of(tokens, specials)
    ids = vocabulary.encode(tokens)
    assert [vocabulary.tokens[id] for id in ids] == tokens
    assert len(vocabulary) == len(specials) + len(set(tokens))
    assert all(id >= len(specials) for id in ids)
    firsts = [id for place, id in enumerate(ids) if id not in ids[:place]]
    assert firsts == sorted(firsts)
