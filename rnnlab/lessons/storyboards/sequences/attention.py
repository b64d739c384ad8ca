"""From one sequence to another: what a single state must hold, what a decoder is given, and where attention looks."""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import exp, prod
from typing import Any

import numpy as np

from rnnlab.analysis.seq2seq_frames import beams_of, greedy_score, source_of, target_of
from rnnlab.lessons.answers import nearest
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look

STATES = ("h_n", "c_n")  # of the encoder, which the decoder begins with
PARTS = ("weekday", "month", "day", "year")  # of a date as it is read
SHARES = ("0", "0.5", "1")  # of the test lines
NUMBERS: dict[str, Any] = {"preset": "seq2seq", "epochs": 6}
DATES: dict[str, Any] = {"preset": "attention", "epochs": 12}


def handed_over(look: Look) -> tuple[float, ...]:
    """How many numbers the decoder begins with, for each line."""
    shapes = [shape for shape in look.opening.shapes if shape.name in STATES]
    return (
        sum(prod(size for size, axis in zip(one.shape, one.axes, strict=True) if axis != "batch") for one in shapes),
    )


def what_is_read(look: Look) -> dict[str, Any]:
    source = source_of(look.opening)
    return {"source": " ".join(source), "words": len(source), "hidden": look.experiment.hidden}


def score(look: Look) -> float | None:
    """The share of test lines that the newest weights write right by themselves."""
    held = look.newest.held_out
    return held.score if held else None


def scored(look: Look) -> dict[str, Any]:
    return {"epochs": look.epochs, "score": f"{score(look):.0%}"}


def at(look: Look, step: str) -> Look:
    """What was trained at an earlier step, as it was then."""
    return replace(look, history=look.earlier.get(step))


def compared(look: Look) -> str | None:
    now, before = score(look), score(at(look, "forced"))
    return None if now is None or before is None else "more" if now > before else "fewer" if now < before else "same"


def both(look: Look, step: str) -> dict[str, Any]:
    return scored(look) | {"before": scored(at(look, step))["score"]}


def trained_with(look: Look, attention: bool, **fields: Any) -> bool:
    """Whether what is shown is trained so, and was tested."""
    if not look.trained or score(look) is None:
        return False
    e = look.experiment
    fits = e.task == "seq2seq" and (e.attention != "none") is attention
    return fits and all(getattr(e, name) == value for name, value in fields.items())


def untrained_weight(look: Look) -> tuple[float, ...] | None:
    """The mean attention weight before training."""
    weights = look.history.frames[0].task_arrays.get("free_weights") if look.history else None
    return None if weights is None else (round(float(weights.mean()), 4),)


def untrained_weights(look: Look) -> dict[str, Any]:
    assert look.history is not None
    weights = look.history.frames[0].task_arrays["free_weights"]
    least, most = float(weights.min()), float(weights.max())
    return {"least": f"{least:.3f}", "most": f"{most:.3f}", "tokens": weights.shape[1]}


def date(look: Look) -> dict[str, Any]:
    """The line shown, if it is a date of four words to be written as year, month and day."""
    o = look.opening
    source, target = source_of(o), "".join(o.classes[id] for id in target_of(o)[:-1])
    fits = len(words_of(source)) == len(PARTS) and len(target.split("-")) == 3 and look.experiment.attention != "none"
    return {"source": "".join(source), "target": target, "month": target.split("-")[1]} if fits else {}


def words_of(source: tuple[str, ...]) -> list[slice]:
    """Where the words of a date written in characters stand, without what parts them."""
    ends = [-1, *(place for place, token in enumerate(source) if not token.isalnum()), len(source)]
    return [slice(before + 1, end) for before, end in pairwise(ends) if end > before + 1]


def month_weights(look: Look) -> np.ndarray | None:
    """Attention to each word of the source while the month is written, summed over its digits: [word]."""
    shown = date(look)
    if not shown or "weights" not in look.newest.task_arrays:
        return None
    start = shown["target"].index("-") + 1
    rows = look.newest.task_arrays["weights"][start : start + len(shown["month"])]
    return np.array([rows[:, word].sum() / len(rows) for word in words_of(source_of(look.opening))])


