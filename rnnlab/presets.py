"""The lessons, as data: what each preset sets; every other field keeps its default."""

from typing import Any

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

PRESETS: dict[str, dict[str, Any]] = {
    "words-next": {},  # the defaults of Experiment are this lesson
    "hello-elloh": HELLO | {"target": "elloh", "hidden": 8, "epochs": 200, "carry": True},
    "ohlol-cell": OHLOL | {"impl": "cell", "loss": "sum"},
    "ohlol-layer": OHLOL,
    "paragraph-next": {
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
    },
}
