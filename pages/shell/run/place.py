"""What a place in a network is called."""

from rnnlab.i18n import Translate
from rnnlab.records.opening import Opening, Place


def place_name(place: Place, o: Opening, t: Translate) -> str:
    """What a place is called: no more of it than tells it from the others."""
    e = o.experiment
    words = [t(f"module.{place.part}")] if len(o.parts) > 1 else []
    if e.layers > 1 or (e.bidirectional and not words):
        words.append(str(place.layer + 1))
    return " ".join(words + (["←" if place.direction else "→"] if e.bidirectional else []))
