"""The reader's own lines: what a classifier has never been taught, what guessing would score, what it gets wrong."""

from dataclasses import replace
from typing import Any

from rnnlab.i18n import percent
from rnnlab.lessons.answers import otherwise
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, always, ended
from rnnlab.lessons.look import Look
from rnnlab.records.opening import Line

LINES = 12  # at least, of the reader's own
UNKNOWN = "hello world"  # two words that no line has, in either language
VERDICTS = ("bad", "good")  # the classes of the example, which begins with a bad review


def sentence_read(look: Look) -> bool:
    """Whether a sentence of the reader's, of words that the lesson's example has, is the line shown once it is trained:
    typed without its spaces it would be one unknown word."""
    e, o = look.experiment, look.opening
    asked = look.trained and look.newest.held_out is not None and bool(e.sentence.strip())
    return asked and e.text in look.lesson_texts and {*o.probe} <= {*o.vocabulary}


def verdict(look: Look) -> str | None:
    return VERDICTS[int(look.newest.top_classes[-1, 0])] if look.experiment.text in look.lesson_texts else None


def how_sure(look: Look) -> dict[str, Any]:
    unknown = otherwise(look, sentence=UNKNOWN)  # another line to look at changes no weight
    read = unknown.frames[-1] if unknown else None
    return {
        "unknown": UNKNOWN,
        "label": unknown.opening.classes[read.top_classes[-1, 0]] if unknown and read else "…",
        "anyway": f"{read.top_probabilities[-1, 0]:.1%}" if read else "…",
        "sentence": look.experiment.sentence,
        "sure": f"{look.newest.top_probabilities[-1, 0]:.1%}",
        "score": score(look),
    }


def score(look: Look) -> str:
    """On the test lines."""
    assert look.newest.held_out is not None
    return f"{look.newest.held_out.score:.0%}"


def own_lines(look: Look) -> bool:
    """Whether enough labelled lines of the reader's own, with two labels or more, are what is open."""
    if look.history is None:
        return False
    there = what_there_is(look)
    return there["lines"] >= LINES and there["labels"] > 1


def what_there_is(look: Look) -> dict[str, int]:
    """How many labelled lines of the reader's own are open, and with how many labels."""
    o = look.opening
    own = o.experiment.task == "classify" and o.experiment.text not in look.lesson_texts
    return {"lines": o.sequences + o.held_out_count if own else 0, "labels": len(o.classes) if own else 0}


def majority(look: Look) -> tuple[float, ...] | None:
    """In percent of the lines trained on."""
    found = look.opening.majority
    return (round(100 * found.share, 1),) if found and own_lines(look) else None


def own(look: Look) -> dict[str, Any]:
    """Of the lines trained on; nothing where they are not the reader's."""
    return {"lines": look.opening.sequences, "labels": len(look.opening.classes)} if own_lines(look) else {}


def most_frequent(look: Look) -> dict[str, Any]:
    found = look.opening.majority
    return {"label": look.opening.classes[found.answer[0]], "share": percent(found.share, 1)} if found else {}


def tested(look: Look) -> bool:
    return (
        look.trained and own_lines(look) and look.newest.held_out is not None and look.opening.held_majority is not None
    )


def above(look: Look) -> str | None:
    held, guess = look.newest.held_out, look.opening.held_majority
    return ("yes" if held.score > guess.share else "no") if held and guess else None


def scores(look: Look) -> dict[str, Any]:
    held, guess, count = look.newest.held_out, look.opening.held_majority, look.opening.held_out_count
    if held is None or guess is None:
        return {}
    return {"score": f"{held.score:.0%}", "guess": f"{guess.share:.0%}", "lines": count, "one": f"{1 / count:.0%}"}


def judged(look: Look) -> tuple[list[Line], list[Line]]:
    """The test lines that are judged wrong, and those that are judged right."""
    held = look.newest.held_out
    pairs = list(zip(look.opening.held_out, held.predictions, strict=True)) if held else []
    wrong = [line for line, said in pairs if int(said[0]) != line.targets[0]]
    return wrong, [line for line, said in pairs if int(said[0]) == line.targets[0]]


def with_unknown(look: Look, lines: list[Line]) -> int:
    """How many hold a word that no training line has."""
    known = set(look.opening.vocabulary)
    return sum(any(token not in known for token in line.tokens) for line in lines)


def unknown_in_all(look: Look) -> tuple[float, ...] | None:
    return (sum(with_unknown(look, lines) for lines in judged(look)),) if tested(look) else None


def wrong_lines(look: Look) -> dict[str, Any]:
    if not tested(look):
        return {}
    wrong, right = judged(look)
    return {"wrong": len(wrong), "lines": len(wrong) + len(right)}


def unknown_words(look: Look) -> dict[str, Any]:
    wrong, right = judged(look)
    return {
        "wrong": len(wrong),
        "right": len(right),
        "unknown": with_unknown(look, wrong),
        "others": with_unknown(look, right),
    }


def before(look: Look) -> Look:
    """What was trained when the reader's lines were first tested on, as it was then."""
    return replace(look, history=look.earlier.get("tested"))


def changed(look: Look) -> bool:
    """Whether something that decides what is learnt was changed, and trained with."""
    if not tested(look):
        return False
    old, new = before(look).experiment, look.experiment
    return old.model_copy(update={"sentence": new.sentence, "probe": new.probe, "seed": new.seed}) != new


def both_scores(look: Look) -> dict[str, Any]:
    return {"score": score(look), "before": score(before(look))}


LESSON = Lesson(
    id="own-data",
    minutes=20,
    preset="text-classification",
    steps=(
        LessonStep(
            "not",
            "results",
            Options(VERDICTS, verdict),
            done=sentence_read,
            show="prefixes",
            fields={},
            tells=how_sure,
        ),
        LessonStep("paste", "data", done=own_lines, show="data-own", given=what_there_is, tells=what_there_is),
        LessonStep(
            "guess",
            "data",
            Numbers(majority, within=1.0),
            done=always,
            show="data-at-hand",
            given=own,
            tells=most_frequent,
            needs={"paste": own_lines},
        ),
        LessonStep(
            "tested",
            "results",
            Options(("yes", "no"), above),
            done=tested,
            show="curves",
            tells=scores,
            needs={"paste": own_lines},
        ),
        LessonStep(
            "wrong",
            "results",
            Numbers(unknown_in_all),
            show="judged",
            given=wrong_lines,
            tells=unknown_words,
            needs={"paste": own_lines, "tested": tested},
        ),
        LessonStep(
            "again",
            "results",
            done=changed,
            show="judged",
            tells=both_scores,
            needs={"paste": own_lines, "tested": lambda look: tested(before(look))},
        ),
        ended("results"),
    ),
)
