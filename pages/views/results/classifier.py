"""What there is to see of a network that sorts: how it made up its mind, what of, and how often it is right."""

import math

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.components.shaded_tokens.shaded_tokens import Signed, shaded_tokens
from pages.components.table.table import ANSWER, VERDICT, Answers, TableView, tables, text, token
from pages.shell import cursor
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.run_view import history
from pages.views.results import shared
from pages.views.results.shared import View, counts, frame, frames, place
from pages.views.results.tagger import meanings
from rnnlab.analysis import metrics
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.figures import results as figures
from rnnlab.i18n import Translate
from rnnlab.records.history import joiner
from rnnlab.records.readouts import Reach

_prefixes = component(__file__, "prefixes")

SHARES = 6  # classes that get a part of their own in a bar
SMALL = 20_000  # parameters: of such a network the readouts are followed while it trains
JUDGED = ("verdict", "said", "truth", "line")  # columns of the held-out lines

PREFIXES = """for k in range(1, len(ids) + 1):    # each beginning, as a sentence of its own
    logits = model(ids[None, :k])
    chances = logits.softmax(-1)"""
ATTRIBUTION = r"s_k = \sum_j \frac{\partial z_{\hat y}}{\partial x_{k,j}}\, x_{k,j}"
SALIENCY = """x = embedding(ids).detach().requires_grad_()
score = head(readout(rnn(x))).max()    # of the likeliest label
score.backward()
saliency = (x.grad * x).sum(-1)"""
READOUTS = """output, h_n = rnn(x)    # of an LSTM: output, (h_n, c_n)
final = torch.cat([h_n[-2], h_n[-1]], dim=-1)    # one direction: h_n[-1]
last = output[:, -1]
valid = output[torch.arange(len(output)), lengths - 1]
mean = (output * mask.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1)"""
RATES = r"""P = \frac{TP}{TP + FP} \qquad R = \frac{TP}{TP + FN} \qquad F_1 = \frac{2PR}{P + R}"""


def prefixes(run: Run, t: Translate) -> None:
    """The probability of each class after every beginning of the watched sentence."""
    past = history(run)
    o, shown = past.opening, frames(run)
    chances = np.stack([one.more["chances"] for one in past.frames])  # [frame, step, class]
    largest = chances.max((0, 1))
    if o.targets[-1] >= 0:
        largest[o.targets[-1]] = 2.0  # the right one is always among those shown
    kept = np.sort(np.argsort(-largest, kind="stable")[:SHARES])
    best = np.stack([one.top[:, 0] for one in shown])  # [frame, step]
    with panel("prefixes", t, code=PREFIXES):
        _prefixes(
            key="results-prefixes",
            data={
                "key": "results-prefixes",
                **place(run),
                "tokens": o.probe[: o.inputs],
                "names": [o.classes[id] for id in kept],
                "hues": figures.HUES[: len(kept)],
                "rest": len(kept) < len(o.classes),
                "chances": pack(chances[-len(shown) :, :, kept].astype(np.float32)),
                "best": pack(best.astype(np.int32)),
                "classes": o.classes,
                "settled": metrics.settled(best).tolist(),
                "labels": {name: t(f"prefixes.{name}") for name in ("name", "settled", "first", "rest")},
            },
        )


def saliency(run: Run, t: Translate) -> None:
    """The watched sentence, each token shaded by what it adds to the score of the likeliest class."""
    past = history(run)
    o, shown = past.opening, frames(run)
    limit = max(float(np.abs(one.more["saliency"]).max()) for one in past.frames)  # one scale for all epochs
    with panel("saliency", t, formula=ATTRIBUTION, code=SALIENCY):
        values = np.stack([one.more["saliency"] for one in shown])
        numbers = Signed(values, limit, [o.classes[one.top[-1, 0]] for one in shown])
        labels = {name: t(f"saliency.{name}") for name in ("name", "title", "against", "towards")}
        shaded_tokens("results-saliency", o.probe[: o.inputs], numbers, place(run), labels)


