"""What can't be seen has a name, what does its work is left alone, and the browser says the same."""

import json
import random
import shutil
import subprocess
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.i18n import beginning, shorten, visible
from tests.support.eventually import ROOT

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
NAMED = {
    "": "∅",
    " ": "␣",
    "a  b ": "a␣␣b␣",
    "\t\n": "⇥↵",
    "\u3000": "‹IDSP›",
    "no\u00a0break": "no‹NBSP›break",
    "我\u200b爱": "我‹ZWSP›爱",
    "neg\ufeff": "neg‹BOM›",
    "\u202epos\u202c": "‹RLO›pos‹PDF›",
    "po\u00ads": "po‹SHY›s",
    "a\u200db": "a‹ZWJ›b",
    "\u200d": "‹ZWJ›",
    "1\ufe0f": "1‹VS16›",
    "葛\U000e0100": "葛‹VS17›",
    "\x00\x1b[31m": "‹NUL›‹ESC›[31m",
    "\x85": "‹NEL›",
    "\ue000": "‹U+E000›",
    "\U0010ffff": "‹U+10FFFF›",
    "\ud800": "‹U+D800›",
    "\u3164": "‹HF›",
    "\u2800": "‹U+2800›",
    "\U000e0067": "‹U+E0067›",
    "\u0301": "◌\u0301",
    "Z" + "\u0301" * 60: "Z" + "\u0301" * 8 + "‹+52›",
}
LEFT_ALONE = (
    *("我爱你", "don't stop", FAMILY, "👩🏽\u200d🚀", "🏳️\u200d🌈", "❤️", "1️⃣", "🇨🇳", "é", "क्षि", "กำลัง", "\u0600"),
    *("می\u200cخواهم", "क्\u200dष", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
)


@pytest.mark.parametrize(("text", "shown"), [*NAMED.items(), *((text, text) for text in LEFT_ALONE)])
def test_what_cannot_be_seen_has_a_name(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_nothing_unseen_is_left_and_nothing_is_named_twice(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert not regex.search(r"[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}]", shown)
    assert regex.sub(r"\s", "", shown)  # never blank


def test_the_browser_names_the_same():
    """Names, signs and exceptions stand in both languages once; this compares them, character by character."""
    if (node := shutil.which("node")) is None:
        pytest.skip("no Node here")
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs", "Zl", "Zp")]
    known += [chr(code) for code in (0x34F, 0x115F, 0x2800, 0x3164, 0xE000, 0xE0100, 0xE01EF, *range(0xFE00, 0xFE10))]
    draw = random.Random(0)
    some = [*known, *"ab 我1é❤👩🚀🏽🏴क्یم", "\u0301", "\u20e3"]
    texts = [*NAMED, *LEFT_ALONE, *known, *(f"a{one}b" for one in known)]
    texts += ["".join(draw.choices(some, k=draw.randint(1, 6))) for _ in range(2_000)]
    script = f"""
        const {{ visible }} = await import("{(ROOT / "pages/components/shared/visible.js").as_uri()}");
        let read = ""; for await (const part of process.stdin.setEncoding("utf8")) read += part;
        console.log(JSON.stringify(JSON.parse(read).map(visible)));"""
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    assert dict(zip(texts, json.loads(done.stdout), strict=True)) == {text: visible(text) for text in texts}


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        (FAMILY * 2, 2, FAMILY * 2),
        (FAMILY * 3, 2, FAMILY + "…"),
        ("e\u0301" * 9, 3, "e\u0301e\u0301…"),
        ("‹ZWSP›a", 7, "‹ZWSP›a"),
        ("a‹ZWSP›b", 7, "a…"),
        ("x" * 10_000, 3, "xx…"),
    ],
)
def test_a_beginning_ends_between_characters(text, limit, shown):
    assert beginning(text, limit) == shown


def test_a_quoted_value_is_named_and_short():
    assert shorten("a\u200bb") == "a‹ZWSP›b"
    assert shorten("\ud800") == "‹U+D800›"
    assert shorten("") == ""
    assert len(shorten("\U0010ffff" * 10_000)) <= 41
