"""What a saved figure says of itself: preset, settings, and the link that brings the experiment back. The browser is
told once a draw (`components/save/provenance.js`), not with every figure."""

from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.experiment.links import to_short_link
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate, translator

SAYS = ("save", "png", "svg", "webm", "csv", "table", "as_table", "close", "shortened", "left_out")
DESCRIBES = (
    *("line", "values", "none", "right", "network"),
    *("tensors", "decoding", "attended", "sample", "lanes", "lanes_waiting"),
)
COLUMNS = (
    *("axes", "chosen", "column", "direction", "entropy", "entropy_left", "epoch", "high", "kept", "label", "layer"),
    *("left", "line", "loss", "low", "name", "note", "place", "predicted", "probability", "right", "row", "score"),
    *("seconds", "seed", "size", "source", "state", "step", "table", "target", "token", "unit", "value", "weight"),
)


def of(experiment: Experiment, lang: str, run: str = "", plan: RacePlan | None = None) -> dict[str, Any]:
    """Of what is shown of this experiment; `run` is the id of the run or the race that it is shown of."""
    query = to_short_link(experiment, lang, bool(run) and plan is None, plan)
    return {"run": run, "preset": experiment.preset, "settings": settings(experiment, lang), "query": query}


def settings(e: Experiment, lang: str) -> str:
    """The preset and the settings that a reader asks for first, in one line."""
    t = translator(lang)
    numbers: dict[str, Any] = {"embed": e.embed} if e.embeds else {}
    numbers |= {"hidden": e.hidden} | ({"layers": e.layers} if e.layers > 1 else {})
    numbers |= {"lr": f"{e.lr:g}", "batch": e.batch, "seed": e.seed}
    cell = [t(f"cell.{e.cell}"), *([t("field.bidirectional")] if e.bidirectional else [])]
    named = [f"{t(f'field.{name}')} {value}" for name, value in numbers.items()]
    return " · ".join([t(f"preset.{e.preset}"), *cell, *named])


def words(t: Translate) -> dict[str, Any]:
    """What the menus say, the columns of what they write, and how a figure is described."""
    says = {name: t(f"save.{name}") for name in SAYS}
    columns = {name: t(f"column.{name}") for name in COLUMNS}
    summary = {name: t(f"summary.{name}") for name in DESCRIBES}
    return {**says, "epoch": t("curves.at.x"), "columns": columns, "summary": summary}
