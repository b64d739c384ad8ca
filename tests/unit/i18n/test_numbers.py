"""What rounding must not make of a share or of a speed."""

import math

import pytest

from rnnlab.i18n import pace, percent, significant, time_left, translator


@pytest.mark.parametrize(
    ("share", "whole", "tenths"),
    [
        *((0, "0%", "0%"), (1, "100%", "100%"), (1.0, "100%", "100%"), (0.5, "50%", "50%")),
        *((0.0004, "<1%", "<0.1%"), (0.004, "<1%", "0.4%"), (0.006, "1%", "0.6%"), (1 / 3, "33%", "33.3%")),
        *((199 / 200, ">99%", "99.5%"), (0.994, "99%", "99.4%"), (0.9997, ">99%", ">99.9%"), (math.nan, "–", "–")),
    ],
)
def test_all_and_nothing_are_said_of_exactly_these(share, whole, tenths):
    assert (percent(share), percent(share, 1)) == (whole, tenths)


@pytest.mark.parametrize(
    ("epochs", "seconds", "zh", "en"),
    [
        (100, 0.05, "2,000 轮/秒", "2,000 epochs/s"),
        (3, 2.0, "1.5 轮/秒", "1.5 epochs/s"),
        (2, 5.0, "每轮 2.5 秒", "2.5 s an epoch"),
        (1, 41.0, "每轮 41 秒", "41 s an epoch"),
    ],
)
def test_a_slow_run_does_not_stand_still(epochs, seconds, zh, en):
    assert pace(epochs, seconds, translator("zh")) == zh
    assert pace(epochs, seconds, translator("en")) == en


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0"),
        (3.07e-06, 3, "3.07·10⁻⁶"),
        (7.46e-08, 2, "7.5·10⁻⁸"),
        (-0.0912, 2, "−0.091"),
        (-2e-12, 3, "−2·10⁻¹²"),
        (123456.0, 3, "1.23·10⁵"),
        (5967.0, 3, "5,970"),
        (-9999.9, 3, "−1·10⁴"),
        (0.5, 3, "0.5"),
        (float("nan"), 3, "–"),
    ],
)
def test_small_numbers_are_written_with_powers_of_ten_and_a_real_minus(value, digits, text):
    assert significant(value, digits) == text


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0.0, "还要约 5 秒", "about 5 s left"),
        (41.0, "还要约 45 秒", "about 45 s left"),
        (55.0, "还要约 55 秒", "about 55 s left"),
        (55.1, "还要约 1 分钟", "about 1 min left"),
        (601.0, "还要约 11 分钟", "about 11 min left"),
    ],
)
def test_what_is_left_is_no_more_exact_than_it_can_be(seconds, zh, en):
    assert (time_left(seconds, translator("zh")), time_left(seconds, translator("en"))) == (zh, en)
