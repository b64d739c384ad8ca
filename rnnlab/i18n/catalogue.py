"""The two languages. Every visible sentence is in `locale/zh/` and `locale/en/` under one id: a file a page,
and `common`, `fields`, `problems` and `lessons` for what all pages say.

Ids are not English: a reworded sentence keeps its id, and no language is the translation of the other.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Protocol

LANGUAGES = {"zh": "中文", "en": "English"}
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}  # as HTML names them
LOCALES = Path(__file__).parent / "locale"


class Translate(Protocol):
    """From the id of a sentence and the values in it to the sentence, in one language."""

    def __call__(self, id: str, /, **values: object) -> str: ...


@cache
def catalogue(lang: str) -> gettext.GNUTranslations:
    """The catalogue of one language, compiled in memory from its .po files."""
    from babel.messages.catalog import Catalog  # here, for whoever shows no sentence, such as a worker, needs none
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    messages = Catalog(locale=lang)
    for path in sorted((LOCALES / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id:
                    messages[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def translator(lang: str) -> Translate:
    """`t(id, **values)`: the sentence in this language, with the values put in."""
    messages = catalogue(lang)

    def translate(id: str, /, **values: object) -> str:
        text = messages.gettext(id)
        return text.format(**values) if values else text  # an equation may hold braces of its own

    return translate


def first_language(locale: str | None) -> str:
    """The language to greet a reader in whose browser says `locale`, such as `zh-CN`."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"
