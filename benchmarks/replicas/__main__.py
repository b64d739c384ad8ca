"""Two web processes behind nginx and a Dask cluster of two workers, each in a network of its own as on a machine of its
own, and what becomes of forty readers when one of them is lost.

    python -m benchmarks.replicas [readers]

Needs Linux, the right to make network namespaces (root, on most machines), nginx, and what compose.yaml starts, which
is started here without containers: the same nginx.conf, but for TLS, and the same commands.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex, token_urlsafe

from benchmarks.live.lasting_tab import LastingTab, lasting
from benchmarks.replicas.nginx import nginx_command
from benchmarks.server import ROOT, Row, link, show
from rnnlab import Experiment, run

READERS = 40
NETWORK, BRIDGE = "10.231.0", "rnnlab"
PLACES = ("web1", "web2", "scheduler", "worker1", "worker2", "nginx")
BEGUN = 2.0  # seconds after which all runs are under way
ENDS = 300.0  # seconds within which they have ended
STARTING = 60.0


def address(place: str) -> str:
    return f"{NETWORK}.{10 + PLACES.index(place)}"


COMMANDS = {
    "scheduler": ["-m", "dask", "scheduler", "--host", address("scheduler"), "--port", "8786", "--no-dashboard"],
    **{
        name: [
            *("-m", "dask", "worker", f"tcp://{address('scheduler')}:8786", "--nworkers", "1", "--nthreads", "1"),
            *("--no-dashboard", "--preload", "rnnlab.engine.preload"),
        ]
        for name in ("worker1", "worker2")
    },
    **{
        name: ["-m", "streamlit", "run", "app.py", "--server.port", "8501", "--server.headless", "true"]
        for name in ("web1", "web2")
    },
}
SETTINGS = {
    "RNNLAB_DASK": f"tcp://{address('scheduler')}:8786",
    "RNNLAB_PROXIES": address("nginx"),
    "RNNLAB_WORKERS": "1",
    "RNNLAB_RUNS": "400",  # all of them are of one address here, as a school's are
    "OMP_NUM_THREADS": "1",
}


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def networks() -> Iterator[None]:
    """A switch, and each place at a port of it."""
    ip("link", "add", BRIDGE, "type", "bridge")
    try:
        ip("addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for number, place in enumerate(PLACES):
            inside, outside = f"rl{number}i", f"rl{number}o"
            ip("netns", "add", place)
            ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", place)
            ip("link", "set", outside, "master", BRIDGE, "up")
            ip("-n", place, "addr", "add", f"{address(place)}/24", "dev", inside)
            ip("-n", place, "link", "set", inside, "up")
            ip("-n", place, "link", "set", "lo", "up")
        yield
    finally:
        for place in PLACES:
            subprocess.run(["ip", "netns", "delete", place], check=False, capture_output=True)
        ip("link", "delete", BRIDGE)


class Place:
    """A process, and all that it starts, in its network."""

    def __init__(self, name: str, folder: Path):
        self.name, self.folder = name, folder
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, *COMMANDS[self.name]] if self.name in COMMANDS else nginx(self.folder)
        more = {"RNNLAB_ROOMS": "A" if self.name == "web1" else "B"} if self.name.startswith("web") else {}
        with (self.folder / f"{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *command],
                cwd=ROOT, env=os.environ | SETTINGS | more, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """All of it at once, as when a machine is lost."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def nginx(folder: Path) -> list[str]:
    """Without TLS, of which the benchmark's readers know nothing."""
    webs = f"{address('web1')}:8501", f"{address('web2')}:8501"
    return nginx_command(folder, webs, "127.0.0.1:81", "80", tls=False)


async def answers(name: str, port: int) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(address(name), port)
            writer.close()
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{name} does not answer")


def experiment(number: int) -> Experiment:
    """Each reader has a text of his own."""
    return Experiment(text=f"{number} the cat sat on the mat and {number} dogs ran", hidden=32, epochs=400)


async def opened(stack: AsyncExitStack, readers: int) -> list[LastingTab]:
    """Each types his text into the form of an example, so that no address knows it but by what the page says."""
    tabs = []
    for number in range(readers):
        reader = f"{token_urlsafe(16)}; lab={token_hex(16)}"  # the lab's cookie and nginx's
        wanted = experiment(number)
        tab = await lasting(stack, address("nginx"), link(wanted.model_copy(update={"text": "a b"})), reader)
        text = next(state for id, state in tab.widgets.items() if id.endswith("-text"))
        text.string_value = wanted.text
        await tab.rerun()
        tabs.append(tab)
    return tabs


async def lived_through(
    tabs: list[LastingTab], expected: list[list[float]], lost: list[Place], back: bool
) -> tuple[int, int, float]:
    """All train, some places are lost, and come back or not: how many runs ended otherwise, how many texts are others,
    and the longest time that a run stood still."""
    await asyncio.gather(*(tab.train() for tab in tabs))
    ends = [asyncio.create_task(asyncio.wait_for(tab.to_the_end(), ENDS)) for tab in tabs]
    await asyncio.sleep(BEGUN)
    for place in lost:
        place.kill()
    if back:
        for place in lost:
            place.start()
    losses = await asyncio.gather(*ends, return_exceptions=True)
    wrong = sum(one != other for one, other in zip(losses, expected, strict=True))
    texts = [next(state.string_value for id, state in tab.widgets.items() if id.endswith("-text")) for tab in tabs]
    others = sum(text != experiment(number).text for number, text in enumerate(texts))
    return wrong, others, max(tab.stood for tab in tabs)


async def live_through(folder: Path, readers: int) -> list[Row]:
    expected = [list(run(experiment(number)).losses) for number in range(readers)]
    places = {name: Place(name, folder) for name in PLACES}
    rows: list[Row] = []
    try:
        for name, port in (("scheduler", 8786), ("worker1", 0), ("worker2", 0), ("web1", 8501), ("web2", 8501)):
            places[name].start()
            if port:
                await answers(name, port)
        places["nginx"].start()
        await answers("nginx", 80)
        async with AsyncExitStack() as stack:
            tabs = await opened(stack, readers)
            for what, lost, back in (
                ("nothing lost", (), False),
                ("a web process lost", ("web1",), False),
                ("a worker lost", ("worker1",), False),
                ("the scheduler started anew", ("scheduler",), True),
            ):
                wrong, others, stood = await lived_through(tabs, expected, [places[name] for name in lost], back)
                name = f"{readers} readers, {what}"
                rows += [
                    Row(f"{name}: runs with other losses, or none", wrong, 0, ""),
                    Row(f"{name}: texts lost", others, 0, ""),
                    Row(f"{name}: the longest that a run stood still", stood, None, "s"),
                ]
                show(rows[-3:])
                for one in ("web1", "worker1"):
                    if one in lost:
                        places[one].start()
                await answers("web1", 8501)
    finally:
        for place in places.values():
            place.kill()
    return rows


def measure(readers: int = READERS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, networks():
        return asyncio.run(live_through(Path(folder), readers))


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:2]))
