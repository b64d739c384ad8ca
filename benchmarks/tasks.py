"""How long a preset takes to learn what it is for: on one worker, in slices as a page asks for them.

    python -m benchmarks.tasks

The clock runs from the first job to the slice that brings the goal, building data and model and testing on the held-out
lines included. What is tested on was never trained on.
"""

import time
from contextlib import closing

from benchmarks.server import Row
from rnnlab import Experiment
from rnnlab.engine import Engine, jobs, open_engine
from rnnlab.engine.runs import FIRST_SLICE, SLICE
from rnnlab.records.history import History

# name, experiment, share of the held-out lines that is to be right, seconds
GOALS = [
    ("text-classification", Experiment(preset="text-classification"), 0.95, 20),
    ("attention: dates", Experiment(preset="attention"), 0.95, 120),
    ("gru-tagger: jieba's tags", Experiment(preset="gru-tagger"), 0.90, 60),
]


def until(engine: Engine, experiment: Experiment, goal: float) -> tuple[History, float | None]:
    """The whole run, and after how many seconds the newest frame's score first reached the goal."""
    began = time.perf_counter()
    state, history = engine.submit(jobs.start, experiment).result()
    reached, budget = None, FIRST_SLICE
    while not state.ended:
        state, chunk = engine.submit(jobs.advance, state, budget, experiment.epochs).result()
        history, budget = history.extended(chunk), SLICE
        if reached is None and score(history) >= goal:
            reached = time.perf_counter() - began
    return history, reached


def score(history: History) -> float:
    held = history.frames[-1].held_out
    return held.score if held else 0.0


def measure() -> list[Row]:
    rows = []
    with closing(open_engine(1)) as engine:
        for name, experiment, goal, seconds in GOALS:
            history, reached = until(engine, experiment, goal)
            rows.append(Row(f"{name} to {goal:.0%} held out", reached or float("inf"), seconds, "s"))
            rows.append(Row(f"{name}, held out at the end", 100 * score(history), None, "%"))
            rows.append(Row(f"{name}, computing in all", history.seconds, None, "s"))
        without = Experiment(**Experiment(preset="attention").model_dump() | {"attention": "none"})
        history, _ = until(engine, without, 2.0)
        rows.append(Row("the same dates without attention, held out at the end", 100 * score(history), None, "%"))
    return rows


if __name__ == "__main__":
    for row in measure():
        print(f"{row.name:60}{row.value:8.1f} {row.unit:3}{row.verdict}")
