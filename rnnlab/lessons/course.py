"""The course: its lessons in the order in which they are read."""

from rnnlab.lessons.lesson import Lesson
from rnnlab.lessons.storyboards.networks import (
    beginnings,
    four_moves,
    learning_rates,
    ohlol,
    one_step,
    same_weights,
    shapes,
    tokens,
    zeros,
)
from rnnlab.lessons.storyboards.sequences import (
    attention,
    brackets,
    directions,
    forgetting,
    gates,
    numbers,
    own_data,
    packing,
    writer,
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
    writer,
    brackets,
)

LESSONS: dict[str, Lesson] = {module.LESSON.id: module.LESSON for module in STORYBOARDS}
