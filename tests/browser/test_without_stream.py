"""The websocket of the runs that go on can't be had, or who answers there has no such run: the page looks by itself."""

import json

import pytest

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from tests.support.eventually import eventually

WATCHED = Experiment(epochs=5000, lr=0.001)  # seconds
STREAMED = "node => Boolean(node.component.stream?.connected)"


@pytest.mark.thorough
def test_a_run_is_watched_by_looks_until_there_is_a_socket_and_after_it(visit):
    """First a proxy refuses it, then it is there, then it is cut and another process answers, that has no such run."""
    behaviour, sockets = ["refuse"], []

    def meet(socket) -> None:
        sockets.append(socket)
        if behaviour == ["refuse"]:
            socket.close()
        elif behaviour == ["pass on"]:
            socket.connect_to_server()
        else:
            socket.on_message(lambda said: socket.send(json.dumps({"gone": json.loads(said)["watch"]})))

    def moves(how: str, streamed: bool) -> None:
        before = lab.epoch
        eventually(lambda: lab.epoch > before and lab.together_at, f"it moves, {how}", 15)
        shown = lab.at("status").locator(".rl-progress")
        eventually(lambda: shown.evaluate(STREAMED) == streamed, how, 15)

    lab = visit(
        to_link(WATCHED, "en", run=True), prepare=lambda page: page.route_web_socket("**/live", meet), shows="status"
    )
    moves("where the socket is refused", False)
    behaviour[:] = ["pass on"]
    moves("once there is a socket", True)
    behaviour[:] = ["gone"]
    sockets[-1].close()
    moves("where nobody knows the run", False)
    assert lab.at("notes").count() == lab.page.get_by_role("alert").count() == 0
    lab.trained()
    assert lab.curve() == list(run(WATCHED).losses)
    assert lab.page.locator(".rl-connection:visible").count() == 0
