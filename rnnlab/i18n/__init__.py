"""The two languages, and what is said when an input can't be used."""

from rnnlab.i18n.catalogue import LANGUAGE_TAGS, LANGUAGES, LOCALES, Translate, first_language, translator
from rnnlab.i18n.characters import beginning, visible
from rnnlab.i18n.console import print_anywhere, print_progress
from rnnlab.i18n.numbers import pace, percent, significant, time_left
from rnnlab.i18n.problems import LabError, Problem, describe, failure_of, logged, numeral, shorten

__all__ = [
    "LANGUAGES",
    "LANGUAGE_TAGS",
    "LOCALES",
    "LabError",
    "Problem",
    "Translate",
    "beginning",
    "describe",
    "failure_of",
    "first_language",
    "logged",
    "numeral",
    "pace",
    "percent",
    "print_anywhere",
    "print_progress",
    "shorten",
    "significant",
    "time_left",
    "translator",
    "visible",
]
