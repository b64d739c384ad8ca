from dataclasses import replace

from rnnlab.lessons.look import Look
from rnnlab.records.trace import Intervention


def read_another_word(look: Look) -> Look:
    other = len(look.opening.vocabulary) - 1
    return replace(look, interventions=(Intervention("token", float(other), step=0),))


ACTS = {"travels": read_another_word}
