"""The cells' equations as text: LaTeX as torch's documentation and the papers have it, programs that run."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment
from rnnlab.cells import CELLS
from rnnlab.cells.expression import H, Value, from_hidden, tanh, with_nonlinearity
from rnnlab.explain.equations import of_cell
from rnnlab.explain.first_batch import FirstBatch
from rnnlab.explain.modules import cell_class
from rnnlab.explain.notation import LatexNotation, Notation, RuleNotation
from rnnlab.explain.programs import program
from rnnlab.models.step_cell import StepCell
from tests.support import modules

LATEX = {
    "rnn": {"h": r"\tanh(W_{ih}x_t + b_{ih} + W_{hh}h_{t-1} + b_{hh})"},
    "lstm": {
        "i": r"\sigma(W_{ii}x_t + b_{ii} + W_{hi}h_{t-1} + b_{hi})",
        "f": r"\sigma(W_{if}x_t + b_{if} + W_{hf}h_{t-1} + b_{hf})",
        "g": r"\tanh(W_{ig}x_t + b_{ig} + W_{hg}h_{t-1} + b_{hg})",
        "o": r"\sigma(W_{io}x_t + b_{io} + W_{ho}h_{t-1} + b_{ho})",
        "c": r"f_t \odot c_{t-1} + i_t \odot g_t",
        "h": r"o_t \odot \tanh(c_t)",
    },
    "gru": {
        "r": r"\sigma(W_{ir}x_t + b_{ir} + W_{hr}h_{t-1} + b_{hr})",
        "z": r"\sigma(W_{iz}x_t + b_{iz} + W_{hz}h_{t-1} + b_{hz})",
        "n": r"\tanh(W_{in}x_t + b_{in} + r_t \odot (W_{hn}h_{t-1} + b_{hn}))",
        "h": r"(1 - z_t) \odot n_t + z_t \odot h_{t-1}",
    },
    "mgu": {
        "f": r"\sigma(W_{if}x_t + b_{if} + W_{hf}h_{t-1} + b_{hf})",
        "n": r"\tanh(W_{in}x_t + b_{in} + W_{hn}(f_t \odot h_{t-1}) + b_{hn})",
        "h": r"(1 - f_t) \odot h_{t-1} + f_t \odot n_t",
    },
}
WEIGHED = "W·x + W·h + b"
RULES = {
    "rnn": {"h": f"tanh( {WEIGHED} )"},
    "lstm": dict.fromkeys("ifo", f"σ( {WEIGHED} )")
    | {"g": f"tanh( {WEIGHED} )", "c": "f ⊙ c + i ⊙ g", "h": "o ⊙ tanh c"},
    "gru": dict.fromkeys("rz", f"σ( {WEIGHED} )")
    | {"n": "tanh( W·x + b + r ⊙ (W·h + b) )", "h": "(1 − z) ⊙ n + z ⊙ h"},
    "mgu": {"f": f"σ( {WEIGHED} )", "n": "tanh( W·x + W·(f ⊙ h) + b )", "h": "(1 − f) ⊙ h + f ⊙ n"},
}


@pytest.mark.parametrize("name", modules.NAMES)
def test_equations_are_written_as_they_are_known(name):
    equations = with_nonlinearity(CELLS[name].equations, "tanh")
    assert {value: LatexNotation().write(e) for value, e in equations.items()} == LATEX[name]
    assert {value: RuleNotation().write(e) for value, e in equations.items()} == RULES[name]
    shown = of_cell(Experiment(cell=name))
    assert all(line in shown for line in LATEX[name].values())


def test_relu_stands_where_it_was_chosen_and_matters():
    assert of_cell(Experiment(cell="rnn", nonlinearity="relu")).startswith(r"h_t = \operatorname{ReLU}(W")
    assert of_cell(Experiment(cell="gru", nonlinearity="relu")) == of_cell(Experiment(cell="gru"))


def test_brackets_stand_where_they_are_needed_and_nowhere_else():
    a, b = map(Value, "ab")
    for e, text in [
        ((a + b) * a, "(a + b) * a"),
        (a * b + a, "a * b + a"),
        (1 - a * b, "1 - a * b"),
        (1 - (a + b), "1 - (a + b)"),
        (tanh(a + b), "(a + b).tanh()"),
        (tanh(a) * (1 - b), "a.tanh() * (1 - b)"),
        (a * from_hidden("b"), "a * (h @ W_hb.T + b_hb)"),
        (from_hidden("b", a * H), "(a * h) @ W_hb.T + b_hb"),
    ]:
        assert Notation().write(e) == text


@pytest.mark.parametrize("name", modules.NAMES)
@pytest.mark.parametrize("bias", [True, False])
@torch.no_grad()
def test_the_class_that_is_shown_is_the_cell(name, bias):
    """Drawn from one seed it has the weights of torch's class and gives its state; where torch has none, it gives what
    the lab's own module gives, to the bit."""
    names = {"torch": torch, "nn": nn}
    exec(cell_class(CELLS[name]), names)
    made = []
    for kind in (
        names[f"{CELLS[name].class_name}Cell"],
        modules.CELLS[name],
        lambda *args: StepCell(CELLS[name], *args),
    ):
        torch.manual_seed(4)
        made.append(kind(3, 5, bias))
    shown, theirs, ours = made
    assert [name for name, _ in shown.named_parameters()] == [name for name, _ in theirs.named_parameters()]
    assert all(torch.equal(a, b) for a, b in zip(shown.parameters(), theirs.parameters(), strict=True))
    for x, state in [(torch.randn(2, 3), None), (torch.randn(2, 3), torch.randn(2, 5)), (torch.randn(3), None)]:
        given = (state, state + 1) if name == "lstm" and state is not None else state
        found, expected, own = (module(x, given) for module in (shown, theirs, ours))
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(own, expected, rtol=1e-5, atol=1e-6)
        if not CELLS[name].in_torch:
            assert torch.equal(found, own)


@pytest.mark.parametrize("name", modules.NAMES)
def test_a_state_that_does_not_fit_is_refused_by_the_class_and_the_module_in_the_same_words(name):
    names = {"torch": torch, "nn": nn}
    exec(cell_class(CELLS[name]), names)
    shown, ours = names[f"{CELLS[name].class_name}Cell"](3, 5), StepCell(CELLS[name], 3, 5)
    for x, state in [((2, 3), (1, 5)), ((3,), (1, 5)), ((1, 2, 3), (1, 2, 5)), ((2, 3), (2, 4))]:
        given = torch.zeros(state)
        said = []
        for module in (shown, ours):
            with pytest.raises(ValueError, match="do not fit") as error:
                module(torch.zeros(x), (given, given) if name == "lstm" else given)
            said.append(str(error.value))
        assert said[0] == said[1]
        assert f"x {list(x)}, h {list(state)}" in said[0]


def test_only_cells_that_torch_lacks_need_a_definition():
    batch = FirstBatch(3, 3, False, (([0, 1], [1, 2]),), True)
    for name in modules.NAMES:
        assert ("class " in program(Experiment(cell=name), batch)) == (not hasattr(nn, CELLS[name].class_name))
