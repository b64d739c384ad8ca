"""The lab with its real server and worker, shared by real sessions."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from benchmarks.users import visit
from tests.support.lab import serving
from tests.support.run_async import run_async

EPOCHS = 5_000
LONG = f"preset=paragraph-next&epochs={EPOCHS}&hidden=128&lang=en&run=1"


@pytest.mark.thorough
def test_twenty_tabs_of_a_person_train_as_much_as_one_tab_of_another(tmp_path):
    async def epochs_of_each(address: str) -> Counter[str]:
        """Epochs that each reader's runs have come on, with the batches of the one under way, while the run of few has
        come on by sixty, and all were open: to open a run is computing too, and no epoch."""
        newest: dict[tuple[str, int], float] = {}
        watching = []
        async with AsyncExitStack() as stack:
            for reader, number in (*(("many", number) for number in range(20)), ("few", 0)):
                tab = await visit(stack, address, f"{LONG}&seed={number}", reader)
                await tab.rerun()
                hear = lambda said, key=(reader, number): newest.update({key: said.get("share", 0) * EPOCHS})  # noqa: E731
                watching.append(asyncio.create_task(tab.watch(hear)))
            async with asyncio.timeout(120):
                while len(newest) < len(watching) or not all(newest.values()):
                    await asyncio.sleep(0.05)
                begun = dict(newest)
                while newest["few", 0] < begun["few", 0] + 60:
                    await asyncio.sleep(0.05)
            for one in watching:
                one.cancel()
        done = Counter[str]()
        for (reader, number), epoch in newest.items():
            done[reader] += epoch - begun[reader, number]
        return done

    with serving(tmp_path) as (url, _):
        done = run_async(epochs_of_each(urlsplit(url).netloc))
    assert 0.6 < done["few"] / done["many"] < 1.7, done
