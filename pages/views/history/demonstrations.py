"""The demonstrations of the chapter on history: one for each age, all on what the reader typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import streamlit as st

from pages.components.chart.chart import Chart, live_chart
from pages.components.component import encode
from pages.components.playback import Playback
from pages.components.table.table import Cell, TableView, pieces, tables, text, token
from pages.shell import navigation
from pages.shell.ask_worker import ask_worker
from pages.shell.form.presets import open_experiment
from pages.shell.guide import evaluation
from pages.shell.markdown import verbatim
from pages.shell.page_names import HOME
from pages.shell.panel import panel
from pages.shell.run import token_strip
from pages.shell.run.run_view import RunView, view_of
from pages.shell.state import session
from rnnlab.analysis.bigrams import Bigrams, Line, words_met
from rnnlab.engine import jobs
from rnnlab.experiment import preset_experiment
from rnnlab.figures.timeline import height, timeline
from rnnlab.i18n import Translate
from rnnlab.presets import eliza
from rnnlab.presets.feature_templates import FeatureValue, count_matches, features
from rnnlab.records.opening import joiner

SENTENCE = 200  # characters that the rules are tried on
ROWS = 6  # of a table that the text could make any length
PLACES = 12  # of the line, where one token does not decide
CONTEXT = 6  # tokens of the past that a row of a table quotes


def render_years(t: Translate) -> None:
    chart = Chart(encode(timeline(t)), t("timeline.label"), height())
    live_chart("history-timeline", chart, Playback("history", ""), t)
    st.caption(t("timeline.caption"))


def render_rules(t: Translate, lang: str) -> None:
    """The rules, all of them, and what they make of a sentence."""
    script = eliza.load_script(lang)
    with panel("eliza", t):
        example = t("eliza.example")
        typed = st.text_input(
            t("eliza.say"), key="eliza_say", max_chars=SENTENCE, placeholder=example, persist_state="session"
        )
        sentence = (typed or "").strip() or example
        answer = eliza.respond(script, sentence)
        evaluation.tell(rules=tuple(place + 1 for place in eliza.fitting(script, sentence)) if typed else ())
        with st.container(key="eliza_answer", gap="xxsmall"):
            render_line(t("eliza.you"), sentence)
            if answer is None:
                st.markdown(t("eliza.none"))
            else:
                render_line(t("eliza.machine"), answer.reply)
                if answer.captured:
                    st.caption(t("eliza.steps", taken=verbatim(answer.captured), swapped=verbatim(answer.swapped)))
        columns = [t("eliza.rule"), t("eliza.pattern"), t("eliza.reply")]
        chosen = answer.rule_index if answer else None
        tones = ["strong" if place == chosen else "" for place in range(len(script.rules))]
        rows = [
            [text(f"➤ {place}" if tone else str(place), tone), text(rule.pattern, tone), text(rule.reply, tone)]
            for place, (rule, tone) in enumerate(zip(script.rules, tones, strict=True), start=1)
        ]
        render_table("eliza", columns, rows, t)
        st.caption(t("eliza.swaps") + " " + " · ".join(verbatim(f"{a} → {b}") for a, b in script.swaps.items()))


def render_line(who: str, words: str) -> None:
    """A line of the conversation, as typed."""
    with st.container(horizontal=True, wrap=False, gap="small"):
        st.markdown(who, width="content")
        st.text(words, width="stretch")


@dataclass(frozen=True)
class OwnText:
    """The reader's text, and the place in it that the demonstrations are about."""

    view: RunView
    lines: tuple[Line, ...]
    bigrams: Bigrams
    targets: tuple[str, ...]  # [inputs] what really comes after each token of the probe
    undecided: list[int]  # places where the token alone does not decide
    place: int
    rival: bool  # whether the network, too, says what comes next in this line

    @property
    def token(self) -> str:
        return self.view.opening.probe[self.place]

    @property
    def joiner(self) -> str:
        o = self.view.opening
        return joiner(o.experiment, o.vocabulary[o.specials :])

    def past(self, place: int) -> str:
        """The last tokens that were read up to this place."""
        start = max(0, place + 1 - CONTEXT)
        return ("…" + self.joiner if start else "") + self.joiner.join(self.view.opening.probe[start : place + 1])


def render_own_text(t: Translate) -> OwnText | None:
    """The line of tokens to choose from, and what was counted in the text. None where there is no text to count."""
    view = view_of(session["run"].shown, "history", session["lang"])
    if view is None:
        st.info(t("own.none"))
        return None
    with st.container(border=True, key="own_text", gap="xxsmall"):
        st.caption(t("own.choose"))
        token_strip.render(view)
    o = view.opening
    lines = ask_worker(jobs.examples, o.experiment)
    if lines is None:
        return None
    rival = len(o.parts) == 1 and o.predicts_text
    bigrams = view.run.drawn("bigrams", lambda: Bigrams.of(lines, words_met(o.vocabulary[o.specials :], lines)))
    targets = tuple(o.classes[id] for id in o.targets) if rival else ()
    read = o.parts[0].stop
    undecided = bigrams.undecided(o.probe[:read])
    place = view.cursor.step
    if place is None or not 0 <= place < read:  # nothing chosen, or a token after which nothing is asked, or another's
        place = next(iter(undecided), next((p for p in range(read) if o.probe.count(o.probe[p]) > 1), 0))
    return OwnText(view, lines, bigrams, targets, undecided, place, rival)


