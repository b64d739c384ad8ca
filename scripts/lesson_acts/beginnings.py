from dataclasses import replace

from rnnlab.lessons.look import Look
from rnnlab.presets.eliza import fitting, load_script
from scripts.lesson_acts import look_at, train

SENTENCE = "My mother says I am always late"


def say(look: Look) -> Look:
    return replace(look, rules=tuple(place + 1 for place in fitting(load_script("en"), SENTENCE)))


ACTS = {"rules": say, "features": look_at(6), "networks": train()}
