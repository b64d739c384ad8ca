"""What a notebook shows of a run: a piece of HTML by itself, without a script, a style sheet or a file.

Whatever a reader typed is written with names for what can't be seen, cut where it is long, and escaped.
"""

import html
from collections.abc import Iterator, Sequence
from math import isfinite

from rnnlab.figures import tick
from rnnlab.i18n import Translate
from rnnlab.records.history import History

STEPS = 24  # of the watched line
POINTS = 300  # of the curve: it is as wide in pixels
WIDTH, HEIGHT = 300, 90
TABLE = "border-collapse:collapse;margin:4px 0;font-size:12px"
CELL = "padding:1px 8px 1px 0;text-align:left;border:none;background:none"


def card(history: History, t: Translate) -> str:
    """Loss curve, the watched line with what is predicted after each token, and the shapes of the first batch."""
    e, losses = history.experiment, history.losses
    said = f"{losses[0]:.6g} → {losses[-1]:.6g}" if losses else "–"
    facts = [
        e.preset,
        e.task,
        f"{e.cell} {e.hidden} × {e.layers}",
        t("status.epoch", epoch=history.epoch, epochs=e.epochs),
        t("status.loss", loss=said),
    ]
    parts = [
        f"<b>{html.escape(' · '.join(facts))}</b>",
        chart(losses, e.epochs, said),
        strip(history, t),
        shapes(history, t),
    ]
    return f'<div style="font-size:13px">{"".join(parts)}</div>'


def chart(losses: Sequence[float], epochs: int, said: str) -> str:
    """The loss from 0 to its largest, over all epochs that were meant. A gap where it is no number."""
    known = [loss for loss in losses if isfinite(loss)]
    if not known:
        return ""
    top, span = max(max(known), 1e-12), max(epochs, len(losses), 2)
    every = max(1, len(losses) // POINTS)
    lines: list[list[str]] = [[]]
    for place, loss in enumerate(losses, start=1):
        if not isfinite(loss):
            lines.append([])
        elif place % every == 0 or place == len(losses):
            lines[-1].append(f"{place / span * WIDTH:.1f},{(1 - loss / top) * HEIGHT:.1f}")
    drawn = "".join(
        f'<polyline points="{" ".join(points if len(points) > 1 else points * 2)}" fill="none" stroke="#0072b2" '
        'stroke-width="2" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        for points in lines
        if points
    )
    frame = f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
    label = html.escape(said)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="{WIDTH + 4}" '
        f'height="{HEIGHT + 4}" viewBox="-2 -2 {WIDTH + 4} {HEIGHT + 4}" style="display:block;margin:6px 0">'
        f"<title>{label}</title>{frame}{drawn}</svg>"
    )


def strip(history: History, t: Translate) -> str:
    """The tokens of the watched line, and what is predicted after each, ticked where that is right."""
    o = history.opening
    tokens = [tick(token) for token in o.probe[: min(o.inputs, STEPS)]]
    said = list(predictions(history))[: len(tokens)]
    more = ["…"] if o.inputs > STEPS else []
    return table([["", *tokens, *more], [html.escape(t("strip.predicted")), *said]])


def predictions(history: History) -> Iterator[str]:
    """After each step of the watched line, as cells: a number, or the likeliest class, ticked if it is right."""
    o, frame = history.opening, history.frames[-1]
    if o.column is not None:
        yield from (f"{value:.4g}" for value in frame.task_arrays["predicted"].tolist())
        return
    for best, right in zip(frame.top_classes[:, 0].tolist(), o.targets, strict=False):
        yield "" if best < 0 else tick(o.classes[best]) + (" ✓" if best == right else "")


def shapes(history: History, t: Translate) -> str:
    """Every tensor of the first batch: its name, its sizes, and what each of them counts."""
    rows = [
        [one.name, "×".join(map(str, one.shape)) or "1", ", ".join(html.escape(t(f"axis.{axis}")) for axis in one.axes)]
        for one in history.opening.shapes
    ]
    return table(rows)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Of cells that are HTML already."""
    lines = ("".join(f'<td style="{CELL}">{cell}</td>' for cell in row) for row in rows)
    return f'<table style="{TABLE}">{"".join(f"<tr>{line}</tr>" for line in lines)}</table>'