def looked_at(look: Look) -> str | None:
    found = month_weights(look)
    return None if found is None else PARTS[int(found.argmax())]


def how_much(look: Look) -> dict[str, Any]:
    found = month_weights(look)
    return {} if found is None else {"share": f"{found.max():.0%}"}


def elsewhere(look: Look) -> dict[str, Any]:
    """The first character that the network writes while it looks most at another one."""
    arrays, o = look.newest.task_arrays, look.opening
    if "free_weights" not in arrays or not look.trained:
        return {}
    source, target = source_of(o), target_of(o)
    for place, (id, row) in enumerate(zip(arrays["free"].tolist(), arrays["free_weights"], strict=True)):
        written, looked = o.classes[id], source[int(row.argmax())]
        if id >= o.class_specials and written != looked:
            text = "".join(o.classes[one] for one in arrays["free"] if one >= o.class_specials)
            right = place < len(target) and target[place] == id
            return {
                "row": place + 1,
                "written": written,
                "looked": looked,
                "weight": f"{row.max():.2f}",
                "line": text,
                "right": int(right),
            }
    return {}


def mistaken(look: Look) -> str | None:
    found = elsewhere(look)
    return None if not found else "no" if found["right"] else "yes"


def share_right(look: Look) -> str | None:
    found = score(look)
    return None if found is None else nearest(SHARES, found)


def same_text(look: Look) -> str | None:
    arrays = look.newest.task_arrays
    if "beams" not in arrays:
        return None
    return "same" if beams_of(look.newest)[0].tolist() == arrays["free"].tolist() else "other"


def hypotheses(look: Look) -> dict[str, Any]:
    o, frame = look.opening, look.newest
    greedy, best = frame.task_arrays["free"].tolist(), beams_of(frame)[0].tolist()
    return {
        "greedy": o.joiner.join(o.classes[id] for id in greedy if id >= o.class_specials),
        "chance": f"{exp(greedy_score(frame)):.3f}",
        "best": o.joiner.join(o.classes[id] for id in best if id >= o.class_specials),
        "likelier": f"{exp(float(frame.task_arrays['beam_scores'][0])):.3f}",
    }


on_page = partial(LessonStep, page="results")

LESSON = Lesson(
    id="attention",
    minutes=25,
    preset="attention",
    steps=(
        on_page(
            "one-state",
            question=Numbers(handed_over),
            show="decoding",
            fields=NUMBERS | {"teacher": 1.0},
            given=what_is_read,
            tells=what_is_read,
        ),
        on_page(
            "forced",
            done=lambda look: trained_with(look, False, teacher=1.0),
            show="curves",
            tells=scored,
        ),
        on_page(
            "free",
            question=Options(("more", "same", "fewer"), compared),
            done=lambda look: trained_with(look, False, teacher=0.0),
            show="curves",
            fields=NUMBERS | {"teacher": 0.0},
            needs={"forced": lambda look: trained_with(at(look, "forced"), False, teacher=1.0)},
            tells=lambda look: both(look, "forced"),
        ),
        on_page(
            "before",
            question=Numbers(untrained_weight, within=0.01),
            show="alignment",
            veiled=True,
            fields=DATES,
            given=date,
            tells=untrained_weights,
        ),
        on_page(
            "looks",
            question=Options(PARTS, looked_at),
            trains=True,
            done=lambda look: trained_with(look, True),
            show="alignment",
            given=date,
            tells=how_much,
        ),
        on_page(
            "mistaken", question=Options(("yes", "no"), mistaken), show="alignment", given=elsewhere, tells=elsewhere
        ),
        on_page(
            "without",
            question=Options(SHARES, share_right),
            done=lambda look: trained_with(look, False),
            show="curves",
            fields=DATES | {"attention": "none"},
            needs={"looks": lambda look: trained_with(at(look, "looks"), True)},
            tells=lambda look: both(look, "looks"),
        ),
        on_page(
            "beam",
            question=Options(("same", "other"), same_text),
            done=lambda look: trained_with(look, False) and look.experiment.beam > 1,
            show="hypotheses",
            tells=hypotheses,
        ),
        ended("results", fields={"preset": "attention", "data": "text"}),
    ),
)
