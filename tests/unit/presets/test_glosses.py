"""What tokens mean to readers of the other language: of every word of a preset it is known."""

import pytest

from rnnlab.experiment import preset_experiment
from rnnlab.i18n import LANGUAGES
from rnnlab.presets.glosses import glosses, table
from rnnlab.presets.twins import TWINS
from rnnlab.text.reading import source_lines

OTHER = dict(zip(LANGUAGES, reversed(LANGUAGES), strict=True))


def words(lang: str) -> set[str]:
    """The words of all presets in this language."""
    found = set()
    for name in {**TWINS["en"], **TWINS["zh"]}:
        e = preset_experiment(name, lang)
        if e.tokenizer != "chars":
            found |= {token for line in source_lines(e) for token in line if any(map(str.isalpha, token))}
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_preset_is_known_to_readers_of_the_other_language(lang):
    reader = OTHER[lang]
    assert words(lang) - table(reader).keys() == set()
    colours = {*"红黄蓝绿等问"} if lang == "zh" else set()  # single characters are words too
    assert table(reader).keys() - words(lang) <= colours, "no word that no preset has"


def test_what_is_not_known_has_no_gloss():
    assert glosses(["学习", "，", "learning"], "en") == ["learn", "", ""]
    assert glosses(["learning", "学习"], "zh") == ["学习", ""]
    for lang in LANGUAGES:
        assert all(gloss.strip() for gloss in table(lang).values())
