"""The presets, as data. A preset's id is its preset: the same word in links, in the form and in the catalogue."""

from dataclasses import dataclass
from typing import Any

from rnnlab.presets import TEXTS


@dataclass(frozen=True)
class Preset:
    """An experiment to begin with, and the page that shows what it is about."""

    fields: dict[str, Any]  # of `Experiment`; every other field keeps its default
    page: str = "playground"  # on which it opens
    figure: str = ""  # the view that it is about, where that is not the first of its task


def read_text(name: str) -> str:
    """The text of a preset that is too long to stand here."""
    return (TEXTS / f"{name}.txt").read_text("utf-8").strip()


def inside_brackets(text: str) -> str:
    """Each character of a text as 1 where it stands inside brackets, the opening one included, else 0. Brackets do not
    stand inside others."""
    inside, marks = False, []
    for char in text:
        inside = char in "(（" or (inside and char not in ")）")
        marks.append(char if char == "\n" else str(int(inside)))
    return "".join(marks)


HELLO: dict[str, Any] = {
    "text": "hello",
    "tokenizer": "chars",
    "input": "onehot",
    "optimizer": "adam",
    "lr": 0.1,
}

OHLOL: dict[str, Any] = HELLO | {"target": "ohlol", "hidden": 4, "head": "none", "epochs": 20}

RAIN = """\
清晨的小雨落在窗台上，小猫听着雨声，慢慢睡着了。
中午雨停了，小猫醒来，看见窗台上有一只小鸟。
小鸟唱着歌，小猫听着歌，谁也没有说话。
傍晚小鸟飞走了，小猫望着窗台，想着明天的歌。
夜里小雨又落在窗台上，小猫听着雨声，慢慢睡着了。"""

LANGUAGE = "我爱学习自然语言处理，也爱学习机器学习。自然语言处理让机器读懂语言，机器学习让机器从语言中学习。"

# Four words of one-hot input are the "input size 4" of the presets on shapes.
SEASONS = "春 夏 秋 冬"

# One window of 5 from the first line and 31 from the second: a batch of 32, five steps.
NIGHT = """\
夜 里 的 风 很 轻
风 吹 过 树 树 看 着 河 河 流 过 桥 桥 看 着 船 船 走 过 风 风 又 吹 过 树 树 又 看 着 河 夜 里 的 河 很 轻"""
BATCH_32: dict[str, Any] = {"text": NIGHT, "window": 5, "batch": 32, "embed": 10, "hidden": 20}

# A colour, twenty steps of waiting, and then the question which colour it was: nothing on the way says it again.
COLOURS, WAITING = "红黄蓝绿", "等" * 20

# A bidirectional LSTM of two layers over sentences of different lengths, a fifth of them held out.
CLASSIFY: dict[str, Any] = {
    "task": "classify",
    "tokenizer": "jieba",
    "cell": "lstm",
    "layers": 2,
    "bidirectional": True,
    "packed": True,
    "shuffle": True,
    "clip": 1.0,
    "held_out": 0.2,
}

# Windows of two periods each, and two periods at the end that are only tested on.
SINE = {"task": "series", "window": 40, "shuffle": True, "hidden": 16, "held_out": 0.2, "epochs": 60}

# Encoder and decoder, one layer each.
PAIRS: dict[str, Any] = {
    "task": "seq2seq",
    "text": read_text("phrases"),  # what a reader who wants pairs of his own begins with
    "cell": "lstm",
    "packed": True,
    "shuffle": True,
    "held_out": 0.2,
    "embed": 32,
    "hidden": 64,
    "batch": 32,
    "lr": 0.005,
    "clip": 1.0,
}

# For each character whether a bracket is open once it has been read: 1 or 0.
BRACKETS = read_text("brackets")

