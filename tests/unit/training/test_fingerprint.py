"""Whether a process that would compute other numbers is known by its fingerprint."""

import json
import os
import subprocess
import sys

import pytest

from rnnlab.training.fingerprint import fingerprint
from tests.support.eventually import ROOT

# What a plain program computes with torch alone: three recurrent layers on one line, and on a batch
PROGRAM = """\
import hashlib, json, torch
from torch import nn
from rnnlab.training.fingerprint import fingerprint
torch.set_num_threads(1)
plain = hashlib.sha256()
for batch in (1, 9):
    for kind in (nn.RNN, nn.LSTM, nn.GRU):
        torch.manual_seed(1)
        layer, linear = kind(20, 48, batch_first=True), nn.Linear(48, 30)
        parameters = [*layer.parameters(), *linear.parameters()]
        optimizer = torch.optim.Adam(parameters)
        for _ in range(3):
            loss = linear(layer(torch.rand(batch, 25, 20))[0]).log_softmax(2)[:, :, 3].mean().neg()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for parameter in parameters:
            plain.update(parameter.detach().numpy().tobytes())
print(json.dumps([fingerprint(), plain.hexdigest()]))
"""


def elsewhere(**environment: str) -> list[str]:
    """The fingerprint, and a digest of the plain program's weights, in a process with these settings."""
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def here() -> list[str]:
    return elsewhere()


def test_a_fingerprint_is_the_same_again_and_in_another_process(here):
    assert fingerprint() == fingerprint() == here[0]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATEN_CPU_CAPABILITY", "avx2"),
        ("ATEN_CPU_CAPABILITY", "default"),
        ("MKL_CBWR", "COMPATIBLE"),
        ("MKL_CBWR", "AUTO"),
        ("MKL_ENABLE_INSTRUCTIONS", "AVX2"),
        ("DNNL_MAX_CPU_ISA", "AVX2"),
    ],
)
def test_where_a_plain_program_computes_other_digits_the_fingerprint_is_another(here, name, value):
    """Which of them change anything depends on the processor."""
    found = elsewhere(**{name: value})
    assert found[1] == here[1] or found[0] != here[0]
