"""What Streamlit has to say to a browser waits a moment, where the stream says something first.

That a page is drawn at all costs the browser 80 ms: it goes through all that is on the page, to mark it as old. What
comes meanwhile is seen after that.
"""

import asyncio
import time

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx

LONGEST = 0.5  # seconds

held: dict[str, float] = {}  # by session: until when, by the monotonic clock


def hold() -> None:
    """For this session, until `release`, or until the longest time is over."""
    if context := get_script_run_ctx():
        now = time.monotonic()
        for other in [id for id, until in held.items() if until < now]:  # it has left
            held.pop(other, None)
        held[context.session_id] = now + LONGEST


def release() -> None:
    """What comes from now on takes along what was held."""
    if context := get_script_run_ctx():
        held.pop(context.session_id, None)


def install() -> None:
    """Once a process, before the first session."""
    flush = AppSession.flush_browser_queue

    def flush_unless_held(self: AppSession) -> list[ForwardMsg]:
        left = held.get(self.id, 0.0) - time.monotonic()
        if left <= 0:
            return flush(self)
        if self._message_enqueued_callback:  # should nothing else come
            asyncio.get_running_loop().call_later(left, self._message_enqueued_callback)
        return []

    AppSession.flush_browser_queue = flush_unless_held  # type: ignore[method-assign]
