"""How long a rerun takes while others use the lab: simulated users over Streamlit's own websocket protocol.

    python -m benchmarks.users [users ...]

Each user changes a number in the settings every two seconds, give or take a tenth; two more sessions train long runs
and watch them. They say and keep what a browser would: every widget's value, which large messages it holds already, its
fragments' timers, the stream of a run. The simulation itself takes about a twentieth of a core.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from secrets import token_urlsafe
from statistics import median
from typing import Any, TypeVar

from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.server import LONG, Row, link, percentile, serving, show
from pages.shell.readers.cookie import COOKIE

CROWDS = (10, 30)
PERIOD = 2.0  # seconds between two changes of one user
SECONDS = 40.0
TRAINERS = 2
GOAL = 150.0  # ms, p95
PATIENCE = 30.0  # seconds that anything may take before the benchmark fails
QUIET = 1.0  # seconds without a timer: the first training is over


class Tab:
    """One browser tab, as far as the server can tell."""

    def __init__(self, socket: ClientConnection, address: str, query: str = "", reader: str = ""):
        self.socket = socket
        self.reader = reader
        self.address = address
        self.url = f"http://{address}/"
        self.query = query
        self.page = ""  # hash of the page's script, as the server names it
        self.pages: dict[str, str] = {}  # those of all pages, by the name in the address
        self.widgets: dict[str, WidgetState] = {}
        self.buttons: dict[str, str] = {}  # their ids, by key
        self.fragment_of: dict[str, str] = {}  # id of what can be clicked -> part of the page, where it stands in one
        self.cached: dict[str, tuple[int, str]] = {}  # hash of a large message: run it was last used in, fragment
        self.widget_of: dict[str, str] = {}  # hash of a large message -> id of the widget in it
        self.drawn: set[str] = set()  # ids of the widgets that the page has been given since it was begun
        self.keep = 2  # runs that a message is kept without being used
        self.runs = 0
        self.frames = 0  # of a run that it watches
        self.parts: dict[str, str] = {}  # ids of the browser parts that were drawn, by key
        self.status: dict[str, Any] = {}  # what the status of the run was given last
        self.timers: dict[str, tuple[float, asyncio.Task]] = {}
        self.finished: asyncio.Future[None] | None = None
        self.awaited = ""  # the part of the page for which that waits; "": all of it

    async def listen(self) -> None:
        try:
            async for data in self.socket:
                assert isinstance(data, bytes)
                self.hear(ForwardMsg.FromString(data))
        except Exception as error:
            if self.finished and not self.finished.done():
                self.finished.set_exception(error)
            raise

    def hear(self, message: ForwardMsg) -> None:
        fragment = message.delta.fragment_id
        if message.metadata.cacheable:
            self.cached[message.hash] = self.runs, fragment
        match message.WhichOneof("type"):
            case "delta":
                if widget := self.meet(message.delta.new_element, fragment):
                    self.drawn.add(widget)
                    self.widget_of[message.hash] = widget
            case "ref_hash":
                self.cached[message.ref_hash] = self.runs, self.cached[message.ref_hash][1]
                self.drawn.add(self.widget_of.get(message.ref_hash, ""))
            case "new_session":
                self.page = message.new_session.page_script_hash
                self.keep = message.new_session.config.max_cached_message_age
                if not message.metadata.run.fragment_ids:
                    self.stop_timers()
                    self.drawn.clear()
            case "navigation":
                self.page = message.navigation.page_script_hash
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            case "auto_rerun":
                self.start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for name in message.stop_auto_rerun.fragment_ids:
                    self.stop_timer(name)
            case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                fragments = list(message.metadata.run.fragment_ids)
                if not fragments:  # what is not on the page any more says nothing
                    self.widgets = {id: state for id, state in self.widgets.items() if id in self.drawn}
                self.forget(fragments)
                answers = not fragments or self.awaited in fragments  # no part's own timer does
                if self.finished and not self.finished.done() and answers:
                    self.finished.set_result(None)

    def meet(self, element: Element, fragment: str) -> str:
        """Keep a widget's first value, or the one the server has set, as the browser would. The id of the widget, ""
        where it is none."""
        kind = element.WhichOneof("type") or ""
        if kind == "exception":
            raise RuntimeError(f"The page failed: {element.exception.message}")
        if kind == "bidi_component" and element.bidi_component.HasField("json"):
            data = json.loads(element.bidi_component.json)
            if isinstance(data, list) and "key" in data[0]:
                self.parts[data[0]["key"]] = element.bidi_component.id
                self.fragment_of[element.bidi_component.id] = fragment
                if data[0]["key"].endswith("-status"):
                    self.status = data[0]
        if kind == "button":
            self.buttons[element.button.id.rpartition("-")[2]] = element.button.id
            self.fragment_of[element.button.id] = fragment
        if kind not in VALUES:
            return ""
        widget = getattr(element, kind)
        if widget.set_value or widget.id not in self.widgets:
            state = self.widgets[widget.id] = WidgetState(id=widget.id)
            VALUES[kind](state, widget)
        return widget.id

    def forget(self, fragments: list[str]) -> None:
        """After a run: drop the messages that were not used for some runs, of its fragments if it was a fragment's."""
        self.runs += 1
        for name, (run, fragment) in list(self.cached.items()):
            if (not fragments or fragment in fragments) and self.runs - run > self.keep:
                del self.cached[name]

    def start_timer(self, fragment: str, interval: float) -> None:
        if fragment in self.timers and self.timers[fragment][0] == interval:
            return
        self.stop_timer(fragment)
        self.timers[fragment] = interval, asyncio.create_task(self.poll(fragment, interval))

    def stop_timer(self, fragment: str) -> None:
        if fragment in self.timers:
            self.timers.pop(fragment)[1].cancel()

    def stop_timers(self) -> None:
        for name in list(self.timers):
            self.stop_timer(name)

    async def poll(self, fragment: str, interval: float) -> None:
        """The browser's setInterval: it does not wait for answers."""
        due = asyncio.get_running_loop().time()
        while True:
            due += interval
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            await self.ask(fragment)

    async def ask(self, fragment: str = "", pressed: str = "", told: tuple[str, str, Any] | None = None) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash = self.page
        state.is_auto_rerun = bool(fragment)
        state.widget_states.widgets.extend(self.widgets.values())
        if pressed:
            state.widget_states.widgets.append(WidgetState(id=self.buttons[pressed], trigger_value=True))
            fragment = self.fragment_of[self.buttons[pressed]]
        if told:
            part, name, value = told
            fragment = self.fragment_of[self.parts[part]]
            id = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{self.parts[part]}{EVENT_DELIM}events"  # as Streamlit's own script
            answers = json.dumps([{"event": name, "value": value}])
            state.widget_states.widgets.append(WidgetState(id=id, json_trigger_value=answers))
        state.fragment_id = fragment
        if not state.is_auto_rerun:
            self.awaited = fragment
        state.cached_message_hashes.extend(self.cached)
        state.context_info.url = self.url
        state.context_info.locale = "en-US"
        state.context_info.timezone = "UTC"
        await self.socket.send(message.SerializeToString())

    async def rerun(self, pressed: str = "", told: tuple[str, str, Any] | None = None) -> None:
        """Ask for the whole page; or for the part of it in which the button of this key stands, or a browser part, by
        its key, that tells a value of a name. Wait until it is there."""
        self.finished = asyncio.get_running_loop().create_future()
        await self.ask(pressed=pressed, told=told)
        await asyncio.wait_for(self.finished, PATIENCE)

    async def open(self) -> None:
        """Load the page and wait until its first training is over."""
        await self.rerun()
        async with asyncio.timeout(PATIENCE):
            while self.timers or self.status.get("live"):
                await asyncio.sleep(QUIET)
                if self.status.get("live"):
                    await self.rerun()

    async def unfold(self, popover: str) -> None:
        """Open what is drawn only then."""
        await self.rerun(told=(f"opened_{popover}", "opened", True))

    async def look(self) -> None:
        """Ask for the part of the page in which the run's status stands, as that does when it has something new."""
        await self.rerun(told=(self.status["key"], "draw_again", time.monotonic()))

    async def watch(self, hear: Callable[[dict[str, Any]], None] = lambda _: None, opening: bool = False) -> None:
        """The run that the page shows, to its end, or only until there is something to draw of one that is `opening`,
        counting frames: the browser shows each. What each message says besides is told to `hear`."""
        url, headers = f"ws://{self.address}/live", cookies(self.reader)
        async with connect(url, additional_headers=headers, max_size=None, proxy=None) as socket:
            await socket.send(json.dumps({"watch": self.status["run"], "epoch": -1, "lang": "en"}))
            async for data in socket:
                if isinstance(data, str):  # there is no such run any more
                    return
                await socket.send("taken")
                header = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
                self.frames += len(header.get("frames", ()))
                hear(header)
                if not header["going"] or (opening and header["opened"]):
                    return

    async def go(self, page: str) -> None:
        """To another page, as by its name at the top."""
        self.page = self.pages[page]
        await self.open()

    def holds(self, key: str) -> bool:
        """Whether a widget of this key is in the page."""
        return any(name.endswith(f"-{key}") for name in self.widgets)

    def number(self, key: str) -> WidgetState:
        return next(state for name, state in self.widgets.items() if name.endswith(f"-{key}"))


