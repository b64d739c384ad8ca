"""A learning rate that changes while a run goes on, as text: `40:0.001 70:0.0001`, after so many epochs that rate."""

import math
import re
import unicodedata

from rnnlab.experiment.limits import BOUNDS, RATE_CHANGES
from rnnlab.i18n import LabError, Problem, numeral, shorten

APART = re.compile(r"[\s,;]+")
PAIR = re.compile(r"([0-9]{1,4}):(.+)")


def changes_of(text: str) -> dict[int, float]:
    """Rates by the number of epochs that are done when they come into force, in order. Raises LabError."""
    changes: dict[int, float] = {}
    plain = unicodedata.normalize("NFKC", text)  # Chinese signs and wide digits are as good as others
    for said in filter(None, APART.split(re.sub(r"\s*:\s*", ":", plain))):
        epoch, rate = read(said)
        if not (1 <= epoch <= BOUNDS["epochs"][1] and BOUNDS["lr"][0] <= rate <= BOUNDS["lr"][1]) or epoch in changes:
            epochs, low, high = (numeral(limit) for limit in (BOUNDS["epochs"][1], *BOUNDS["lr"]))
            values = {"value": shorten(said), "epochs": epochs, "low": low, "high": high}
            raise LabError(Problem("lr_changes", "lr_changes", values))
        changes[epoch] = rate
    if len(changes) > RATE_CHANGES:
        raise LabError(Problem("lr_changes_many", "lr_changes", {"value": len(changes), "limit": RATE_CHANGES}))
    return dict(sorted(changes.items()))


def read(said: str) -> tuple[int, float]:
    """What stands left and right of the colon; nan where that is no rate."""
    match = PAIR.fullmatch(said)
    try:
        return (int(match[1]), float(match[2])) if match else (0, math.nan)
    except ValueError:
        return 0, math.nan


def to_text(changes: dict[int, float]) -> str:
    return " ".join(f"{epoch}:{rate!r}" for epoch, rate in changes.items())
