"""What a part, layer and direction of a network is called."""

from rnnlab.i18n import Translate
from rnnlab.records.history import Opening, Part


def place_name(part: Part, layer: int, direction: int, o: Opening, t: Translate) -> str:
    """What a part, layer and direction is called: no more of it than tells it from the others."""
    e = o.experiment
    said = [t(f"module.{part.name}")] if len(o.parts) > 1 else []
    if e.layers > 1 or (e.bidirectional and not said):
        said.append(str(layer + 1))
    return " ".join(said + (["←" if direction else "→"] if e.bidirectional else []))
