"""The catalogue: two whole languages, nothing unused, and no visible sentence anywhere else.

The sources are read as syntax trees: what is asked of the catalogue there is what must be in it.
"""

import ast
import dataclasses
import re
import string
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from pages.shell import race_setup
from pages.shell.page_names import PAGES
from pages.views.compare import board
from rnnlab.analysis.token_properties import CHOOSING, PLAIN
from rnnlab.experiment import Experiment, choices
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.figures.race import Axis
from rnnlab.i18n import FOLDER, LANGUAGES, LabError, Problem, describe, first_language, translator
from rnnlab.lessons.feature_templates import features
from rnnlab.lessons.timeline import AGES
from rnnlab.lessons.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.records.generation import Ended, Settings
from rnnlab.records.readouts import HALVES
from rnnlab.records.text import Asks
from rnnlab.records.trace import InterventionKind
from rnnlab.text.lines import SkipReason
from rnnlab.text.pos_tags import NAMED_TAGS
from rnnlab.text.table_rows import REASONS
from rnnlab.text.tables import DELIMITERS, ROLES
from tests.support.eventually import ROOT

SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "rnnlab").rglob("*.py"))]
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}
FIELDS = list(Experiment.model_fields)
CHOICES = [name for name in FIELDS if choices(name)]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def sentences(lang: str) -> dict[str, str]:
    found = {}
    for path in sorted((FOLDER / lang).glob("*.po")):
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


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]


def method_calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


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


def in_comprehension(template: str) -> list[str]:
    """Values a key's hole takes where it is written `{name: t(f"x.{name}") for name in (…)}`, or over a name for it."""
    found = set()
    for tree in TREES.values():
        named = {
            n.targets[0].id: n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.DictComp) and any(pattern(c.args[0]) == template for c in calls(node.value, "t")):
                values = node.generators[0].iter
                values = named.get(values.id, values) if isinstance(values, ast.Name) else values
                found |= {c.value for c in ast.walk(values) if isinstance(c, ast.Constant)}
    return sorted(found)


PROBLEMS = [(path, call) for path, tree in TREES.items() for call in calls(tree, "Problem") if path.name != "i18n.py"]
TENSORS = ["ids", "embedding", "one_hot", "output", "h_n", "c_n", "logits", "loss"]
TENSORS += ["readout", "encoded", "tokens", "target_embedded", "decoded"]
TENSORS += ["scores", "weights", "context", "decoder_input"]
AXES = ["batch", "step", "unit", "embed", "layer", "class", "direction_unit", "layer_direction"]
SETTINGS = [field.name for field in dataclasses.fields(Settings)]
LAYER_FIELDS = [field.name for field in dataclasses.fields(LayerSpec)]
STAGES = {*TENSORS} - {"one_hot", "readout", "loss"}  # of the lessons' models
AXES += ["source", "target", "embed_unit"]
AXES += ["input", "gate_unit"]  # of a layer's input and weights
ADVICE = {
    arm.value
    for tree in TREES.values()
    for call in calls(tree, "Advice")
    for arm in ast.walk(call.args[0])
    if isinstance(arm, ast.Constant) and isinstance(arm.value, str)
}

RUN_PAGES = sorted({call.args[0].value for tree in TREES.values() for call in method_calls(tree, "run_page.render")})

