"""Numbers in a sequence: what a squared error says, what it is to be measured by, and what can't be predicted."""

from typing import Any

import numpy as np

from rnnlab.experiment import Experiment
from rnnlab.lessons.answers import nearest
from rnnlab.lessons.lesson import Lesson, LessonStep, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.opening import NumberColumn

MEAN = ("0", "0.5", "1", "2")  # losses
REPEATED = ("0.001", "0.1", "0.5", "1")
FLOORS = ("0", "0.07", "0.25", "1")
MUCH = 10  # times as small a loss
PERIOD = 20  # numbers, of the examples' sine
FLAT = 0.4  # of the column's span: whoever spans less has died down
ROUGH = 0.85  # of the column's mean turn: whoever turns more is as restless


def column(look: Look) -> NumberColumn:
    found = look.opening.column
    assert found is not None
    return found


def standard(look: Look) -> np.ndarray:
    return np.array(column(look).standard)


def held_loss(look: Look) -> float:
    """Of the newest frame, on the end of the column."""
    held = look.newest.held_out
    assert held is not None
    return held.loss


def mean_loss(look: Look) -> float:
    """Of whoever always says the mean of what is trained on, there."""
    return float(np.mean(standard(look)[: column(look).trained] ** 2))


def of_mean(look: Look) -> dict[str, Any]:
    found = column(look)
    return {"loss": f"{mean_loss(look):.3f}", "mean": f"{abs(found.mean):.2f}", "deviation": f"{found.deviation:.3f}"}


def of_repeat(look: Look) -> dict[str, Any]:
    found = column(look)
    root = found.held_repeat_loss**0.5
    return {"loss": f"{found.held_repeat_loss:.4f}", "root": f"{root:.2f}", "units": f"{root * found.deviation:.2f}"}


def beaten(look: Look) -> str | None:
    times = column(look).held_repeat_loss / held_loss(look)
    return "much" if times >= MUCH else "some" if times > 1 else "no"


def of_beaten(look: Look) -> dict[str, Any]:
    level, loss = column(look).held_repeat_loss, held_loss(look)
    return {"loss": f"{loss:.2g}", "level": f"{level:.4f}", "times": f"{level / loss:.0f}"}


def errors(look: Look) -> tuple[float, float]:
    """How far off it is over the end of the column, as the root of a mean square in the column's own units: one step
    ahead, and by itself."""
    found, arrays = column(look), look.newest.task_arrays
    true = np.array(found.numbers[found.trained :])
    said = arrays["predicted"][found.trained - 1 : -1], arrays["alone"][: found.held]
    ahead, alone = (float(np.sqrt(np.mean((one - true) ** 2))) for one in said)
    return ahead, alone


def adds_up(look: Look) -> str | None:
    ahead, alone = errors(look)
    return "larger" if alone > ahead else "smaller"


def of_errors(look: Look) -> dict[str, Any]:
    ahead, alone = errors(look)
    return {"ahead": f"{ahead:.2g}", "alone": f"{alone:.2g}"}


def test_part(look: Look) -> dict[str, Any]:
    """Where it begins and ends, counted from 1."""
    return {"first": column(look).trained + 1, "last": len(column(look).numbers)}


def floor(look: Look) -> float | None:
    """The loss, on the end of the column, of whoever knows the sine that the noise was added to; None of any other
    column."""
    if look.experiment.text != Experiment(preset="noisy-sine").text:
        return None
    found = column(look)
    sine = np.sin(2 * np.pi * np.arange(len(found.numbers)) / PERIOD)
    return float(np.mean(((np.array(found.numbers) - sine)[found.trained :] / found.deviation) ** 2))


def lowest(look: Look) -> str | None:
    found = floor(look)
    return None if found is None else nearest(FLOORS, found)


def of_floor(look: Look) -> dict[str, Any]:
    found = floor(look)
    return {} if found is None else {"floor": f"{found:.3f}", "variance": f"{column(look).deviation ** 2:.2f}"}


def turns(numbers: np.ndarray) -> float:
    """How much a curve turns from one number to the next, on average."""
    return float(np.abs(np.diff(numbers, 2)).mean())


def drawn(look: Look) -> str | None:
    """What the network draws by itself, beside the column."""
    numbers, alone = np.array(column(look).numbers), look.newest.task_arrays["alone"]
    if np.ptp(alone[-PERIOD:]) < FLAT * np.ptp(numbers):
        return "flat"
    return "restless" if turns(alone) > ROUGH * turns(numbers) else "smooth"


def of_noise(look: Look) -> dict[str, Any]:
    assert look.history is not None
    by_epoch = {frame.epoch: frame.held_out.loss for frame in look.history.frames if frame.held_out}
    when = min(by_epoch, key=by_epoch.__getitem__)
    best = {"best": f"{by_epoch[when]:.3f}", "when": when}
    return of_floor(look) | best | {"loss": f"{held_loss(look):.3f}", "level": f"{column(look).held_repeat_loss:.3f}"}


def trained(look: Look) -> bool:
    return look.trained and look.opening.column is not None and look.newest.held_out is not None


LESSON = Lesson(
    id="numbers",
    minutes=15,
    preset="sine",
    steps=(
        LessonStep(
            "mean",
            "results",
            Options(MEAN, lambda look: nearest(MEAN, mean_loss(look))),
            show="forecast",
            veiled=True,
            fields={},
            tells=of_mean,
        ),
        LessonStep(
            "repeat",
            "results",
            Options(REPEATED, lambda look: nearest(REPEATED, column(look).held_repeat_loss)),
            show="forecast",
            veiled=True,
            tells=of_repeat,
        ),
        LessonStep(
            "beaten",
            "results",
            Options(("no", "some", "much"), beaten),
            trains=True,
            done=trained,
            show="curves",
            tells=of_beaten,
        ),
        LessonStep(
            "alone",
            "results",
            Options(("smaller", "larger"), adds_up),
            show="forecast",
            given=test_part,
            tells=of_errors,
        ),
        LessonStep(
            "floor",
            "results",
            Options(FLOORS, lowest),
            show="forecast",
            fields={"preset": "noisy-sine"},
            given=of_floor,
            tells=of_floor,
        ),
        LessonStep(
            "noise",
            "results",
            Options(("restless", "smooth", "flat"), drawn),
            done=lambda look: trained(look) and floor(look) is not None,
            show="forecast",
            given=of_floor,
            tells=of_noise,
        ),
        ended("results"),
    ),
)
