"""Both languages' sentences, and what the sources ask of them.

The sources are read as syntax trees: what is asked of the catalogue there is what must be in it.
"""

import ast
import dataclasses
import re
import string
from collections import defaultdict
from typing import get_args

from babel.messages.pofile import read_po

from pages.shell import provenance
from pages.shell.form import assistance, race_setup
from pages.shell.page_names import PAGES
from pages.shell.run.run_view import Reads
from pages.views.cell import unrolled
from pages.views.compare import board, standings_table
from pages.views.room.board import SPLITS
from pages.views.training.loop import MOVES
from rnnlab.analysis.token_properties import CHOOSING, PLAIN
from rnnlab.engine.speed import SPEEDS
from rnnlab.experiment import Experiment, choices
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.experiment.worksheet import FRAME
from rnnlab.explain.programs.training_loop import loss_trials
from rnnlab.figures.results import EXACT
from rnnlab.hosting.limits import Whose
from rnnlab.i18n import LANGUAGES, LOCALES
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.progress import State
from rnnlab.lessons.words import parts
from rnnlab.presets.feature_templates import features
from rnnlab.presets.timeline import AGES
from rnnlab.presets.topics import TOPICS
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.races.standings import Measure
from rnnlab.records.generation import Ended, Settings
from rnnlab.records.readouts import HALVES
from rnnlab.records.text import TargetKind
from rnnlab.records.trace import InterventionKind
from rnnlab.rooms.room import ANIMALS, COLOURS
from rnnlab.text.lines import SkipReason
from rnnlab.text.pos_tags import NAMED_TAGS
from rnnlab.text.tables.column_names import OTHER, ROLES
from rnnlab.text.tables.table import DELIMITERS
from rnnlab.text.tables.table_rows import REASONS
from rnnlab.text.tables.tagged import LAYOUTS, LINE_REASONS
from tests.support.sources import TREES, calls, nodes

FIELDS = list(Experiment.model_fields)
CHOICES = [name for name in FIELDS if choices(name)]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def sentences(lang: str) -> dict[str, str]:
    found = {}
    for path in sorted((LOCALES / lang).rglob("*.po")):
        with path.open("rb") as file:
            found |= {message.id: message.string for message in read_po(file, abort_invalid=True) if message.id}
    return found


CATALOGUES = {lang: sentences(lang) for lang in LANGUAGES}
ZH, EN = CATALOGUES["zh"], CATALOGUES["en"]


def placeholders(sentence: str) -> set[str]:
    """Names in braces, where the sentence is one that values are put into; an equation's braces are not names."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    except ValueError:
        return set()


def pattern(node: ast.expr) -> str:
    """`"a.b"` as it is, `f"a.{x}"` as `a.{}`. Whatever else is handed to t() is something this test can't follow."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.IfExp):
        return ""  # both arms are looked at by themselves
    assert isinstance(node, ast.JoinedStr), f"t() is given {ast.unparse(node)}: a key or an f-string of one, please"
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


ASKED = {
    pattern(arm)
    for tree in TREES.values()
    for call in calls(tree, "t")
    for arm in ([call.args[0].body, call.args[0].orelse] if isinstance(call.args[0], ast.IfExp) else [call.args[0]])
}


def names_given_to(function: str) -> list[str]:
    """The first arguments of the calls of a function, such as the panels' names."""
    found = [call.args[0] for tree in TREES.values() for call in calls(tree, function)]
    return sorted({node.value for node in found if isinstance(node, ast.Constant)})


def words_returned_by(function: str) -> list[str]:
    """Every one-word string in a function's return statements."""
    nodes = [
        n for tree in TREES.values() for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function
    ]
    returned = [r for node in nodes for r in ast.walk(node) if isinstance(r, ast.Return)]
    return sorted({c.value for r in returned for c in dict_values_and_constants(r)})


def dict_values_and_constants(node: ast.AST) -> list[ast.Constant]:
    keys = {id(key) for n in ast.walk(node) if isinstance(n, ast.Dict) for key in n.keys}
    tested = {id(c) for n in ast.walk(node) if isinstance(n, ast.IfExp) for c in ast.walk(n.test)}
    return [
        c
        for c in ast.walk(node)
        if isinstance(c, ast.Constant) and isinstance(c.value, str) and id(c) not in keys | tested
    ]


