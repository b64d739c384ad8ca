"""The comments of programs in the reader's language. In a program's templates they are English; what each is in other
languages stands in the catalogues, under an id made of its words."""

import re

from rnnlab.i18n import Translate, translator
from rnnlab.i18n.catalogue import ids

COUNTS = re.compile(r"the first (?P<shown>[\d,]+) of (?P<count>[\d,]+)")  # the one comment that tells numbers of a run
FIRST_OF = "the first of"


def in_language(program: str, lang: str) -> str:
    """Comments stand at the end of a line, four blanks behind its code, or alone in it. Nothing else is touched: what a
    reader typed stands in literals, behind which there is at least a comma or a bracket."""
    t, known = translator(lang), ids(lang)
    return "\n".join(translated(line, t, known) for line in program.split("\n"))


def translated(line: str, t: Translate, known: frozenset[str]) -> str:
    code, sign, comment = line.rpartition("# ")
    if not sign or not (code.endswith("    ") or not code.strip()):
        return line
    counts = COUNTS.fullmatch(comment)
    name = name_of(FIRST_OF if counts else comment)
    if f"comment.{name}" not in known:
        return line  # sizes, and code, are the same in all languages
    return f"{code}# {t(f'comment.{name}', **(counts.groupdict() if counts else {}))}"


def name_of(comment: str) -> str:
    """Of "[batch, unit]: the decoder's state" it is batch-unit-the-decoder-s-state."""
    return re.sub(r"[^a-z0-9]+", "-", comment.lower()).strip("-")
