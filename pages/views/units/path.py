"""The path that the state takes over a line, on a plane whose axes are the same at every epoch."""

from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.shell.ask_worker import ask_worker
from pages.shell.form.choice import choose
from pages.shell.panel import panel
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.units.choice import ActivationQuery, pick
from rnnlab.analysis.planes import Projection, principal_components, two_units
from rnnlab.engine import jobs
from rnnlab.figures.path import PathView, path_figure
from rnnlab.i18n import Translate, percent, visible
from rnnlab.records.units import Activations

PCA, UNITS = "pca", "units"
HEIGHT = 430  # pixels
LINE = 40  # characters of a line in the list


def render(view: RunView, query: ActivationQuery, found: Activations, ranked: np.ndarray) -> None:
    """Of the text that the map shows. `ranked`: its units, the first of them the one that is looked at."""
    t, checkpoints = view.t, view.history.checkpoints
    with panel("statepath", t):
        if view.going:
            st.caption(t("path.waits"))
            return
        newest, first = (
            ask_worker(jobs.activations, view.experiment, checkpoints[place].weights, *query) for place in (-1, 0)
        )
        if newest is None or first is None:
            return
        if not all(np.isfinite(one.values).all() for one in (found, newest, first)):
            st.caption(t("path.infinite"))
            return
        picture, beside = st.columns([5, 2], gap="medium")
        line = chosen_line(found, beside, t)
        plane = chosen_plane(newest.values, ranked, beside, t)
        if not plane.projection.axes.any():
            st.caption(t("path.point"))
            return
        shown = path_of(query, found, line, plane, (newest, first))
        with picture:
            run_chart.render_still(view, "path", Chart(encode(path_figure(shown, t)), t("panel.statepath"), HEIGHT))
        kept = {
            "kept": percent(plane.projection.kept(found.values)),
            "newest": percent(plane.projection.kept(newest.values)),
        }
        said = {"epoch": view.checkpoint.epoch, "last": checkpoints[-1].epoch, "units": found.values.shape[1]} | kept
        beside.caption(t("path.share.pca" if plane.principal else "path.share.units", **said))
        beside.caption(t("path.labels"))


def chosen_line(found: Activations, bar: DeltaGenerator, t: Translate) -> int:
    lines = found.passage.lines
    options = {i: f"{i + 1} · {visible(found.passage.joiner.join(line))[:LINE]}" for i, line in enumerate(lines)}
    if session.get("path_line") not in options:
        session["path_line"] = 0
    if len(lines) == 1:
        return 0
    with bar:
        return choose(t("path.line"), options, "path_line")


class Axes(NamedTuple):
    projection: Projection
    names: tuple[str, str]  # of the axes
    principal: bool = True


def chosen_plane(newest: np.ndarray, ranked: np.ndarray, bar: DeltaGenerator, t: Translate) -> Axes:
    count = newest.shape[1]
    with bar:
        kind = pick(t("path.axes"), {PCA: t("path.pca"), UNITS: t("path.units")}, "path_axes", PCA)
        if kind == PCA or count < 2:
            return Axes(principal_components(newest), (t("axis.first"), t("axis.second")))
        across, up = (unit(place, key, ranked, t) for place, key in enumerate(("path_across", "path_up")))
    return Axes(two_units(across, up, count), (t("path.axis", unit=across), t("path.axis", unit=up)), False)


def unit(place: int, key: str, ranked: np.ndarray, t: Translate) -> int:
    """That of one axis: at first the one that is looked at, and the next."""
    options = {one: f"{one}" for one in range(len(ranked))}
    if st.session_state.get(key) not in options:
        st.session_state[key] = int(ranked[place])
    return choose(t(f"path.unit.{key}"), options, key)


def path_of(
    query: ActivationQuery, found: Activations, line: int, plane: Axes, ends: tuple[Activations, Activations]
) -> PathView:
    """A network that reads starts from zeros; a decoder from what its encoder says, which is not drawn. `ends`: the
    states at the last epoch and before training, for which there is room too."""
    start, stop = found.passage.bounds[line], found.passage.bounds[line + 1]
    points, tokens = plane.projection.points(found.values), list(found.passage.lines[line])
    path, everywhere = points[start:stop], [points, *(plane.projection.points(one.values) for one in ends)]
    if query.place.direction:
        path, tokens = path[::-1], tokens[::-1]
    if query.place.part != "decoder":
        zero = plane.projection.points(np.zeros((1, found.values.shape[1])))
        path, tokens = np.concatenate([zero, path]), ["", *tokens]
        everywhere.append(zero)
    room = np.concatenate(everywhere)
    others = np.delete(points, np.s_[start:stop], axis=0)
    return PathView(path, tokens, others, room.min(0), room.max(0), plane.names)
