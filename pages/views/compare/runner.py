"""Where a race is computed: on the cluster that was named when the lab was started, or on this machine."""

from collections.abc import Callable

import streamlit as st

from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import cluster
from rnnlab.engine.cluster import Cluster
from rnnlab.i18n import Problem, Translate
from rnnlab.races.race import Runner


def cluster_in_use() -> Cluster | None:
    """The cluster, unless there is none or the reader has turned away from it."""
    return None if session.get("race_here") else cluster.shared_cluster()


def runner() -> Runner:
    return cluster_in_use() or workers()


def problems() -> tuple[Problem, ...]:
    """Why nothing can be computed there, where that is so."""
    there = cluster_in_use()
    return (there.problem,) if there is not None and there.problem else ()


def connecting() -> bool:
    there = cluster_in_use()
    return there is not None and there.state == "connecting"


def description(t: Translate) -> str:
    there = cluster_in_use()
    if there is None:
        return t("race.place.here", count=workers().count)
    if connecting():
        return t("race.place.connecting", address=there.address)
    return t("race.place.cluster", address=there.address, count=there.count)


def render_choice(t: Translate, failed: bool, go_on: Callable[[bool], None]) -> None:
    """The buttons for it, where there is a cluster to choose. `go_on` is told whether here."""
    if not cluster.scheduler_address():
        return
    here = bool(session.get("race_here"))
    with st.container(horizontal=True, gap="small", key="race_place"):
        if not here:
            kind = "primary" if failed else "secondary"
            st.button(t("race.place.stay"), key="race_stay", on_click=go_on, args=(True,), type=kind)
        if here or failed:
            st.button(t("race.place.again"), key="race_again", on_click=go_on, args=(False,))
