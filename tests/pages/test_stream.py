"""What a browser is sent of a run that goes on: all that is new, once, and no more than it can show."""

import asyncio
import json
from concurrent.futures import Future
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from pages.components.table.table import TableView, tables, token
from pages.shell.run import status
from pages.shell.stream import live_socket, parts
from pages.shell.stream.message import MOST, Told, message, thinned
from pages.shell.stream.parts import Said
from rnnlab import Experiment, engine, run
from rnnlab.engine import live_runs, runs
from rnnlab.engine.live_runs import LiveRun, LiveRuns
from rnnlab.hosting.limits import HostLimits
from rnnlab.i18n import translator
from rnnlab.records.history import Frame
from rnnlab.training.fold import advance, start
from tests.support.callbacks import in_session
from tests.support.run_async import run_async

LSTM = Experiment(cell="lstm", hidden=6, epochs=500, lr=0.01)
LONG_EPOCHS = Experiment(preset="attention", pairs=20, held_out=0.2, hidden=4, embed=4, batch=4, epochs=10)  # 4 batches
KINDS = {"int8": np.int8, "int16": np.int16, "uint16": np.uint16, "float32": np.float32}


def read(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """A message as a browser reads it."""
    length = int.from_bytes(data[:4], "little")
    assert length % 4 == 0  # so that arrays of 4 bytes a number can be laid over it
    header, at, arrays = json.loads(data[4 : 4 + length]), 4 + length, {}
    for name, (dtype, shape) in header["arrays"].items():
        array = np.frombuffer(data, KINDS[dtype], int(np.prod(shape)), at)
        arrays[name], at = array.reshape(shape), at + -(-array.nbytes // 4) * 4
    assert at == len(data)
    return header, arrays


def slices(experiment: Experiment, count: int, epochs: int):
    """A run after each of so many slices, as the page has it, worked out by the fold alone."""
    state, history = start(experiment)
    for _ in range(count):
        state, chunk = advance(state, budget=10.0, epochs=epochs)
        history = history.extended(chunk)
        yield runs.Run("run", experiment, Future(), experiment.epochs, state=state, history=history)


def test_messages_together_hold_every_loss_once_and_frames_in_their_order():
    told, losses, epochs = Told(), [], []
    for one in slices(LSTM, 6, 17):
        header, arrays = read(message(one, told, {"status": "so far"}))
        assert header["lines"]["losses"] == len(losses)
        losses += arrays["losses.y"].tolist()
        assert (header["epoch"], header["status"], header["going"]) == (len(losses), "so far", True)
        assert 1 <= len(header["frames"]) <= MOST
        epochs += header["frames"]
        assert epochs[-1] == header["epoch"]  # the newest is always among them
    assert losses == pytest.approx(run(LSTM).losses[: 6 * 17])
    assert epochs == sorted(set(epochs))


def test_a_number_that_is_predicted_is_named_by_itself_and_once():
    told, names = Told(), {}
    e = Experiment(task="series", text="1 2 3.5 3 1.25 -2 0 1", hidden=4, epochs=30)
    for one in slices(e, 3, 10):
        header, arrays = read(message(one, told, {}))
        assert not names.keys() & header["names"].keys()
        names |= header["names"]
        said = {frame.epoch: frame.task_arrays["predicted"][:7] for frame in one.history.frames}
        for epoch, ids in zip(header["frames"], arrays["top"], strict=True):
            shown = [float(names[str(id)].replace("\N{MINUS SIGN}", "-")) for (id,) in ids]
            np.testing.assert_allclose(shown, said[epoch], rtol=6e-3)


def test_numbers_are_those_of_the_frames_to_what_a_colour_shows():
    *_, one = slices(LSTM, 3, 20)
    header, arrays = read(message(one, Told(), {}))
    frames = {frame.epoch: frame for frame in one.history.frames}
    shown = [frames[epoch] for epoch in header["frames"]]
    hidden = arrays["hidden"] * (header["scale"] / 127)
    np.testing.assert_allclose(hidden, [frame.hidden for frame in shown], atol=0.5 * header["scale"] / 127 + 1e-6)
    np.testing.assert_array_equal(arrays["top"], [frame.top_classes for frame in shown])
    chances = arrays["probability"] / 65535
    np.testing.assert_allclose(chances, [frame.top_probabilities for frame in shown], atol=1e-5)
    classes = one.history.opening.classes
    assert {int(id): name for id, name in header["names"].items()} == {
        int(id): classes[id] for id in np.unique(arrays["top"])
    }


def test_a_probability_is_all_or_nothing_only_where_it_is():
    *_, one = slices(Experiment(epochs=400, lr=0.05), 2, 200)
    _, arrays = read(message(one, Told(), {}))
    true = one.history.frames[-1].top_probabilities
    assert ((arrays["probability"][-1] == 65535) == (true == 1)).all()
    assert ((arrays["probability"][-1] == 0) == (true == 0)).all()


def test_a_name_is_sent_once_and_nothing_is_repeated():
    told = Told()
    *_, one = slices(LSTM, 2, 20)
    message(one, told, {})
    header, arrays = read(message(one, told, {"status": "later"}))
    assert (header["frames"], header["lines"], arrays) == ([], {}, {})
    assert "names" not in header
    assert header["status"] == "later"


def test_lines_by_recorded_epochs_are_told_point_by_point():
    e = Experiment(task="classify", text="good | a b\nbad | b c\n" * 5, held_out=0.4, epochs=300, hidden=4, loss="sum")
    told, points, mean = Told(), {}, []
    for one in slices(e, 5, 60):
        header, arrays = read(message(one, told, {}))
        for name, began in header["lines"].items():
            if name.startswith("held."):
                points.setdefault(name, [])[began:] = zip(arrays[f"{name}.x"], arrays[f"{name}.y"], strict=True)
        mean += arrays["mean_losses.y"].tolist()
        for field in ("loss", "score"):
            newest = one.history.frames[-1]
            assert points[f"held.{field}"][-1] == (newest.epoch, np.float32(getattr(newest.held_out, field)))
    whole = run(e)
    known = {frame.epoch: frame.held_out.loss for frame in whole.frames}
    assert all(loss == pytest.approx(known[epoch]) for epoch, loss in points["held.loss"] if epoch in known)
    assert mean == pytest.approx([one.loss / one.targets for one in whole.snapshots])


@given(st.sets(st.integers(0, 5000), min_size=1, max_size=60), st.integers(1, MOST))
def test_of_many_frames_some_are_shown_evenly_and_always_the_newest(epochs, most):
    nothing = np.zeros((1, 1), np.float32)
    frames = [Frame(epoch, nothing, nothing, nothing, nothing[0]) for epoch in epochs]
    shown = [frame.epoch for frame in thinned(frames, most)]
    assert len(shown) == min(len(epochs), most)
    assert shown == sorted(set(shown) & epochs)
    assert shown[-1] == max(epochs)


def test_what_is_done_of_an_epoch_is_told_too():
    state, history = start(LONG_EPOCHS)
    state, chunk = advance(state, budget=0.0)
    run = runs.Run("run", LONG_EPOCHS, Future(), 10, state=state, history=history.extended(chunk), elapsed=9.0)
    header, _ = read(message(run, Told(), live_socket.words(run, engine.InProcess(), translator("zh"))))
    assert (header["epoch"], header["share"], header["opened"]) == (0, pytest.approx(1 / 40), True)
    assert "第 1 / 4 批" in header["status"]


# What else a page shows


def test_of_a_part_only_what_has_changed_is_told_and_after_another_draw_all_of_it():
    def part(rows: list[str]) -> None:
        tables("words", [TableView("name", [[token(row)] for row in rows])], "lines")

    with in_session({}):
        page = parts.begin("page", lambda rows: rows or None)
        page.functions.append(part)
        said = Said()
        first = said.news(page, ["a"])
        assert first["words"]["style"] == "lines"
        assert [row[0]["text"] for row in first["words"]["tables"][0]["rows"]] == ["a"]
        assert said.news(page, ["a"]) == {}
        assert said.news(page, ["a", "b"]).keys() == {"words"}
        assert said.news(page, ["c"])["words"].keys() == {"tables"}
        assert said.news(page, []) == {}, "nothing to show yet"
        again = parts.begin("page", lambda rows: rows)
        assert again is page
        again.functions.append(part)
        assert said.news(page, ["c"])["words"].keys() == first["words"].keys()
        assert parts.begin("another", lambda rows: rows).id != page.id


# Over the socket


class Browser:
    """A browser's side of the websocket: what it says, one thing after the other, and all that it was sent. It takes
    each message after a while, and leaves when the run rests; or falls asleep after so many."""

    def __init__(
        self, *says: str, origin: str | None = None, slow: float = 0.0, awake: float = inf, at: str = "127.0.0.1"
    ):
        self.headers = Headers({"host": "lab.local"} | ({"origin": origin} if origin else {}))
        self.scope = {"type": "websocket", "headers": self.headers.raw, "client": (at, 5)}
        self.says: asyncio.Queue[str | None] = asyncio.Queue()  # None: it leaves
        for text in says:
            self.says.put_nowait(text)
        self.slow, self.awake = slow, awake
        self.sent: list[bytes] = []
        self.told: list[str] = []
        self.closed: int | None = None

    async def accept(self) -> None:
        pass

    async def close(self, code: int = 1000) -> None:
        self.closed = code
        self.says.put_nowait(None)

    async def receive_text(self) -> str:
        said = await asyncio.wait_for(self.says.get(), 60)
        if said is None:
            raise WebSocketDisconnect
        return said

    async def send_text(self, text: str) -> None:
        self.told.append(text)
        self.says.put_nowait(None)

    async def send_bytes(self, data: bytes) -> None:
        self.sent.append(data)
        if len(self.sent) < self.awake:
            asyncio.get_running_loop().call_later(self.slow, self.says.put_nowait, "taken")
        if not read(data)[0]["going"]:
            self.says.put_nowait(None)


@pytest.fixture
def driver(monkeypatch):
    driver = LiveRuns()
    monkeypatch.setattr(live_runs, "shared", lambda: driver)
    yield driver
    driver.close()


def begun(driver: LiveRuns):
    return driver.drive(LiveRun(runs.begin(engine.InProcess(), LSTM, train=True), engine.InProcess()))


def watching(id: str, **more: object) -> str:
    return json.dumps({"watch": id, "epoch": -1, "lang": "zh", **more})


def served(browser: Browser) -> Browser:
    run_async(live_socket.serve(browser))
    return browser


def test_a_run_is_watched_to_its_end(driver):
    live = begun(driver)
    losses = []
    for one in served(Browser(watching(live.value.id))).sent:
        header, arrays = read(one)
        if "losses" in header["lines"]:
            losses[header["lines"]["losses"] :] = arrays["losses.y"].tolist()
    assert losses == pytest.approx(run(LSTM).losses)
    assert "训练完成" in header["status"]


def test_who_watches_a_run_at_rest_is_told_when_it_goes_on(driver):
    live = driver.drive(LiveRun(runs.begin(engine.InProcess(), LSTM, train=False), engine.InProcess()))
    assert live.wait_for(0, 60).history is not None
    browser = Browser(watching(live.value.id, epoch=0, going=False))

    async def let_go_on() -> None:
        watched = asyncio.create_task(live_socket.serve(browser))
        await asyncio.sleep(0.3)
        assert (len(live.viewers), browser.sent) == (1, [])
        await asyncio.to_thread(live.change, lambda run: runs.train_until(live.engine, run, LSTM.epochs))
        await watched

    run_async(let_go_on())
    headers = [read(one)[0] for one in browser.sent]
    assert all(header["frames"] and header["epoch"] for header in headers)  # that it was let go on is no news by itself
    losses = [loss for one in browser.sent for loss in read(one)[1]["losses.y"].tolist()]
    assert losses == pytest.approx(run(LSTM).losses)
    assert not live.viewers


def test_who_asks_anew_is_told_once_though_he_answers_in_that_moment():
    """Else a page whose language was changed is told how its run stands in both."""

    async def ends() -> None:
        taken = asyncio.Event()
        waits = asyncio.create_task(live_socket.happens(taken, 60))
        await asyncio.sleep(0)
        taken.set()
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits

    run_async(ends())


def test_a_slow_browser_gets_fewer_messages_and_misses_no_loss(driver):
    live = begun(driver)
    sent = served(Browser(watching(live.value.id), slow=0.4)).sent
    assert sum(len(read(one)[1].get("losses.y", ())) for one in sent) == LSTM.epochs
    assert all(len(read(one)[0]["frames"]) <= MOST for one in sent)


def test_a_browser_that_takes_nothing_watches_no_more_and_may_come_back(driver, monkeypatch):
    """A laptop that sleeps, say: its socket stays, and what is sent there waits in a queue of the system's."""
    monkeypatch.setattr(live_socket, "GONE", 0.3)
    live = begun(driver)
    asleep = served(Browser(watching(live.value.id), awake=2))
    assert (len(asleep.sent), asleep.closed) == (2, 1000)
    assert not live.viewers
    sent = served(Browser(watching(live.value.id))).sent
    assert sum(len(read(one)[1]["losses.y"]) for one in sent) == LSTM.epochs


def test_of_a_run_that_waits_to_be_opened_a_browser_is_told_at_which_place(driver, monkeypatch):
    monkeypatch.setattr(live_socket, "GONE", 0.3)
    monkeypatch.setattr(status, "PATIENCE", 0.0)
    monkeypatch.setattr(engine.InProcess, "place", lambda *_: 7)
    live = driver.drive(LiveRun(runs.Run("waits", LSTM, Future(), 500), engine.InProcess()))
    header, arrays = read(served(Browser(watching(live.value.id), awake=1)).sent[0])
    assert (header["opened"], header["going"], header["share"], header["lines"]) == (False, True, 0, {})
    assert arrays == {}
    assert "前面还有 6 个" in header["status"]


def test_a_reader_has_as_many_sockets_as_tabs_and_the_machine_itself_any_number(driver, monkeypatch):
    """Who finds no room comes in when one of his has gone, and keeps nobody else out."""
    limits = HostLimits(reader_sessions=2)
    monkeypatch.setattr(live_socket, "host_limits", lambda: limits)
    live = driver.drive(LiveRun(runs.begin(engine.InProcess(), LSTM, train=False), engine.InProcess()))
    live.wait_for(0, 60)

    async def come_and_go() -> None:
        async def comes(at: str) -> tuple[Browser, asyncio.Task]:
            browser = Browser(watching(live.value.id, going=False), at=at)
            task = asyncio.create_task(live_socket.serve(browser))
            await asyncio.sleep(0)
            return browser, task

        his = [await comes("203.0.113.7") for _ in range(2)]
        beyond, ended = await comes("203.0.113.7")
        await ended
        assert beyond.closed == 1013
        others = [await comes(at) for at in ("203.0.113.8", *["127.0.0.1"] * 12)]
        his[0][0].says.put_nowait(None)
        await his[0][1]
        for browser, task in (his[1], *others, await comes("203.0.113.7")):
            assert (browser.closed, task.done()) == (None, False)
            browser.says.put_nowait(None)
            await task

    run_async(come_and_go())
    assert live_socket.sockets == []


@pytest.mark.parametrize("says", [(), ("taken", "taken")])
def test_a_socket_that_never_says_what_it_watches_is_closed(driver, monkeypatch, says):
    monkeypatch.setattr(live_socket, "UNSAID", 0.1)
    assert served(Browser(*says)).closed == 1008
    live = begun(driver)
    sent = served(Browser(watching(live.value.id), slow=0.2)).sent
    assert not read(sent[-1])[0]["going"], "who has said it stays"


NONSENSE = [
    *("", "[]", "{", "{}", "null", '"' * 2000, '{"watch": 5}', '{"watch": null}', '{"watch": "x", "epoch": "y"}'),
    *('{"watch": "x", "epoch": 1e999}', '{"watch": "x", "epoch": null}', '{"watch": "x", "lang": ["zh"]}'),
]


@pytest.mark.parametrize("said", NONSENSE)
def test_nonsense_ends_nothing_but_this_socket(driver, said):
    browser = Browser(said)
    browser.says.put_nowait(None)
    served(browser)
    assert browser.sent == []
    live = begun(driver)
    assert served(Browser(watching(live.value.id))).sent


def test_of_a_run_that_is_not_there_a_browser_is_told_so(driver):
    assert driver.find("0" * 32) is None
    browser = served(Browser(watching("0" * 32)))
    assert (json.loads(browser.told[0]), browser.sent) == ({"gone": "0" * 32}, [])


@pytest.mark.parametrize("origin", [None, "http://lab.local", "https://elsewhere.example", "null"])
def test_another_sites_page_watches_nothing(driver, origin):
    live = begun(driver)
    browser = served(Browser(watching(live.value.id), origin=origin))
    allowed = origin in (None, "http://lab.local")
    assert (browser.closed, bool(browser.sent)) == (None if allowed else 1008, allowed)