def comprehensions() -> dict[str, set[str]]:
    """Values that a key's hole takes in `{name: t(f"x.{name}") for name in (…)}`, in a list like it, or over a name; by
    the key."""
    found = defaultdict(set)
    for tree in TREES.values():
        named = {
            n.targets[0].id: n.value
            for n in nodes(tree)
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
        }
        for node in nodes(tree):
            if not isinstance(node, ast.DictComp | ast.ListComp):
                continue
            values = node.generators[0].iter
            values = named.get(values.id, values) if isinstance(values, ast.Name) else values
            for call in calls(node.value if isinstance(node, ast.DictComp) else node.elt, "t"):
                found[pattern(call.args[0])] |= {c.value for c in ast.walk(values) if isinstance(c, ast.Constant)}
    return found


IN_COMPREHENSIONS = comprehensions()


PROBLEMS = [(path, call) for path, tree in TREES.items() for call in calls(tree, "Problem")]
TENSORS = ["ids", "embedding", "one_hot", "output", "h_n", "c_n", "logits", "loss"]
TENSORS += ["readout", "encoded", "tokens", "target_embedded", "decoded"]
TENSORS += ["numbers", "predicted"]
TENSORS += ["scores", "weights", "context", "decoder_input"]
AXES = ["batch", "step", "unit", "embed", "layer", "class", "direction_unit", "layer_direction", "number"]
SETTINGS = [field.name for field in dataclasses.fields(Settings)]
LAYER_FIELDS = [field.name for field in dataclasses.fields(LayerSpec)]
STAGES = {*TENSORS} - {"one_hot", "readout", "loss", "numbers", "predicted"}  # of the presets' models
AXES += ["source", "target", "embed_unit"]
AXES += ["input", "gate_unit"]  # of a layer's input and weights
CALLED = ("network", "network-numbers", "error", "errors")  # as some panels are called
ADVICE = {
    arm.value
    for tree in TREES.values()
    for call in calls(tree, "Advice")
    for arm in ast.walk(call.args[0])
    if isinstance(arm, ast.Constant) and isinstance(arm.value, str)
}

TRIALS = {name for task in ("next", "classify") for name in loss_trials(Experiment(task=task))}
RUN_PAGES = sorted({call.args[0].value for tree in TREES.values() for call in calls(tree, "run_page.render")})

