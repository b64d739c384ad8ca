"""The project's own source files as syntax trees, for tests that read them."""

import ast
from functools import cache

from tests.support.eventually import ROOT

SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "rnnlab").rglob("*.py"))]
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}

nodes = cache(lambda tree: list(ast.walk(tree)))  # asked for again and again


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Calls of this function, which may be named with its module: `run_page.render`."""
    module, _, name = name.rpartition(".")

    def meant(function: ast.expr) -> bool:
        if not module:
            return isinstance(function, ast.Name) and function.id == name
        return isinstance(function, ast.Attribute) and function.attr == name and ast.unparse(function.value) == module

    return [node for node in nodes(tree) if isinstance(node, ast.Call) and meant(node.func)]


def docstrings(tree: ast.AST) -> set[int]:
    """Which constants of a tree are docstrings, by `id`."""
    owners = (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, owners) and n.body and isinstance(n.body[0], ast.Expr)
    }
