"""A link for a class, from the dialog that makes it to the page that it opens: what its QR code says is read by another
program."""

import io
import re
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.support.eventually import eventually

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_a_class_link_is_made_scanned_and_opened(visit):
    lab = visit("preset=words-next&lang=en&run=1&epoch=7&step=2", path="/cell").rests()
    expect(lab.page.locator(".rl-epoch").first).to_contain_text("7 / 100")
    expect(lab.page.locator(".rl-unrolled [data-step='1'][aria-selected='true']").first).to_be_visible()
    lab.page.get_by_role("button", name="Share").click()
    lab.press("class_link")
    dialog = lab.page.get_by_role("dialog")
    expect(lab.at("presents")).to_be_hidden()  # Share has made room for it
    lab.page.set_viewport_size({"width": 1280, "height": 720})
    expect(dialog.get_by_text("The code was made on this machine")).to_be_in_viewport(ratio=1)
    dialog.get_by_label("Leave out").click()
    for part in ("The experiment's settings", "States and gates as numbers"):
        lab.page.get_by_role("option", name=part).click()
    lab.page.keyboard.press("Escape")
    dialog.get_by_text("For a projector").click()
    link = dialog.locator(".rl-link")
    expect(link).to_have_value(re.compile("hide=settings,cell-values&present=1$"))
    expect(dialog.locator("img")).to_have_count(1)
    picture = Image.open(io.BytesIO(dialog.locator("img").screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == link.input_value()
    address = urlsplit(code.text)
    other = visit(address.query, path=address.path, shows="status").rests()
    expect(other.page.locator(".rl-epoch").first).to_contain_text("7 / 100")
    expect(other.at("unrolled")).to_be_visible()
    for key in ("controls", "cell-values"):
        expect(other.at(key)).to_be_hidden()
    assert other.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    other.page.reload()
    expect(other.at("unrolled")).to_be_visible()
    expect(other.at("controls")).to_be_hidden()
    other.page.get_by_role("link", name="Playground").first.click()
    curve = other.at("playground-loss").locator(".rl-curves")
    stark = "node => [node.component.theme.strong, node.component.theme.text]"
    eventually(lambda: curve.evaluate(stark) == ["rgba(0,0,0,1)"] * 2, "axes are as dark as letters can be")
