"""What the files for containers name is there. Nothing here builds an image."""

import re

import yaml

from tests.support.eventually import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
NGINX = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")


def test_the_image_has_all_that_the_lab_is_started_with():
    copied = {name for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.M) for name in line.split()}
    needed = {"app.py", "pages", "rnnlab", ".streamlit", "requirements.txt", "requirements-cluster.txt"}
    assert copied == needed
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == needed
    assert all((ROOT / name).exists() for name in needed)


def test_nginx_knows_the_processes_that_compose_starts():
    services = COMPOSE["services"]
    webs = {name for name, service in services.items() if "RNNLAB_DASK" in service.get("environment", {})}
    assert set(re.findall(r"server (\w+):8501", NGINX)) == webs
    assert "STREAMLIT_SERVER_PORT=8501" in DOCKERFILE
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_every_setting_of_the_containers_is_documented():
    told = (ROOT / "docs" / "hosting.md").read_text("utf-8")
    named = set(re.findall(r"\b(?:LAB|RNNLAB)_[A-Z_]+", (ROOT / "compose.yaml").read_text("utf-8")))
    assert {name for name in named if f"`{name}" not in told} == set()
