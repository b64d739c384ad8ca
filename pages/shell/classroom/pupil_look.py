"""What a pupil is called, and what his line looks like: the same wherever he is shown."""

from rnnlab.figures.style import DASHES
from rnnlab.i18n import Translate
from rnnlab.rooms.room import COLOURS, Pupil

# In the order of their names, `room.colour.0` and on. Each is seen on the light and on the dark ground.
HUES = ("#d92d2d", "#d97300", "#a08a00", "#2e9b3f", "#0f9c9c", "#2f7de8", "#a455d6", "#7f868f")


def name_of(pupil: Pupil, t: Translate) -> str:
    """A colour and an animal."""
    return t("room.name", colour=t(f"room.colour.{pupil.colour}"), animal=t(f"room.animal.{pupil.animal}"))


def line_of(pupil: Pupil) -> dict[str, str]:
    """Its `hue` is that of his name; by its `dash` it differs from those of the others of this colour."""
    return {"hue": HUES[pupil.colour], "dash": DASHES[pupil.number // COLOURS % len(DASHES)]}
