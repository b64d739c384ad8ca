"""What the lesson on shapes says, against torch itself and arithmetic."""

import pytest
import torch
from torch import nn

from tests.support.walks import walked

INPUT, HIDDEN, STEPS = 4, 5, 3


def test_what_each_question_is_answered_with():
    output, _ = nn.RNN(INPUT, HIDDEN, 2)(torch.zeros(STEPS, 2, INPUT))
    _, h_n = nn.RNN(INPUT, HIDDEN, 2)(torch.zeros(STEPS, 7, INPUT))
    turned = nn.RNN(INPUT, HIDDEN, 2, batch_first=True)(torch.zeros(7, STEPS, INPUT))
    assert (turned[0].shape, turned[1].shape) == ((7, STEPS, HIDDEN), h_n.shape)
    both = {"num_layers": 2, "batch_first": True, "bidirectional": True}
    wide, rows = nn.RNN(INPUT, HIDDEN, **both)(torch.zeros(7, STEPS, INPUT))
    lstm = nn.LSTM(INPUT, HIDDEN, **both)
    lstm(torch.zeros(STEPS, 7, INPUT))  # exchanged, and without a word
    state = torch.zeros(4, 7, HIDDEN)
    with pytest.raises(RuntimeError) as refused:
        lstm(torch.zeros(STEPS, 7, INPUT), (state, state))

    late = [*walked("shapes", "en").values()][-1].late
    assert late.found == {
        "output": tuple(output.shape),
        "state": tuple(h_n.shape),
        "batch": "sequences",
        "turn": "data",
        "directions": (wide.shape[-1],),
        "lstm": (sum(p.numel() for p in lstm.parameters()),),
        "silent": "no",
        "refused": "yes",
        "layers": "no",
    }
    assert late.tells["directions"]["h_n"] == str([*rows.shape])
    told = {kind: int(number.replace(",", "")) for kind, number in late.tells["lstm"].items()}
    assert told["lstm"] == 4 * told["rnn"] == 4 * told["gru"] / 3
    assert late.tells["refused"]["error"] == f"RuntimeError: {refused.value}"


def test_the_second_layer_reads_what_the_first_one_says_and_starts_from_a_row_of_its_own():
    torch.manual_seed(0)
    both, first, second = nn.RNN(INPUT, HIDDEN, 2), nn.RNN(INPUT, HIDDEN), nn.RNN(HIDDEN, HIDDEN)
    for name, parameter in both.named_parameters():
        own = first if name.endswith("_l0") else second
        getattr(own, name.replace("_l1", "_l0")).data = parameter.data
    x, h_0 = torch.randn(STEPS, 2, INPUT), torch.randn(2, 2, HIDDEN)
    below, below_n = first(x, h_0[:1])
    output, _ = both(x, h_0)
    assert torch.allclose(output, second(below, h_0[1:])[0])
    assert not torch.allclose(output, second(below, below_n)[0])
