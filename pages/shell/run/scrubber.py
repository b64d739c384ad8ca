"""The epochs of a run, to be moved through."""

from pages.components.epoch_scrubber.epoch_scrubber import epoch_scrubber
from pages.shell.reruns import redraw_page
from pages.shell.run.cursor import move
from pages.shell.run.run_view import RunView


def render(view: RunView, weights: bool, elsewhere: bool) -> None:
    """With `weights` it moves through the epochs whose weights were recorded, and tells the page where it stands.
    `elsewhere`: what depends on that stands outside the part of the page that is drawn by itself."""
    key, at = f"{view.page}-epoch", view.cursor

    def moved() -> None:
        move(key)
        if elsewhere:
            redraw_page()

    epoch_scrubber(
        key,
        view.over_checkpoints if weights else view.over_frames,
        view.experiment.epochs,
        view.t,
        known={"epoch": at.epoch, "step": at.step} if weights and not view.going else None,
        on_moved=moved,
    )
