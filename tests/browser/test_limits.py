"""Who comes when the lab is full, and whom it believes where he comes from."""

import asyncio
from contextlib import AsyncExitStack
from secrets import token_urlsafe
from urllib.parse import urlsplit

from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus

from benchmarks.live.lasting_tab import LastingTab
from benchmarks.users import page_socket
from pages.shell.readers.cookie import COOKIE
from rnnlab.i18n import translator
from tests.support.lab import serving
from tests.support.run_async import run_async


def test_who_finds_no_room_is_told_so_and_let_in_when_there_is(browsers, tmp_path):
    options = {"locale": "zh-CN"}
    browser = browsers.take(options)
    with serving(tmp_path, RNNLAB_SESSIONS="2") as (url, _):
        pages = [browser.new_page() for _ in range(3)]
        notice = pages[2].locator(".rl-connection:visible")
        for page in pages[:2]:
            page.goto(url)
            expect(page.locator(".st-key-train")).to_be_visible()
        pages[2].goto(url)
        expect(notice).to_have_text(translator("zh")("server.full_all", limit="2"))
        expect(notice).to_be_in_viewport()
        cookie = [one for one in browser.cookies() if one["name"] == COOKIE]
        assert [(one["httpOnly"], one["sameSite"], len(one["value"]), one["expires"]) for one in cookie] == [
            (True, "Lax", 22, -1)
        ]
        pages[0].close()
        expect(pages[2].locator(".st-key-train")).to_be_visible(timeout=30_000)
        expect(notice).to_have_count(0)
        pages[1].close(), pages[2].close()
    browsers.leave(options, browser)


async def admitted(
    stack: AsyncExitStack, address: str, reader: str, origin: str = "", session: str = ""
) -> LastingTab | None:
    """A new tab, or one that goes on with its session; None where there is no room for it."""
    headers = {"X-Forwarded-For": origin} if origin else {}
    try:
        socket = await stack.enter_async_context(page_socket(address, reader, session, **headers))
    except InvalidStatus:
        return None
    return LastingTab(socket, address, "", reader)


def test_a_tab_is_one_of_its_reader_and_of_an_address_that_a_named_proxy_tells(tmp_path):
    async def named(address: str) -> None:
        async with AsyncExitStack() as stack:
            his, school, forged = token_urlsafe(16), "203.0.113.7", "198.51.100.9, 203.0.113.7"
            assert [bool(await admitted(stack, address, his, school)) for _ in range(3)] == [True, True, False]
            assert await admitted(stack, address, token_urlsafe(16), forged)  # what he says himself is nothing
            assert not await admitted(stack, address, token_urlsafe(16), school)  # half of six are of the school
            assert await admitted(stack, address, "", "198.51.100.9")
            assert await admitted(stack, address, "")  # at the machine itself

    async def unnamed(address: str) -> None:
        async with AsyncExitStack() as stack:
            found = [bool(await admitted(stack, address, "", f"203.0.113.{number}")) for number in range(4)]
            assert found == [True, True, False, False]

    limits = {"RNNLAB_SESSIONS": "6", "RNNLAB_READER_SESSIONS": "2"}
    for settings, what in (({"RNNLAB_PROXIES": "127.0.0.1"}, named), ({}, unnamed)):
        with serving(tmp_path, **limits, **settings) as (url, _):
            run_async(what(urlsplit(url).netloc))
            said = (tmp_path / "server.log").read_text().count("RNNLAB_PROXIES")
            assert said == (not settings)


def test_who_was_cut_off_comes_back_to_his_session_though_others_have_come(tmp_path):
    async def cut_off(address: str) -> None:
        async with AsyncExitStack() as stack:
            tab = await admitted(stack, address, "his")
            listening = asyncio.create_task(tab.listen())
            await tab.rerun()
            listening.cancel()
            await tab.socket.close()
            while not await admitted(stack, address, "hers"):  # the server has yet to hear of it
                await asyncio.sleep(0.05)
            assert not await admitted(stack, address, "his")
            assert await admitted(stack, address, "his", session=tab.session)

    with serving(tmp_path, RNNLAB_SESSIONS="1") as (url, _):
        run_async(cut_off(urlsplit(url).netloc))
