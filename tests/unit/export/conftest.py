"""What several files of this folder take."""

import pytest

from tests.support.exported import clean_process


@pytest.fixture(scope="session")
def printed(tmp_path_factory):
    """What a program prints that runs alone, without the lab in reach."""
    with clean_process(tmp_path_factory.mktemp("alone")) as printed:
        yield printed
