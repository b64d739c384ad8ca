"""What train(), eval() and no_grad() change: the same sentence through the same network, five times."""

import streamlit as st

from pages.components.table.table import Cell, TableView, number, tables, text
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.run.run_view import RunView
from pages.views.training.shown import written
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.i18n import percent, visible
from rnnlab.records.training.passes import ModeCall


def render(view: RunView, waits: bool) -> None:
    e, o, t = view.experiment, view.opening, view.t
    with panel("training-modes", t, code=programs.modes_program(e, o.first_batch)):
        if waits:
            st.caption(t("training.waits"))
            return
        found = ask_worker(jobs.modes, e, view.checkpoint.weights)
        if found is None:
            return
        shares = ", ".join(f"{t(f'field.{name}')} {percent(share)}" for name, share in found.shares.items())
        st.caption(t("modes.own", shares=shares) if found.own else t("modes.whatif", shares=shares))
        said = [t("modes.number")] if view.reads == "numbers" else [visible(o.classes[one]) for one in found.classes]
        head = [text(t("modes.call")), *map(number, said)]
        head += [text("requires_grad"), text("grad_fn")]
        rows: list[list[Cell]] = [
            [
                text(called(call)),
                *(number(written(chance)) for chance in call.probabilities),
                text(str(call.requires_grad)),
                text(t("modes.has_grad_fn") if call.grad_fn else "None"),
            ]
            for call in found.calls
        ]
        tables("training-calls", [TableView(t("panel.training-modes"), rows, head, named_rows=True)], "framed")
        one, another, asked, again, _ = (call.probabilities for call in found.calls)
        st.markdown(t("modes.differ") if one != another else t("modes.alike"))
        if asked == again:
            st.markdown(t("modes.same"))
        st.markdown(t("modes.no_grad"))


def called(call: ModeCall) -> str:
    """In torch's words."""
    if not call.recorded:
        return "model.eval(), torch.no_grad()"
    return "model.train()" if call.training else "model.eval()"
