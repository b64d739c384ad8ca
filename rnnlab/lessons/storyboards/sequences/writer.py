"""A network that writes: how its next character is drawn, and when it copies what it has read."""

from dataclasses import replace
from functools import partial
from math import log2
from typing import Any

from rnnlab.engine import jobs
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.generation import Generation, Settings
from rnnlab.records.history import Checkpoint

GREEDY = Settings(temperature=0.0)
HOT = 1.5  # a temperature, at least
BOUNDS = {"few": 10, "some": 50}  # characters, at most; else many
YOUNG = 5  # epochs
PROMPT = 8  # tokens of the line shown, where the reader has written no other prompt


def written(look: Look, checkpoint: Checkpoint, settings: Settings) -> Generation | None:
    """How the reader's prompt goes on with these weights."""
    o = look.opening
    prompt = look.writing[0] if look.writing else o.joiner.join(o.probe[:PROMPT])
    found = look.ask(jobs.samples, look.experiment, (checkpoint,), prompt, settings)
    return found[0] if found else None


def at_the_end(look: Look, settings: Settings) -> Generation | None:
    assert look.history is not None
    return written(look, look.history.checkpoints[-1], settings)


def settings_of(look: Look) -> Settings:
    return look.writing[1] if look.writing else Settings()


def untrained(look: Look) -> Generation | None:
    assert look.history is not None
    return written(look, look.history.checkpoints[0], Settings())


def bits(look: Look) -> tuple[float, ...] | None:
    """The mean entropy of what the network expects before training."""
    found = untrained(look)
    return None if found is None else (round(float(found.entropy[:, 0].mean()), 2),)


def characters(look: Look) -> dict[str, Any]:
    return {"types": len(look.opening.classes)}


def most_bits(look: Look) -> dict[str, Any]:
    return characters(look) | {"most": f"{log2(len(look.opening.classes)):.2f}"}


def amount(copied: int) -> str:
    return next((name for name, bound in BOUNDS.items() if copied <= bound), "many")


def copied_greedily(look: Look) -> str | None:
    found = at_the_end(look, GREEDY)
    return None if found is None else amount(found.copied)


def how_it_writes(look: Look, settings: Settings) -> dict[str, Any]:
    found = at_the_end(look, settings)
    return {"copied": found.copied, "length": len(found.ids)} if found else {}


def with_heat(look: Look) -> str | None:
    hot, greedy = at_the_end(look, settings_of(look)), at_the_end(look, GREEDY)
    if hot is None or greedy is None:
        return None
    return "longer" if hot.copied > greedy.copied else "shorter" if hot.copied < greedy.copied else "same"


def both(look: Look) -> dict[str, Any]:
    hot, greedy = at_the_end(look, settings_of(look)), at_the_end(look, GREEDY)
    if hot is None or greedy is None:
        return {}
    return {"temperature": f"{settings_of(look).temperature:g}", "hot": hot.copied, "greedy": greedy.copied}


def same_text(look: Look) -> str | None:
    """Whether what is written as the reader has set it is what is written greedily."""
    one, greedy = at_the_end(look, settings_of(look)), at_the_end(look, GREEDY)
    return None if one is None or greedy is None else "yes" if one.ids.tolist() == greedy.ids.tolist() else "no"


def copied_early(look: Look) -> str | None:
    found = written(look, look.checkpoint, settings_of(look))
    return None if found is None else amount(found.copied)


def then_and_now(look: Look) -> dict[str, Any]:
    early, late = written(look, look.checkpoint, settings_of(look)), at_the_end(look, settings_of(look))
    if early is None or late is None:
        return {}
    return {"epoch": look.checkpoint.epoch, "early": early.copied, "late": late.copied}


def is_written(look: Look) -> bool:
    """Whether the page shows what a trained network writes."""
    return look.trained and look.writing is not None


def writes_early(look: Look) -> bool:
    """Whether it shows what it wrote when it was young, drawn as the page draws at first."""
    drawn = replace(settings_of(look), draw=Settings.draw, length=Settings.length)
    return is_written(look) and drawn == Settings() and look.epoch == YOUNG


on_page = partial(LessonStep, page="generate")

LESSON = Lesson(
    id="writer",
    minutes=15,
    preset="writer",
    optional=True,
    steps=(
        on_page(
            "blind",
            question=Numbers(bits, within=0.25),
            show="written",
            veiled=True,
            fields={},
            given=characters,
            tells=most_bits,
        ),
        on_page(
            "greedy",
            question=Options((*BOUNDS, "many"), copied_greedily),
            trains=True,
            done=lambda look: is_written(look) and settings_of(look).temperature == 0,
            show="written",
            tells=lambda look: how_it_writes(look, GREEDY),
        ),
        on_page(
            "hot",
            question=Options(("longer", "same", "shorter"), with_heat),
            done=lambda look: is_written(look) and settings_of(look).temperature >= HOT,
            show="written",
            tells=both,
        ),
        on_page(
            "top-k",
            question=Options(("yes", "no"), same_text),
            done=lambda look: is_written(look) and settings_of(look).top_k == 1,
            show="written",
            tells=both,
        ),
        on_page(
            "copies",
            question=Options((*BOUNDS, "many"), copied_early),
            done=writes_early,
            show="written",
            tells=then_and_now,
        ),
        # Of a short text, too, windows can be cut, and nothing is left over at its end.
        ended("generate", fields={"window": 8, "stride": 1}),
    ),
)
