"""The tokens of the probe sentence, the spine of every page: a step is chosen here, and all parts follow."""

import numpy as np

from pages.components.component import pack
from pages.components.token_strip.token_strip import TokenStrip, token_strip
from pages.shell.run.run_view import RunView


def render(view: RunView) -> None:
    """Under each token what the network expects next."""
    o, top = view.opening, np.stack([frame.top_classes for frame in view.frames])
    # The browser gets the tokens it needs, not a whole vocabulary on every tick.
    ids = np.concatenate([top.ravel(), np.array(o.targets, dtype=np.int32)])
    used, places = np.unique(ids, return_inverse=True)
    places = np.where(ids < 0, -1, places)  # nothing predicted, nothing asked for
    strip = TokenStrip(
        tokens=list(o.probe),
        inputs=o.inputs,
        vocabulary=[o.classes[id] if id >= 0 else "" for id in used],
        specials=int((used < o.class_specials).sum()),
        targets=places[top.size :].tolist(),
        target_ids=list(o.targets),
        top=pack(places[: top.size].reshape(top.shape).astype(np.int32)),
        probability=pack(np.stack([frame.top_probabilities for frame in view.frames])),
        joiner=o.joiner,
        written=o.predicts_text,
    )
    token_strip(f"{view.page}-predictions", strip, view.over_frames, view.t)
