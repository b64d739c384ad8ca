"""A server that is told to stop lets runs pause first, so that each tab still gets all that was trained, to look
through for as long as nobody answers. Why nobody does, the page says: its socket is closed with a number that means a
restart."""

import asyncio
import signal

from rnnlab.engine import live_runs

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 4.0  # seconds between the pause and the end: thirty pages are drawn in two, and a browser may be busy

stopping = False  # of this process


def install() -> None:
    """On the server's event loop, once it has handlers of its own for these signals."""
    loop = asyncio.get_running_loop()
    stop_at_once = {int(number): signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, _: object) -> None:
        global stopping
        again, stopping = stopping, True

        def pause() -> None:
            grace = GRACE if live_runs.shared().pause_all() else 0.0
            loop.call_later(grace, signal.raise_signal, number)

        if again:
            signal.signal(number, stop_at_once[number])
            signal.raise_signal(number)
        else:
            loop.call_soon_threadsafe(pause)  # a signal comes anywhere, where a lock is held too

    for number in SIGNALS:
        signal.signal(number, stop)
