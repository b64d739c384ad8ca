"""The course: its lessons in the order in which they are read."""

from rnnlab.lessons.lesson import Lesson
from rnnlab.lessons.storyboards import four_moves, gates

LESSONS: dict[str, Lesson] = {lesson.id: lesson for lesson in (four_moves.LESSON, gates.LESSON)}