# What an f-string's hole really takes. A new kind of f-string must be entered here.
EXPANDED = {
    "field.{}": [
        f"field.{name}" for name in [*FIELDS, "lang", *LAYER_FIELDS, "try_input", "try_state", "prompt", *SETTINGS]
    ],
    "help.{}": [f"help.{name}" for name in [*FIELDS, *SETTINGS] if name != "text"],
    "help.text.{}": [f"help.text.{name}" for name in choices("task")],
    "task.{}": [f"task.{name}" for name in choices("task")],
    "preset.{}": [f"preset.{name}" for name in choices("preset")],
    "example.{}": [f"example.{name}" for name in choices("preset")],
    "shows.{}": [f"shows.{name}" for name in choices("preset")],
    "class_link.{}": [f"class_link.{name}" for name in FRAME],
    "room.{}": [f"room.{name}" for name in ("who", "where", "trained")],
    "room.split.{}": [f"room.split.{name}" for name in SPLITS],
    "room.animal.{}": [f"room.animal.{number}" for number in range(ANIMALS)],
    "room.colour.{}": [f"room.colour.{number}" for number in range(COLOURS)],
    "topic.{}": [f"topic.{name}" for name in TOPICS],
    "title.{}": [f"title.{name}" for name in RUN_PAGES],
    "own.rows.{}": [f"own.rows.{name}" for name in choices("task")],
    "own.example.{}": [f"own.example.{name}" for name in choices("task")],
    "delimiter.{}": [f"delimiter.{name}" for name in DELIMITERS],
    "role.{}": [f"role.{name}" for name in ROLES],
    "columns.{}": [f"columns.{name}" for name in (*ROLES, OTHER)],
    "layout.{}": [f"layout.{name}" for name in LAYOUTS],
    "hand.{}": [f"hand.{name}" for name in ("trained", "held", *get_args(SkipReason))],
    "reason.{}": [f"reason.{name}" for name in (*REASONS, *LINE_REASONS)],
    "page.{}": [f"page.{name}" for name in PAGES],
    "switch.{}": ["switch.loss_log"],
    "race.way.{}": [f"race.way.{name}" for name in race_setup.WAYS],
    "race.curve.{}": [f"race.curve.{name}" for name in get_args(Measure)],
    "race.axis.{}": [f"race.axis.{name}" for name in board.AXES],
    "race.is.{}": [f"race.is.{name}" for name in words_returned_by("standing_of")],
    "race.ended.{}": ["race.ended.time", "race.ended.diverged"],
    "race.column.{}": [f"race.column.{name}" for name in standings_table.COLUMNS],
    "race.label.{}": [f"race.label.{name}" for name in sorted(IN_COMPREHENSIONS["race.label.{}"])],
    "cell.{}": [f"cell.{name}" for name in choices("cell")],
    "comment.{}": [id for id in EN if id.startswith("comment.")],  # whether programs have them: test_comments
    "notebook.{}": [id for id in EN if id.startswith("notebook.")],  # each is a cell: test_notebook
    "others.note.{}": [f"others.note.{name}" for name in ("size", "carry", "head", "relu")],
    "age.{}": [f"age.{age.id}" for age in AGES],
    "milestone.{}": [f"milestone.{milestone.id}" for age in AGES for milestone in age.milestones],
    "feature.{}": [f"feature.{name}" for name in features(["one"], 0)],
    "counts.{}": [f"counts.{name}" for name in ("next", "count", "frequency", "smoothed")],
    "template.{}": [f"template.{name}" for name in ("question", "answer", "share")],
    "rivals.{}": [f"rivals.{name}" for name in ("past", "next", "bigram", "network")],
    "form.{}": [f"form.{name}" for name in ("data", "model", "training")],
    "{}.{}": [f"{name}.{value}" for name in CHOICES if name not in ("preset", "task") for value in choices(name)],
    "panel.{}": [
        f"panel.{name}" for name in (*names_given_to("panel"), *CALLED, "cell-whatif")
    ],  # as one panel is called
    "caption.{}": [f"caption.{name}" for name in (*names_given_to("panel"), *CALLED)],
    "about.{}": [
        *(f"about.{name}" for name in (*names_given_to("panel"), "shapes", "cell-whatif") if name != "predictions"),
        *(f"about.predictions.{reads}" for reads in get_args(Reads)),
        *("about.hidden.pair", "about.shapes.pair", "about.shapes.numbers", "about.training-loss.numbers"),
        *("about.error", "about.errors"),
    ],
    "tensor.{}": [f"tensor.{name}" for name in TENSORS],
    "layer.help.{}": [f"layer.help.{name}" for name in LAYER_FIELDS],
    "stage.{}": [f"stage.{name}" for name in sorted(STAGES)],
    "stage.readout.{}": ["stage.readout.final", "stage.readout.last"],
    "model.{}": [f"model.{name}" for name in TUTORIAL_SIZES],
    "model_about.{}": [f"model_about.{name}" for name in TUTORIAL_SIZES],
    "blocks.{}": [f"blocks.{name}" for name in sorted(IN_COMPREHENSIONS["blocks.{}"])],
    "advice.{}": sorted({f"advice.{code}" for code in ADVICE}),
    "move.{}": [f"move.{name}" for name in MOVES],
    "device.{}": [f"device.{name}" for name in ("moved", "input", "state", "targets")],
    "trial.{}": [f"trial.{name}" for name in TRIALS],
    "trial.number.{}": [f"trial.number.{name}" for name in loss_trials(Experiment(task="series"))],
    "argmax.step.{}": [f"argmax.step.{dim}" for dim in range(3)],
    "argmax.whole.{}": [f"argmax.whole.{dim}" for dim in range(2)],
    "part.{}": [f"part.{name}" for name in ("cut", "words", "windows", "loader", "packed")],
    "vocabulary.{}": [f"vocabulary.{name}" for name in ("id", "token", "count", "pad", "unk", "bos", "eos")],
    "data.{}": [f"data.{name}" for name in choices("data")],
    "edit.{}": [f"edit.{name}" for name in ("target", "tags", "pairs")],
    "windows.asks.{}": [f"windows.asks.{name}" for name in get_args(TargetKind)],
    "final.way.{}": [f"final.way.{name}" for name in ("alone", "padded", "packed")],
    "tokenizer.{}": [f"tokenizer.{name}" for name in choices("tokenizer")],
    "axis.{}": [f"axis.{name}" for name in AXES],
    "axis.error.{}": [f"axis.error.{name}" for name in choices("loss")],
    "axis.loss.{}": [f"axis.loss.{name}" for name in choices("loss")],
    "server.connection_{}": [f"server.connection_{kind}" for kind in ("never", "lost", "stopped", "ended")],
    "server.full_{}": [f"server.full_{whose}" for whose in get_args(Whose)],
    "status.{}": [f"status.{name}" for name in words_returned_by("mode")],
    "speed.{}": [f"speed.{name}" for name in SPEEDS],
    "way.{}": [f"way.{name}" for name in ("steps", "concat", "cell", "layer")],
    "unrolled.role_{}": [f"unrolled.role_{name}" for name in unrolled.VALUES],
    "path.unit.{}": ["path.unit.path_across", "path.unit.path_up"],
    "module.{}": [f"module.{name}" for name in ("network", "encoder", "decoder")],
    "whatif.{}": [f"whatif.{name}" for name in ("step", "token", "unit", "state", "gate", "weight", "block", "column")],
    "whatif.kind.{}": [f"whatif.kind.{kind}" for kind in get_args(InterventionKind)],
    "whatif.help.{}": [f"whatif.help.{kind}" for kind in get_args(InterventionKind)],
    "generate.ended.{}": [f"generate.ended.{name}" for name in get_args(Ended) if name != "length"],
    "property.{}": [f"property.{name}" for name in (*PLAIN, *CHOOSING)],
    "choosing.{}": [f"choosing.{name}" for name in CHOOSING],
    "ended.{}": ["ended.time", "ended.diverged"],
    "readout.{}": [f"readout.{name}" for name in choices("readout")],
    "half.{}": [f"half.{name}" for name in HALVES],
    "tag.{}": [f"tag.{name}" for name in NAMED_TAGS],
    "curve.training.{}": [f"curve.training.{name}" for name in ("lines", "tokens")],
    "curve.held.{}": [f"curve.held.{name}" for name in ("lines", "tokens", "sequences")],
    "curve.repeated.{}": ["curve.repeated.training", "curve.repeated.held"],
    "curve.majority.{}": [f"curve.majority.{name}" for name in ("training", "held", "whole", "token")],
    "exact.{}": [f"exact.{name}" for name in EXACT],
    "curves.at.{}": ["curves.at.x", "curves.at.seconds"],
    "access.{}": [f"access.{name}" for name in assistance.NAMES.values()],
    "course.{}.title": [f"course.{id}.title" for id in LESSONS],
    "course.{}.know": [f"course.{id}.know" for id in LESSONS],
    "course.{}.{}": [f"course.{id}.{step.id}" for id, one in LESSONS.items() for step in one.steps],
    "course.{}.{}.{}": [
        f"course.{id}.{name}"
        for id, one in LESSONS.items()
        for step in one.steps
        for name in [*(f"{step.id}.{part}" for part in parts(step)), *(f"{needed}.lacking" for needed in step.needs)]
    ],
    "course.state.{}": [f"course.state.{state}" for state in get_args(State)],
    "course.open.{}": [f"course.open.{state}" for state in get_args(State)],
    "guide.{}": ["guide.agrees", "guide.differs"],
    "save.{}": [f"save.{name}" for name in provenance.SAYS],
    "summary.{}": [f"summary.{name}" for name in provenance.DESCRIBES],
    "column.{}": [f"column.{name}" for name in provenance.COLUMNS],
    "held.{}": [f"held.{name}" for name in ("lines", "tokens", "sequences", "numbers")],
    "classes.{}": [f"classes.{name}" for name in ("class", "support", "precision", "recall", "f1")],
    "problem.{}": sorted({f"problem.{call.args[0].value}" for _, call in PROBLEMS}),
} | {
    f"{name}.{{}}": [f"{name}.{value}" for value in sorted(IN_COMPREHENSIONS[f"{name}.{{}}"])]
    for name in (
        "scrubber",
        "strip",
        "share",
        "unrolled",
        "editing",
        "packing",
        "prefixes",
        "saliency",
        "omissions",
        "judged",
        "tagged",
        *("written", "samples", "save"),
        *("unitmap", "places", "forecast"),
        *("alignment", "decoding", "hypotheses", "forcing", "heldpairs"),
    )
}

USED = {key for asked in ASKED for key in (EXPANDED.get(asked, []) if "{}" in asked else [asked])} - {""}
