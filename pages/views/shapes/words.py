"""Sentences in the boxes of an input tensor: where each word stands, and how `batch_first` turns it."""

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.panel import panel, program_place
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.explain import programs
from rnnlab.i18n import Translate
from rnnlab.records.text import WordBoxes

NAMES = ("x", "x.transpose(0, 1)")

_boxes = component(__file__, "word_boxes")


def render(run: Run, t: Translate) -> None:
    """Of the text of the run at hand, or of sentences that the reader types: with the run's newest weights, or, where a
    busy machine has not begun it yet, with those that it will begin from."""
    e, newest = run.experiment, run.history.checkpoints[-1] if run.history else None
    if e.reads_numbers:
        st.info(t("boxes.of_numbers"))
        return
    with panel("shapes-words", t, code=programs.code("shapes-words", e), goes_on=program_place(t)):
        typed = st.text_area(
            t("field.boxes"),
            key="boxes",
            height=76,
            max_chars=400,
            persist_state="session",
            placeholder=t("boxes.placeholder"),
            help=t("boxes.help"),
        )
        found = ask_worker(jobs.word_boxes, e, newest and newest.weights, typed)
        if found:
            draw(found, t)
            for sentence in remarks(found, newest.epoch if newest else 0, e, t):
                st.markdown(f"- {sentence}")


def draw(found: WordBoxes, t: Translate) -> None:
    labels = {"steps": t("boxes.steps"), "sentences": t("boxes.sentences"), "numbers": t("boxes.numbers")}
    labels |= {"padding": t("boxes.padding"), "choose": t("boxes.choose")}
    data = {"names": NAMES, "sentences": found.sentences, "x": pack(found.x.astype(np.float32)), "labels": labels}
    _boxes(key="shapes-word-boxes", data={"key": "shapes-word-boxes", **data})


def remarks(found: WordBoxes, epoch: int, e: Experiment, t: Translate) -> list[str]:
    """What the boxes hold, and what is easily taken for something else."""
    steps, batch, width = found.x.shape
    lengths = [len(sentence) for sentence in found.sentences]
    embedded = e.input == "embedding"
    said = [t("boxes.rows", width=width, epoch=epoch) if embedded else t("boxes.onehot", width=width)]
    said.append(t("boxes.one_batch", batch=batch, steps=steps) if batch > 1 else t("boxes.alone"))
    if filled := steps * batch - sum(lengths):
        elsewhere = {"panel": t("panel.packed-batch"), "page": t("page.text")}
        said.append(t("boxes.filled", count=filled, longest=steps, **elsewhere))
    if found.unknown:
        said.append(t("boxes.unknown", tokens=", ".join(map(verbatim, found.unknown))))
    if found.piece:
        said.append(t("boxes.piece"))
    elif found.cut:
        said.append(t("boxes.cut"))
    return said
