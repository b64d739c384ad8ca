"""The course: its lessons in the order in which they are read."""

from rnnlab.lessons.lesson import Lesson
from rnnlab.lessons.storyboards import (
    attention,
    beginnings,
    directions,
    forgetting,
    four_moves,
    gates,
    learning_rates,
    numbers,
    ohlol,
    one_step,
    own_data,
    packing,
    same_weights,
    shapes,
    tokens,
    zeros,
)

STORYBOARDS = (
    beginnings,
    tokens,
    one_step,
    same_weights,
    four_moves,
    shapes,
    ohlol,
    forgetting,
    gates,
    directions,
    packing,
    learning_rates,
    zeros,
    numbers,
    attention,
    own_data,
)

LESSONS: dict[str, Lesson] = {module.LESSON.id: module.LESSON for module in STORYBOARDS}
