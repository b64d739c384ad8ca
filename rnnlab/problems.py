"""What is wrong with an input, as a value: translated only where it is shown."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong: `code` names the sentence in the catalogue (`problem.<code>`), `field` the
    `Experiment` field at fault ("" where it is none), `values` what the sentence is to mention."""

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
        from rnnlab.i18n import describe  # here, not above: the catalogue is read only when somebody reads

        return " ".join(describe(problem, "en") for problem in self.problems)