AnyTab = TypeVar("AnyTab", bound=Tab)

VALUES: dict[str, Callable] = {
    "number_input": lambda state, w: setattr(state, "double_value", w.value if w.set_value else w.default),
    "selectbox": lambda state, w: setattr(state, "string_value", w.raw_value if w.set_value else w.options[w.default]),
    "radio": lambda state, w: setattr(state, "string_value", w.raw_value) if w.set_value else None,
    "text_input": lambda state, w: setattr(state, "string_value", w.value if w.set_value else w.default),
    "text_area": lambda state, w: setattr(state, "string_value", w.value if w.set_value else w.default),
    "checkbox": lambda state, w: setattr(state, "bool_value", w.value if w.set_value else w.default),
    "button_group": lambda state, w: state.string_array_value.data.extend(
        w.raw_values if w.set_value else [w.options[index].content for index in w.default]
    ),
}


def cookies(reader: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={reader}"} if reader else {}


def page_socket(address: str, reader: str, session: str = "", **headers: str) -> connect:
    """The websocket that all on a page comes over, for a `session` that the page had before, if it is still there.
    `reader`: the cookie of the browser, which has several pages perhaps; "" for one that keeps none."""
    return connect(
        f"ws://{address}/_stcore/stream",
        subprotocols=[Subprotocol(name) for name in ("streamlit", "no-token", session) if name],
        additional_headers=headers | cookies(reader),
        compression=None,
        max_size=None,
        proxy=None,
    )


async def visit(
    stack: AsyncExitStack,
    address: str,
    query: str = "run=1",
    reader: str = "",
    kind: type[AnyTab] = Tab,
    **headers: str,
) -> AnyTab:
    """A new tab, listening until the stack is left, of a reader of its own where none is named."""
    reader = reader or token_urlsafe(16)
    socket = await stack.enter_async_context(page_socket(address, reader, **headers))
    tab = kind(socket, address, query, reader)
    stack.callback(asyncio.create_task(tab.listen()).cancel)
    stack.callback(tab.stop_timers)
    return tab


async def use(tab: Tab, key: str, chance: random.Random, seconds: float) -> list[float]:
    """Change a number again and again; each rerun's time in ms. One that comes late counts from when it was due."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    due, taken = clock() + chance.uniform(0, PERIOD), []
    while due < end:
        late = clock() > due
        await asyncio.sleep(due - clock())
        began = due if late else clock()
        value = tab.number(key)
        value.double_value = value.double_value + (0.001 if key == "lr" else 1)
        await tab.rerun()
        taken.append((clock() - began) * 1e3)
        due += chance.uniform(0.9, 1.1) * PERIOD  # else those who meet once would meet every time
    return taken


async def crowd(address: str, users: int, seconds: float) -> tuple[list[float], float]:
    """Times of all reruns, and how many frames a second the training sessions were shown together."""
    clock = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        tabs = [await visit(stack, address) for _ in range(users)]
        for tab in tabs:
            await tab.open()
        trainers = [await visit(stack, address, link(LONG, run=True)) for _ in range(TRAINERS)]
        for trainer in trainers:
            await trainer.rerun()
        watching = [asyncio.create_task(trainer.watch()) for trainer in trainers]
        began, before = clock(), sum(trainer.frames for trainer in trainers)
        results = await asyncio.gather(
            *(use(tab, ("lr", "hidden_size")[i % 2], random.Random(i), seconds) for i, tab in enumerate(tabs))
        )
        if any(task.done() for task in watching):
            raise RuntimeError("A training session ended before the measurement did.")
        frames = (sum(trainer.frames for trainer in trainers) - before) / (clock() - began)
        for task in watching:
            task.cancel()
    return [taken for result in results for taken in result], frames


def measure(crowds: tuple[int, ...] = CROWDS, seconds: float = SECONDS) -> list[Row]:
    rows = []
    for users in crowds:
        with serving() as server:
            taken, frames = asyncio.run(crowd(server.address, users, seconds))
        name = f"rerun, {users} users and {TRAINERS} training"
        rows += [
            Row(f"{name}, p50", median(taken), None, "ms"),
            Row(f"{name}, p95", percentile(taken, 0.95), GOAL, "ms"),
            Row(f"{name}, max", max(taken), None, "ms"),
            Row(f"{name}, frames", frames, None, "/s"),
        ]
    return rows


if __name__ == "__main__":
    show(measure(tuple(map(int, sys.argv[1:])) or CROWDS))
