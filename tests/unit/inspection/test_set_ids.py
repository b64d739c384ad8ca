"""The ids of a set in new Pythons: those that the program shown prints, run as a reader runs it."""

import ast
import os
import subprocess
import sys

import pytest

from rnnlab.engine import jobs
from rnnlab.explain.programs.vocabulary import looking_up, numbering, tokenizing
from rnnlab.text.tokenizers import tokenize

WORDS = ("我", "喜欢", "学习", "深度", "don't", 'a"b', "\\", "<pad>", "𠮷")


def printed(program: str, tmp_path, **environment: str) -> list:
    return [ast.literal_eval(line) for line in said(program, tmp_path, **environment)]


def said(program: str, tmp_path, **environment: str) -> list[str]:
    file = tmp_path / "ids.py"
    file.write_text(program, "utf-8")
    done = subprocess.run(
        [sys.executable, str(file)],
        env=os.environ | {"PYTHONUTF8": "1"} | environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout.splitlines()


def test_the_ids_are_those_of_the_program_in_as_many_pythons(tmp_path):
    found = jobs.set_ids(WORDS, (1, 2, 3, 4))
    for seed, ids in zip((1, 2, 3, 4), found, strict=True):
        by_set, word2idx, back = printed(numbering([*WORDS, *WORDS[:3]]), tmp_path, PYTHONHASHSEED=str(seed))
        assert by_set == dict(zip(WORDS, ids, strict=True))
        assert word2idx == {word: place for place, word in enumerate(WORDS)}
        assert back is True
    assert len({*found}) == 4
    assert found == jobs.set_ids(WORDS, (1, 2, 3, 4)), "from one seed the same again"


def test_the_words_of_a_whole_vocabulary_each_get_an_id():
    words = tuple(f"w{i}" for i in range(5_000))
    (ids,) = jobs.set_ids(words, (7,))
    assert sorted(ids) == list(range(5_000))


@pytest.mark.parametrize("words", [(), ("one",)])
def test_of_few_words_there_is_nothing_to_confuse(words):
    assert jobs.set_ids(words, (1, 2)) == (tuple(range(len(words))),) * 2


@pytest.mark.parametrize("words", [(), ("深度学习",)])
def test_one_line_is_cut_in_three_ways_as_the_lab_cuts_it(words, tmp_path):
    text = '我 喜欢深度学习，和"循环"网络'
    cut = printed(tokenizing(text, words), tmp_path)
    by_lab = [tokenize([text], name, words)[0] for name in ("words", "chars", "jieba")]
    assert [tuple(tokens) for tokens in cut[:2]] == by_lab[:2]
    assert tuple(token for token in cut[2] if token.strip()) == by_lab[2]  # the lab drops white space
    assert ("深度学习" in cut[2]) == bool(words)


@pytest.mark.parametrize("ids", [(0,), (4, 5, 6, 7)])
def test_rows_are_looked_up_by_their_ids(ids, tmp_path):
    assert said(looking_up(9, 16, ids), tmp_path) == [f"torch.Size([1, {len(ids)}, 16])", "True"]
