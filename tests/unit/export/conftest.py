"""What several files of this folder take."""

import pytest

from tests.support.exported import clean_process


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """A folder, and what a program prints that runs there alone, without the lab in reach."""
    folder = tmp_path_factory.mktemp("alone")
    with clean_process(folder) as printed:
        yield folder, printed


@pytest.fixture
def printed(alone):
    """What a program prints that runs alone, without the lab in reach."""
    return alone[1]
