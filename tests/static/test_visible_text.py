"""No visible sentence anywhere but in the catalogue."""

import ast
import re

from tests.support.catalogue import CHINESE
from tests.support.eventually import ROOT
from tests.support.sources import SOURCES, TREES, docstrings

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
            inside = {id(n) for c in ast.walk(node) if isinstance(c, ast.Call | ast.Subscript) for n in ast.walk(c)}
            found += [
                n.value
                for n in ast.walk(node)
                if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in inside
            ]
    return [text for text in found if re.search(r"[^\W\d_]{2}", text.replace("\\n", "")) and text not in ALLOWED]


def test_the_heuristic_sees_a_hard_coded_sentence():
    tree = ast.parse(
        'st.error("Too long")\nst.button(t("a.b"), key="x", help=f"Go to {t(x)}")\nst.button("Train", key="train")'
    )
    assert visible_literals(tree) == ["Too long", "Go to ", "Train"]


def test_pages_hold_no_visible_text():
    pages = [path for path in SOURCES if "pages" in path.parts]
    texts = [(path.name, text) for path in pages for text in visible_literals(TREES[path])]
    ids = r"[\w./-]+\.\w+|[a-z]+/[a-z]+|</?style>"  # file names, types and the like are no words
    assert [(name, text) for name, text in texts if not re.fullmatch(ids, text)] == []


def test_no_source_holds_chinese_but_the_presets_texts():
    allowed = {"我 喜欢 学习 深度 学习", "中文"}  # the default text, which is data; a language's own name
    found = []
    for path, tree in TREES.items():
        skipped = docstrings(tree)
        texts = [
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in skipped
        ]
        if path.name not in ("presets.py", "synthetic.py", "encoding_guess.py"):  # data
            found += [(path.name, text) for text in texts if CHINESE.search(text) and text not in allowed]
    assert found == []


def code_of(script: str) -> str:
    """Without comments, and without what templates are filled with."""
    code = "\n".join(line for line in script.split("\n") if not line.strip().startswith("//"))
    code = re.sub(r"(?<=[;{},)]) // .*", "", code)
    return re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "", code)


def test_scripts_hold_no_visible_words():
    word = r"[\"'`][^\"'`]*[^\W\d_]{2}[^\"'`]*[\"'`]"
    shown = [
        rf"setText\([^,]+,\s*{word}",
        rf"\belement\([^,()]+,[^,()]+,\s*{word}",
        rf"(?:textContent|innerText|innerHTML|title|placeholder)\s*=\s*{word}",
        rf"setAttribute\(\"(?:aria-label|title|placeholder|aria-valuetext)\",\s*{word}",
        rf"\"?(?:aria-label|title|placeholder)\"?:\s*{word}",
    ]
    scripts = {path.name: code_of(path.read_text("utf-8")) for path in (ROOT / "pages").rglob("*.js")}
    assert len(scripts) > 20
    assert [name for name, code in scripts.items() if CHINESE.search(code)] == []
    assert [(name, found) for name, code in scripts.items() for form in shown for found in re.findall(form, code)] == []