# What an f-string's hole really takes. A new kind of f-string must be entered here.
EXPANDED = {
    "field.{}": [
        f"field.{name}" for name in [*FIELDS, "lang", *LAYER_FIELDS, "try_input", "try_state", "prompt", *SETTINGS]
    ],
    "help.{}": [f"help.{name}" for name in [*FIELDS, *SETTINGS] if name != "text"],
    "help.text.{}": [f"help.text.{name}" for name in choices("task")],
    "task.{}": [f"task.{name}" for name in choices("task")],
    "preset.{}": [f"preset.{name}" for name in choices("preset")],
    "lesson.{}": [f"lesson.{name}" for name in choices("preset")],
    "title.{}": [f"title.{name}" for name in RUN_PAGES],
    "own.rows.{}": [f"own.rows.{name}" for name in choices("task")],
    "own.example.{}": [f"own.example.{name}" for name in choices("task")],
    "delimiter.{}": [f"delimiter.{name}" for name in DELIMITERS],
    "role.{}": [f"role.{name}" for name in ROLES],
    "columns.{}": [f"columns.{name}" for name in ROLES],
    "hand.{}": [f"hand.{name}" for name in ("trained", "held", *get_args(SkipReason))],
    "reason.{}": [f"reason.{name}" for name in REASONS],
    "page.{}": [f"page.{name}" for name in PAGES],
    "switch.{}": ["switch.loss_log"],
    "race.way.{}": [f"race.way.{name}" for name in race_setup.WAYS],
    "race.axis.{}": [f"race.axis.{name}" for name in get_args(Axis)],
    "race.is.{}": [f"race.is.{name}" for name in words_returned_by("standing_of")],
    "race.ended.{}": ["race.ended.time", "race.ended.diverged"],
    "race.column.{}": [f"race.column.{name}" for name in board.COLUMNS],
    "race.label.{}": [f"race.label.{name}" for name in in_comprehension("race.label.{}")],
    "cell.{}": [f"cell.{name}" for name in choices("cell")],
    "others.note.{}": [f"others.note.{name}" for name in ("size", "carry", "head", "relu")],
    "age.{}": [f"age.{age.id}" for age in AGES],
    "milestone.{}": [f"milestone.{milestone.id}" for age in AGES for milestone in age.milestones],
    "feature.{}": [f"feature.{name}" for name in features(["one"], 0)],
    "counts.{}": [f"counts.{name}" for name in ("next", "count", "frequency", "smoothed")],
    "template.{}": [f"template.{name}" for name in ("question", "answer", "share")],
    "rivals.{}": [f"rivals.{name}" for name in ("past", "next", "bigram", "network")],
    "form.{}": [f"form.{name}" for name in ("data", "model", "training")],
    "{}.{}": [f"{name}.{value}" for name in CHOICES if name not in ("preset", "task") for value in choices(name)],
    "panel.{}": [f"panel.{name}" for name in names_given_to("panel")],
    "caption.{}": [f"caption.{name}" for name in names_given_to("panel")],
    "about.{}": [f"about.{name}" for name in names_given_to("panel")],
    "tensor.{}": [f"tensor.{name}" for name in TENSORS],
    "layer.help.{}": [f"layer.help.{name}" for name in LAYER_FIELDS],
    "stage.{}": [f"stage.{name}" for name in sorted(STAGES)],
    "stage.readout.{}": ["stage.readout.final", "stage.readout.last"],
    "model.{}": [f"model.{name}" for name in TUTORIAL_SIZES],
    "model_about.{}": [f"model_about.{name}" for name in TUTORIAL_SIZES],
    "blocks.{}": [f"blocks.{name}" for name in in_comprehension("blocks.{}")],
    "advice.{}": sorted({f"advice.{code}" for code in ADVICE}),
    "part.{}": [f"part.{name}" for name in ("cut", "words", "windows", "packed")],
    "vocabulary.{}": [f"vocabulary.{name}" for name in ("id", "token", "count", "pad", "unk", "bos", "eos")],
    "data.{}": [f"data.{name}" for name in choices("data")],
    "edit.{}": [f"edit.{name}" for name in ("target", "tags", "pairs")],
    "windows.asks.{}": [f"windows.asks.{name}" for name in get_args(Asks)],
    "final.way.{}": [f"final.way.{name}" for name in ("alone", "padded", "packed")],
    "tokenizer.{}": [f"tokenizer.{name}" for name in choices("tokenizer")],
    "axis.{}": [f"axis.{name}" for name in AXES],
    "axis.loss.{}": [f"axis.loss.{name}" for name in choices("loss")],
    "status.{}": [f"status.{name}" for name in words_returned_by("mode")],
    "way.{}": [f"way.{name}" for name in ("steps", "concat", "cell", "layer")],
    "module.{}": [f"module.{name}" for name in ("network", "encoder", "decoder")],
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
    "held.{}": [f"held.{name}" for name in ("lines", "tokens", "sequences")],
    "classes.{}": [f"classes.{name}" for name in ("class", "support", "precision", "recall", "f1")],
    "problem.{}": sorted({f"problem.{call.args[0].value}" for _, call in PROBLEMS}),
} | {
    f"{name}.{{}}": [f"{name}.{value}" for value in in_comprehension(f"{name}.{{}}")]
    for name in (
        "scrubber",
        "strip",
        "share",
        "unrolled",
        "editing",
        "packing",
        "prefixes",
        "saliency",
        "judged",
        "tagged",
        *("written", "samples"),
        *("unitmap", "places"),
        *("alignment", "decoding", "hypotheses", "forcing", "heldpairs", "exact"),
    )
}

USED = {key for asked in ASKED for key in (EXPANDED.get(asked, []) if "{}" in asked else [asked])} - {""}


def test_this_file_understands_what_the_sources_ask_for():
    assert {asked for asked in ASKED if "{}" in asked} <= set(EXPANDED)
    assert len(USED) > 150
    assert all(EXPANDED.values())
    assert {"panel.loss", "status.paused", "scrubber.play", "strip.target", "share.copy"} <= USED


