"""What there is to see of a network that sorts: how it made up its mind, what of, and how often it is right."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import component, encode, pack
from pages.components.shaded_tokens.shaded_tokens import Signed, Without, shaded_tokens
from pages.components.table.table import ANSWER, VERDICT, Answers, TableView, pieces, tables, text, token
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.panel import panel, program_place
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.shell.stream.parts import streamed
from pages.views.results.shared import ResultView, confusion_counts, tag_meanings
from rnnlab.analysis import metrics
from rnnlab.analysis.majority import written
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.figures import results as figures
from rnnlab.i18n import Translate, percent
from rnnlab.records.opening import Opening, joiner
from rnnlab.records.readouts import Reach

_prefixes = component(__file__, "prefixes")

SHARES = 6  # classes that get a part of their own in a bar
SMALL = 20_000  # parameters: of such a network the readouts are followed while it trains
JUDGED = ("verdict", "predicted", "truth", "line")  # columns of the held-out lines

WITHOUT = r"p(\hat y \mid x_1 \dots x_{k-1}\, x_{k+1} \dots x_T) \qquad "
ATTRIBUTION = r"s_k = \sum_j \frac{\partial z_{\hat y}}{\partial x_{k,j}}\, x_{k,j}"
RATES = r"""P = \frac{TP}{TP + FP} \qquad R = \frac{TP}{TP + FN} \qquad F_1 = \frac{2PR}{P + R}"""


def render_prefixes(view: RunView) -> None:
    """The probability of each class after every beginning of the watched sentence."""
    t = view.t
    with panel("prefixes", t, code=programs.code("prefixes", view.experiment), goes_on=program_place(t)):
        streamed(view, draw_prefixes)


def draw_prefixes(view: RunView) -> None:
    o, shown, t = view.opening, view.frames, view.t
    chances = np.stack([frame.task_arrays["chances"] for frame in view.history.frames])  # [frame, step, class]
    largest = chances.max((0, 1))
    if o.targets[-1] >= 0:
        largest[o.targets[-1]] = 2.0  # the right one is always among those shown
    shared = np.sort(np.argsort(-largest, kind="stable")[:SHARES])  # classes with a part of their own
    best = np.stack([frame.top_classes[:, 0] for frame in shown])  # [frame, step]
    _prefixes(
        key="results-prefixes",
        data={
            "key": "results-prefixes",
            **vars(view.over_frames),
            "tokens": o.probe[: o.inputs],
            "names": [o.classes[id] for id in shared],
            "hues": figures.HUES[: len(shared)],
            "rest": len(shared) < len(o.classes),
            "chances": pack(chances[-len(shown) :, :, shared].astype(np.float32)),
            "best": pack(best.astype(np.int32)),
            "classes": o.classes,
            "settled": metrics.settling_step(best).tolist(),
            "labels": {name: t(f"prefixes.{name}") for name in ("name", "settled", "first", "rest")},
        },
    )


def render_saliency(view: RunView) -> None:
    """The watched sentence, each token shaded by what the likeliest class loses without it, and by what it adds to the
    score of that class."""
    e, t = view.experiment, view.t
    code = "\n\n".join(programs.code(name, e) for name in ("saliency", "omissions"))
    with panel("saliency", t, formula=WITHOUT + ATTRIBUTION, code=code, goes_on=program_place(t)):
        render_omissions(view)
        st.markdown(t("saliency.gradient"))
        streamed(view, draw_saliency)


def render_omissions(view: RunView) -> None:
    o, t = view.opening, view.t
    st.markdown(t("omissions.heading"))
    if o.inputs < 2:
        st.caption(t("omissions.single"))
        return
    if view.going and not follows(o):
        st.caption(t("omissions.waits"))
        return
    found = ask_worker(jobs.omissions, view.experiment, view.checkpoint.weights)
    if found is None:
        return
    answer = o.classes[found.label]
    numbers = Without(found.left[None], found.whole, answer, [o.classes[id] for id in found.answers])
    labels = {name: t(f"omissions.{name}") for name in ("name", "title", "against", "towards", "hover")}
    shaded_tokens("results-omissions", o.probe[: o.inputs], numbers, view.standing_still("run"), labels)
    turned = np.flatnonzero(found.answers != found.label)
    words = " ".join(verbatim(o.probe[step]) for step in (turned if len(turned) else [found.left.argmin()]))
    st.caption(t("omissions.turned" if len(turned) else "omissions.kept", words=words, answer=verbatim(answer)))


def draw_saliency(view: RunView) -> None:
    o, shown, t = view.opening, view.frames, view.t
    limit = max(float(np.abs(frame.task_arrays["saliency"]).max()) for frame in view.history.frames)  # of all epochs
    values = np.stack([frame.task_arrays["saliency"] for frame in shown])
    numbers = Signed(values, limit, [o.classes[frame.top_classes[-1, 0]] for frame in shown])
    labels = {name: t(f"saliency.{name}") for name in ("name", "title", "against", "towards")}
    shaded_tokens("results-saliency", o.probe[: o.inputs], numbers, view.over_frames, labels)


def render_readouts(view: RunView) -> None:
    """How strongly each token reaches each half of what the four readouts give."""
    o, e, t = view.opening, view.experiment, view.t
    with panel("readouts", t, code=programs.code("readouts", view.experiment), goes_on=program_place(t)):
        if view.going and not follows(o):
            st.caption(t("readouts.waits"))
            return
        found = ask_worker(jobs.reach, e, view.checkpoint.weights)
        if found is None:
            return
        tokens = list(o.probe[: o.inputs])
        render_reach(view, found, False, tokens)
        st.caption(backward_half(found, len(tokens), t))
        if found.padded is None:
            st.caption(t("readouts.longest", steps=found.longest))
            return
        padding = found.padded.shape[1] - len(tokens)
        render_reach(view, found, True, tokens + [o.vocabulary[0]] * padding)
        st.caption(t("readouts.packed" if e.packed else "readouts.padded", padding=padding, longest=found.longest))


def follows(o: Opening) -> bool:
    return o.parameters <= SMALL


def backward_half(found: Reach, steps: int, t: Translate) -> str:
    """How many tokens the backward half at the last step hears of: in one layer of its own only that one."""
    if found.halves == 1:
        return t("readouts.one")
    seen = int((found.alone[found.rows.index(("last", 1))] > 0).sum())
    return t("readouts.blind" if seen < steps else "readouts.sees", seen=seen, steps=steps)


def render_reach(view: RunView, found: Reach, padded: bool, tokens: list[str]) -> None:
    t, name = view.t, "padded" if padded else "alone"
    figure = encode(figures.reach_figure(found, padded, tokens, view.experiment.readout, t))
    label = t("readouts.figure.padded" if padded else "readouts.figure.alone")
    st.subheader(label, anchor=False)
    run_chart.render(view, f"readouts-{name}", Chart(figure, label, 80 + 28 * len(found.rows), steps=True))


def render_confusion(view: RunView) -> None:
    """What was taken for what, of held-out lines."""
    with panel("confusion", view.t):
        streamed(view, draw_confusion)


def draw_confusion(view: RunView) -> None:
    o, t, counts = view.opening, view.t, confusion_counts(view)
    occurring = metrics.occurring(counts)
    counts = counts[:, occurring][:, :, occurring]
    figure = encode(figures.confusion_figure(counts[-1], [o.classes[id] for id in occurring], t))
    height = max(260, min(640, 120 + 30 * len(occurring)))
    frames = None if view.going else {"values": pack(counts.astype(np.int16)), "scale": 32767.0}
    run_chart.render(view, "confusion", Chart(figure, t("panel.confusion"), height, frames))


def render_classes(view: RunView) -> None:
    """Precision, recall and F1 of each class."""
    o, t = view.opening, view.t
    with panel("classes", t, formula=RATES):
        streamed(view, draw_classes)
        if (most := o.held_majority) is not None:
            st.caption(t("classes.majority", answer=verbatim(written(most.answer, o)), share=percent(most.share, 1)))


def draw_classes(view: RunView) -> None:
    o, t, counts = view.opening, view.t, confusion_counts(view)
    at = counts[view.history.frames.index(view.frame)]
    rates, named = metrics.scores(at), tag_meanings(o, t)
    rows = []
    for id in metrics.occurring(counts):
        shares = (percent(rate[id]) for rate in (rates.precision, rates.recall, rates.f1))
        cells = [token(str(rates.support[id]), tone="strong"), *map(token, shares)]
        meaning = [token(named[id], tone="aside")] if any(named) else []
        rows.append([token(o.classes[id]), *cells, *meaning])
    head = [token(t(f"classes.{name}")) for name in ("class", "support", "precision", "recall", "f1")]
    head += [token(t("classes.meaning"))] if any(named) else []
    title = t("classes.title", epoch=view.frame.epoch)
    right, count = int(np.trace(at)), int(at.sum())
    note = t("classes.right", right=f"{right:,}", count=f"{count:,}", share=percent(right / count, 1))
    shown = TableView(title, rows, head, named_rows=True, titled=True, note=note)
    playback = view.over_frames if view.going else view.standing_still("results-classes")
    tables("results-classes", [shown], "tokens", playback=playback)


def render_predictions(view: RunView) -> None:
    """Every held-out line with its class and the predicted one, the wrong ones first."""
    with panel("judged", view.t):
        streamed(view, draw_predictions)
        if any(unknown_places(view.opening)):
            st.caption(view.t("hand.unknown"))


def unknown_places(o: Opening) -> list[list[int]]:
    """Where each held-out line has tokens that no training line has."""
    known = {*o.vocabulary}
    return [[place for place, one in enumerate(line.tokens) if one not in known] for line in o.held_out]


def draw_predictions(view: RunView) -> None:
    o, t = view.opening, view.t
    between = joiner(view.experiment, o.vocabulary[o.specials :])
    rows = []
    for line, unknown in zip(o.held_out, unknown_places(o), strict=True):
        read = pieces(line.tokens, unknown) if unknown else text(between.join(line.tokens), limit=None)
        rows.append([VERDICT, ANSWER, token(o.classes[line.targets[0]]), read])
    head = [token(t(f"judged.{name}")) for name in JUDGED]
    answers = Answers(
        np.stack([np.concatenate(frame.held_out.predictions) for frame in view.frames if frame.held_out]),
        [line.targets[0] for line in o.held_out],
        o.classes,
        {"right": t("judged.right"), "wrong": t("judged.wrong")},
    )
    tables("results-judged", [TableView(t("judged.name"), rows, head)], "lines", answers, view.over_frames)


VIEWS: dict[str, ResultView] = {
    "prefixes": render_prefixes,
    "saliency": render_saliency,
    "readouts": render_readouts,
    "confusion": render_confusion,
    "classes": render_classes,
    "judged": render_predictions,
}
