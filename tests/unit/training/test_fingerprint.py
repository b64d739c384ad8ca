"""Whether a process that would compute other numbers is known by its fingerprint."""

import json
import subprocess
import sys

from rnnlab.training.fingerprint import fingerprint
from tests.support.eventually import ROOT

# What a plain program computes with torch alone: three recurrent layers on one line, and on a batch. It is loaded once,
# with all that an optimizer's first step loads; each setting is given to a process forked from there, which has not
# computed anything yet.
PROGRAM = """\
import hashlib, json, os, sys, torch, torch._dynamo
from torch import nn
from rnnlab.training.fingerprint import fingerprint
torch.set_num_threads(1)
for setting in json.loads(sys.argv[1]):
    if os.fork():
        assert os.wait()[1] == 0
        continue
    os.environ.update(setting)
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
    capability = torch.backends.cpu.get_cpu_capability()
    print(json.dumps([fingerprint(), plain.hexdigest(), capability]), flush=True)
    os._exit(0)
"""


def elsewhere(*settings: dict[str, str]) -> list[list[str]]:
    """In a process with each of these settings: the fingerprint, a digest of the plain program's weights, and the
    instructions that torch uses."""
    command = [sys.executable, "-c", PROGRAM, json.dumps(settings)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_fingerprint_is_the_same_again_and_another_where_a_plain_program_computes_other_digits():
    """Which of these settings change anything depends on the processor."""
    settings = [
        {"ATEN_CPU_CAPABILITY": "default"},
        {"ATEN_CPU_CAPABILITY": "avx2"},
        {"MKL_CBWR": "COMPATIBLE"},
        {"MKL_CBWR": "AUTO"},
        {"MKL_ENABLE_INSTRUCTIONS": "AVX2"},
        {"DNNL_MAX_CPU_ISA": "AVX2"},
    ]
    here, *others = elsewhere({}, *settings)
    assert fingerprint() == fingerprint() == here[0]
    assert others[0][2] == "DEFAULT", "the settings are heeded"
    for setting, (found, plain, _) in zip(settings, others, strict=True):
        assert plain == here[1] or found != here[0], setting
