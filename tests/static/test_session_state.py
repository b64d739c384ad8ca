"""The table of what a session keeps: who writes it, and that it is all there."""

import ast
import re
from pathlib import Path

from pages.shell import state
from tests.support.eventually import ROOT

FILES = sorted((ROOT / "pages").rglob("*.py"))
TABLES = [one for one in vars(state).values() if isinstance(one, type) and one.__name__.endswith("State")]
TABLES.remove(state.SessionState)
OWNERS = {
    key: re.findall(r"(?:shell|views)/[\w/.]+", table.__doc__) for table in TABLES for key in table.__annotations__
}
WRITING = {"pop", "setdefault"}


def is_session(node: ast.AST) -> bool:
    return ast.unparse(node) in ("session", "st.session_state")


def written(path: Path) -> set[str]:
    """Keys that a file writes under their names, or by the name of a widget."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=key), ctx=ast.Store() | ast.Del()):
                found |= {key} if is_session(value) else set()
            case ast.Call(func=ast.Attribute(value=value, attr="update"), keywords=keywords) if is_session(value):
                found |= {keyword.arg for keyword in keywords}
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[ast.Constant(value=key), *_]):
                found |= {key} if is_session(value) and attr in WRITING else set()
    return found


def test_every_key_has_one_owner_which_exists():
    assert len(OWNERS) == sum(len(table.__annotations__) for table in TABLES) >= 80  # none is declared twice
    assert set(OWNERS) == set(state.SessionState.__annotations__)
    for owners in OWNERS.values():
        assert owners
        assert all((ROOT / "pages" / owner).exists() for owner in owners), owners


def test_only_its_owner_writes_a_key():
    for path in FILES:
        place = path.relative_to(ROOT / "pages").as_posix()
        for key in written(path) & set(OWNERS):
            assert any(place == owner or place.startswith(f"{owner}/") for owner in OWNERS[key]), (place, key)


def test_a_key_that_is_known_by_name_is_in_the_table():
    """Streamlit's own access is for keys that are put together while a page is drawn, and for components."""
    for path in FILES:
        text = path.read_text("utf-8")
        assert not re.search(r"st\.session_state\.(?!get\(|pop\(|update\()\w", text), path
        assert not re.search(r"st\.session_state(\[|\.get\(|\.pop\()[\"']\w+[\"']", text.replace("-", "~")), path


def test_every_key_is_used():
    text = "".join(path.read_text("utf-8") for path in FILES if path.name != "state.py")
    assert [key for key in OWNERS if f'"{key}"' not in text and f"{key}=" not in text] == []


def test_every_button_has_a_function():
    """What it returns, it returns to one draw, which another request may end before it comes to the button."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.button", "st.download_button"):
                assert any(keyword.arg == "on_click" for keyword in node.keywords), f"{path}:{node.lineno}"