def render_counts(t: Translate, own: OwnText) -> None:
    """What came after the chosen token, as fractions: as counted, and with one added everywhere."""
    bigrams = own.bigrams
    total, types = bigrams.total(own.token), len(bigrams.vocabulary)
    seen, unseen = bigrams.successors(own.token), bigrams.unseen(own.token)
    listed = seen[:ROWS], unseen[: max(2, ROWS - len(seen))]
    with panel("counts", t, formula=COUNTED):
        if not total:
            st.markdown(t("counts.never", token=verbatim(own.token)))
            return
        st.markdown(t("counts.sentence", token=verbatim(own.token), total=total, seen=len(seen), types=types))
        rows = [
            [
                token(following),
                text(str(own_count := bigrams.count(own.token, following))),
                text(f"{own_count}/{total} = {bigrams.frequency(own.token, following):.3f}"),
                text(f"({own_count}+1)/({total}+{types}) = {bigrams.smoothed(own.token, following):.3f}"),
            ]
            for following in [*listed[0], *listed[1]]
        ]
        names = ("next", "count", "frequency", "smoothed")
        render_table("counts", [t(f"counts.{name}") for name in names], rows, t)
        left = len(seen) - len(listed[0]), len(unseen) - len(listed[1])
        st.caption(t("counts.left", seen=left[0], unseen=left[1]) if any(left) else t("counts.all"))


COUNTED = r"P(w \mid v) = \frac{c(v, w)}{c(v)} \qquad P_{+1}(w \mid v) = \frac{c(v, w) + 1}{c(v) + V}"


def render_template(t: Translate, own: OwnText) -> None:
    """The questions of a feature template, answered at the chosen place."""
    answers = features(own.view.opening.probe, own.place)
    lines = [[token for token, _ in line] for line in own.lines]
    total = sum(map(len, lines))
    found = own.view.run.drawn(("features", own.place), lambda: count_matches(lines, answers))

    def spelled(answer: FeatureValue) -> Cell:
        missing = [place for place, part in enumerate(answer) if not part]
        return pieces([part or t("template.start") for part in answer], missing)

    with panel("template", t, formula=WEIGHED):
        st.markdown(t("template.sentence", token=verbatim(own.token), place=own.place + 1))
        rows = [
            [text(t(f"feature.{name}")), spelled(answer), text(f"{found[name]} / {total}")]
            for name, answer in answers.items()
        ]
        render_table("template", [t(f"template.{name}") for name in ("question", "answer", "share")], rows, t)


WEIGHED = r"P(y \mid x) = \frac{\exp \sum_k w_k f_k(x, y)}{\sum_{y'} \exp \sum_k w_k f_k(x, y')}"


def render_network(t: Translate, own: OwnText) -> None:
    """The run at hand and the counts, asked the same: at the chosen place, and wherever the token alone won't do."""
    o, frame, bigrams = own.view.opening, own.view.frame, own.bigrams
    with panel("rivals", t):
        if not own.rival:
            st.markdown(t("rivals.other"))
            render_sample(t)
            return
        st.markdown(t("rivals.sentence", past=verbatim(own.past(own.place)), epoch=frame.epoch))
        right = o.targets[own.place]
        known = dict(
            zip(frame.top_classes[own.place].tolist(), frame.top_probabilities[own.place].tolist(), strict=True)
        )
        known.setdefault(right, float(frame.target_probability[own.place]))
        rows = [
            [
                token(o.vocabulary[id], "✓" if id == right else ""),
                text(share(bigrams.frequency(own.token, o.vocabulary[id]) if id >= o.specials else nan)),  # of the text
                text(share(p)),
            ]
            for id, p in known.items()
        ]
        render_table("rivals", [t(f"rivals.{name}") for name in ("next", "bigram", "network")], rows, t)
        if own.undecided:
            st.markdown(t("rivals.undecided"))
            columns = [t(f"rivals.{name}") for name in ("past", "next", "bigram", "network")]
            render_table("undecided", columns, contested(own), t)
            if (left := len(own.undecided) - len(contested(own))) > 0:
                st.caption(t("rivals.left", left=left))
            st.markdown(t("rivals.read", chance=share(1 / len(bigrams.vocabulary))))
        else:
            st.markdown(t("rivals.certain"))
            if len(o.probe) > o.inputs and o.probe[-1] in o.probe[: o.inputs]:
                st.markdown(t("rivals.last", token=verbatim(o.probe[-1])))
            render_sample(t)
        if o.experiment.bidirectional:
            st.caption(t("rivals.bidirectional"))


def render_sample(t: Translate) -> None:
    """A way to a text where counts and a network differ."""
    e = preset_experiment("history", session["lang"])
    st.button(t("rivals.sample"), key="history_sample", on_click=open_experiment, args=(e, True))


def contested(own: OwnText) -> list[list[Cell]]:
    """A row for each place where one token does not decide: what both give to what really comes there."""
    return [
        [
            text(own.past(place)),
            token(own.targets[place]),
            text(share(own.bigrams.frequency(own.view.opening.probe[place], own.targets[place]))),
            text(share(float(own.view.frame.target_probability[place]))),
        ]
        for place in own.undecided[:PLACES]
    ]


def share(p: float) -> str:
    return "–" if isnan(p) else f"{p:.3f}"


def render_onward(t: Translate) -> None:
    """The way to all presets, which stand on the front page."""
    st.button(t("onward.presets"), key="onward", on_click=navigation.go_to, args=(HOME,))


def render_table(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], t: Translate) -> None:
    panel_name = "rivals" if name == "undecided" else name
    tables(f"history-{name}", [TableView(t(f"panel.{panel_name}"), rows, list(map(text, columns)))], "framed")
