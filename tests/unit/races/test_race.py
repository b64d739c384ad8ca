"""A race is a fold over folds: whoever computes its slices, in whatever order, its runs are those of each alone."""

import random
import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import InProcess, Workers, jobs
from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.races import race
from rnnlab.races.race import Race
from rnnlab.records.history import Score, joined
from rnnlab.records.race import RaceChunk
from rnnlab.training import race_slices
from rnnlab.training.tasks import data_of, model_of
from tests.support import jobs as support
from tests.support import modules
from tests.support.eventually import eventually
from tests.support.examples import examples

LINES = "a b c d a\nb c d e\nd e a b\na a b c\ne d c b a"
BASE = Experiment(text=LINES, epochs=12, hidden=5, embed=4, batch=2, shuffle=True, held_out=0.4, dropout_head=0.2)
CELLS = grid({"cell": ("rnn", "lstm", "gru")})
PLAN = RacePlan(BASE, CELLS, seeds=2)


def brief(job, args: tuple) -> tuple:
    """Slices as short as can be, of one epoch each, so that a race takes many."""
    return args if job is jobs.start_race_run else (args[0], 0.0)


class Later:
    """Does nothing until it is told to, and then the jobs in any order: what a cluster may do."""

    def __init__(self, count: int = 2):
        self.count = count
        self.waiting: list[tuple[Future, object, tuple]] = []
        self.handed = 0

    def submit(self, job, /, *args) -> Future:
        future: Future = Future()
        self.waiting.append((future, job, args))
        self.handed += 1
        return future

    def do(self, place: int = 0) -> None:
        future, job, args = self.waiting.pop(place)
        try:
            future.set_result(job(*brief(job, args)))
        except Exception as error:
            future.set_exception(error)


class OneEpoch(InProcess):
    def submit(self, job, /, *args) -> Future:
        return super().submit(job, *brief(job, args))


def finished(runner, now: Race) -> Race:
    while now.going:
        now = race.tick(runner, now)
    return now


def numbers(now: Race) -> list[tuple]:
    """All that must not depend on how a race was run; seconds may."""
    return [
        (entry.record.experiment, entry.record.parameters, entry.record.losses, entry.record.accuracies,
         entry.record.scores, entry.record.ended)
        for entry in now.entries
    ]  # fmt: skip


def alone(plan: RacePlan) -> list[tuple]:
    """What each run gives that is trained by itself, and whole."""
    found = []
    for _, experiment in plan.runs():
        history = run(experiment)
        scores = tuple(Score(f.epoch, f.held_out.loss, f.held_out.score) for f in history.frames if f.held_out)
        accuracies = tuple(snapshot.accuracy for snapshot in history.snapshots)
        o = history.opening
        found.append((experiment, o.parameters, tuple(history.losses), accuracies, scores, history.ended))
    return found


@pytest.fixture(scope="module")
def expected() -> list[tuple]:
    return alone(PLAN)


# The same numbers


@pytest.mark.parametrize("runner", [InProcess(), OneEpoch()])
def test_a_race_ends_as_each_variant_does_alone_bit_for_bit(runner, expected):
    assert numbers(finished(runner, race.begin(runner, PLAN))) == expected


@pytest.mark.thorough
@given(st.integers(0, 2**32), st.integers(1, 3))
@examples(15)
def test_pauses_and_the_order_of_results_change_no_number(seed: int, workers: int):
    plan, order = RacePlan(BASE.model_copy(update={"epochs": 4}), CELLS[:2], seeds=2), random.Random(seed)
    runner = Later(workers)
    now = race.begin(runner, plan)
    while now.going or now.resumable:
        action = order.random()
        if runner.waiting and action < 0.7:
            runner.do(order.randrange(len(runner.waiting)))
        elif action < 0.8:
            now = race.pause(now)
        else:
            now = race.resume(runner, now) if now.resumable else race.tick(runner, now)
    assert numbers(now) == alone(plan)


