"""What an action complains of."""

import pytest

from rnnlab.i18n import LANGUAGES, LabError, describe


def problem(action, *args):
    """The one problem that is raised, which both languages can say."""
    with pytest.raises(LabError) as raised:
        action(*args)
    (found,) = raised.value.problems
    assert all(describe(found, lang) for lang in LANGUAGES)
    return found
