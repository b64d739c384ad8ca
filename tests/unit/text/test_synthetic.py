"""Generated pairs: each target is worked out again by a reader of our own, and the pairs are the same everywhere."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.text.synthetic import GENERATORS, PAIRS_EACH, generate_pairs, tokenize_sentence
from tests.support.eventually import ROOT

NAMES = list(GENERATORS)


def joined(name: str, between: str = "") -> list[tuple[str, str]]:
    return [(between.join(source), "".join(target)) for source, target in generate_pairs(name, PAIRS_EACH)]


# What holds for all of them


@pytest.mark.parametrize("name", NAMES)
def test_no_source_comes_twice_and_nothing_is_empty(name):
    pairs = generate_pairs(name, PAIRS_EACH)
    assert len({tuple(source) for source, _ in pairs}) == len(pairs) == PAIRS_EACH == 5_000
    assert all(source and target and all(source + target) for source, target in pairs)


@given(st.sampled_from(NAMES), st.integers(0, PAIRS_EACH), st.integers(0, PAIRS_EACH))
def test_fewer_pairs_are_the_beginning_of_more(name, one, other):
    few, many = sorted((one, other))
    assert len(generate_pairs(name, few)) == few
    assert generate_pairs(name, few) == generate_pairs(name, many)[:few]


def test_what_is_done_to_the_pairs_does_not_reach_the_next_who_asks():
    pairs = generate_pairs("reversal", 3)
    pairs[0][0].clear()
    pairs[1][1].append("!")
    pairs.pop()
    assert generate_pairs("reversal", 3) == [
        (list(source), list(reversed(source))) for source, _ in joined("reversal")[:3]
    ]


def test_another_process_makes_the_same_pairs_and_loads_no_torch():
    program = (
        "import hashlib, sys; from rnnlab.text.synthetic import GENERATORS, PAIRS_EACH, generate_pairs\n"
        "assert not {'torch', 'jieba', 'babel'} & set(sys.modules)\n"
        "for name in GENERATORS: print(hashlib.sha256(repr(generate_pairs(name, PAIRS_EACH)).encode()).hexdigest())"
    )
    here = [hashlib.sha256(repr(generate_pairs(name, PAIRS_EACH)).encode()).hexdigest() for name in NAMES]
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "LC_ALL": "de_DE.UTF-8"}
        there = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        assert there.stdout.decode().split() == here


def test_a_name_that_is_no_source():
    with pytest.raises(KeyError):
        generate_pairs("weather", 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_of_the_readers_own_is_cut_as_the_pairs_are(name):
    between = " " if name == "numerals" else ""
    for source, _ in generate_pairs(name, PAIRS_EACH):
        assert tokenize_sentence(name, f"\u3000{between.join(source)} \n") == source


def test_number_words_as_people_write_them():
    plain = ["twenty", "one", "thousand", "five", "hundred", "and", "two"]
    assert tokenize_sentence("numerals", "Twenty-one thousand, five hundred and two") == plain
    assert tokenize_sentence("dates", "May  5,\t1999") == list("May 5, 1999")
    assert tokenize_sentence("pinyin", "银 行") == ["银", "行"]
    assert tokenize_sentence("reversal", " ") == []


# Dates

ENGLISH = ("%A, %B %d, %Y", "%b %d, %Y", "%d %B %Y")
CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日 星期([一二三四五六日])")


def day_of(written: str) -> tuple[date, int]:
    """A date as it is written -> the day, and which of the four ways it is."""
    if found := CHINESE.fullmatch(written):
        day = date(*map(int, found.group(1, 2, 3)))
        assert "一二三四五六日"[day.weekday()] == found[4]
        return day, len(ENGLISH)
    for way, pattern in enumerate(ENGLISH):
        try:
            day = datetime.strptime(written, pattern).date()
        except ValueError:
            continue
        assert "%A" not in pattern or written.startswith(f"{day:%A}, ")  # strptime takes any weekday
        assert written == f"{day:{pattern}}".replace(" 0", " ").removeprefix("0")
        return day, way
    raise AssertionError(written)


def test_dates_are_the_days_that_they_say():
    days, ways = [], []
    for source, target in joined("dates"):
        day, way = day_of(source)
        assert target == f"{day.year:04}-{day.month:02}-{day.day:02}"
        days.append(day)
        ways.append(way)
    assert len(set(days)) == PAIRS_EACH
    assert ways == [0, 1, 2, 3] * (PAIRS_EACH // 4)
    assert (min(days).year, max(days).year) == (1950, 2049)
    assert {(day.month, day.day) for day in days} >= {(2, 29), (12, 31), (1, 1)}


# Numerals

UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
UNITS += " eighteen nineteen"
VALUES = {word: value for value, word in enumerate(UNITS.split(), start=1)}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
VALUES |= dict(zip(TENS.split(), range(20, 100, 10), strict=True))


def value_of(words: list[str]) -> int:
    """English number words below a million, read from left to right."""
    thousands = rest = 0
    for word in words:
        if word == "thousand":
            thousands, rest = rest, 0
        elif word == "hundred":
            rest *= 100
        elif word != "and":
            rest += VALUES[word]
    return thousands * 1_000 + rest


def chinese(number: int) -> str:
    """A number from 1 to 99,999 as Chinese writes it: each digit with its place, one 零 for zeros within, none at the
    end, and 十 rather than 一十 at the very beginning."""
    digits = str(number)
    places = ["万", "千", "百", "十", ""][-len(digits) :]
    spoken = zip(("零一二三四五六七八九"[int(digit)] for digit in digits), places, strict=True)
    text = "".join(digit if digit == "零" else digit + place for digit, place in spoken)
    text = re.sub("零+", "零", text).rstrip("零")
    return text.removeprefix("一") if text.startswith("一十") else text


def value_of_chinese(numeral: str) -> int:
    """The same the other way: the value of a Chinese numeral, digit by digit."""
    total, digit = 0, 0
    for character in numeral:
        if character in "十百千万":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1_000, "万": 10_000}[character]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(character)
    return total + digit


def test_the_reader_and_the_writer_of_numerals_by_hand():
    by_hand = {7: "七", 10: "十", 19: "十九", 20: "二十", 101: "一百零一", 110: "一百一十", 111: "一百一十一"}
    by_hand |= {200: "二百", 1_001: "一千零一", 1_010: "一千零一十", 2_300: "二千三百", 10_010: "一万零一十"}
    assert {number: chinese(number) for number in by_hand} == by_hand
    assert value_of(["sixty", "thousand", "five", "hundred", "and", "seventeen"]) == 60_517


@given(st.integers(1, 99_999))
def test_the_reader_of_numerals_undoes_the_writer(number):
    assert value_of_chinese(chinese(number)) == number


def test_numerals_are_the_numbers_that_the_words_say():
    values = []
    for source, target in generate_pairs("numerals", PAIRS_EACH):
        values.append(value_of(source))
        assert "".join(target) == chinese(values[-1])
    assert set(range(1, 1_000)) <= set(values)
    assert max(values) < 100_000
    assert len({len(str(value)) for value in values[:100]}) >= 3  # a short beginning has short and long ones


# Pinyin

BY_HAND = """银行 yín háng, 行政 xíng zhèng, 音乐 yīn yuè, 乐观 lè guān, 重要 zhòng yào, 重新 chóng xīn, 首都 shǒu dū,
调查 diào chá, 调整 tiáo zhěng, 会计 kuài jì, 社会 shè huì, 长期 cháng qī, 增长 zēng zhǎng, 为了 wèi le, 了解 liǎo jiě,
儿子 ér zi, 女子 nǚ zǐ, 处理 chǔ lǐ, 到处 dào chù, 觉得 jué de, 不得不 bù dé bù, 效率 xiào lǜ"""
TONES = {"\u0304", "\u0301", "\u030c", "\u0300"}  # macron, acute, caron, grave: the four tones


def test_words_have_the_readings_of_the_word():
    readings = {"".join(source): " ".join(target) for source, target in generate_pairs("pinyin", PAIRS_EACH)}
    for word, expected in (entry.strip().split(" ", 1) for entry in BY_HAND.split(",")):
        assert readings[word] == expected


def test_each_character_has_a_syllable_with_at_most_one_tone():
    for source, target in generate_pairs("pinyin", PAIRS_EACH):
        assert 2 <= len(source) == len(target) <= 4
        for syllable in target:
            assert syllable == unicodedata.normalize("NFC", syllable)
            parts = unicodedata.normalize("NFD", syllable)
            assert sum(mark in TONES for mark in parts) <= 1
            letters = "".join(mark for mark in parts if mark not in TONES)
            assert re.fullmatch(r"(?:[bpmfdtnlgkhjqxryw]|[zcs]h?)?[aeiou\u0308]+(?:ng?|r)?|r", letters), syllable


def test_characters_are_met_often_enough_to_be_learnt():
    characters = [character for source, _ in generate_pairs("pinyin", PAIRS_EACH) for character in source]
    assert len(set(characters)) <= 600
    assert all("\u4e00" <= character <= "\u9fff" for character in characters)


# Reversal


def test_reversal_reverses():
    pairs = joined("reversal")
    assert all(target == source[::-1] for source, target in pairs)
    assert {len(source) for source, _ in pairs} == set(range(3, 9))
    assert {letter for source, _ in pairs for letter in source} == set("abcdefgh")
