"""What is wrong with an input, as a value: translated only where it is shown."""

import dataclasses
import logging
import secrets
from collections.abc import Callable
from typing import Any

from rnnlab.i18n.catalogue import translator
from rnnlab.i18n.characters import beginning, visible


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong: `code` names the sentence in the catalogue (`problem.<code>`), `field` the
    `Experiment` field at fault ("" where it is none), `values` what the sentence is to mention; `other` among them is
    another field."""

    code: str
    field: str = ""
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


class LabError(ValueError):
    """Input that the lab can't work with. Carries every `Problem` found, and crosses process borders."""

    def __init__(self, *problems: Problem):
        super().__init__(*problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.args

    def __str__(self) -> str:
        return " ".join(describe(problem, "en") for problem in self.problems)


def failure_of(error: Exception) -> tuple[Problem, ...]:
    """What is wrong, of the exception that a job has ended with: of a `LabError` its own problems; of any other, torch
    out of memory, say, its kind, and under which number the log has it."""
    if isinstance(error, LabError):
        return error.problems
    return (Problem("job_failed", "", {"reason": type(error).__name__, "number": logged(error)}),)


def logged(error: Exception) -> str:
    """The number under which the log has an error that nobody foresaw, with its traceback. Readers are told the number
    alone: what an error says may be a path of the machine, or what another has typed."""
    number = secrets.token_hex(4)
    logging.getLogger(__name__).error("error %s", number, exc_info=error, extra={"number": number})
    return number


def shorten(value: object, limit: int = 40) -> str:
    """A value as an error quotes it: whole when short, else its beginning, with names for what can't be seen. A lone
    surrogate, which no page and no file can hold, has a name too."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        text = "…"
    return beginning(visible(text[: 16 * limit]), limit) if text else ""


def numeral(value: float) -> str:
    """A limit as a person writes it: 5,000 and 0.000001."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def describe(problem: Problem, lang: str, quote: Callable[[object], str] = str) -> str:
    """A problem as a sentence: which field, which value, which limit, and what helps.

    `quote` dresses the values, which may be what a user typed, for the place where the sentence is shown.
    """
    t = translator(lang)
    fields = {"field": problem.field, "other": problem.values.get("other", "")}
    named = {name: t(f"field.{field}") for name, field in fields.items() if field}
    return t(f"problem.{problem.code}", **{name: quote(value) for name, value in problem.values.items()} | named)
