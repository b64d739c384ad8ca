"""How an opened cell is drawn: its values as strips in three columns and five lines, the wires between them, and the
signs where wires meet. Pixels, from the top left; drawn for the forward direction, of which the backward one is the
mirror image.
"""

from dataclasses import dataclass

WIDTH, HEIGHT, STRIP = 656, 278, 150  # of the picture, and of a strip
LEFT, MIDDLE, RIGHT = 10, 206, WIDTH - STRIP - 10  # where the columns begin
LEFT_END, MIDDLE_END = LEFT + STRIP, MIDDLE + STRIP
Y = tuple(33 + 54 * line for line in range(5))  # the middle of the strips of each line; their titles stand above
MEET = MIDDLE_END + 32  # where gates meet the state
BEYOND = 30  # from a strip's middle up to where its title begins


@dataclass(frozen=True)
class Strip:
    name: str  # "x", "h0" or "c0" (a state as it was), a value of the step, or one of the cell's `parts`
    left: int
    line: int


@dataclass(frozen=True)
class Wire:
    """A line through these points, with an arrow's head at its end unless wires branch off from it. `ink` is the name
    of the value that it carries, whose colour it has; "" for none."""

    ink: str
    points: tuple[tuple[int, int], ...]
    head: bool = True


@dataclass(frozen=True)
class Sign:
    x: int
    y: int
    text: str  # "+", "⊙", "1−", "tanh"; "squash" for tanh or ReLU, whichever was chosen


@dataclass(frozen=True)
class Drawing:
    strips: tuple[Strip, ...]  # from the first that is computed to the last: on a narrow screen one below the other
    wires: tuple[Wire, ...]
    signs: tuple[Sign, ...]


def arrow(ink: str, *points: tuple[int, int]) -> Wire:
    return Wire(ink, points)


def line(ink: str, *points: tuple[int, int]) -> Wire:
    return Wire(ink, points, head=False)
