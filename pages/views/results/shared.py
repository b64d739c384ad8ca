"""What the views of the Results page share."""

from collections.abc import Callable

import numpy as np

from pages.shell.run.run_view import RunView
from rnnlab.analysis import metrics
from rnnlab.i18n import Translate
from rnnlab.records.opening import Opening
from rnnlab.text.pos_tags import NAMED_TAGS

ResultView = Callable[[RunView], None]


def confusion_counts(view: RunView) -> np.ndarray:
    """What was taken for what on held-out lines at each recorded epoch, [frame, truth, prediction]."""
    o = view.opening

    def count() -> np.ndarray:
        held = [frame.held_out for frame in view.history.frames if frame.held_out]
        return np.stack([metrics.confusion_of(o.held_out, one, len(o.classes)) for one in held])

    return view.run.drawn("counts", count)


def tag_meanings(o: Opening, t: Translate) -> list[str]:
    """What each class stands for, "" where that is not known: only jieba's tagger has names of the lab's own."""
    known = o.experiment.tokenizer == "jieba"
    return [t(f"tag.{name}") if known and name in NAMED_TAGS else "" for name in o.classes]
