"""An encoder–decoder in a browser: a step chosen in the line of tokens opens the part that takes it, and the numbers
there are those of a plain program."""

import pytest
import torch
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.inspection.trace import data_of
from tests.support import plain_parts
from tests.support.eventually import eventually
from tests.support.unrolled import equation, lines, numbers, opened, root, shown

PAIRS = "a b c | x y z\nb a | y x\nc b a b | z y x"
E = Experiment(task="seq2seq", text=PAIRS, attention="additive", cell="gru", hidden=6, embed=4)


@pytest.mark.thorough
def test_a_decoder_step_chosen_in_the_line_of_tokens_opens_the_decoder(visit):
    lab = opened(visit, E)
    data = data_of(E)
    twin = plain_parts.Translator(E, run(E).checkpoints[-1].weights, len(data.vocabulary), len(data.classes))
    read, wrote, x, attention, logits = twin(data.probe.inputs, data.probe.targets)
    tokens = lab.at("cell-predictions").locator(".rl-column")
    expect(tokens).to_have_count(7)  # a b c, and what the decoder reads: <bos> x y z

    tokens.nth(1).click()
    eventually(lambda: root(lab).locator(".ru-chip bdi").all_inner_texts() == ["a", "b", "c"], "the encoder is there")
    eventually(lambda: shown(lab, "step") == "1", "its second step is open")
    root(lab).locator(".ru-node.ru-h").focus()
    eventually(lambda: equation(lab)["name"] == "h", "h is written out")
    assert float(equation(lab)["shown"]) == pytest.approx(read[0][1][0, 0].item(), rel=1e-5, abs=1e-4)
    assert root(lab).locator(".ru-guess").first.is_hidden()  # an encoder predicts nothing

    tokens.nth(5).click()
    eventually(lambda: root(lab).locator(".ru-chip bdi").all_inner_texts()[:1] == ["<bos>"], "the decoder is there")
    eventually(lambda: shown(lab, "step") == "2", "its third step is open")
    assert root(lab).locator(".ru-chip small").all_inner_texts() == ["4", "5", "6", "7"]
    assert float(equation(lab)["shown"]) == pytest.approx(wrote[0][2][0, 0].item(), rel=1e-5, abs=1e-4)
    best = logits[2].softmax(-1).max(-1)
    said = root(lab).locator(".ru-column[data-step='2'] .ru-guess").first.inner_text()
    assert data.classes.tokens[best.indices] in said
    assert f"{best.values.item():.0%}" in said

    root(lab).locator(".ru-node.ru-x").focus()
    lab.page.keyboard.press("End")  # the last entry is one of the context
    eventually(lambda: equation(lab)["unit"] == "9", "it is written out")
    assert numbers(lines(lab)[0]) == [pytest.approx(x[2, 9].item(), abs=1e-3)]
    expect(root(lab).locator(".ru-x .ru-below")).to_have_text("embedding [0–3] · context [4–9]")
    terms = root(lab).locator(".ru-attended .ru-term")
    assert terms.locator("bdi").all_inner_texts() == ["a", "b", "c"]
    shares = [numbers(term.replace("−", "-"))[0] for term in terms.all_inner_texts()]
    assert shares == pytest.approx(torch.stack(attention)[2].tolist(), abs=1e-3)

    root(lab).locator(".ru-close").click()  # closing goes nowhere
    eventually(lambda: shown(lab, "open") is None, "closed")
    assert root(lab).locator(".ru-chip bdi").first.inner_text() == "<bos>"
