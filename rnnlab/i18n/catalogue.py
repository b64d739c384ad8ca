"""The two languages. Every visible sentence is in `locale/zh/` and `locale/en/` under one id: a file a page,
a file a lesson in `lessons`, and `common`, `fields`, `problems` and `presets` for what all pages say.

Ids are not English: a reworded sentence keeps its id, and no language is the translation of the other. Where a word
depends on a number, all its forms are there: `{rows} {rows:row|rows}`, in the order of gettext's plural forms.
"""

import gettext
import io
import re
import string
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

LANGUAGES = {"zh": "中文", "en": "English"}
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}  # as HTML names them
LOCALES = Path(__file__).parent / "locale"
NUMBER = re.compile(r"\W*?(\d[\d,]*)\W*")  # as a page writes it, in quotes perhaps


class Translate(Protocol):
    """From the id of a sentence and the values in it to the sentence, in one language."""

    def __call__(self, id: str, /, **values: object) -> str: ...


def catalogue(lang: str) -> gettext.GNUTranslations:
    """The catalogue of one language."""
    return compiled(lang)[0]


def ids(lang: str) -> frozenset[str]:
    """Of all its sentences."""
    return compiled(lang)[1]


@cache
def compiled(lang: str) -> tuple[gettext.GNUTranslations, frozenset[str]]:
    """A catalogue, compiled in memory from its .po files, and the ids in it."""
    from babel.messages.catalog import Catalog  # here, for whoever shows no sentence, such as a worker, needs none
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    messages = Catalog(locale=lang)
    for path in sorted((LOCALES / lang).rglob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=lang):
                if message.id:
                    messages[message.id] = message
    file = io.BytesIO()
    write_mo(file, messages)
    file.seek(0)
    return gettext.GNUTranslations(file), frozenset(str(message.id) for message in messages if message.id)


class Sentence(string.Formatter):
    """Puts values into a sentence, and of a word's forms the one that goes with a number."""

    def __init__(self, form_of: Callable[[int], int]):
        self.form_of = form_of  # gettext's: the place of a number's form among all

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" not in format_spec:
            return super().format_field(value, format_spec)
        forms = format_spec.split("|")
        written = NUMBER.fullmatch(str(value))
        return forms[self.form_of(int(written[1].replace(",", "")))] if written else forms[-1]


@cache
def translator(lang: str) -> Translate:
    """`t(id, **values)`: the sentence in this language, with the values put in."""
    messages = catalogue(lang)
    header = messages.info()["plural-forms"]
    sentence = Sentence(gettext.c2py(header.partition("plural=")[2].rstrip(";")))

    def translate(id: str, /, **values: object) -> str:
        text = messages.gettext(id)
        return sentence.vformat(text, (), values) if values else text  # an equation may hold braces of its own

    return translate


def first_language(locale: str | None) -> str:
    """The language to greet a reader in whose browser says `locale`, such as `zh-CN`."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"
