"""The run's network as a class: with the program's weights it gives the program's logits."""

import pytest
import torch

from rnnlab import Experiment
from rnnlab.explain import programs
from rnnlab.explain.programs.training import modules as learning
from rnnlab.training.fold import first_batch
from rnnlab.training.trainer import Trainer
from tests.support.small_tasks import SMALL

HELLO = {"text": "h e l l o", "target": "e l l o h"}
NUMBERS = {"task": "series", "text": "\n".join(map(str, [0, 1, 0, -1] * 8))}
CASES = {
    "next": {"text": SMALL["next"]["text"], "layers": 2, "dropout": 0.3, "dropout_embed": 0.2},
    "one-hot, carried, no output layer": {**HELLO, "input": "onehot", "carry": True, "head": "none", "hidden": 4},
    "lstm, carried": {**HELLO, "cell": "lstm", "carry": True},
    "classify": {"task": "classify", **SMALL["classify"], "cell": "gru", "readout": "mean", "packed": True},
    "last step": {"task": "classify", **SMALL["classify"], "readout": "final", "dropout_head": 0.5},
    "tag": {"task": "tag", **SMALL["tag"], "cell": "lstm", "layers": 2, "bidirectional": True},
    "numbers": NUMBERS,
}


@pytest.mark.parametrize("name", CASES)
def test_the_class_is_the_programs_network(name):
    e = Experiment(**{"hidden": 4, "embed": 3} | CASES[name])
    batch = first_batch(Trainer(e))
    quiet = e.model_copy(update={"dropout": 0.0, "dropout_embed": 0.0, "dropout_head": 0.0})
    names: dict = {}
    with torch.random.fork_rng():
        exec(programs.program(quiet, batch), names)
        expected = (names["predicted"] if e.reads_numbers else names["logits"]).detach()
        if e.carry:
            names["hidden"] = None
        exec(programs.model_class(e, batch), names)
        network = names["network"].eval()  # without dropout
    own = [p for name in learning(e) for p in names[name].parameters()]
    with torch.no_grad():
        for mine, theirs in zip(network.parameters(), own, strict=True):
            mine.copy_(theirs)
        again = network(*(names[one] for one in inputs(programs.model_class(e, batch))))
    torch.testing.assert_close(again[0] if e.carry else again, expected)


def inputs(code: str) -> list[str]:
    line = next(line for line in code.split("\n") if "def forward" in line)
    return [one for one in line[line.index("self, ") + 6 : -2].split(", ") if "=" not in one]


@pytest.mark.parametrize("fields", [{"impl": "cell"}, {"cell": "mgu"}, {"task": "seq2seq", **SMALL["seq2seq"]}])
def test_where_the_network_is_no_chain_of_modules_there_is_none(fields):
    e = Experiment(**fields)
    assert programs.model_class(e, first_batch(Trainer(e))) == ""
