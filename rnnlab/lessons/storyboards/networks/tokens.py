"""From a sentence to the rows of numbers that a network reads: tokens, types, ids, an embedding."""

from typing import Any

import numpy as np

from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.lessons.answers import id_of
from rnnlab.lessons.lesson import SHAPE, Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.text.segmentation import Segmentation

WORDS = Experiment(preset="words-next").text.split()
TEXT = "".join(WORDS)  # for every reader: what is split here are words that no space separates
WAYS = ("words", "chars", "jieba")
WORD, ADDED = WORDS[3], "".join(WORDS[3:])
SHOWN = 240  # tokens of each way, as the page Text asks for: what it was answered is at hand


def cuts(look: Look) -> dict[str, Segmentation] | None:
    e = look.form or look.experiment
    return look.ask(jobs.segmentations, e, e.tokenizer, SHOWN)


def tokens_each_way(look: Look) -> tuple[float, ...] | None:
    found = cuts(look)
    return tuple(found[way].tokens for way in WAYS) if found else None


def pieces(look: Look) -> dict[str, Any]:
    found = cuts(look)
    return {way: found[way].tokens for way in WAYS} | {"types": found["chars"].types} if found else {}


def jieba_numbers(look: Look) -> dict[str, Any]:
    found = cuts(look)
    return {"tokens": found["jieba"].tokens, "types": found["jieba"].types} if found else {}


def jieba_chosen(look: Look) -> bool:
    return look.form is not None and look.form.tokenizer == "jieba"


def word_taught(look: Look) -> bool:
    return look.form is not None and jieba_chosen(look) and ADDED in look.form.added_words


def tokens_of(look: Look) -> dict[str, Any]:
    return {"tokens": " · ".join(look.opening.probe), "word": WORD}


def id_of_word(look: Look) -> tuple[float, ...] | None:
    found = id_of(look, WORD)
    return None if found is None else (found,)


def ids_before(look: Look) -> dict[str, Any]:
    found = id_of(look, WORD)
    return {"word": WORD, "id": found, "before": " · ".join(look.opening.vocabulary[:found])}


def matrix(look: Look) -> tuple[float, ...]:
    return len(look.opening.vocabulary), look.experiment.embed


def matrix_numbers(look: Look) -> dict[str, Any]:
    rows, columns = matrix(look)
    return {"rows": rows, "columns": columns, "tokens": len(look.opening.probe)}


def tokens_then(look: Look) -> tuple[float, ...] | None:
    found = cuts(look)
    return (found["jieba"].tokens,) if found else None


def cut_then(look: Look) -> dict[str, Any]:
    found = cuts(look)
    if not found:
        return {}
    return {
        "cut": " · ".join(found["jieba"].lines[0]),
        "tokens": found["jieba"].tokens,
        "before": len(look.opening.probe),
    }


def numbered(look: Look) -> dict[str, Any]:
    return {"tokens": " · ".join(f"{id} {token}" for id, token in enumerate(look.opening.vocabulary))}


def moved(look: Look) -> np.ndarray:
    """The largest change of any number in each row of the embedding, from before training to its end: [id]."""
    assert look.history is not None
    size = len(look.opening.vocabulary) * look.experiment.embed  # the weights begin with it
    first, last = (
        np.frombuffer(look.history.checkpoints[at].weights, np.float32)[:size].reshape(-1, look.experiment.embed)
        for at in (0, -1)
    )
    return np.abs(last - first).max(axis=1)


def row_that_stays(look: Look) -> str | None:
    still = np.flatnonzero(moved(look) == 0.0)
    return str(still[0]) if len(still) == 1 else None


def how_far(look: Look) -> dict[str, Any]:
    changes = moved(look)
    still = int(changes.argmin())
    others = np.delete(changes, still)
    return {
        "row": still,
        "token": look.opening.vocabulary[still],
        "still": f"{changes[still]:g}",
        "least": f"{others.min():.2f}",
        "most": f"{others.max():.2f}",
    }


def taught_and_trained(look: Look) -> bool:
    return look.trained and look.experiment.text == TEXT and ADDED in look.experiment.added_words


LESSON = Lesson(
    id="tokens",
    minutes=15,
    preset="words-next",
    fields={"text": TEXT, "tokenizer": "chars"},
    steps=(
        LessonStep(
            "pieces",
            "text",
            Numbers(tokens_each_way, WAYS),
            show="cuts",
            veiled=True,
            part="cut",
            fields={},
            given=lambda _: {"text": TEXT},
            tells=pieces,
        ),
        LessonStep("choose", "text", done=jieba_chosen, show="cuts", part="cut", tells=jieba_numbers),
        LessonStep(
            "id",
            "text",
            Numbers(id_of_word),
            show="cuts",  # not the vocabulary, which gives the answer
            part="cut",
            fields={"tokenizer": "jieba"},
            given=tokens_of,
            tells=ids_before,
        ),
        LessonStep(
            "matrix",
            "text",
            Numbers(matrix, SHAPE),
            show="embedding",
            veiled=True,
            part="words",
            given=lambda look: {"embed": look.experiment.embed},
            tells=matrix_numbers,
        ),
        LessonStep(
            "teach",
            "text",
            Numbers(tokens_then),
            done=word_taught,
            show="cuts",
            part="cut",
            given=lambda _: {"word": ADDED},
            tells=cut_then,
        ),
        LessonStep(
            "row",
            "text",
            Options(("0", "1", "2", "3"), row_that_stays),
            done=taught_and_trained,
            show="embedding",
            part="words",
            fields={"tokenizer": "jieba", "words": ADDED},
            given=numbered,
            tells=how_far,
        ),
        ended("text"),
    ),
)
