"""What a model starts from, against plain modules that are filled with `torch.nn.init`."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import parameters_to_vector

from rnnlab import Experiment, run
from rnnlab.experiment import choices
from rnnlab.training.trainer import Trainer
from tests.support import modules, plain_seq2seq

TEXTS = {
    "next": "a b c a b",
    "classify": "good | we like the rain\nbad | we fear it all",
    "tag": "we/r like/v rain/n\nwe/r fear/v it/r",
    "seq2seq": "a b | x y\nb a | y x",
    "series": "1 2 3.5 3 1.25",
}
SIZES = {"next": (3, 3), "classify": (9, 2), "tag": (7, 3), "seq2seq": (4, 5)}  # what is read, what is predicted


def filled(parts: list[nn.Module], init: str) -> None:
    for part in parts:
        for name, p in part.named_parameters():
            if init == "torch":
                continue
            if "bias" in name or init == "zeros":
                nn.init.zeros_(p)
            elif init == "constant":
                nn.init.constant_(p, 0.1)
            else:
                {"xavier": nn.init.xavier_uniform_, "orthogonal": nn.init.orthogonal_}[init](p)


def plain_parts(task: str, cell: str) -> tuple[list[nn.Module], list[nn.Module]]:
    """All modules, and those whose weights are filled: not the embeddings."""
    if task == "series":
        parts = [modules.LAYERS[cell](1, 4, 2, batch_first=True), nn.Linear(4, 1)]
        return parts, parts
    types, classes = SIZES[task]
    if task == "seq2seq":
        pair = plain_seq2seq.Seq2Seq(types, classes, cell, embed=3, hidden=4, layers=2)
        return [pair], [pair.encoder, pair.decoder, pair.attention, pair.output]
    embedding = nn.Embedding(types, 3, padding_idx=None if task == "next" else 0)
    recurrent = modules.LAYERS[cell](3, 4, 2, batch_first=True)
    linear = nn.Linear(4, classes)
    return [embedding, recurrent, linear], [recurrent, linear]


@pytest.mark.parametrize("impl", choices("impl"))
@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("task", choices("task"))
def test_the_first_weights_are_those_of_the_plain_program_to_the_bit(task, cell, impl):
    for init in choices("init"):
        torch.manual_seed(7)
        parts, layers = plain_parts(task, cell)
        filled(layers, init)
        plain = torch.cat([p.detach().flatten() for part in parts for p in part.parameters()])
        fields = {"cell": cell, "impl": impl, "hidden": 4, "embed": 3, "layers": 2, "init": init, "seed": 7}
        if task == "seq2seq":
            fields["attention"] = "additive"
        trainer = Trainer(Experiment(task=task, text=TEXTS[task], **fields))
        assert torch.equal(parameters_to_vector(trainer.parameters), plain), init


@pytest.mark.parametrize("init", choices("init"))
def test_a_run_from_these_weights_has_the_losses_of_the_plain_program(init):
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    filled([rnn, linear], init)
    optimizer = torch.optim.Adam([p for part in (embedding, rnn, linear) for p in part.parameters()], lr=0.01)
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = cross_entropy(linear(rnn(embedding(torch.tensor([[0, 1, 2, 3]])))[0])[0], torch.tensor([1, 2, 3, 2]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert list(run(Experiment(init=init)).losses) == losses