def readouts(run: Run, t: Translate) -> None:
    """How strongly each token reaches each half of what the four readouts give."""
    past = history(run)
    o, e = past.opening, run.experiment
    with panel("readouts", t, code=READOUTS):
        if run.going and o.parameters > SMALL:
            st.caption(t("readouts.waits"))
            return
        found = ask_worker(jobs.reach, e, cursor.checkpoint(run).weights)
        if found is None:
            return
        tokens = list(o.probe[: o.inputs])
        reached(run, found, False, tokens, t)
        st.caption(blind(found, len(tokens), t))
        if found.padded is None:
            st.caption(t("readouts.longest", steps=found.longest))
            return
        padding = found.padded.shape[1] - len(tokens)
        reached(run, found, True, tokens + [o.vocabulary[0]] * padding, t)
        st.caption(t("readouts.packed" if e.packed else "readouts.padded", padding=padding, longest=found.longest))


def blind(found: Reach, steps: int, t: Translate) -> str:
    """How many tokens the backward half at the last step hears of: in one layer of its own only that one."""
    if found.halves == 1:
        return t("readouts.one")
    seen = int((found.alone[found.rows.index(("last", 1))] > 0).sum())
    return t("readouts.blind" if seen < steps else "readouts.sees", seen=seen, steps=steps)


def reached(run: Run, found: Reach, padded: bool, tokens: list[str], t: Translate) -> None:
    figure = figures.reach_figure(found, padded, tokens, run.experiment.readout, t)
    name = "padded" if padded else "alone"
    label = t("readouts.figure.padded" if padded else "readouts.figure.alone")
    st.markdown(f"**{label}**")
    shared.chart(run, f"readouts-{name}", figure, label, t, 80 + 28 * len(found.rows), steps=True)


def confusion(run: Run, t: Translate) -> None:
    """What was taken for what, of held-out lines."""
    o, found = history(run).opening, counts(run)
    kept = metrics.occurring(found)
    found = found[:, kept][:, :, kept]
    with panel("confusion", t):
        figure = figures.confusion_figure(found[-1], [o.classes[id] for id in kept], t)
        height = max(260, min(640, 120 + 30 * len(kept)))
        shared.chart(run, "confusion", figure, t("panel.confusion"), t, height, moving=found)


def classes(run: Run, t: Translate) -> None:
    """Precision, recall and F1 of each class."""
    past, found = history(run), counts(run)
    shown = frame(run)
    at = found[past.frames.index(shown)]
    with panel("classes", t, formula=RATES):
        rates, named = metrics.scores(at), meanings(run, t)
        rows = []
        for id in metrics.occurring(found):
            shares = (percent(rate[id]) for rate in (rates.precision, rates.recall, rates.f1))
            cells = [token(str(rates.support[id]), tone="strong"), *map(token, shares)]
            meaning = [token(named[id], tone="aside")] if any(named) else []
            rows.append([token(past.opening.classes[id]), *cells, *meaning])
        head = [token(t(f"classes.{name}")) for name in ("class", "support", "precision", "recall", "f1")]
        head += [token(t("classes.meaning"))] if any(named) else []
        title = t("classes.title", epoch=shown.epoch)
        tables("results-classes", [TableView(title, rows, head, named_rows=True, titled=True)], "tokens")
        right, count = int(np.trace(at)), int(at.sum())
        st.caption(t("classes.right", right=f"{right:,}", count=f"{count:,}", share=f"{right / count:.1%}"))


def percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"


def judged(run: Run, t: Translate) -> None:
    """Every held-out line with what it is and what was said, the wrong ones first."""
    o = history(run).opening
    with panel("judged", t):
        between = joiner(run.experiment, o.vocabulary[o.specials :])
        rows = [
            [VERDICT, ANSWER, token(o.classes[line.targets[0]]), text(between.join(line.tokens), limit=None)]
            for line in o.held
        ]
        head = [token(t(f"judged.{name}")) for name in JUDGED]
        answers = Answers(
            np.stack([np.concatenate(one.held.said) for one in frames(run) if one.held]),
            [line.targets[0] for line in o.held],
            o.classes,
            {"right": t("judged.right"), "wrong": t("judged.wrong")},
            place(run),
        )
        tables("results-judged", [TableView(t("judged.name"), rows, head)], "lines", answers)


VIEWS: dict[str, View] = {
    "prefixes": prefixes,
    "saliency": saliency,
    "readouts": readouts,
    "confusion": confusion,
    "classes": classes,
    "judged": judged,
}
