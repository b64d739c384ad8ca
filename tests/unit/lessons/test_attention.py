"""What the lesson on attention says, against a plain encoder–decoder that is given the weights of its runs."""

import pytest
import torch

from rnnlab.records.history import History
from scripts.lesson_acts import trained
from scripts.questions import Walked
from tests.support.plain_seq2seq import EOS, UNK, Seq2Seq, batch
from tests.support.walks import walked

JANUARY = slice(8, 15)  # in "Sunday, January 18, 1970"


@pytest.fixture(scope="module")
def steps() -> dict[str, Walked]:
    return walked("attention", "en")


def plain(history: History, checkpoint: int = -1) -> Seq2Seq:
    o = history.opening
    model = Seq2Seq(len(o.vocabulary), len(o.classes), attention=o.experiment.attention != "none").eval()
    numbers, at = torch.frombuffer(bytearray(history.checkpoints[checkpoint].weights), dtype=torch.float32), 0
    for parameter in model.parameters():
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    assert at == len(numbers)
    return model


def exact(history: History) -> str:
    """The share of held-out lines that are written right."""
    o = history.opening
    ids = {token: id for id, token in enumerate(o.vocabulary)}
    pairs = [([ids.get(token, UNK) for token in line.tokens], [*line.targets][:-1]) for line in o.held_out]
    source, lengths, target = batch(pairs)
    said = plain(history).greedy(source, lengths, target.shape[1] + 2)
    return f"{sum(row == ids for row, (_, ids) in zip(said, pairs, strict=True)) / len(pairs):.0%}"


@torch.no_grad()
def written(history: History, checkpoint: int = -1) -> tuple[str, torch.Tensor, float]:
    """What is written of the line shown, attention [target, source] meanwhile, and how probable the whole line is."""
    o, model = history.opening, plain(history, checkpoint)
    source = torch.tensor([[o.vocabulary.index(token) for token in o.probe[: o.parts[0].stop]]])
    enc, state = model.encode(source, torch.tensor([source.shape[1]]))
    token, said, weights, chance = torch.tensor([1]), [], [], 1.0
    while token.item() != EOS and len(said) < 12:
        logits, state, looked = model.step(token, state, enc, source > 0)
        token = logits.argmax(-1)
        chance *= logits.softmax(-1).max().item()
        said.append(o.classes[token.item()])
        weights.append(torch.zeros(1) if looked is None else looked[0])
    return "".join(said[:-1]), torch.stack(weights), chance


@pytest.mark.thorough
def test_what_is_asked_of_numbers(steps):
    forced, free = (steps[id].after.history for id in ("forced", "free"))
    layer = torch.nn.LSTM(32, 64)
    _, (h, c) = layer(torch.zeros(7, 32))
    assert steps["one-state"].late.found["one-state"] == (h.numel() + c.numel(),)
    assert steps["forced"].late.tells["forced"] == {"epochs": 6, "score": exact(forced)}
    assert steps["free"].late.tells["free"] == {"epochs": 6, "score": exact(free), "before": exact(forced)}
    assert steps["free"].late.found["free"] == "fewer"
    longer = trained(free.experiment.model_copy(update={"epochs": 2 * free.experiment.epochs}))
    assert longer.frames[-1].held_out.score >= forced.frames[-1].held_out.score


def test_what_is_asked_of_attention(steps):
    history, late = steps["looks"].after.history, steps["beam"].late
    _, untrained, _ = written(history, 0)
    assert late.found["before"] == (pytest.approx(1 / 24, abs=1e-4),)
    assert late.tells["before"] == {
        "least": f"{untrained.min():.3f}",
        "most": f"{untrained.max():.3f}",
        "tokens": 24,
    }
    line, weights, _ = written(history)
    assert line == "1970-01-18"
    assert late.found["looks"] == "month"
    assert late.tells["looks"] == {"share": f"{weights[5:7, JANUARY].sum() / 2:.0%}"}
    source = history.opening.probe[:24]
    place = next(place for place, row in enumerate(weights) if source[row.argmax()] != line[place])
    assert late.found["mistaken"] == "no"
    assert late.tells["mistaken"] == {
        "row": place + 1,
        "written": line[place],
        "looked": source[weights[place].argmax()],
        "weight": f"{weights[place].max():.2f}",
        "line": line,
        "right": 1,
    }


def test_what_is_asked_of_a_decoder_without_attention(steps):
    without, beam = (steps[id].after.history for id in ("without", "beam"))
    late = steps["beam"].late
    attended = exact(steps["looks"].after.history)
    assert late.tells["without"] == {"epochs": 12, "score": exact(without), "before": attended}
    assert late.found["without"] == "0.5"
    line, _, chance = written(beam)
    told = late.tells["beam"]
    assert (told["greedy"], told["chance"]) == (line, f"{chance:.3f}")
    assert float(told["likelier"]) >= float(told["chance"])
    assert late.found["beam"] == ("same" if told["best"] == line else "other")
