"""What the page on training shows of a run: its loop as a program, one step of it taken apart, what goes into the loss,
the log of the epochs, why a carried state is detached, what the modes of a network change, and what has to be
moved to a GPU."""

import streamlit as st

from pages.shell.messages import show_notes
from pages.shell.run import token_strip
from pages.shell.run.run_view import RunView
from pages.views.training import detach, device, log, loop, loss, modes

SMALL = 20_000  # parameters: such a network's steps are looked at while it trains


def render(view: RunView) -> None:
    t = view.t
    token_strip.render(view)
    show_notes(view.opening.notes)
    if view.history.ended == "diverged":
        st.warning(t("training.diverged", epoch=view.history.checkpoints[-1].epoch))
    waits = view.going and view.opening.parameters > SMALL
    loop.render(view, waits)
    left, right = st.columns([5, 4], gap="small")
    with left:
        loss.render(view, waits)
    with right:
        log.render(view)
    left, right = st.columns(2, gap="small")
    with left:
        detach.render(view, waits)
    with right:
        modes.render(view, waits)
    device.render(view)
