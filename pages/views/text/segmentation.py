"""The text cut by each tokenizer, jieba taught new words, and a cut mended by hand."""

from collections import Counter

import streamlit as st

from pages.components.token_editor.token_editor import token_editor
from pages.shell.ask_worker import ask_worker
from pages.shell.form.form_state import form_experiment, note_untrained
from pages.shell.markdown import verbatim
from pages.shell.messages import complain, show_notes
from pages.shell.panel import panel
from pages.views.text import segmentation_edits
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import ADDED_WORDS, WORD_CHARACTERS
from rnnlab.explain.programs.vocabulary import tokenizing
from rnnlab.i18n import Translate
from rnnlab.text.lines import parse_lines
from rnnlab.text.normalization import normalize
from rnnlab.text.reading import reading_notes
from rnnlab.text.segmentation import Segmentation, first_tokens, why_not_editable, without_white_space

SHOWN = 240  # tokens of a cut; the numbers are of the whole text
LINE = 60  # characters of the first line that the program has
LISTED = 24  # added words, with how often each was found


def render(run: Run, t: Translate) -> None:
    e = form_experiment(run)
    note_untrained(run, t)
    found = ask_worker(jobs.segmentations, e, e.tokenizer, SHOWN)
    if found is None:
        return
    if "made" in found:
        with panel("made", t):
            render_generated(e, found["made"], t)
        return
    lines = parse_lines(e.text, e.task)[0]
    first = lines[0].source[:LINE] if lines else ""
    with panel("cuts", t, code=tokenizing(first, e.added_words)):
        complain(segmentation_edits.refused())
        show_notes(tuple(reading_notes(e)))
        for column, (name, cut) in zip(st.columns(len(found), gap="medium"), found.items(), strict=True):
            with column, st.container(gap="xxsmall"):
                render_cut(name, cut, name == e.tokenizer, t)
        if any(cut.tokens > SHOWN for cut in found.values()):
            st.caption(t("cut.beginning", limit=SHOWN))
        render_added_words(e, t)
    with panel("edit", t):
        render_editor(e, found[e.tokenizer], t)


def render_generated(e: Experiment, cut: Segmentation, t: Translate) -> None:
    """Pairs of the lab's own making: what is read of them."""
    st.caption(t("cut.numbers", tokens=f"{cut.tokens:,}", types=f"{cut.types:,}"))
    token_editor("text-made", cut.lines, {"name": t(f"data.{e.data}")})
    if cut.tokens > SHOWN:
        st.caption(t("cut.beginning", limit=SHOWN))


def render_cut(name: str, cut: Segmentation, chosen: bool, t: Translate) -> None:
    """One tokenizer's cut, with its numbers, and a button that chooses it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"cut_{name}"):
        st.subheader(t(f"tokenizer.{name}"), width="content", anchor=False)
        if chosen:
            st.badge(t("cut.chosen"), color="blue")
        else:
            st.button(t("cut.use"), key=f"use_{name}", on_click=segmentation_edits.use, args=(name,), type="tertiary")
    st.caption(t("cut.numbers", tokens=f"{cut.tokens:,}", types=f"{cut.types:,}"))
    token_editor(f"text-{name}", first_tokens(cut.lines, SHOWN), {"name": t(f"tokenizer.{name}")})


def render_added_words(e: Experiment, t: Translate) -> None:
    """New words for jieba, and what became of those that it was given."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="add_words"):
        st.text_input(
            t("words.add"),
            key="text_add",
            max_chars=ADDED_WORDS * (WORD_CHARACTERS + 1),
            placeholder=t("words.example"),
            help=t("words.help", words=ADDED_WORDS, characters=WORD_CHARACTERS),
            on_change=segmentation_edits.add_words,
            width=320,
        )
        st.button(t("words.button"), key="text_add_button", on_click=segmentation_edits.add_words)
    if not e.added_words:
        return
    if e.tokenizer != "jieba":
        st.caption(t("words.idle"))
    cut = ask_worker(jobs.segmentations, e, "jieba", SHOWN)
    if cut is None:
        return
    counts = Counter(token for line in cut["jieba"].lines for token in line)
    listed = [t("words.found", word=verbatim(word), count=counts[normalize(word)]) for word in e.added_words[:LISTED]]
    st.caption(" · ".join(listed) + (" · …" if len(e.added_words) > LISTED else ""))
    if any(not counts[normalize(word)] for word in e.added_words):
        st.caption(t("words.missed"))


def render_editor(e: Experiment, cut: Segmentation, t: Translate) -> None:
    """The chosen cut, to be merged and split."""
    lines = without_white_space(cut.lines)
    if why := why_not_editable(e):
        st.caption(t(f"edit.{why}"))
        return
    if not lines:
        st.caption(t("edit.empty"))
        return
    first = 1
    if len(lines) > 1 and sum(map(len, lines)) > SHOWN:
        first = st.number_input(t("edit.line"), 1, len(lines), key="edit_line", width=180)
    shown = first_tokens(lines[first - 1 :], SHOWN)
    names = ("hint", "part_hint", "single_hint", "parts", "part", "previous", "next")
    token_editor(
        "text-edit",
        shown,
        {"name": t("edit.label")} | {name: t(f"editing.{name}") for name in names},
        first=first,
        on_edit=lambda: segmentation_edits.edit("text-edit", lines),
    )
    if sum(map(len, shown)) < sum(map(len, lines)):
        st.caption(t("edit.beginning", limit=SHOWN))
    if sum(map(len, lines)) < cut.tokens:
        st.caption(t("edit.spaces"))
    if segmentation_edits.undoable():
        st.button(t("edit.undo"), key="edit_undo", on_click=segmentation_edits.undo)