@pytest.mark.parametrize("task", ["classify", "tag", "seq2seq"])
def test_races_of_other_tasks_end_so_too(task):
    texts = {"classify": "x | a b\ny | b c d\nx | a\ny | d c\nx | b", "tag": "a/X b/Y c/X\nb/Y a/X\nc/X b/Y\na/X"}
    e = {"task": task, "text": texts.get(task, ""), "epochs": 3, "hidden": 4, "embed": 3, "held_out": 0.3, "batch": 2}
    e |= {"data": "reversal", "pairs": 12} if task == "seq2seq" else {"bidirectional": True}
    plan = RacePlan(Experiment(**e), grid({"cell": ("gru", "rnn")}), seeds=2)
    assert numbers(finished(OneEpoch(), race.begin(OneEpoch(), plan))) == alone(plan)


@pytest.fixture(scope="module")
def workers():
    pool = Workers(2)
    pool.submit(engine.do_nothing).result(60)
    yield pool
    pool.close()


def in_time(runner, now: Race, seconds: float = 60) -> Race:
    box = [now]

    def over() -> bool:
        box[0] = race.tick(runner, box[0])
        return not box[0].going

    eventually(over, "the race is over", seconds)
    return box[0]


def test_real_workers_give_the_same_numbers(workers, expected):
    assert numbers(in_time(workers, race.begin(workers, PLAN))) == expected


class DeadlyOnce:
    """One of its slices kills the worker that does it."""

    def __init__(self, workers: Workers, path: Path):
        self.workers, self.path, self.count, self.jobs = workers, path, workers.count, 0

    def submit(self, job, /, *args) -> Future:
        self.jobs += 1
        if self.jobs == 12:
            return self.workers.submit(support.race_and_die_once, str(self.path), *args)
        return self.workers.submit(job, *args)


@pytest.mark.thorough
def test_a_worker_killed_in_mid_race_costs_one_slice_and_changes_no_number(workers, tmp_path):
    plan = RacePlan(BASE.model_copy(update={"epochs": 100}), CELLS, seeds=2)
    deadly = DeadlyOnce(workers, tmp_path / "died")
    now = in_time(deadly, race.begin(deadly, plan))
    assert (tmp_path / "died").read_text() == "x"
    assert deadly.jobs == sum(entry.slices for entry in now.entries), "nothing was asked for twice by the race itself"
    assert numbers(now) == alone(plan)


# Fairness


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(2, 6))
@examples(15)
def test_runs_take_turns_whatever_the_order_of_results(seed: int, workers: int, count: int):
    """No run has had two slices more than another that is not done."""
    plan = RacePlan(
        BASE.model_copy(update={"epochs": 5, "held_out": 0.0}), grid({"lr": [0.01 * (k + 1) for k in range(count)]}), 1
    )
    runner, order = Later(workers), random.Random(seed)
    now = race.begin(runner, plan)
    while now.going:
        while runner.waiting and order.random() < 0.7:
            runner.do(order.randrange(len(runner.waiting)))
        now = race.tick(runner, now)
        turns = [entry.slices for entry in now.entries if not entry.done]
        assert max(turns, default=0) - min(turns, default=0) <= 1
        assert sum(entry.expected for entry in now.entries if entry.pending) <= race.AHEAD * workers + race.AHEAD


def test_a_worker_always_has_something_to_do_and_never_much_more():
    runner = Later(1)
    now = race.begin(runner, RacePlan(BASE, CELLS, seeds=4))
    for _ in range(30):
        assert 1 <= len(runner.waiting) <= 20
        runner.do()
        now = race.tick(runner, now)


def test_slices_begin_short_and_end_long():
    lengths = [race.slice_length(turn) for turn in range(1, 8)]
    assert lengths == sorted(lengths)
    assert lengths[0] < race.SLICE / 2
    assert lengths[-1] == race.SLICE


