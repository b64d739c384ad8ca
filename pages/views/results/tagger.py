"""What there is to see of a network that gives every token a class of its own."""

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.panel import panel
from pages.shell.run_view import history
from pages.views.results.shared import View, frames, place
from rnnlab.engine.runs import Run
from rnnlab.figures.results import HUES
from rnnlab.i18n import Translate
from rnnlab.text.pos_tags import NAMED_TAGS

_tagged = component(__file__, "tagged")

LINES = 10  # held-out ones that are shown at a time
CODE = """logits = linear(output)    # [batch, step, tag]
loss = F.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=-100)    # -100 on padding
said = logits.argmax(-1)    # [batch, step]"""


def tagged(run: Run, t: Translate) -> None:
    """The watched sentence and held-out lines, each token in the colour of the tag it was given."""
    o = history(run).opening
    with panel("tagged", t, code=CODE):
        start = 1
        if len(o.held) > LINES:
            label = t("tagged.from", lines=LINES, count=len(o.held))
            start = st.number_input(label, 1, len(o.held), step=LINES, key="results_from", width=280)
        shown = o.held[start - 1 : start - 1 + LINES]
        lines = [{"name": t("tagged.watched"), "tokens": o.probe[: o.inputs], "targets": o.targets}]
        for number, line in enumerate(shown, start=start):
            lines.append({"name": t("tagged.held", number=number), "tokens": line.tokens, "targets": line.targets})
        said = []
        for one in frames(run):
            held = one.held.said[start - 1 : start - 1 + LINES] if one.held else ()
            said.append(np.concatenate([one.top[:, 0], *held]))
        order = commonest(run, np.stack(said))
        _tagged(
            key="results-tagged",
            data={
                "key": "results-tagged",
                **place(run),
                "lines": lines,
                "said": pack(np.stack(said).astype(np.int32)),
                "tags": o.classes,
                "order": order,  # the commonest have a colour of their own
                "hues": dict(zip(map(str, order), HUES, strict=False)),
                "meanings": meanings(run, t),
                "labels": {name: t(f"tagged.{name}") for name in ("hover", "hover_unknown", "legend", "score")},
            },
        )


def commonest(run: Run, said: np.ndarray) -> list[int]:
    """The tags that were said (said: [frame, token]) or are right somewhere, the most frequent of the truth first."""
    o = history(run).opening
    truth = [tag for line in o.held for tag in line.targets]
    frequency = np.bincount([*truth, *(tag for tag in o.targets if tag >= 0)], minlength=len(o.classes))
    there = np.flatnonzero((frequency > 0) | np.isin(np.arange(len(o.classes)), said))
    return there[np.argsort(-frequency[there], kind="stable")].tolist()


def meanings(run: Run, t: Translate) -> list[str]:
    """What each tag stands for, where they are those of jieba's tagger and no reader's own."""
    tags = history(run).opening.classes
    if run.experiment.tokenizer != "jieba":
        return [""] * len(tags)
    return [t(f"tag.{tag}") if tag in NAMED_TAGS else "" for tag in tags]


VIEWS: dict[str, View] = {"tagged": tagged}
