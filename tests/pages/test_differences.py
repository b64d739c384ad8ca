"""What sets two experiments apart, in words."""

import pytest

from pages.shell.run.differences import differences
from rnnlab import Experiment
from rnnlab.i18n import translator

BASE = Experiment()


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"cell": "lstm"}, "LSTM instead of RNN", "LSTM，原来是 RNN"),
        ({"lr": 0.1}, "learning rate 0.1 instead of 0.01", "学习率 0.1，原来是 0.01"),
        ({"seed": 1}, "seed 1 instead of 0", "随机种子 1，原来是 0"),
        ({"carry": True}, " on instead of off", "开，原来是 关"),
        ({"text": "a b"}, "text changed", "文本换了"),
        ({}, "the same settings", "设置相同"),
        ({"seed": 1, "lr": 0.1, "cell": "gru", "hidden": 8, "embed": 4}, "2 more", "另有 2 项"),
        ({"preset": "hello-elloh"}, "example ", "原来是"),
    ],
)
def test_each_difference_is_said_in_both_languages(change, english, chinese):
    now = Experiment(**change)
    assert english in differences(now, BASE, translator("en"))
    assert chinese in differences(now, BASE, translator("zh"))


def test_of_another_preset_its_name_says_all():
    said = differences(Experiment(preset="hello-elloh", seed=4), BASE, translator("en"))
    assert said.count("instead of") == 1
    assert "seed" not in said