def test_both_languages_have_the_same_keys():
    assert ZH.keys() == EN.keys()


def test_siblings_that_differ_in_one_language_differ_in_the_other():
    """Two buttons of one bar, two choices of one field: a copied line would make them one."""
    siblings = defaultdict(list)
    for key in EN:
        siblings[key.rpartition(".")[0]].append(key)
    pairs = [pair for keys in siblings.values() for pair in combinations(keys, 2)]
    assert len(pairs) > 1_000
    assert [(a, b) for a, b in pairs if (ZH[a] == ZH[b]) != (EN[a] == EN[b])] == []


def test_both_languages_have_the_same_files():
    assert [path.name for path in sorted((FOLDER / "zh").iterdir())] == [
        path.name for path in sorted((FOLDER / "en").iterdir())
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty_or_twice_there(lang):
    assert [key for key, sentence in CATALOGUES[lang].items() if not sentence.strip()] == []
    text = "\n".join(path.read_text("utf-8") for path in (FOLDER / lang).glob("*.po"))
    keys = re.findall(r'^msgid "(.+)"$', text, re.M)
    assert sorted(keys) == sorted(set(keys))
    assert "fuzzy" not in text


@pytest.mark.parametrize("key", [key for key in EN if not key.startswith("about.")])
def test_both_languages_put_in_the_same_values(key):
    assert placeholders(ZH[key]) == placeholders(EN[key])


def test_every_key_that_is_asked_for_is_there():
    assert sorted(USED - EN.keys()) == []


def test_no_key_is_unused():
    assert sorted(EN.keys() - USED) == []


def test_chinese_is_chinese_and_english_is_english():
    assert [key for key, sentence in EN.items() if CHINESE.search(sentence)] == []
    same = {key for key in ZH if ZH[key] == EN[key]}
    assert [
        key for key in same if key.startswith(("help.", "problem.", "caption.", "about", "button.", "share."))
    ] == []


@pytest.mark.parametrize("key", [key for key in EN if key.startswith("about.")])
def test_both_languages_explain_with_the_same_equations(key):
    def equations(sentence: str) -> list[str]:
        return re.findall(r"\$\$(.+?)\$\$", sentence, re.S)

    def code(sentence: str) -> list[str]:
        return [
            line.split("#")[0].rstrip()
            for line in "\n".join(re.findall(r"```python\n(.+?)```", sentence, re.S)).split("\n")
        ]

    without_words = [re.sub(r"\\text\{.*?\}", "", equation) for equation in equations(EN[key])]
    assert [re.sub(r"\\text\{.*?\}", "", equation) for equation in equations(ZH[key])] == without_words
    assert code(ZH[key]) == code(EN[key])


# Calls of t, and problems, with the values they are given


def given_names(call: ast.Call) -> set[str] | None:
    """Names of the values a Problem is raised with; None where they can't be read off the source."""
    values = call.args[2] if len(call.args) > 2 else None
    if isinstance(values, ast.Name):
        tree = next(tree for _, tree in TREES.items() if call in ast.walk(tree))
        assigned = [
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and n.targets[0].id == values.id
        ]
        values = next((v for v in assigned if isinstance(v, ast.Dict)), None)
        if values is None:
            return None
    return {key.value for key in values.keys} if isinstance(values, ast.Dict) else set()


@pytest.mark.parametrize(
    "call", [pytest.param(call, id=f"{path.stem}:{call.args[0].value}:{call.lineno}") for path, call in PROBLEMS]
)
def test_every_problem_is_a_sentence_that_its_values_complete(call):
    field = call.args[1] if len(call.args) > 1 else ast.Constant("")
    named = {} if isinstance(field, ast.Constant) and not field.value else {"field"}
    if isinstance(field, ast.Constant) and field.value:
        assert f"field.{field.value}" in EN
    values = given_names(call)
    assert values is not None, "write the values of a Problem where it is raised"
    for lang in LANGUAGES:
        assert placeholders(CATALOGUES[lang][f"problem.{call.args[0].value}"]) <= values | set(named)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_call_gives_the_values_its_sentence_asks_for(lang):
    for path, tree in TREES.items():
        for call in calls(tree, "t"):
            key = pattern(call.args[0])
            if path.name == "i18n.py" or any(keyword.arg is None for keyword in call.keywords):
                continue
            given = {keyword.arg for keyword in call.keywords}
            for full in EXPANDED.get(key, [key] if key and "{}" not in key else []):
                missing = placeholders(CATALOGUES[lang][full]) - given if given else set()
                assert not missing, f"{path.name}:{call.lineno} {full} lacks {missing}"


def test_a_problem_names_field_value_and_limits_in_both_languages():
    problem = Problem("bounds", "lr", {"value": "12", "low": "1e-06", "high": "10.0"})
    for lang, field in [("zh", "学习率"), ("en", "Learning rate")]:
        sentence = describe(problem, lang)
        assert all(part in sentence for part in (field, "12", "1e-06", "10.0"))


def test_values_are_quoted_by_the_one_who_shows_them():
    assert "«<b>»" in describe(
        Problem("choice", "cell", {"value": "<b>", "choices": "rnn"}), "en", lambda value: f"«{value}»"
    )


def test_braces_in_a_value_stay_as_they_are():
    assert "{field}{0}" in describe(Problem("choice", "cell", {"value": "{field}{0}", "choices": "rnn"}), "en")


def test_an_error_reads_as_a_sentence():
    assert str(LabError(Problem("text_empty", "text"))).startswith("Text: ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_values_braces_stay(lang):
    for key in EN:
        if key.startswith("about."):
            assert translator(lang)(key) == CATALOGUES[lang][key]


@pytest.mark.parametrize(
    ("locale", "lang"),
    [
        ("zh-CN", "zh"),
        ("zh-TW", "zh"),
        ("zh_CN", "zh"),
        ("ZH", "zh"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_first_guess_is_the_browsers_language(locale, lang):
    assert first_language(locale) == lang


# Nothing visible outside the catalogue

VISIBLE_KEYWORDS = {"label", "help", "placeholder", "body", "text", "title", "caption", "page_title"}
SILENT_CALLS = {
    "Page",
    "component",
    "setdefault",
    "container",
    "fragment",
    "columns",
    "pop",
    "get",
    "navigation",
}  # ids, paths, layouts
ALLOWED = {"RNN Lab", "?", " × "}  # the product's name; the sign on a help button; what joins two sizes


def visible_literals(tree: ast.AST) -> list[str]:
    """Text constants handed straight to `st.…(…)` where a reader would see them."""
    found = []
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if not ast.unparse(call.func).startswith("st.") or call.func.attr in SILENT_CALLS:
            continue
        shown = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg in VISIBLE_KEYWORDS)]
        for node in shown:
            inside_calls = {id(n) for c in ast.walk(node) if isinstance(c, ast.Call) for n in ast.walk(c)}
            found += [
                n.value
                for n in ast.walk(node)
                if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in inside_calls
            ]
    return [text for text in found if re.search(r"[^\W\d_]{2}", text.replace("\\n", "")) and text not in ALLOWED]


def test_the_heuristic_sees_a_hard_coded_sentence():
    tree = ast.parse(
        'st.error("Too long")\nst.button(t("a.b"), key="x", help=f"Go to {t(x)}")\nst.button("Train", key="train")'
    )
    assert visible_literals(tree) == ["Too long", "Go to ", "Train"]


@pytest.mark.parametrize("path", [path for path in SOURCES if "pages" in path.parts], ids=lambda path: path.name)
def test_pages_hold_no_visible_text(path):
    # File names, types and the like are ids, not words.
    assert [
        text for text in visible_literals(TREES[path]) if not re.fullmatch(r"[\w./-]+\.\w+|[a-z]+/[a-z]+", text)
    ] == []


def docstrings(tree: ast.AST) -> set[int]:
    owners = (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, owners) and n.body and isinstance(n.body[0], ast.Expr)
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_source_holds_chinese_but_the_lessons_texts(path):
    if path.name in ("presets.py", "synthetic.py"):  # data
        return
    allowed = {"我 喜欢 学习 深度 学习", "中文"}  # the default text, which is data; a language's own name
    skipped = docstrings(TREES[path])
    texts = [
        n.value
        for n in ast.walk(TREES[path])
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in skipped
    ]
    assert [text for text in texts if CHINESE.search(text) and text not in allowed] == []


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_hold_no_visible_words(path: Path):
    code = "\n".join(line for line in path.read_text("utf-8").split("\n") if not line.strip().startswith("//"))
    code = re.sub(r"(?<=[;{},)]) // .*", "", code)
    code = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "", code)  # what a template is filled with is no literal
    assert not CHINESE.search(code)
    word = r"[\"'`][^\"'`]*[^\W\d_]{2}[^\"'`]*[\"'`]"
    shown = [
        rf"setText\([^,]+,\s*{word}",
        rf"\belement\([^,()]+,[^,()]+,\s*{word}",
        rf"(?:textContent|innerText|innerHTML|title|placeholder)\s*=\s*{word}",
        rf"setAttribute\(\"(?:aria-label|title|placeholder|aria-valuetext)\",\s*{word}",
        rf"\"?(?:aria-label|title|placeholder)\"?:\s*{word}",
    ]
    assert [match for form in shown for match in re.findall(form, code)] == []