PRESETS: dict[str, Preset] = {
    "words-next": Preset({}),  # the defaults of Experiment are this preset
    "hello-elloh": Preset(HELLO | {"target": "elloh", "hidden": 8, "epochs": 200, "carry": True}),
    "ohlol-cell": Preset(OHLOL | {"impl": "cell", "loss": "sum"}),
    "ohlol-layer": Preset(OHLOL),
    "paragraph-next": Preset(
        {
            "text": RAIN,
            "tokenizer": "jieba",
            "cell": "gru",
            "embed": 24,
            "hidden": 48,
            "window": 8,
            "batch": 16,
            "shuffle": True,
            "clip": 1.0,
            "epochs": 60,
        }
    ),
    "history": Preset({"text": "白天 我 看 书 晚上 我 看 星星"}, page="history"),  # one word, two successors
    "embedding": Preset({"text": LANGUAGE, "tokenizer": "jieba", "embed": 4}, page="text"),
    # The first line only fixes the ids: 0, 1 and 2 are met in this order. It is too short for a window.
    "windows": Preset(
        {"text": "0 1 2\n0 1 3 4 0 1 5 2", "window": 3, "batch": 2, "shuffle": True, "probe": 2}, page="text"
    ),
    "cell-shapes": Preset({"text": SEASONS, "input": "onehot", "impl": "cell", "hidden": 2}, page="shapes"),
    "layer-shapes": Preset({"text": SEASONS, "input": "onehot", "hidden": 2}, page="shapes"),
    "two-layers": Preset(
        {"text": f"{SEASONS}\n夏 春 冬 秋", "input": "onehot", "hidden": 5, "layers": 2}, page="shapes"
    ),
    "rnn-arguments": Preset(BATCH_32 | {"layers": 2}, page="shapes"),
    "manual-rnn": Preset(BATCH_32, page="cell"),
    "lstm": Preset(BATCH_32 | {"cell": "lstm", "layers": 2}, page="cell"),
    "gru": Preset(BATCH_32 | {"cell": "gru", "layers": 2}, page="cell"),
    # Summed over a hundred characters the gradient is large, and plain SGD goes as far as it says.
    "clipping": Preset(
        {
            "text": RAIN,
            "tokenizer": "chars",
            "hidden": 48,
            "loss": "sum",
            "optimizer": "sgd",
            "lr": 0.5,
            "clip": 1.0,
            "epochs": 100,
        },
        page="gradients",
    ),
    "long-range": Preset(
        {
            "text": "\n".join(f"{colour}{WAITING}问" for colour in COLOURS),
            "target": "\n".join(f"{WAITING}等{colour}" for colour in COLOURS),
            "tokenizer": "chars",
            "probe": 2,  # at chance every line gets one answer: with seed 0 that of the first
            "input": "onehot",
            "loss": "sum",
            "clip": 1.0,
            "epochs": 300,
        },
        page="gradients",
    ),
    "brackets": Preset(
        {
            "text": BRACKETS,
            "target": inside_brackets(BRACKETS),
            "tokenizer": "chars",
            "cell": "gru",
            "hidden": 8,
            "batch": 4,
            "shuffle": True,
            "lr": 0.03,
            "clip": 1.0,
            "epochs": 80,
        },
        page="units",
    ),
    # A text that ends with its beginning, so that there is always something to come next.
    "writer": Preset(
        {
            "text": read_text("writer"),
            "tokenizer": "chars",
            "cell": "gru",
            "hidden": 96,
            "window": 32,
            "stride": 4,
            "shuffle": True,
            "lr": 0.005,
            "clip": 1.0,
            "epochs": 40,
        },
        page="generate",
    ),
    "text-classification": Preset(
        CLASSIFY
        | {
            "text": read_text("text-classification"),
            "tokenizer": "words",
            "lower": True,
            "embed": 32,
            "hidden": 64,
            "dropout_embed": 0.3,
            "dropout": 0.3,
            "dropout_head": 0.3,
            "batch": 2,
            "lr": 0.001,
            "epochs": 10,
        },
        page="results",
    ),
    # A tutorial's toy data, its network and its ten epochs. It trains unpacked; what is read is not padded to ten words
    # here, but to the longest line of the batch.
    "hello-world": Preset(
        {
            "task": "classify",
            "text": "0 | hello world\n1 | hello\n0 | world",
            "lower": True,
            "max_length": 10,
            "probe": 2,  # the line with the other label
            "batch": 2,
            "shuffle": True,
            "cell": "lstm",
            "layers": 2,
            "bidirectional": True,
            "embed": 32,
            "hidden": 64,
            "dropout_embed": 0.3,
            "dropout": 0.3,
            "dropout_head": 0.3,
            "lr": 0.001,
            "clip": 1.0,
            "epochs": 10,
        },
        page="results",
    ),
    "lstm-classifier": Preset(
        CLASSIFY
        | {
            "text": read_text("lstm-classifier"),
            "embed": 32,
            "hidden": 32,
            "dropout_embed": 0.3,
            "dropout": 0.2,
            "dropout_head": 0.3,
            "batch": 8,
            "lr": 0.005,
            "epochs": 12,
        },
        page="results",
    ),
    "bilstm": Preset(
        CLASSIFY
        | {
            "text": read_text("bilstm"),
            "tokenizer": "words",
            "layers": 1,
            "hidden": 32,
            "readout": "last",
            "batch": 8,
            "lr": 0.005,
            "held_out": 0.25,
            "epochs": 60,
        },
        page="results",
        figure="readouts",
    ),
    # One label in nine, and readings that make it likelier without settling it.
    "rare-faults": Preset(
        CLASSIFY
        | {"text": read_text("rare-faults"), "tokenizer": "words", "layers": 1, "bidirectional": False}
        | {"embed": 8, "hidden": 16, "batch": 16, "lr": 0.005, "held_out": 0.25, "epochs": 12},
        page="results",
        figure="confusion",
    ),
    # Lines of 10, 8, 6 and 4 words. After ten epochs the network is not yet so sure that padding could not sway it.
    "packed": Preset(
        {
            "task": "classify",
            "text": read_text("packed"),
            "cell": "lstm",
            "batch": 4,
            "packed": True,
            "epochs": 10,
        },
        page="text",
    ),
    "gru-tagger": Preset(
        {
            "task": "tag",
            "text": read_text("gru-tagger"),
            "tokenizer": "jieba",
            "cell": "gru",
            "bidirectional": True,
            "packed": True,
            "embed": 32,
            "hidden": 32,
            "dropout_embed": 0.3,
            "batch": 8,
            "shuffle": True,
            "clip": 1.0,
            "held_out": 0.2,
            "epochs": 20,
        },
        page="results",
    ),
    "seq2seq": Preset(
        PAIRS | {"data": "numerals", "pairs": 2_000, "teacher": 0.5, "epochs": 30}, page="results", figure="decoding"
    ),
    "attention": Preset(
        PAIRS | {"data": "dates", "pairs": 1_500, "attention": "additive", "epochs": 22}, page="results"
    ),
    "sine": Preset(SINE | {"text": read_text("sine")}, page="results"),
    "noisy-sine": Preset(SINE | {"text": read_text("noisy-sine")}, page="results"),
}

# What a reader sees first who chooses a task.
FIRST_OF_TASK = {
    **{"next": "words-next", "classify": "text-classification", "tag": "gru-tagger", "seq2seq": "attention"},
    "series": "sine",
}
