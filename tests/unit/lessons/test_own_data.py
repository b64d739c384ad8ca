"""What the lesson on one's own data says, against a plain LSTM that is given the weights of its runs, and lines counted
by hand."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from rnnlab.experiment import preset_texts
from rnnlab.lessons.course import LESSONS
from rnnlab.records.history import History
from scripts.lesson_acts.own_data import MORE, TEXT
from tests.support.walks import walked


@pytest.fixture(scope="module", params=["zh", "en"])
def in_a_language(request):
    return request.param, walked("own-data", request.param)


@torch.no_grad()
def judged(history: History, words: list[str]) -> torch.Tensor:
    """The probability of each class for a sentence: two layers, both directions, their final states."""
    o, e = history.opening, history.experiment
    embedding, linear = nn.Embedding(len(o.vocabulary), e.embed), nn.Linear(2 * e.hidden, len(o.classes))
    lstm = nn.LSTM(e.embed, e.hidden, 2, bidirectional=True, batch_first=True)
    numbers, at = torch.frombuffer(bytearray(history.checkpoints[-1].weights), dtype=torch.float32), 0
    for parameter in [*embedding.parameters(), *lstm.parameters(), *linear.parameters()]:
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    assert at == len(numbers)
    ids = [o.vocabulary.index(word) if word in o.vocabulary else 1 for word in words]  # 1: <unk>
    h_n = lstm(embedding(torch.tensor([ids])))[1][0]
    return linear(torch.cat([h_n[-2], h_n[-1]], dim=-1))[0].softmax(-1)


def wrong_and_right(history: History) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The test lines."""
    found = ([], [])
    for line in history.opening.held_out:
        found[int(judged(history, [*line.tokens]).argmax()) == line.targets[0]].append(line.tokens)
    return found


def score(history: History) -> str:
    wrong, right = wrong_and_right(history)
    return f"{len(right) / len(wrong + right):.0%}"


@pytest.mark.thorough
def test_what_it_was_not_taught(in_a_language):
    lang, steps = in_a_language
    history, told = steps["not"].after.history, steps["not"].late.tells["not"]
    sentence = {"zh": "电影 不 棒", "en": "the film was not great"}[lang]
    p = judged(history, sentence.split())
    known = {"sentence": sentence, "sure": f"{p.max():.1%}", "score": score(history)}
    assert not {"hello", "world"} & {*history.opening.vocabulary}
    q = judged(history, ["hello", "world"])  # by the same weights: a sentence that is looked at teaches nothing
    answer = history.opening.classes[q.argmax()]
    assert told == known | {"unknown": "hello world", "label": answer, "anyway": f"{q.max():.1%}"}
    assert steps["not"].late.found["not"] == ("bad", "good")[p.argmax()] == "good"
    text = preset_texts("text-classification")[lang]
    assert text.split(" | ")[0] == {"zh": "差评", "en": "bad"}[lang], "the first class is the bad one"
    assert len(text.splitlines()) == 200
    met = {word for line in text.splitlines() for word in line.partition(" | ")[2].split()}
    assert met.issuperset(sentence.split())
    turned = [line for line in text.splitlines() if {"not", "不"} & {*line.split()} and " do not " not in line]
    assert 0 < len(turned) < 10, "hardly any turns a word round"
    look = steps["not"].after
    unread = replace(look.history, opening=replace(history.opening, probe=(sentence.replace(" ", ""),)))
    done = LESSONS["own-data"].steps[0].done
    assert done(look)
    assert not done(replace(look, history=unread)), "without its spaces it is one unknown word"


def test_what_is_asked_of_lines_of_ones_own(in_a_language):
    _, steps = in_a_language
    late, history = steps["again"].late, steps["tested"].after.history
    lines = [(line.split(" | ")[0], tuple(line.partition(" | ")[2].split())) for line in TEXT.splitlines()]
    held = {line.tokens for line in history.opening.held_out}
    trained_on = [(label, words) for label, words in lines if words not in held]
    assert late.tells["paste"] == {"lines": 30, "labels": 2}
    suns = sum(label == "sun" for label, _ in trained_on) / len(trained_on)
    assert late.found["guess"] == (pytest.approx(100 * suns, abs=0.1),)
    assert late.tells["guess"] == {"label": "sun", "share": f"{suns:.1%}"}
    labels = {words: label for label, words in lines}
    most = max(sum(labels[words] == label for words in held) for label in ("sun", "rain")) / len(held)
    assert late.tells["tested"] == {
        "score": score(history),
        "guess": f"{most:.0%}",
        "lines": len(held),
        "one": f"{1 / len(held):.0%}",
    }
    wrong, right = wrong_and_right(history)
    assert late.found["tested"] == ("yes" if len(right) / len(held) > most else "no")
    met = {word for _, words in trained_on for word in words}
    counts = [sum(not met.issuperset(words) for words in some) for some in (wrong, right)]
    assert late.found["wrong"] == (sum(counts),)
    assert late.tells["wrong"] == {
        "wrong": len(wrong),
        "right": len(right),
        "unknown": counts[0],
        "others": counts[1],
    }
    again = steps["again"].after.history
    assert again.experiment.text == MORE
    assert late.tells["again"] == {"before": score(history), "score": score(again)}
