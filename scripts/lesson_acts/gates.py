from rnnlab.records.trace import Intervention
from scripts.lesson_acts import change, look_at

ACTS = {
    "forget-gate": look_at(9),
    "forgets": change(Intervention("gate", 0.0, "f")),
    "keeps-all": change(Intervention("gate", 1.0, "f")),
    "copies": change(Intervention("gate", 1.0, "z")),
    "never-copies": change(Intervention("gate", 0.0, "z")),
}
