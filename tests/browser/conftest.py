"""A real server, a real Chromium.

Whatever a test does, three things must hold: no request leaves for another host, nothing is logged as an error, and
no page error is thrown. The `visit` fixture checks them when the test is over.
"""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.lab import FLAGS, NAMES, Lab, find_chromium, serving


@pytest.fixture(scope="session")
def chromium() -> str:
    path = find_chromium()
    if path is None:
        message = f"no Chromium here: none of {', '.join(NAMES)} is on the PATH, and CHROMIUM names none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory, chromium) -> Iterator[tuple[str, psutil.Process]]:
    assert chromium  # no server where there is nobody to visit it
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def url(server) -> str:
    return server[0]


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    """One for each file: Playwright's loop must not run on while other tests start loops of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Lab]


@pytest.fixture
def visit(browser, url) -> Iterator[Visit]:
    """Opens the lab in a browser that has never been here. At the end of the test: no strangers, no errors."""
    contexts, labs = [], []

    def open_lab(
        query: str = "", path: str = "/", locale: str = "en-US", base: str = url, shows: str = "train", **options
    ) -> Lab:
        options = {"viewport": {"width": 1440, "height": 900}} | options
        context = browser.new_context(locale=locale, **options)
        contexts.append(context)
        lab = Lab(context.new_page())
        lab.host = urlsplit(base).netloc
        labs.append(lab)
        address = query if query.startswith("http") else f"{base}{path}?{query}" if query else f"{base}{path}"
        lab.page.goto(address)
        expect(lab.at(shows)).to_be_visible()
        return lab

    yield open_lab
    for context in contexts:
        context.close()
    for lab in labs:
        assert {host for host in lab.hosts if host} == {lab.host}
        assert lab.errors == []