def test_variants_read_the_same_data_in_the_same_order():
    from rnnlab.training.trainer import Trainer

    def epoch(trainer: Trainer) -> list[int]:
        order = trainer.order
        while not trainer.step():
            pass
        return order

    trainers = [Trainer(e) for _, e in PLAN.runs() if e.seed == BASE.seed]
    assert len(trainers) == 3
    assert all(trainer.data is trainers[0].data for trainer in trainers), "made once"
    first, *others = ([epoch(trainer) for _ in range(4)] for trainer in trainers)
    assert others == [first, first]
    assert len(set(map(tuple, first))) > 1, "nothing was shuffled"


# Stop, and what fails


def test_stop_keeps_what_is_done_and_nothing_goes_on(expected):
    runner = Later(1)
    now = race.begin(runner, PLAN)
    for _ in range(16):
        runner.do()
        now = race.tick(runner, now)
    done = [entry.record.epoch if entry.record else 0 for entry in now.entries]
    assert sum(done) > 0
    now = race.stop(now)
    assert not now.going
    assert not now.resumable
    assert race.resume(runner, now) is now
    assert [entry.record.epoch if entry.record else 0 for entry in now.entries] == done
    for entry, (*_, losses, _, _, _) in zip(now.entries, expected, strict=True):
        assert entry.state is None, "two dozen states would be a load"
        assert entry.record is None or entry.record.losses == losses[: entry.record.epoch]


def test_a_result_that_is_there_when_it_pauses_is_taken():
    runner = Later(1)
    now = race.begin(runner, PLAN)
    runner.do()
    assert sum(entry.record is not None for entry in race.pause(now).entries) == 1


def test_a_run_that_cannot_run_says_why_and_the_others_go_on():
    base = Experiment(text="a b c", tokenizer="words", hidden=3, epochs=3, input="onehot")
    plan = RacePlan(base, grid({"head": ("linear", "none"), "hidden": (3, 4)}), seeds=1)  # without head: 3 classes
    now = finished(InProcess(), race.begin(InProcess(), plan))
    assert [bool(entry.problems) for entry in now.entries] == [False, False, False, True]
    assert now.done
    assert not now.resumable, "it is the run's own fault"
    with pytest.raises(LabError) as alone:
        run(now.entries[3].experiment)
    assert now.entries[3].problems == alone.value.problems
    assert all(entry.record.epoch == 3 for entry in now.entries[:3])


class Failing(Later):
    """Fails from its `after`th job on."""

    def __init__(self, problem: Problem, after: int):
        super().__init__(2)
        self.problem, self.after = problem, after

    def submit(self, job, /, *args) -> Future:
        future = super().submit(job, *args)
        if self.handed > self.after:
            self.waiting.pop()[0].set_exception(LabError(self.problem))
        else:
            self.do()
        return future


@pytest.mark.parametrize("after", [0, 3, 9, 17])
def test_what_a_reader_may_have_may_be_used_up_and_it_goes_on_later(after, expected):
    used_up = Problem("limit_reader_seconds", "", {"value": "9", "limit": "9", "minutes": 1})
    runner = Failing(used_up, after)
    now = finished(runner, race.begin(runner, PLAN))
    assert now.problems == (used_up,), "said once"
    assert now.resumable
    before = [entry.record for entry in now.entries]
    now = race.resume(InProcess(), now)
    assert now.problems == ()
    now = finished(InProcess(), now)
    assert numbers(now) == expected
    assert all(
        old is None or entry.record.losses[: old.epoch] == old.losses
        for old, entry in zip(before, now.entries, strict=True)
    )


def test_a_lost_worker_is_its_runs_trouble_alone_and_may_be_tried_again(expected):
    lost = Problem("worker_lost", "", {"reason": "WorkerDied"})

    class Once(InProcess):
        jobs = 0

        def submit(self, job, /, *args) -> Future:
            self.jobs += 1
            if self.jobs != 10:
                return super().submit(job, *args)
            future: Future = Future()
            future.set_exception(LabError(lost))
            return future

    runner = Once()
    now = finished(runner, race.begin(runner, PLAN))
    assert now.done
    assert [entry.problems for entry in now.entries if entry.problems] == [(lost,)]
    assert now.resumable
    assert numbers(finished(runner, race.resume(runner, now))) == expected


