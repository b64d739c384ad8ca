from dataclasses import replace

from rnnlab.lessons.look import Look
from scripts.lesson_acts import look_at, race, train, trained


def other_cells(look: Look) -> Look:
    """Wait until they are trained."""
    e = look.experiment
    others = {cell: trained(e.model_copy(update={"cell": cell})) for cell in ("lstm", "gru")}
    return replace(look, others=others)


ACTS = {
    "not-solved": train(),
    "flattest": other_cells,
    "gates-learn": look_at(None, 0),
    "shorter": train(),
    "nine-runs": race(3, cell=("rnn", "lstm", "gru")),
}
