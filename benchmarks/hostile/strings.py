"""Texts that do harm where they are taken for something else than text."""

import random

MARK = "injected"  # the name that a script leaves in the page's window if it runs
SCRIPT = f"window.{MARK}=1"
PIECES = [
    # HTML and JavaScript
    f"<script>{SCRIPT}</script>", f"<img src=x onerror={SCRIPT}>", f'"><svg onload={SCRIPT}>', f"javascript:{SCRIPT}",
    f"</textarea><script>{SCRIPT}</script>", f"<iframe srcdoc='<script>parent.{MARK}=1</script>'>",
    "<style>@import 'data:text/css,*{display:none}'</style>", f"<base href=//nowhere.example><a onclick={SCRIPT}>",
    f"'-({SCRIPT})-'", f"${{{SCRIPT}}}", f"{{{{{SCRIPT}}}}}", "<!--", "]]>", "&lt;b&gt;", "<b>bold</b>", "<h1>",
    # Markdown, LaTeX, Streamlit's own signs
    f"[a](javascript:{SCRIPT})", "![x](//nowhere.example/x.png)", "**bold** _i_ `code`", "# head",
    "| a | b |\n|---|---|",
    ":red[red]", ":material/delete:", ":smile:", "$x^2$", r"$\href{javascript:alert(1)}{x}$", r"\input{/etc/passwd}",
    # Python, shell, formats, tables
    "{n}", "{0}", "{self.__class__}", "%s%n%d", "%(name)s", "__import__('os').system('id')", "'; DROP TABLE runs; --",
    "$(id)", "`id`", "=cmd|' /C calc'!A0", "@SUM(1)", "../../etc/passwd", "file:///etc/passwd", "C:\\Windows",
    # Signs that are no letters
    "\0", "\x1b[31m", "\r\n", "\u202e", "\u200b\u200d\ufeff", "\ufffd", "\ud800".encode("utf-8", "replace").decode(),
    "e" + "\u0301" * 40, "👩‍👩‍👧‍👦", "𝔘𝔫𝔦", "\U000e0041", "ﷺ", "۝", "İ", "ß", "\u3000", "\x85", "\u2028",
    # Numbers
    "NaN", "Infinity", "-0", "1e999", "99999999999999999999", "0x10", "१२३", "①", "½",
    # What stands between lines and labels
    "|", "||", "a | b | c", "/", "a/b/c", "\t", " ", "<pad>", "<unk>", "<bos>", "<eos>", "[CLS]",
    "constructor", "__proto__",
]  # fmt: skip


def hostile(chance: random.Random, words: int = 3) -> str:
    """Some of them together, between words as a reader writes them."""
    parts = [chance.choice(PIECES) for _ in range(chance.randint(1, words))]
    parts += chance.choices(["我", "喜欢", "rain", "fell", "a", "b"], k=chance.randint(0, words))
    chance.shuffle(parts)
    return chance.choice([" ", "", "\n", " | "]).join(parts)
