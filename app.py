"""RNN Lab: `streamlit run app.py`. Starts and stops the engine, and serves what is not a page."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from streamlit import file_util

from pages.components import assets
from pages.shell import messages, reruns
from pages.shell.classroom import current_room
from pages.shell.page_names import PAGES
from pages.shell.readers import door, drawing, proxies
from pages.shell.server import (
    entry_page,
    graceful_stop,
    http_policy,
    idle_sessions,
    log,
    memory,
    message_hold,
    operations,
    preset_pictures,
    settings,
    static_files,
    theme,
    widget_state,
)
from pages.shell.stream import live_socket
from rnnlab import engine
from rnnlab.engine import live_runs


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    graceful_stop.install()
    engine.shared()  # workers warm up while the first visitor's page loads
    gc.collect()
    gc.freeze()  # what is loaded stays: a full collection, for which all sessions wait, takes 15 ms instead of 100
    giving_back = asyncio.create_task(memory.give_back())
    print("RNN Lab:", *http_policy.addresses(), flush=True)
    yield
    giving_back.cancel()
    live_runs.close_shared()
    engine.close_shared()


# What is uploaded stays in memory: Starlette would put all but the first megabyte into a file.
MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") * 2**20

log.install()
settings.check()
memory.install()
message_hold.install()
reruns.install()
widget_state.install()
theme.install()
http_policy.install()
idle_sessions.install()
proxies.install()
drawing.install()
current_room.install()

base = f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/")  # own routes are not put below it by themselves

files = {
    **static_files.below(Path(file_util.get_static_dir()) / "static", "static"),
    **{f"{assets.FOLDER}/{name}": partial(assets.FILES.__getitem__, name) for name in assets.FILES},
    assets.PLOTLY: (resources.files("plotly") / "package_data/plotly.min.js").read_bytes,
}

app = st.App(
    "pages/main.py",
    lifespan=lifespan,
    on_script_error=messages.say_unforeseen,
    middleware=[
        Middleware(http_policy.HttpPolicy, base, os.environ.get("RNNLAB_FRAME_ANCESTORS") or "'self'"),
        Middleware(static_files.StaticFiles, base, files),
        Middleware(door.Door, base),
    ],
    routes=[
        *(Route(f"{base}/{page}", partial(entry_page.serve, base=base)) for page in ("", *PAGES)),
        Route(f"{base}/door", door.serve),
        Route(f"{base}/healthz", operations.Health().serve),
        *([Route(f"{base}/metrics", operations.serve_metrics)] if operations.metrics_wanted() else []),
        Route(f"{base}/presets/{{lang}}.json", preset_pictures.serve),
        WebSocketRoute(f"{base}/live", live_socket.serve),
    ],
)
