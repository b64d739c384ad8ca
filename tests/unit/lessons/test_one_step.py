"""What the lesson on one step says, against a program of a few lines."""

from math import tanh

import pytest
import torch
from torch import nn

from tests.support.walks import walked

READ, INSTEAD = [0, 1, 2], [3, 1, 2]  # four words, of which the last is a target only


def states(cell: nn.RNNCell, ids: list[int]) -> torch.Tensor:
    h, found = torch.zeros(1, 2), []
    for id in ids:
        h = cell(torch.eye(4)[[id]], h)
        found.append(h[0])
    return torch.stack(found).detach()


def test_what_each_question_is_answered_with():
    torch.manual_seed(0)
    cell = nn.RNNCell(4, 2)
    weight, b_ih, b_hh = (cell.weight_ih[0, 0].item(), cell.bias_ih[0].item(), cell.bias_hh[0].item())
    mine, instead = states(cell, READ), states(cell, INSTEAD)
    changes = (instead - mine).abs().amax(1)

    late = [*walked("one-step", "en").values()][-1].late
    assert late.found == {
        "products": (1,),
        "tanh": (pytest.approx(tanh(weight + b_ih + b_hh), abs=1e-4),),
        "joins": "state",
        "travels": (int((changes > 1e-6).sum()),),
        "ways": "rounding",
        "linear": tuple(torch.cat([cell.weight_ih, cell.weight_hh], dim=1).shape),
    }
    told = {
        name: str(value).replace("−", "-") for step in ("tanh", "joins") for name, value in late.tells[step].items()
    }
    assert float(told["sum"]) == pytest.approx(weight + b_ih + b_hh, abs=1e-4)
    assert float(told["h"]) == pytest.approx(mine[0, 0].item(), abs=1e-4)
    assert float(told["old"]) == pytest.approx((cell.weight_hh @ mine[0])[0].item(), abs=1e-4)
    assert late.tells["travels"]["changes"] == ", ".join(f"{change:.2g}" for change in changes.tolist())
    assert late.tells["ways"]["gap"].endswith(("·10⁻⁸", "·10⁻⁷"))
