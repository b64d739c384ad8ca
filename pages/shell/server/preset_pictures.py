"""The pictures on the cards of the presets: drawn in the browser, from the states of the networks that they open with.
Computed when the first reader asks, for all that come later."""

import asyncio
import json
from concurrent.futures import Future
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from pages.components.component import pack
from pages.shell.server.revalidated import revalidated, takes_gzip, unless_known
from rnnlab import engine
from rnnlab.engine import jobs
from rnnlab.experiment.twins import preset_experiment
from rnnlab.i18n import LANGUAGES
from rnnlab.presets.presets import PRESETS
from rnnlab.records.preset_picture import PresetPicture

answers: dict[tuple[str, bool], Response] = {}  # by language, and whether compressed
making = asyncio.Lock()  # a class that comes at once has them computed once


async def serve(request: Request) -> Response:
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        return Response(status_code=404)
    key = lang, takes_gzip(request)
    async with making:
        answer = answers.get(key) or await make(*key)
    return unless_known(request, answer)


async def make(lang: str, compressed: bool) -> Response:
    """A picture that no worker could compute is left out, and the answer is made anew for the next who asks."""
    wanted = await asyncio.to_thread(lambda: {preset: ask(preset, lang) for preset in PRESETS})
    found = await asyncio.gather(*map(asyncio.wrap_future, wanted.values()), return_exceptions=True)
    pictures = {
        preset: asdict(picture) | {"states": pack(picture.states)}
        for preset, picture in zip(wanted, found, strict=True)
        if isinstance(picture, PresetPicture)
    }
    content = json.dumps(pictures, ensure_ascii=False).encode()
    answer = revalidated(content, "application/json", compressed)
    if len(pictures) == len(PRESETS):
        answers[lang, compressed] = answer
    return answer


def ask(preset: str, lang: str) -> Future:
    """Between the jobs of readers, who are served first."""
    return engine.shared().submit(jobs.preset_picture, preset_experiment(preset, lang), owner="preset pictures")