def test_what_failed_is_not_finished_and_fills_no_bar():
    """However a run may end: in the race's counts it is one of finished, ended early, failed, or none of these yet."""
    base = Experiment(text="a b c a b c d", epochs=4, hidden=3)
    plan = RacePlan(base, grid({"lr": (0.01, 0.02, 0.03)}), seeds=2)
    now = finished(InProcess(), race.begin(InProcess(), plan))
    whole = now.entries

    def counts(now: Race) -> tuple[int, int, int, float]:
        kinds = [sum(getattr(one, how) for one in now.entries) for how in ("finished", "ended_early", "failed")]
        return (*kinds, now.progress)

    assert counts(now) == (6, 0, 0, 1.0)
    lost, wrong = Problem("worker_lost", "", {"reason": "WorkerDied"}), Problem("one_type", "text", {"value": "a"})
    ends = ("diverged", "time")
    short = tuple(
        replace(one, record=replace(one.record, losses=one.record.losses[:2], ended=end))
        for one, end in zip(whole[:2], ends, strict=True)
    )
    broken = (replace(whole[2], problems=(lost,)), replace(whole[3], record=None, problems=(wrong,)))
    assert counts(replace(now, entries=(*short, *broken, *whole[4:]))) == (2, 2, 2, 1.0), "all there will be is there"
    waiting = replace(whole[5], record=None)
    half = replace(whole[4], record=replace(whole[4].record, losses=whole[4].record.losses[:2], ended=""))
    assert counts(replace(now, entries=(broken[1], half, waiting))) == (0, 0, 1, 2 / 8)
    assert counts(replace(now, entries=broken[1:] * 3)) == (0, 0, 3, 0.0), "nothing was computed"


def test_any_other_error_is_the_runs_own(caplog):
    class Broken(InProcess):
        def submit(self, *_) -> Future:
            return super().submit(int, "no number")

    now = finished(Broken(), race.begin(Broken(), PLAN))
    assert {problem.code for entry in now.entries for problem in entry.problems} == {"job_failed"}
    assert "invalid literal for int() with base 10: 'no number'" in caplog.text


def test_runs_that_are_too_large_together_are_left_out(monkeypatch, expected):
    sizes = [parameters for _, parameters, *_ in expected]
    monkeypatch.setattr(race, "PARAMETERS", sum(sizes) - 1)
    now = finished(InProcess(), race.begin(InProcess(), PLAN))
    assert [[problem.code for problem in entry.problems] for entry in now.entries] == [[]] * 5 + [["race_large"]]
    assert now.done
    assert not now.resumable


# The same number of parameters


def plain_count(e: Experiment) -> int:
    """By torch's own modules, put together by hand: embedding, layers, linear."""
    vocabulary, classes = len(data_of(e).vocabulary), len(data_of(e).classes)
    width = e.embed if e.input == "embedding" else vocabulary
    kind = modules.LAYERS[e.cell]
    parts = [kind(width, e.hidden, e.layers, bidirectional=e.bidirectional)]
    parts += [torch.nn.Embedding(vocabulary, e.embed)] if e.input == "embedding" else []
    parts += [torch.nn.Linear(e.hidden * (1 + e.bidirectional), classes)]
    return sum(p.numel() for part in parts for p in part.parameters())


MODELS = st.fixed_dictionaries(
    {
        "cell": st.sampled_from(modules.NAMES),
        "hidden": st.integers(1, 256),
        "layers": st.integers(1, 3),
        "bidirectional": st.booleans(),
        "input": st.sampled_from(["embedding", "onehot"]),
        "embed": st.integers(1, 40),
    }
)


@given(MODELS)
def test_parameters_are_counted_as_torch_has_them(model):
    e = Experiment(text=LINES, **model)
    assert race_slices.parameters(e) == plain_count(e)
    assert race_slices.parameters(e) == sum(p.numel() for p in model_of(e, data_of(e)).parameters())


