from rnnlab.lessons.look import Look
from rnnlab.records.trace import Intervention
from scripts.lesson_acts import change, train


def write_twice(look: Look) -> Look:
    return train(text=f"{look.experiment.text} {look.experiment.text}")(look)


ACTS = {
    "twice": write_twice,
    "hidden-weight": change(Intervention("weight", 3.0, "weight_hh", unit=0, column=1)),
    "input-weight": change(Intervention("weight", 3.0, "weight_ih", unit=0, column=1)),
    "missing": change(Intervention("off", unit=0)),
    "two-answers": train(),
}
