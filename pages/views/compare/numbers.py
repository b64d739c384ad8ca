"""How a race's numbers are written: losses, shares, and a score beside its level."""

from rnnlab import i18n
from rnnlab.i18n import Translate
from rnnlab.races.record import Record


def percent(share: float) -> str:
    return i18n.percent(share, 1)


def points(value: float) -> str:
    """A difference of two shares, in percentage points."""
    rounded = round(100 * value, 1)
    return f"{rounded:+.3g}".replace("-", "−") if rounded else "0"


def beside_level(run: Record, score: float, t: Translate) -> str:
    """A score on held-out lines, with what the most frequent answer alone scores on these very lines."""
    return t("race.score", score=percent(score), level=percent(run.held_majority))