@pytest.mark.thorough
@given(MODELS, st.integers(1, 600_000))
def test_a_fitted_hidden_size_is_the_nearest_of_all(model, wanted):
    e = Experiment(text=LINES, **model)
    low, high = map(int, BOUNDS["hidden"])
    sizes = (
        {hidden: plain_count(race_slices.with_hidden(e, hidden)) for hidden in range(low, high + 1)}
        if wanted % 29 == 0
        else None
    )
    found = race_slices.with_parameters(e, wanted)
    assert replace_hidden(found, e.hidden) == e
    around = sizes or {
        h: plain_count(race_slices.with_hidden(e, h))
        for h in range(max(low, found.hidden - 2), min(high, found.hidden + 2) + 1)
    }
    best = min(around, key=lambda hidden: (abs(around[hidden] - wanted), hidden))
    assert found.hidden == best


def replace_hidden(e: Experiment, hidden: int) -> Experiment:
    return Experiment(**e.model_dump() | {"hidden": hidden})


def test_with_an_equal_budget_every_run_is_as_large_as_the_base():
    base = BASE.model_copy(update={"hidden": 40})
    now = finished(InProcess(), race.begin(InProcess(), RacePlan(base, CELLS, 1, equal=True)))
    counts = [entry.record.parameters for entry in now.entries]
    sizes = [entry.record.experiment.hidden for entry in now.entries]
    assert sizes[0] == 40
    assert sizes[1] < sizes[2] < 40, "four sets of weights, three, one"
    assert counts[0] == race_slices.parameters(base)
    assert max(counts) / min(counts) < 1.1
    for entry in now.entries:
        assert entry.record.losses == tuple(run(entry.record.experiment).losses)


# Seconds


def test_waiting_is_no_computing_time():
    """A runner that lets results lie, and waits before it begins, adds nothing to the seconds of an epoch."""
    pause = threading.Event()

    class Slow(InProcess):
        def submit(self, job, /, *args) -> Future:
            pause.wait(0.03)
            future = super().submit(job, *args)
            pause.wait(0.03)
            return future

    plan = RacePlan(BASE, CELLS[:2], seeds=1)
    quick, slow = (finished(runner, race.begin(runner, plan)) for runner in (InProcess(), Slow()))
    waited = 0.06 * sum(entry.slices for entry in slow.entries)
    computed = [sum(entry.record.optimizer_seconds for entry in now.entries) for now in (quick, slow)]
    assert computed[1] < computed[0] + waited / 2
    for entry in quick.entries:
        assert entry.record.seconds_per_epoch == entry.record.optimizer_seconds / BASE.epochs > 0


def test_the_clock_goes_on_by_epoch_and_ends_with_all_seconds():
    now = finished(OneEpoch(), race.begin(OneEpoch(), PLAN))
    for entry in now.entries:
        clock = entry.record.clock
        assert len(clock) == entry.record.epoch == BASE.epochs
        assert list(clock) == sorted(clock)
        assert clock[-1] == pytest.approx(entry.record.optimizer_seconds)


def test_a_slice_without_a_whole_epoch_counts_for_the_epoch_to_come():
    record = race.Record(BASE, 10, 1, 0)
    for losses, stepping in (((), 1.0), ((0.5,), 1.0), ((0.4, 0.3), 2.0)):
        record = record.extended(RaceChunk(losses, losses, (), stepping, ""))
    assert record.clock == pytest.approx((2.0, 3.0, 4.0))


def test_scores_are_kept_as_a_history_keeps_them():
    scores = [tuple(Score(epoch, 1.0, 0.5) for epoch in leg) for leg in ((0,), (2, 4, 5), (6, 7), (8, 9))]
    record = replace(race.Record(BASE, 10, 2, 4), scores=scores[0])
    kept = scores[0]
    for leg in scores[1:]:
        record, kept = record.extended(RaceChunk((), (), leg, 0.1, "")), joined(kept, leg, 2)
    assert record.scores == kept
    assert [score.epoch for score in record.scores] == [0, 2, 4, 6, 8, 9]
