"""An experiment as a notebook: the script in cells, with words between them, and what the playground draws.

Its figures are plotly's, drawn from what the cells above have computed, in the lines that the lab shows behind its
panels.
"""

import json
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.explain.comments import in_language
from rnnlab.explain.loading import loading
from rnnlab.export.answers import TRUE_NUMBERS, answers, evaluated
from rnnlab.export.script import ProgramParts, about, program_parts
from rnnlab.i18n import Translate, translator

LOSSES = """\
import plotly.express as px

px.line(x=range(1, len(losses) + 1), y=losses, labels={labels})"""
FORECAST = """\
{numbers}
px.line({{{predicted}: in_units[0].tolist(), {true}: true.tolist()}}, labels={labels})"""
HEATMAP = """\
px.imshow(
    {values}.numpy(),{axes}
    aspect="auto",
    color_continuous_scale="{scale}",
    {limits},
    labels={labels},
)"""


def notebook(e: Experiment, lang: str) -> str:
    """A file of Jupyter's, format 4.4: JSON, to be written as UTF-8. Raises LabError where `script` does."""
    t, parts = translator(lang), program_parts(e, lang, keep_losses=True)
    losses = LOSSES.format(labels=labels(t("axis.epoch"), t(f"axis.loss.{e.loss}")))
    return in_cells(e, lang, parts, about(e, lang)[1], [("training", parts.training), ("losses", losses)])


def trained_notebook(e: Experiment, weights: str, epoch: int, lang: str) -> str:
    """The same with the file `weights`, which lies beside it, in place of the training."""
    told = translator(lang)("export.trained", file=weights, epoch=epoch)
    learnt = [("weights", "import plotly.express as px\n" + loading(e, repr(weights)))]
    return in_cells(e, lang, program_parts(e, lang), told, learnt)


def in_cells(e: Experiment, lang: str, parts: ProgramParts, told: str, learnt: list[tuple[str, str]]) -> str:
    """The network, then how its weights are `learnt`, then what it does with them."""
    t = translator(lang)
    cells = [words(f"# {about(e, lang)[0]}\n\n{told} {t('notebook.order')}")]
    for name, lines in [
        ("imports", parts.imports),
        ("data", parts.data),
        ("network", parts.network),
        ("forward", parts.forward),
        *learnt,
        ("answers", f"{evaluated(e)}\n\n{said(e, t)}"),
        ("states", states(e, t)),
        *([("alignment", alignment(t))] if e.attention != "none" else []),
    ]:
        cells += [words(t(f"notebook.{name}")), code(in_language(lines, lang))]
    cells.append(words(t("notebook.try")))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    file = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(file, ensure_ascii=False, indent=1) + "\n"


def words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(lines: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def labels(across: str, up: str) -> str:
    return repr({"x": across, "y": up})


def said(e: Experiment, t: Translate) -> str:
    """What it answers to the first line; of numbers, a chart."""
    if not e.reads_numbers:
        return answers(e)
    names = {"predicted": repr(t("notebook.predicted")), "true": repr(t("notebook.true"))}
    shown = repr({"index": t("axis.step"), "value": t("axis.number")})
    return FORECAST.format(numbers=TRUE_NUMBERS, **names, labels=shown)


def states(e: Experiment, t: Translate) -> str:
    """Of an encoder–decoder, the encoder's."""
    return HEATMAP.format(
        values="encoded[0].T" if e.task == "seq2seq" else "output[0].T",
        axes="" if e.reads_numbers else "\n    x=steps,",
        scale="RdBu_r",
        limits="color_continuous_midpoint=0",
        labels=labels(t("axis.step"), t("axis.unit")),
    )


def alignment(t: Translate) -> str:
    return HEATMAP.format(
        values="alignment[0]",
        axes="\n    x=steps,\n    y=written,",
        scale="Blues",
        limits="zmin=0,\n    zmax=1",
        labels=labels(t("axis.source"), t("axis.target")),
    )
