"""What a reader does at the steps of the lessons, for whoever walks them without a page: `<lesson>.py` holds ACTS, by
the ids of steps. An act makes of what is to be seen before what is to be seen after; a step without one needs none."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.lessons.lesson import Lesson
from rnnlab.lessons.look import Look
from rnnlab.races.race import begin, tick
from rnnlab.records.history import History
from rnnlab.records.trace import Intervention
from rnnlab.training import advance, start

Act = Callable[[Look], Look]


def acts_of(lesson: Lesson) -> dict[str, Act]:
    return import_module(f"scripts.lesson_acts.{lesson.id.replace('-', '_')}").ACTS


@lru_cache(maxsize=8)  # as many as a lesson trains: in the other language many of them are the same
def trained(experiment: Experiment, epochs: int | None = None) -> History:
    """A run of so many epochs, or to its end."""
    state, history = start(experiment)
    if epochs == 0:
        return history
    state, chunk = advance(state, epochs=experiment.epochs if epochs is None else epochs)
    return history.extended(chunk)


def shown(look: Look, history: History) -> Look:
    """What is to be seen of a run once it is there."""
    return replace(look, history=history, form=history.experiment, epoch=history.epoch)


def fill_in(**fields: Any) -> Act:
    """Change these fields, and train nothing yet."""

    def act(look: Look) -> Look:
        assert look.form is not None
        return replace(look, form=Experiment(**{**look.form.model_dump(), **fields}))

    return act


def train(epochs: int | None = None, **fields: Any) -> Act:
    """Change these fields, and press Train, or so often One epoch."""

    def act(look: Look) -> Look:
        experiment = Experiment(**{**look.experiment.model_dump(), **fields})
        return shown(look, trained(experiment, epochs))

    return act


def one_epoch_more(look: Look) -> Look:
    return shown(look, trained(look.experiment, look.epochs + 1))


def until(done: Callable[[Look], bool], most: int = 40) -> Act:
    """Press One epoch until something is so."""

    def act(look: Look) -> Look:
        for _ in range(most):
            look = one_epoch_more(look)
            if done(look):
                break
        return look

    return act


def look_at(step: int | None = None, epoch: int | None = None) -> Act:
    """Choose a step, and move to an epoch."""

    def act(look: Look) -> Look:
        return replace(look, step=step, epoch=look.epoch if epoch is None else epoch)

    return act


def change(*interventions: Intervention) -> Act:
    """What if."""
    return lambda look: replace(look, interventions=interventions)


def module(**arguments: Any) -> Act:
    """Set arguments of the module on the page Shapes."""

    def act(look: Look) -> Look:
        assert look.layer is not None
        return replace(look, layer=replace(look.layer, **arguments))

    return act


def one_by_one(*acts: Act) -> Act:
    def act(look: Look) -> Look:
        for one in acts:
            look = one(look)
        return look

    return act


class AtOnce:
    """Computes a race's slices when they are asked for."""

    count = 1

    def submit(self, job: Callable[..., Any], /, *args: Any) -> Future:
        future: Future = Future()
        future.set_result(job(*args))
        return future


def race(seeds: int, **values: tuple[Any, ...]) -> Act:
    """Start the race that is set up, and wait for its end."""

    def act(look: Look) -> Look:
        race = begin(AtOnce(), RacePlan(look.experiment, grid(values), seeds))
        while not race.done:
            race = tick(AtOnce(), race)
        return replace(look, race=race)

    return act
