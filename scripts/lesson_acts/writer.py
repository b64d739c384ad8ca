from dataclasses import replace
from typing import Any

from rnnlab.lessons.look import Look
from rnnlab.records.generation import Settings
from scripts.lesson_acts import Act, look_at, one_by_one, train


def draw(**settings: Any) -> Act:
    """Set how the text is drawn; the prompt stays."""

    def act(look: Look) -> Look:
        o = look.opening
        return replace(look, writing=(o.joiner.join(o.probe[:8]), Settings(**settings)))

    return act


ACTS = {
    "greedy": one_by_one(train(), draw(temperature=0.0)),
    "hot": draw(temperature=2.0),
    "top-k": draw(temperature=2.0, top_k=1),
    "copies": one_by_one(draw(), look_at(None, 5)),
}
