"""A problem as a sentence in the reader's language, and which language that is."""

import pytest

from rnnlab.i18n import LANGUAGES, LabError, Problem, describe, first_language, translator
from tests.support.catalogue import CATALOGUES, EN


def test_a_problem_names_field_value_and_limits_in_both_languages():
    problem = Problem("bounds", "lr", {"value": "12", "low": "1e-06", "high": "10.0"})
    for lang, field in [("zh", "学习率"), ("en", "Learning rate")]:
        sentence = describe(problem, lang)
        assert all(part in sentence for part in (field, "12", "1e-06", "10.0"))


def test_values_are_quoted_by_the_one_who_shows_them():
    assert "«<b>»" in describe(
        Problem("choice", "cell", {"value": "<b>", "choices": "rnn"}), "en", lambda value: f"«{value}»"
    )


def test_braces_in_a_value_stay_as_they_are():
    assert "{field}{0}" in describe(Problem("choice", "cell", {"value": "{field}{0}", "choices": "rnn"}), "en")


def test_an_error_reads_as_a_sentence():
    assert str(LabError(Problem("text_empty", "text"))).startswith("Text: ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_values_braces_stay(lang):
    for key in EN:
        if key.startswith("about."):
            assert translator(lang)(key) == CATALOGUES[lang][key]


def test_the_first_guess_is_the_browsers_language():
    assert [first_language(locale) for locale in ("zh-CN", "zh-TW", "zh_CN", "ZH")] == ["zh"] * 4
    assert [first_language(locale) for locale in ("en-GB", "de", "", None)] == ["en"] * 4
