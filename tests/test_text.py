"""Tokens as readers see them, and ids in order of first appearance."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.text import TOKENIZERS, Vocabulary, lines_of, only_punctuation

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


def test_jieba_leaves_no_dictionary_file_behind(tmp_path):
    script = "from rnnlab.text import TOKENIZERS; print(len(TOKENIZERS['jieba']('小猫听雨')))"
    env = {"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env)
    assert int(done.stdout) >= 2
    assert list(tmp_path.iterdir()) == []


def test_lines_that_hold_nothing_are_skipped():
    assert lines_of(" a b \n\n \t \r\nc\r\n") == ["a b", "c"]
    assert lines_of("\n \u3000\n") == []


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
