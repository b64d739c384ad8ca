"""The chapter on history, as far as it needs no page: its prose, the rules, the counts, the template, the timeline."""

import math
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.analysis.bigrams import Bigrams, examples
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.figures.timeline import height, timeline
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.presets import TEXTS
from rnnlab.presets.chapter import HEADING, chapter
from rnnlab.presets.eliza import load_script, respond, swap_person
from rnnlab.presets.feature_templates import count_matches, features
from rnnlab.presets.timeline import AGES, TODAY

CHINESE = re.compile(r"[\u3400-\u9fff]")
NAMES = sorted({path.name.split(".")[0] for path in TEXTS.glob("*.md")})


# Prose


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_has_the_same_parts_in_both_languages(name):
    zh, en = chapter(name, "zh"), chapter(name, "en")
    assert [(s.id, s.level) for s in zh.values()] == [(s.id, s.level) for s in en.values()]
    assert all(section.body or section.level == 1 for section in [*zh.values(), *en.values()])


@pytest.mark.parametrize("name", NAMES)
def test_chinese_is_chinese_and_english_is_english(name):
    assert not CHINESE.search((TEXTS / f"{name}.en.md").read_text("utf-8"))
    assert all(CHINESE.search(section.title) for section in chapter(name, "zh").values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_lost_between_headings(lang):
    text = (TEXTS / f"history.{lang}.md").read_text("utf-8")
    assert "".join(HEADING.sub("", text).split()) == "".join(
        "".join(section.body for section in chapter("history", lang).values()).split()
    )


def years(lang: str) -> list[int]:
    """Every year between 1900 and today that the prose names, but for decades such as "the 1980s"."""
    text = (TEXTS / f"history.{lang}.md").read_text("utf-8")
    return sorted(int(year) for year in re.findall(r"\b(?:19|20)\d\d(?![\ds])", text, re.ASCII))


def test_both_languages_date_the_same_things():
    assert years("zh") == years("en")
    dated = {milestone.year for age in AGES for milestone in age.milestones}
    assert set(years("en")) - dated == {1913, 1994}  # told, but not on the timeline


@pytest.mark.parametrize("text", ["# One\n\nwords", "# One {#a}\n\n## Two {#a}\n\nwords"])
def test_a_heading_without_an_id_of_its_own_is_refused(tmp_path, monkeypatch, text):
    (tmp_path / "odd.en.md").write_text(text)
    monkeypatch.setattr("rnnlab.presets.chapter.TEXTS", tmp_path)
    with pytest.raises(ValueError, match="id"):
        chapter("odd", "en")


# Rules


@pytest.mark.parametrize(
    ("lang", "sentence", "reply"),
    [
        ("en", "I want to show you my work, because", "What would change if you got to show me your work?"),
        ("en", "Well: i AM afraid of my own dog.", "How long have you been afraid of your own dog?"),
        ("en", "I like you because you are kind", "What do you like about me because I am kind?"),
        ("en", "I don't sleep", "Since when do you not sleep?"),
        ("en", "I don’t sleep", "Since when do you not sleep?"),  # as a phone types it
        ("en", "My mother knits.", "Tell me more about your family."),
        ("zh", "我想让你明白我的意思，真的。", "要是真的让我明白你的意思，会有什么不同？"),
        ("zh", "老师，我不懂你们", "你不懂我们，有多久了？"),
        ("zh", "你好", "说的是你自己，怎么谈起我来了？"),
    ],
)
def test_the_first_rule_that_fits_answers(lang, sentence, reply):
    assert respond(load_script(lang), sentence).reply == reply


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "It rains."), ("en", "Young maniacs"), ("en", "I want."), ("zh", "今天下雨"), ("zh", "我想。")],
)
def test_where_no_rule_fits_there_is_no_answer(lang, sentence):
    assert respond(load_script(lang), sentence) is None


def test_every_rule_can_be_reached():
    for lang in LANGUAGES:
        for place, rule in enumerate(load_script(lang).rules):
            found = respond(load_script(lang), rule.pattern.replace("*", " 7"))
            assert (found.rule_index, found.captured) == (place, "7" if "*" in rule.pattern else "")
            assert "*" not in rule.reply or "*" in rule.pattern


