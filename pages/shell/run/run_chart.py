"""A figure about a run, among the parts of the page that move together."""

from pages.components.chart.chart import Chart, live_chart
from pages.components.playback import Playback
from pages.shell.run.run_view import RunView


def render(view: RunView, name: str, chart: Chart, playback: Playback | None = None) -> None:
    """Keyed by page and name. Moves through the recorded frames where no other `playback` is given."""
    live_chart(f"{view.page}-{name}", chart, playback or view.over_frames, view.t)


def render_still(view: RunView, name: str, chart: Chart) -> None:
    """A figure of one epoch, which nothing moves."""
    render(view, name, chart, view.standing_still(f"{view.page}-{name}"))
