"""A real server, a real Chromium.

Whatever a test does, four things must hold: no request leaves for another host, nothing is logged as an error, no page
error is thrown, and the server understands what it is asked about runs that go on. The `visit` fixture checks them when
the test is over.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from pages.shell.stream.live_socket import TAKEN, Asked
from tests.support.lab import FLAGS, NAMES, Lab, find_chromium, serving

SCREEN: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def chromium() -> str:
    path = find_chromium()
    if path is None:
        message = f"no Chromium here: none of {', '.join(NAMES)} is on the PATH, and CHROMIUM names none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory) -> Path:
    """Where the server writes its log."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server(server_folder, chromium) -> Iterator[tuple[str, psutil.Process]]:
    assert chromium  # no server where there is nobody to visit it
    with serving(server_folder) as running:
        yield running


@pytest.fixture(scope="session")
def url(server) -> str:
    return server[0]


class Browsers:
    """Browsers that know nothing of one another. One that a test has left is emptied and given to the next test that
    asks for such a one: its cache holds the scripts, fetched and compiled, so that a page opens in half the time. What
    can be said of a page is no option of its browser."""

    def __init__(self, launch: Callable[..., BrowserContext]):
        self.launch = launch
        self.free: dict[str, list[BrowserContext]] = defaultdict(list)

    def take(self, options: dict[str, object]) -> BrowserContext:
        free = self.free[repr(options)]
        return free.pop() if free else self.launch(**options)

    def leave(self, options: dict[str, object], browser: BrowserContext) -> None:
        for page in browser.pages[1:]:  # the first is the empty one that it was launched with
            page.close()
        browser.set_storage_state({})
        browser.clear_permissions()
        self.free[repr(options)].append(browser)


@pytest.fixture(scope="package")
def browsers(chromium, tmp_path_factory) -> Iterator[Browsers]:
    """For this folder, no longer: Playwright's loop must not run on while other tests start loops of their own."""
    with sync_playwright() as playwright, ExitStack() as stack:

        def launch(**options) -> BrowserContext:
            # With a folder of its own, for Chromium keeps compiled scripts nowhere else.
            folder = tmp_path_factory.mktemp("browser")
            open_browser = playwright.chromium.launch_persistent_context
            browser = open_browser(folder, executable_path=chromium, args=FLAGS, **options)
            stack.callback(browser.close)
            return browser

        yield Browsers(launch)


Visit = Callable[..., Lab]


@pytest.fixture
def visit(browsers, url) -> Iterator[Visit]:
    """Opens the lab in a browser that knows nothing of any other visit. At the end of the test: no strangers, no
    errors."""
    with visiting(browsers, url) as visit:
        yield visit


@pytest.fixture(scope="module")
def lasting_visit(browsers, url) -> Iterator[Visit]:
    """The same for all tests of a file: for those that look at one page, and leave it as it was."""
    with visiting(browsers, url) as visit:
        yield visit


@contextmanager
def visiting(browsers: Browsers, url: str) -> Iterator[Visit]:
    taken, labs = [], []

    def open_lab(
        query: str = "",
        path: str = "/",
        base: str = url,
        shows: str = "train",
        viewport: ViewportSize = SCREEN,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
        forced_colors: Literal["active", "none"] = "none",
        permissions: Sequence[str] = (),
        prepare: Callable[[Page], None] | None = None,
        **options,
    ) -> Lab:
        options = {"locale": "en-US"} | options
        browser = browsers.take(options)
        taken.append((options, browser))
        page = browser.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion, forced_colors=forced_colors)
        browser.grant_permissions(permissions)
        if prepare:
            prepare(page)
        lab = Lab(page)
        lab.host = urlsplit(base).netloc
        labs.append(lab)
        address = query if query.startswith("http") else f"{base}{path}?{query}" if query else f"{base}{path}"
        page.goto(address)
        expect(lab.at(shows)).to_be_visible()
        return lab

    yield open_lab
    for options, browser in taken:
        browsers.leave(options, browser)
    for lab in labs:
        assert {host for host in lab.hosts if host} == {lab.host}
        assert lab.errors == []
        for asked in lab.asked:
            assert asked == TAKEN or Asked.model_validate_json(asked)
