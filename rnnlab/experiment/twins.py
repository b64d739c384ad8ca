"""A preset in its reader's language. `Experiment(preset=…)` is the same for everybody, as links need it to be."""

from typing import Any

from rnnlab.experiment.record import Experiment
from rnnlab.i18n import LANGUAGES
from rnnlab.presets.twins import TWINS


def twin_fields(preset: str, lang: str) -> dict[str, Any]:
    """What the preset says in this language in place of its own fields: nothing in the language of its own text."""
    return TWINS.get(lang, {}).get(preset, {})


def preset_experiment(preset: str, lang: str, **fields: Any) -> Experiment:
    """The preset as it opens for a reader of this language, but for these fields."""
    return Experiment(**({"preset": preset} | twin_fields(preset, lang) | fields))


def preset_texts(preset: str) -> dict[str, str]:
    """The text of the preset in each language: one and the same where it belongs to none."""
    own = Experiment(preset=preset).text
    return {lang: twin_fields(preset, lang).get("text", own) for lang in LANGUAGES}


def text_language(preset: str, text: str) -> str:
    """The language in which the preset has this text; "" where it belongs to none, or is none of the preset's."""
    found = [lang for lang, said in preset_texts(preset).items() if said == text]
    return found[0] if len(found) == 1 else ""


def preset_at_hand(preset: str, text: str, lang: str, **fields: Any) -> Experiment:
    """The preset as it opens with this text; with its reader's where the text is none of the preset's."""
    return preset_experiment(preset, text_language(preset, text) or lang, **fields)
