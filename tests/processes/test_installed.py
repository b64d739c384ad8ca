"""The lab as a wheel in a fresh virtual environment, called from an empty folder: no checkout to fall back on."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from email.parser import Parser
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.server import free_port, wait_for
from benchmarks.users import visit
from tests.support.eventually import ROOT
from tests.support.plain import next_words
from tests.support.run_async import run_async

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built without a network: the build backend is one of the development requirements."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The programs of an environment that has the wheel, and sees everything else where the tests have it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": folder, "platbase": folder}))
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    programs = Path(sysconfig.get_path("scripts", vars={"base": folder, "platbase": folder}))
    subprocess.run([*PIP, "--python", programs / "python", "install", "--no-deps", wheel], check=True)
    return programs


def outside() -> dict[str, str]:
    """An environment in which nothing leads to the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_the_wheel_holds_every_file_of_the_lab_and_no_name_that_could_be_anothers(wheel):
    own = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package, pages = ([path for path in (ROOT / name).rglob("*") if path.is_file()] for name in ("rnnlab", "pages"))
    rest = [*pages, ROOT / "app.py", ROOT / ".streamlit" / "config.toml"]
    names = [path.relative_to(ROOT).as_posix() for path in package if path.suffix != ".pyc"]
    names += [f"rnnlab_app/{path.relative_to(ROOT).as_posix()}" for path in rest if path.suffix != ".pyc"]
    assert own == set(names)


def test_what_is_installed_with_it_is_what_the_requirements_say(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        fields = Parser().parsestr(archive.read(name).decode())
    lines = (ROOT / "requirements.txt").read_text("utf-8").replace('"', "'").splitlines()
    needed = {line for line in fields.get_all("Requires-Dist") if "extra ==" not in line}
    assert needed == {line for line in lines if not line.startswith("#")}
    assert (fields["License-Expression"], fields["Requires-Python"]) == ("MIT", ">=3.11")


def test_the_build_needs_no_more_than_developing_does():
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert set(needed) <= set((ROOT / "requirements-dev.txt").read_text("utf-8").splitlines())


@pytest.mark.thorough
def test_the_command_trains_from_an_empty_folder(installed, tmp_path):
    command = [installed / "rnnlab", "run", "--preset", "words-next", "--seed", "0", "--json"]
    out = subprocess.run(command, cwd=tmp_path, env=outside(), capture_output=True, text=True, check=True, timeout=60)
    losses, *_ = next_words("我 喜欢 学习 深度 学习", seed=0)
    assert json.loads(out.stdout)["losses"] == pytest.approx(losses, rel=1e-6, abs=1e-6)


@pytest.fixture
def address(installed, tmp_path) -> Iterator[str]:
    """`rnnlab app`, in a folder where another has a module of a library's name, and settings of his own."""
    (tmp_path / "plotly.py").write_text("raise ImportError('not the library')")
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[browser]\ngatherUsageStats = true\n")
    address = f"127.0.0.1:{free_port()}"
    options = ["--server.address", "127.0.0.1", "--server.port", address.split(":")[1], "--server.headless", "true"]
    process = subprocess.Popen([installed / "rnnlab", "app", *options], cwd=tmp_path, env=outside())
    try:
        wait_for(f"http://{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.thorough
def test_the_app_opens_and_trains_with_its_own_settings(address):
    async def look() -> tuple[list[ForwardMsg], str]:
        async with AsyncExitStack() as stack:
            tab = await visit(stack, address)
            heard, hear = [], tab.hear
            tab.hear = lambda message: (heard.append(message), hear(message))
            await tab.open()  # fails where the page does, and ends when the training is over
            return heard, tab.status["text"]

    heard, status = run_async(look())
    [started] = {message.new_session.config.gather_usage_stats for message in heard if message.HasField("new_session")}
    assert started is False
    assert status.startswith("epoch 100 / 100")
    assert status.endswith("trained")
