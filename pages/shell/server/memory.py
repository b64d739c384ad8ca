"""Memory that nobody uses goes back to the system.

Streamlit keeps a session for two minutes after its connection is gone, in a store that looks for expired ones only when
another is put in: the last of a class stay for ever. What a session held is then free in the process, but the C
library keeps it, scattered over an arena for each of many threads, and so does what an upload of some megabytes took.
"""

import asyncio
import ctypes
import gc
import logging
from typing import cast

from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.shell.server import idle_sessions
from rnnlab.hosting.limits import host_limits

PERIOD = 5.0  # seconds between two looks
# From malloc.h: one arena for all threads, of which only one runs Python at a time; and large pieces, from a number of
# bytes on, are mapped by themselves, to be gone as soon as they are free. Setting the latter keeps it from growing.
M_MMAP_THRESHOLD, LARGE = -3, 128 * 1024
M_ARENA_MAX, ARENAS = -8, 1


def c_library() -> ctypes.CDLL | None:
    """glibc, the only one that needs help; other systems have other ways."""
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "malloc_trim") else None
    except OSError:
        return None


def install() -> None:
    """Once a process, before its first thread."""
    if library := c_library():
        library.mallopt(M_ARENA_MAX, ARENAS)
        library.mallopt(M_MMAP_THRESHOLD, LARGE)


def forget_expired() -> int:
    """Lets go of sessions whose time is over, with their files. How many are left, those without a connection too."""
    manager = cast(WebsocketSessionManager, runtime.get_instance()._session_mgr)
    storage = cast(MemorySessionStorage, manager._session_storage)
    return len(storage._cache) + manager.num_active_sessions()  # asked for its length it drops what has expired


async def give_back() -> None:
    """For as long as the process lives. What is in cycles is looked for when no reader would wait for that."""
    library, before = c_library(), 0
    while True:
        await asyncio.sleep(PERIOD)
        if idle := host_limits().idle_seconds:
            try:
                await idle_sessions.let_go(idle)
            except Exception:  # whatever it is, the rest is still to be given back
                logging.getLogger(__name__).exception("idle sessions can't be let go of")
        now = forget_expired()
        if now < before:
            if now == 0:
                gc.collect()
            if library:
                await asyncio.to_thread(library.malloc_trim, 0)
        before = now
