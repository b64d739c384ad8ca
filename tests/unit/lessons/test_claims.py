"""What lessons and the README say in numbers, each held against the numbers themselves."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from pages.shell.page_names import PAGES
from rnnlab import ROOT, Experiment, run
from rnnlab.cells import CELLS
from rnnlab.experiment.layer_spec import LayerSpec, parameter_count
from rnnlab.lessons.presets import LESSONS
from rnnlab.records.history import History
from rnnlab.text.reading import source_lines
from rnnlab.training.tasks import data_of
from tests.support.catalogue import EN, ZH


def lesson(name: str, **fields) -> Experiment:
    return Experiment(preset=name, **fields)


def lengths(name: str) -> list[int]:
    return [len(pair.inputs) for pair in data_of(lesson(name)).pairs]


def heard() -> list[str]:
    """What the kitten listens to in lines 3 and 5."""
    lines = source_lines(lesson("paragraph-next"))
    return [b for number in (3, 5) for a, b in pairwise(lines[number - 1]) if a == "着"]


def grown(layers: int, **change) -> float:
    """By what factor one changed argument makes the parameters of `rnn-arguments` more, at so many layers."""
    layer = LayerSpec("RNN", 10, 20, num_layers=layers)
    return parameter_count(replace(layer, **change)) / parameter_count(layer)


def spelled(seed: int) -> str:
    history: History = run(lesson("ohlol-cell", seed=seed))
    return "".join(history.predicted)


def unsolved(seeds: int) -> list[int]:
    return [seed for seed in range(seeds) if spelled(seed) != "ohlol"]


def recurrent_weights(name: str, cell: str) -> int:
    """Counted by hand: blocks of rows over what is read and over the state, and two biases, layer upon layer."""
    e = lesson(name)
    widths = [e.embed, *[e.hidden] * (e.layers - 1)]
    return sum(len(CELLS[cell].blocks) * e.hidden * (width + e.hidden + 2) for width in widths)


CLAIMS: list[tuple[str, str, str, Callable[[], object], object]] = [
    ("words-next", "vocabulary of four", "只有四种", lambda: len(data_of(lesson("words-next")).vocabulary), 4),
    ("ohlol-cell", "Six of the first twenty seeds", "前二十个种子里有六个", lambda: len(unsolved(20)), 6),
    ("ohlol-cell", "seed 0 is one of them", "种子 0 就是其中之一", lambda: 0 in unsolved(1), True),
    ("paragraph-next", "to 3 (a song), then to 5 (the rain)", "改成 3，再改成 5", heard, ["歌", "雨声"]),
    ("embedding", "four numbers", "共四个数", lambda: lesson("embedding").embed, 4),
    ("windows", "eight ids", "八个编号", lambda: len(source_lines(lesson("windows"))[1]), 8),
    ("packed", "10, 8, 6 and 4", "10、8、6、4", lambda: lengths("packed"), [10, 8, 6, 4]),
    (
        "gru",
        "three quarters",
        "四分之三",
        lambda: recurrent_weights("gru", "gru") / recurrent_weights("gru", "lstm"),
        0.75,
    ),
    ("long-range", "twenty steps", "二十步", lambda: lengths("long-range"), [22] * 4),
    ("brackets", "eight hidden units", "只有八个", lambda: lesson("brackets").hidden, 8),
    ("writer", "Seven hundred", "七百来个", lambda: round(len(lesson("writer").text), -2), 700),
    ("text-classification", "Two hundred", "两百句", lambda: len(lesson("text-classification").text.split("\n")), 200),
    ("text-classification", "a fifth", "五分之一", lambda: lesson("text-classification").held_out, 0.2),
    ("gru-tagger", "a fifth", "五分之一", lambda: lesson("gru-tagger").held_out, 0.2),
    ("rnn-arguments", "four times as large", "变成四倍", lambda: grown(2, kind="LSTM"), 4),
    ("rnn-arguments", "exactly twice", "变成两倍", lambda: grown(1, bidirectional=True), 2),
]


@pytest.mark.parametrize(("name", "english", "chinese", "computed", "said"), CLAIMS)
def test_a_lesson_says_what_is_so(name, english, chinese, computed, said):
    assert english in EN[f"lesson.{name}"]
    assert chinese in ZH[f"lesson.{name}"]
    assert computed() == said


@pytest.mark.parametrize("seed", [4, 5])  # of the ten that the lesson speaks of, among the smallest and largest losses
def test_what_clipping_does(seed):
    """`scripts/clipping.py` prints all ten."""
    clipped, free, slow = (
        run(lesson("clipping", seed=seed, **more)) for more in ({}, {"clip": 0}, {"clip": 0, "lr": 0.05})
    )
    assert 49.5 <= clipped.snapshots[0].norm <= 57
    assert 65 <= sum(snapshot.norm > 1 for snapshot in clipped.snapshots) <= 81
    assert clipped.losses[-1] < 0.2
    assert free.losses[-1] > 2_000
    assert 0.6 <= free.snapshots[-1].accuracy <= 0.72  # so about a third is wrong
    assert slow.snapshots[-1].accuracy == 1


def test_the_readme_counts_right():
    text = (ROOT.parent / "README.md").read_text("utf-8")
    numbers = {"Twenty-six": 26, "eleven": 11}
    assert numbers[re.search(r"([\w-]+) examples are built in", text)[1]] == len(LESSONS)
    assert numbers[re.search(r"All ([\w-]+) pages", text)[1]] == len(PAGES)


# Words that a sentence must not have

MISLEADING = {
    "上一层": "前一层还是上面一层？",
    "下一层": "后一层还是下面一层？",
    "去除": "除以，还是去掉？",
    "方向写反": "另一种约定不是错误",
    "一个批次、": "批次大小为 1 不是一个批次",
}


@pytest.mark.parametrize("word", MISLEADING)
def test_no_chinese_sentence_can_be_read_the_other_way(word):
    assert [key for key, sentence in ZH.items() if word in sentence] == []
