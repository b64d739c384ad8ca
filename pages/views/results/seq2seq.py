"""What the Results page shows of an encoder–decoder: where it looks, how it writes, and what it wrote."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.panel import panel
from pages.shell.run_view import history
from pages.views.results.shared import View, chart, frames, place
from rnnlab.analysis.seq2seq_frames import (
    Ragged,
    beams_of,
    end_of,
    greedy_score,
    places,
    ragged,
    shares,
    source_of,
    target_of,
    used_by,
)
from rnnlab.engine.runs import Run
from rnnlab.figures import results as figures
from rnnlab.i18n import Translate
from rnnlab.records.history import joiner

_attention = component(__file__, "attention")
_decoding = component(__file__, "decoding")
_outputs = component(__file__, "outputs")

PAIRS = 30  # rows of held-out pairs

# What each part says.
ALIGNMENT = (
    *("mode", "told", "free", "source", "target_told", "target_free", "map"),
    *("hint", "row", "column", "cell"),
)
DECODING = (
    *("previous", "next", "play", "pause", "count", "source", "source_seen", "written"),
    *("options", "chosen", "never", "rest"),
)
HYPOTHESES = ("table", "rank", "output", "score", "chance", "greedy", "same", "better")
FORCING = ("table", "step", "target", "forced", "free", "right")
HELDPAIRS = ("table", "source", "target", "said", "verdict", "count")

SCORES = {
    "additive": r"e_{tj} = v^\top \tanh\left(W\,[h_{t-1};\, s_j] + b\right)",
    "dot": r"e_{tj} = h_{t-1}^\top\, s_j",
}
REST = r" \qquad \alpha_{tj} = \operatorname{softmax}_j\, e_{tj} \qquad c_t = \sum_j \alpha_{tj}\, s_j"
ADDITIVE = """both = torch.cat([h.unsqueeze(1).expand_as(encoded), encoded], dim=-1)    # [batch, source, 2 x unit]
score = v(torch.tanh(W(both))).squeeze(-1)    # [batch, source]"""
DOT = "score = (encoded @ h.unsqueeze(-1)).squeeze(-1)    # [batch, source]"
LOOK = """
weights = score.masked_fill(padding, -torch.inf).softmax(-1)    # [batch, source]
context = (weights.unsqueeze(1) @ encoded).squeeze(1)    # [batch, unit]
x = torch.cat([embedding(token), context], dim=-1)
output, state = decoder(x.unsqueeze(1), state)
logits = head(torch.cat([output.squeeze(1), context], dim=-1))    # [batch, class]"""
CODES = {"additive": ADDITIVE + LOOK, "dot": DOT + LOOK}
GREEDY = """while token != EOS and len(written) < limit:
    logits, state = step(token, state, encoded)
    token = logits.argmax(-1)
    written.append(token)"""


def attention(run: Run, t: Translate) -> None:
    """Attention over the probe's source, given the true target and while it writes by itself."""
    kind = run.experiment.attention
    with panel("alignment", t, formula=SCORES.get(kind, SCORES["additive"]) + REST, code=CODES.get(kind, "")):
        if kind == "none":
            st.info(t("alignment.none", field=t("field.attention")))
            return
        labels = {name: t(f"alignment.{name}") for name in ALIGNMENT}
        render(_attention, "attention", run, labels, run.drawn("alignment", lambda: attended(run)))


def decoding(run: Run, t: Translate) -> None:
    """How the output comes about, step by step."""
    with panel("decoding", t, code=GREEDY):
        labels = {name: t(f"decoding.{name}") for name in DECODING}
        render(_decoding, "decoding", run, labels, run.drawn("decoding", lambda: written(run)))


def beams(run: Run, t: Translate) -> None:
    """What a beam search finds, beside the greedy output."""
    with panel("hypotheses", t, formula=r"\log p(y \mid x) = \sum_t \log p(y_t \mid y_{<t},\, x)"):
        labels = {name: t(f"hypotheses.{name}") for name in HYPOTHESES}
        labels["one"] = t("hypotheses.one", field=t("field.beam"))
        render(_outputs, "beams", run, labels, run.drawn("hypotheses", lambda: hypotheses(run)))


def forcing(run: Run, t: Translate) -> None:
    """Output given the true token at each step against output written freely: of the probe, and of all that is held
    out."""
    with panel("forcing", t):
        if target_of(history(run).opening):
            labels = {name: t(f"forcing.{name}") for name in FORCING}
            render(_outputs, "forcing", run, labels, run.drawn("forcing", lambda: aligned(run)))
        else:
            st.info(t("forcing.unknown", field=t("field.sentence"), line=t("field.probe")))
        if not history(run).opening.held:
            return
        past, lang = history(run), st.session_state.lang
        figure = run.drawn(("exact", lang), lambda: figures.exact_figure(past, t))
        chart(run, "exact", figure, t("exact.label"), t, 240, cursor="line")


