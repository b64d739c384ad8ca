"""The catalogue: two whole languages, nothing unused, and every sentence gets the values that it names."""

import ast
import re
from collections import defaultdict
from itertools import combinations

import pytest

from rnnlab.i18n import LANGUAGES, LOCALES, translator
from tests.support.catalogue import ASKED, CATALOGUES, CHINESE, EN, EXPANDED, PROBLEMS, USED, ZH, pattern, placeholders
from tests.support.sources import TREES, calls

EXPLANATIONS = [key for key in EN if key.startswith("about.")]  # prose with equations and programs: braces are no names


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
    zh, en = (sorted(path.relative_to(LOCALES / lang) for path in (LOCALES / lang).rglob("*")) for lang in ("zh", "en"))
    assert zh == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty_or_twice_there(lang):
    assert [key for key, sentence in CATALOGUES[lang].items() if not sentence.strip()] == []
    text = "\n".join(path.read_text("utf-8") for path in (LOCALES / lang).rglob("*.po"))
    keys = re.findall(r'^msgid "(.+)"$', text, re.M)
    assert sorted(keys) == sorted(set(keys))
    assert "fuzzy" not in text


def test_both_languages_put_in_the_same_values():
    sentences = [key for key in EN if key not in EXPLANATIONS]
    assert [key for key in sentences if placeholders(ZH[key]) != placeholders(EN[key])] == []


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


def equations(sentence: str) -> list[str]:
    """Without the words in them."""
    return [re.sub(r"\\text\{.*?\}", "", found) for found in re.findall(r"\$\$(.+?)\$\$", sentence, re.S)]


def program(sentence: str) -> list[str]:
    """Without the comments in it."""
    lines = "\n".join(re.findall(r"```python\n(.+?)```", sentence, re.S)).split("\n")
    return [line.split("#")[0].rstrip() for line in lines]


# One thing, one name, and no name for two things. What must not be said, as a pattern, and what is said in its place.
NOT_SAID = {
    "zh": {
        "(?<!循环)(?<!隐藏)(?<!最小门控)单元(?!格)": "循环单元 (a cell) or 隐藏单元 (a unit)",
        "单步(?!单元)": "训练一轮; 步 is of time",
        "优化步骤": "参数更新",
        "留出|留作|验证集|测试集|准确率": "测试行, 测试正确率",
        "句对": "序列对",
        "抽签|抽中|抽不到": "采样, 选中",
        "读数": "句子表示",
        "归约": "损失的合并方式",
        "one-hot(?!）)": "独热（one-hot）",
        "原文(?!里)|译文|源句|目标句": "源序列, 目标序列",
        "热图": "热力图",
        "假设": "候选",
        "步幅": "步长",
        "最后(?:的隐藏)?状态": "最终隐藏状态",
        "这次运行|还没有运行": "这次训练",
        "课例|原课": "示例",
        "[“”]": "「」",
        "表单|侧栏": "设置",
    },
    "en": {
        "[Hh]eld[ -]out(?! of training)": "test lines (held out of training)",
        "validation|test set": "test lines",
        "[Ss]hare right|right in training": "accuracy",
        "\\b(?:Same|New) start|One step\\b(?! (?:back|on))": "Reset, New weights, One epoch",
        "optimizer steps?": "updates",
        "[Rr]eadout": "sentence representation",
        "hypothes": "candidate",
        "watched": "the line shown",
        "likeliest": "most probable",
        "\\bby (?:[hc]|\\$[hc]_k\\$)(?!\\w)": "with respect to",
        "\\bcut (?:on|at spaces|into (?:tokens|words)|by hand)|\\b(?:cuts|uncut)\\b": "tokenize, split",
        "(?<!of )\\b[Tt]he form\\b|form's|sidebar": "the settings",
    },
}


def test_one_thing_has_one_name():
    found = [
        (lang, key, hit[0], said)
        for lang, names in NOT_SAID.items()
        for pattern, said in names.items()
        for key, sentence in CATALOGUES[lang].items()
        if not key.startswith("columns.")  # what other people call their columns
        for hit in re.finditer(pattern, sentence)
    ]
    assert found == []


