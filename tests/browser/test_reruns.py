"""What a reader does is met once and wholly, whatever else asks the page to be drawn again at the same moment."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.support.eventually import eventually

LONG = "epochs=5000&cell=lstm&hidden=256&layers=3&run=1"  # half a minute and more: nothing here waits for its end


class Messages:
    """Between the browser and the server. What a test puts into `before` and `after` makes of the next request that
    no timer sends another, which is sent along."""

    def __init__(self):
        self.before: Callable[[BackMsg], None] | None = None
        self.after: Callable[[BackMsg], None] | None = None
        self.timer = ""  # the part that a run's status asks to draw again, as a timer would,
        self.look: WidgetState | None = None  # and by what

    def listen(self, page: Page) -> None:
        page.route_web_socket("**/_stcore/stream", self.connect)

    def connect(self, browser) -> None:
        server = browser.connect_to_server()

        def pass_on(frame) -> None:
            message = BackMsg.FromString(frame)
            sent = [frame]
            triggers = [one for one in message.rerun_script.widget_states.widgets if one.json_trigger_value]
            if triggers and all("draw_again" in one.json_trigger_value for one in triggers):
                self.timer, self.look = message.rerun_script.fragment_id, triggers[0]
            elif message.HasField("rerun_script"):
                sent = [*self.changed(message, "before"), frame, *self.changed(message, "after")]
            for one in sent:
                server.send(one)

        browser.on_message(pass_on)

    def changed(self, message: BackMsg, place: str) -> list[bytes]:
        change = getattr(self, place)
        if change is None:
            return []
        setattr(self, place, None)
        other = BackMsg.FromString(message.SerializeToString())
        change(other)
        return [other.SerializeToString()]


def clicked_nothing(message: BackMsg) -> None:
    """What a request would be that asks to draw the whole page again."""
    widgets = [one for one in message.rerun_script.widget_states.widgets if not one.trigger_value]
    del message.rerun_script.widget_states.widgets[:]
    message.rerun_script.widget_states.widgets.extend(widgets)
    message.rerun_script.fragment_id = ""


@pytest.mark.thorough
def test_a_click_is_not_lost_to_a_request_that_follows_at_once(visit):
    messages = Messages()
    lab = visit(LONG, prepare=messages.listen).runs()
    messages.after = clicked_nothing
    lab.press("pause").paused()
    messages.after = clicked_nothing
    lab.press("train").runs()


@pytest.mark.thorough
def test_nor_where_nothing_goes_on_whatever_it_changes(visit):
    """A note is put away; a number computed, in a part of the page that is drawn by itself."""
    messages = Messages()
    lab = visit("preset=clipping&epochs=9&colour=1&run=1", path="/gradients", shows="check_go", prepare=messages.listen)
    expect(lab.at("notes")).to_be_visible()
    messages.after = clicked_nothing
    lab.press("notes_seen")
    expect(lab.at("notes")).to_have_count(0)
    messages.after = clicked_nothing
    lab.press("check_go")
    expect(lab.at("check_result")).to_be_visible()


@pytest.mark.thorough
def test_what_a_timer_tells_of_the_form_before_the_reader_does_counts_for_nothing(visit, server_folder):
    """A preset is chosen, and the timer is the first to bring its name; the request that follows has the form as it was
    before. All of the preset is in the form in the end. It opens on another page: the browser answers that it has no
    timer any more, and one that was on its way comes before that answer, which is no news for the log."""
    messages, log = Messages(), server_folder / "server.log"
    lab = visit("preset=gru-tagger&epochs=500&run=1", path="/units", prepare=messages.listen).runs()
    eventually(lambda: lab.status and messages.timer, "the status has asked once to be drawn again")

    def by_timer(message: BackMsg) -> None:
        assert messages.look is not None
        message.rerun_script.fragment_id = messages.timer
        message.rerun_script.widget_states.widgets.append(messages.look)
        late.append(message)
        if len(late) == 1:
            messages.before = by_timer

    late, said = [], log.read_text()
    messages.before = by_timer
    lab.at("preset").locator("input").fill("LSTM classifier")
    option = lab.page.get_by_role("option").first
    preset = option.inner_text()
    option.click()
    expect(lab.at("status")).to_contain_text("/ 12")
    lab.open("more")
    expect(lab.at("task").locator("input")).to_have_value("Classify a text")
    expect(lab.at("preset").locator("input")).to_have_value(preset)
    expect(lab.at("preset_back")).to_have_count(0)  # nothing of it was changed
    assert (len(late), log.read_text()) == (2, said)


def test_a_click_on_train_draws_the_part_about_the_run_and_no_form(visit):
    lab = visit("lang=en&run=1").trained()
    document = lab.page.locator(".rl-document")  # given new data by every draw of the whole page
    document.evaluate("node => { node.component.pageData.mine = true; }")
    lab.train()
    assert document.evaluate("node => node.component.pageData.mine === true")
    lab.press("reseed").reaches("not trained yet")
    eventually(lambda: "seed=1" in lab.address, "the address knows the form")
    assert not document.evaluate("node => node.component.pageData.mine === true")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("query", "key", "clicked"),
    [
        ("preset=words-next&run=1", "unrolled", ".ru-column[data-step='2'] .ru-chip"),
        ("lesson=one-step", "guide_fold", "button"),
    ],
)
def test_a_click_that_the_server_hears_after_that_on_a_link_does_not_lead_back(visit, query, key, clicked):
    """Each is repeated as it was sent: one in a part of the page, one in what every page has."""
    messages = Messages()
    sent: list[BackMsg] = []
    lab = visit(f"{query}&lang=en", path="/cell", shows=key, prepare=messages.listen).rests()
    messages.before = sent.append
    lab.at(key).locator(clicked).click()
    eventually(lambda: lab.page.evaluate("true") and sent, "the click was sent")
    lab.rests()
    messages.after = lambda message: message.CopyFrom(sent[0])
    lab.page.get_by_role("link", name="Gradients").first.click()
    expect(lab.at("check_go")).to_be_visible()
    lab.rests()
    assert lab.page.url.split("?")[0].endswith("/gradients")