def pairs(run: Run, t: Translate) -> None:
    """Held-out pairs, the wrong ones first."""
    with panel("heldpairs", t):
        labels = {name: t(f"heldpairs.{name}") for name in HELDPAIRS}
        render(_outputs, "pairs", run, labels, run.drawn("heldpairs", lambda: tested(run)))


VIEWS: dict[str, View] = {
    "attention": attention,
    "decoding": decoding,
    "beams": beams,
    "forcing": forcing,
    "pairs": pairs,
}


def render(part: Callable[..., Any], name: str, run: Run, labels: dict[str, str], data: dict[str, Any]) -> None:
    key, past = f"results-{name}", history(run)
    version = f"{run.id} {run.going} {len(past.frames)} {past.frames[-1].epoch}"
    part(key=key, data={"key": key, **place(run), "version": version, "kind": name, "labels": labels, **data})


# What each part draws, packed for the browser


def laid(rows: Ragged) -> dict[str, Any]:
    return {"values": pack(rows.values), "lengths": pack(rows.lengths), "width": rows.width}


def named(run: Run, used: np.ndarray) -> dict[str, Any]:
    """The classes that are spoken of: a part gets no whole vocabulary on every tick."""
    o = history(run).opening
    return {"classes": [o.classes[id] for id in used], "specials": int((used < o.class_specials).sum())}


def outputs(run: Run, used: np.ndarray) -> dict[str, Any]:
    return laid(ragged([places(frame.more["free"], used) for frame in frames(run)]))


def attended(run: Run) -> dict[str, Any]:
    o, recorded = history(run).opening, frames(run)
    target = target_of(o)
    used = used_by([target, *(frame.more["free"] for frame in recorded)])
    told = {"weights": pack(shares(np.stack([frame.more["weights"] for frame in recorded])))} if target else {}
    return {
        **named(run, used),
        **told,
        "source": list(source_of(o)),
        "target": places(target, used).tolist(),
        "free": outputs(run, used),
        "free_weights": laid(ragged([shares(frame.more["free_weights"]) for frame in recorded])),
    }


def written(run: Run) -> dict[str, Any]:
    o, recorded = history(run).opening, frames(run)
    options = [frame.more["options"] for frame in recorded]
    used = used_by(options)  # what is chosen is among them
    seen = {}
    if "free_weights" in recorded[0].more:
        seen["free_weights"] = laid(ragged([shares(frame.more["free_weights"]) for frame in recorded]))
    return {
        **named(run, used),
        **seen,
        "source": list(source_of(o)),
        "free": outputs(run, used),
        "ranks": options[0].shape[1],
        "options": laid(ragged([places(some, used) for some in options])),
        "option_chances": laid(ragged([frame.more["option_chances"] for frame in recorded])),
        "never": np.flatnonzero(used < end_of(o)).tolist(),
        "classes_all": len(o.classes),
    }


def hypotheses(run: Run) -> dict[str, Any]:
    o, recorded = history(run).opening, frames(run)
    found = [beams_of(frame) for frame in recorded]
    used = used_by([*(row for rows in found for row in rows), *(frame.more["free"] for frame in recorded)])
    return {
        **named(run, used),
        "width": run.experiment.beam,
        "joiner": o.joiner,
        "free": outputs(run, used),
        "greedy_scores": pack(np.array([greedy_score(frame) for frame in recorded], dtype=np.float32)),
        "counts": pack(np.array([len(rows) for rows in found], dtype=np.int32)),
        "beams": laid(ragged([places(row, used) for rows in found for row in rows])),
        "scores": pack(np.concatenate([frame.more["beam_scores"] for frame in recorded])),
    }


def aligned(run: Run) -> dict[str, Any]:
    o, recorded = history(run).opening, frames(run)
    part, target = o.parts[-1], target_of(o)
    forced = np.stack([frame.top[part.start : part.stop, 0] for frame in recorded])  # [frame, target]
    used = used_by([target, forced, *(frame.more["free"] for frame in recorded)])
    return {
        **named(run, used),
        "target": places(target, used).tolist(),
        "forced": pack(places(forced, used)),
        "free": outputs(run, used),
    }


def tested(run: Run) -> dict[str, Any]:
    o = history(run).opening
    held = [frame.held for frame in frames(run) if frame.held is not None]
    said = [row for one in held for row in one.said]
    used = used_by([[end_of(o)], *(line.targets for line in o.held), *said])
    e, sources = run.experiment, [token for line in o.held for token in line.tokens]
    return {
        **named(run, used),
        "lines": [{"source": list(line.tokens), "target": places(line.targets, used).tolist()} for line in o.held],
        "said": laid(ragged([places(row, used) for row in said])),
        "score": pack(np.array([one.score for one in held], dtype=np.float32)),
        "end": int(places([end_of(o)], used)[0]),
        "most": PAIRS,
        "joiners": {"source": joiner(e, sources), "target": o.joiner},
    }