def test_both_languages_explain_with_the_same_equations_and_programs():
    assert [key for key in EXPLANATIONS if equations(ZH[key]) != equations(EN[key])] == []
    assert [key for key in EXPLANATIONS if program(ZH[key]) != program(EN[key])] == []
    assert any(equations(EN[key]) for key in EXPLANATIONS)
    assert any(program(EN[key]) for key in EXPLANATIONS)


# What goes with a number

NOUN = (
    "axes|batches|cells|changes|characters|classes|columns|elements|epochs|labels|lines|numbers|others|pairs|parameters|"
    "places|products|rows|runs|seeds|sequences|steps|tokens|types|units|values|variants|windows|words"
)
PLURAL = re.compile(
    rf"\{{(\w+)\}}\*{{0,2}} (?:(?!and|or|of|in|at|is|are|to|by|the|when)[a-z-]+ ){{0,2}}(?:{NOUN})\b(?!/)"
)
NEVER_ONE = {"limit", "high", "many", "part"}  # values: limits of the lab; what is no number
ABOVE_ONE = re.compile(  # sentences that are said of more than one, or of more than a limit, only
    r"problem\.(?:attention_too_big|boxes_(?:lines|long)|classes|data_(?:cell_long|classes|columns_many|large|rows)|layer_weights|parameters"
    r"|probe_(?:beyond|cut)|race_(?:large|seed_twice|variants)|readouts_work|sentence_cut|sequence_too_long"
    r"|shape_(?:many|work)|spaced_too_long|step_too_big|too_long|too_many_windows|types|window_too_long|word_long"
    r"|words_many)|boxes\.one_batch|path\.share\.units|status\.turns|plane\.share|words\.help|vocabulary\.listed|rows\.from|padded\.(?:from|share)"
)


def test_no_plural_stands_beside_a_number_that_may_be_one():
    """`{rows} rows` would read "1 rows": all forms are given, as `{rows:row|rows}`, or the number stands apart."""
    found = [
        (key, hit[0])
        for key, sentence in EN.items()
        if not ABOVE_ONE.fullmatch(key) and key not in EXPLANATIONS
        for hit in PLURAL.finditer(sentence)
        if hit[1] not in NEVER_ONE
    ]
    assert found == []


def test_forms_are_those_of_gettext():
    """English has two, Chinese none."""
    for lang, count in (("en", 2), ("zh", 1)):
        specs = [spec for text in CATALOGUES[lang].values() for spec in FORMS.findall(text)]
        assert all(spec.count("|") + 1 == count for spec in specs)
        assert bool(specs) == (count > 1)


FORMS = re.compile(r"\{\w+:([^{}]*\|[^{}]*)\}")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rows": 1, "count": 1}, "1 row, 1 class (a)"),
        ({"rows": "1", "count": "1,001"}, "1 row, 1,001 classes (a)"),
        ({"rows": 0, "count": "`1`"}, "0 rows, `1` class (a)"),
    ],
)
def test_a_word_takes_the_form_that_goes_with_its_number(values, said):
    assert translator("en")("own.header.classes", labels="a", **values) == said


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


def test_every_problem_is_a_sentence_that_its_values_complete():
    assert len(PROBLEMS) > 60
    for path, call in PROBLEMS:
        where = f"{path.name}:{call.lineno}"
        field = call.args[1] if len(call.args) > 1 else ast.Constant("")
        named = {} if isinstance(field, ast.Constant) and not field.value else {"field"}
        if isinstance(field, ast.Constant) and field.value:
            assert f"field.{field.value}" in EN, where
        values = given_names(call)
        assert values is not None, f"{where}: write the values of a Problem where it is raised"
        for lang in LANGUAGES:
            wanted = placeholders(CATALOGUES[lang][f"problem.{call.args[0].value}"])
            assert wanted <= values | set(named), (where, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_call_gives_the_values_its_sentence_asks_for(lang):
    for path, tree in TREES.items():
        for call in calls(tree, "t"):
            key = pattern(call.args[0])
            if any(keyword.arg is None for keyword in call.keywords):
                continue
            given = {keyword.arg for keyword in call.keywords}
            for full in EXPANDED.get(key, [key] if key and "{}" not in key else []):
                missing = placeholders(CATALOGUES[lang][full]) - given if given else set()
                assert not missing, f"{path.name}:{call.lineno} {full} lacks {missing}"