def test_the_person_changes_once_and_in_whole_words():
    assert (
        swap_person({"I": "you", "you": "I", "I am": "you are"}, "i am I, you are youth") == "you are you, I are youth"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@given(words=st.text(max_size=60))
def test_what_was_taken_is_a_part_of_what_was_typed(lang, words):
    start = load_script(lang).rules[0].pattern[:-1]
    for sentence in (words, start + words):
        found = respond(load_script(lang), sentence)
        assert found is None or found.captured in sentence


# Counts

TOKENS = st.lists(st.sampled_from("abcd"), min_size=2, max_size=30)


@given(line=TOKENS)
def test_counts_are_those_of_a_counter(line):
    pairs = Counter(pairwise(line))
    bigrams = Bigrams.of([tuple(pairwise(line))], line)
    for v in set(line):
        for w in set(line):
            assert bigrams.count(v, w) == pairs[v, w]
            if v in line[:-1]:
                assert math.isclose(bigrams.frequency(v, w), pairs[v, w] / line[:-1].count(v))
        assert set(bigrams.successors(v)) == {w for x, w in pairs if x == v}
        assert set(bigrams.unseen(v)) == set(line) - set(bigrams.successors(v))


@given(line=TOKENS)
def test_both_estimates_are_distributions(line):
    bigrams = Bigrams.of([tuple(pairwise(line))], line)
    for v in set(line):
        assert math.isclose(sum(bigrams.smoothed(v, w) for w in bigrams.vocabulary), 1)
        assert all(bigrams.smoothed(v, w) > 0 for w in bigrams.vocabulary)
        if bigrams.total(v):
            assert math.isclose(sum(bigrams.frequency(v, w) for w in bigrams.vocabulary), 1)


def test_a_text_counted_by_hand():
    line = ["the", "cat", "saw", "the", "dog", "and", "the", "cat", "ran"]
    bigrams = Bigrams.of([tuple(pairwise(line))], line)  # types: the cat saw dog and ran
    assert bigrams.successors("the") == ["cat", "dog"]
    assert bigrams.frequency("the", "cat") == 2 / 3
    assert bigrams.frequency("the", "ran") == 0
    assert bigrams.smoothed("the", "cat") == 3 / 9
    assert bigrams.smoothed("the", "ran") == 1 / 9
    assert math.isnan(bigrams.frequency("ran", "cat"))  # nothing ever came after it
    assert bigrams.smoothed("ran", "cat") == 1 / 6
    assert bigrams.undecided(line) == [0, 1, 3, 6, 7]  # after "the": cat, dog; after "cat": saw, ran


def test_the_whole_text_is_counted_line_by_line():
    e = Experiment(text="a b\n\nc a", window=1)
    assert examples(e) == ((("a", "b"),), (("c", "a"),))
    assert jobs.examples(e) == examples(e)
    assert examples(Experiment(preset="ohlol-layer")) == (tuple(zip("hello", "ohlol", strict=True)),)
    assert examples(Experiment(text="我爱北京", tokenizer="jieba")) == ((("我", "爱"), ("爱", "北京")),)


def test_the_template_looks_back_and_no_further_than_the_beginning():
    line = ["day", "I", "read", "books"]
    assert features(line, 3)["triple"] == ("I", "read", "books")
    assert features(line, 0) == {
        "here": ("day",),
        "before": ("",),
        "pair": ("", "day"),
        "triple": ("", "", "day"),
        "first": ("d",),
        "last": ("y",),
        "length": ("3",),
        "place": ("1",),
    }


@given(line=TOKENS, place=st.integers(0, 29))
def test_agreeing_positions_are_counted(line, place):
    place %= len(line)
    found = count_matches([line, line], features(line, place))
    assert found["here"] == found["first"] == 2 * line.count(line[place])
    assert found["place"] == 2
    assert found["length"] == 2 * len(line)
    assert found["here"] >= found["pair"] >= found["triple"] >= 2
    if place:
        assert found["pair"] == 2 * Counter(pairwise(line))[line[place - 1], line[place]]


# The timeline


def test_ages_follow_each_other_and_overlap_no_year_that_is_not_there():
    assert [age.start for age in AGES] == sorted(age.start for age in AGES)
    assert all(age.start < age.end <= TODAY for age in AGES)
    for age in AGES:
        dates = [milestone.year for milestone in age.milestones]
        assert dates == sorted(dates)
        assert all(1945 < year <= age.end for year in dates)
    ids = [milestone.id for age in AGES for milestone in age.milestones]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_is_the_table(lang):
    t = translator(lang)
    figure = timeline(t)
    bars, names, dots = figure.data
    assert list(bars.base) == [age.start for age in AGES]
    assert [start + length - 1 for start, length in zip(bars.base, bars.x, strict=True)] == [age.end for age in AGES]
    assert all(t(f"age.{age.id}") in name for age, name in zip(AGES, names.text, strict=True))
    milestones = [milestone for age in AGES for milestone in age.milestones]
    assert list(dots.x) == [milestone.year for milestone in milestones]
    assert list(dots.text) == [f"{m.year} {t(f'milestone.{m.id}')}" for m in milestones]
    rows = [*bars.y, *dots.y]
    assert sorted(rows) == list(range(len(rows)))  # a row each: no label lies on another
    assert height() > 15 * len(rows)
    low, high = figure.layout.xaxis.range
    assert all(low < year < high for year in dots.x)
