from dataclasses import replace

from rnnlab.lessons.look import Look
from scripts.lesson_acts import train

SENTENCE = "the tea (warm (and sweet) still) was good"


def type_nested(look: Look) -> Look:
    return replace(look, typed=SENTENCE)


ACTS = {"finds": train(), "nested": type_nested, "levels": train()}
