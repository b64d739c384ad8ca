"""One rule for every verdict: a line is read alone. Each is held against a plain program that reads it by itself, from
the recorded weights."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy, linear

from rnnlab import Experiment, run
from rnnlab.inspection.trace import trace
from rnnlab.records.history import History
from rnnlab.records.opening import Place
from rnnlab.training.tasks import data_of
from tests.support import modules, plain_parts

EOS = 2
letters = st.sampled_from("abcdefg")
token_lists = st.lists(letters, min_size=2, max_size=9)


class Network:
    """A class for every token, of one line."""

    def __init__(self, e, weights: bytes, types: int, classes: int):
        shelf = plain_parts.Shelf(weights)
        self.embed, width = shelf.reader(e, types)
        self.cells = shelf.cells(e, width)
        self.head = shelf.take(classes, e.hidden * (1 + e.bidirectional)), shelf.take(classes)
        assert shelf.empty()

    def __call__(self, ids):
        output = plain_parts.read(self.cells, self.embed(ids))[1]
        return output, linear(output, *self.head)


def alone(e: Experiment, weights: bytes):
    """Two functions of a line: its logits [target, class] given the true tokens, and what is answered."""
    data = data_of(e)
    sizes = len(data.vocabulary), len(data.classes)
    if e.task == "classify":
        classifier = plain_parts.Classifier(e, weights, *sizes)

        def logits(pair):
            return classifier(pair.inputs)[1][None]

    elif e.task == "seq2seq":
        translator = plain_parts.Translator(e, weights, *sizes)
        longest = max(len(pair.targets) for pair in data.pairs) + 5
        return (
            lambda pair: translator(pair.inputs, pair.targets)[-1],
            lambda pair: written(translator, pair.inputs, longest),
        )
    else:
        network = Network(e, weights, *sizes)

        def logits(pair):
            return network(pair.inputs)[1]

    return logits, lambda pair: logits(pair).argmax(-1).tolist()


def written(translator, source, longest: int) -> list[int]:
    """Token by token, each the likeliest that may be written, given those before."""
    tokens: list[int] = []
    while len(tokens) < longest and EOS not in tokens:
        scores = translator(source, [*tokens, EOS])[-1][-1]
        tokens.append(2 + int(scores[2:].argmax()))
    return tokens


@st.composite
def experiments(draw) -> Experiment:
    task = draw(st.sampled_from(["next", "classify", "tag", "seq2seq"]))
    lines = draw(st.lists(token_lists, min_size=5, max_size=12, unique_by=tuple))

    def said(choices: str, count: int) -> str:
        return " ".join(draw(st.lists(st.sampled_from(choices), min_size=count, max_size=count)))

    match task:
        case "next":
            text = [" ".join(line) for line in lines]
        case "classify":
            text = [f"{said('xyz', 1)} | {' '.join(line)}" for line in lines]
        case "tag":
            text = [" ".join(f"{token}/{draw(st.sampled_from('NVA'))}" for token in line) for line in lines]
        case _:
            text = [f"{' '.join(line)} | {said('uvw', draw(st.integers(1, 5)))}" for line in lines]
    impl = draw(st.sampled_from(["layer", "cell"]))
    fields = {
        "task": task,
        "text": "\n".join(text),
        "cell": draw(st.sampled_from(modules.NAMES)),
        "impl": impl,
        "packed": impl == "layer" and draw(st.booleans()),
        "readout": draw(st.sampled_from(["final", "last", "valid", "mean"])),
        "attention": draw(st.sampled_from(["none", "additive", "dot"])),
        "bidirectional": draw(st.booleans()),
        "layers": draw(st.integers(1, 2)),
        "batch": draw(st.sampled_from([1, 3, 64])),
        "shuffle": draw(st.booleans()),
        "probe": draw(st.integers(1, len(lines))),
        "seed": draw(st.integers(0, 9)),
    }
    labels = [line.split(" | ")[0] for line in text]
    assume(task != "classify" or len(set(labels)) > 1)
    assume(task != "tag" or len({item.rpartition("/")[2] for line in text for item in line.split()}) > 1)
    return Experiment(**fields, held_out=0.4, hidden=4, embed=3, epochs=2, lr=0.05)


@given(experiments())
def test_held_out_lines_and_the_watched_one_are_judged_as_if_each_were_alone(e):
    history = run(e)
    with torch.no_grad():
        compare(e, history)


def compare(e: Experiment, history: History) -> None:
    data = data_of(e)
    frame, weights = history.frames[-1], history.checkpoints[-1].weights
    logits, answer = alone(e, weights)
    scores = [logits(pair) for pair in data.held]
    losses = [
        cross_entropy(own, torch.tensor(p.targets), reduction="sum") for own, p in zip(scores, data.held, strict=True)
    ]
    expected = float(sum(losses)) / sum(len(pair.targets) for pair in data.held)
    assert frame.held_out.loss == pytest.approx(expected, rel=1e-4, abs=1e-5)
    answers = [answer(pair) for pair in data.held]
    near = [own.topk(2).values.diff().abs().min() < 1e-5 for own in scores]  # even: rounding decides
    for own, seen, even in zip(answers, frame.held_out.predictions, near, strict=True):
        assert even or own == seen.tolist()
    # Another page asks for the watched line: the same states, at every step.
    part = data.parts[-1].name
    seen = trace(e, weights, Place(part, e.layers - 1)).original
    mine = frame.hidden[-len(seen.values["h"]) :, : e.hidden]
    np.testing.assert_allclose(mine, seen.values["h"], atol=2e-5)
    if e.task in ("next", "tag"):
        output, own = Network(e, weights, len(data.vocabulary), len(data.classes))(data.probe.inputs)
        np.testing.assert_allclose(frame.hidden, output, atol=2e-5)
        chances = own.softmax(-1).max(-1).values
        np.testing.assert_allclose(frame.top_probabilities[:, 0], chances, atol=2e-5)


LABELLED = "x | a b\ny | c d e f g\nx | b c\ny | d e f\nx | a\ny | g f e d c b\nx | a a b\ny | f g"


@pytest.mark.parametrize("readout", ["final", "last", "valid", "mean"])
@pytest.mark.parametrize("packed", [True, False])
def test_whatever_is_read_out_a_line_has_one_verdict(readout, packed):
    for both in (True, False):
        fields = {"readout": readout, "packed": packed, "bidirectional": both, "cell": "gru", "hidden": 4, "embed": 3}
        e = Experiment(task="classify", text=LABELLED, held_out=0.5, epochs=3, lr=0.05, **fields)
        history = run(e)
        with torch.no_grad():
            compare(e, history)


UNEVEN = "我 喜欢 学习 深度 学习 也 喜欢 看 书 听 雨\n我 喜欢 看 书 学习"


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("probe", [1, 2])
def test_a_line_that_training_pads_is_watched_without_its_padding(cell, probe):
    """One unshuffled batch, both directions: what the training pass makes of the shorter line is not what it is."""
    e = Experiment(text=UNEVEN, probe=probe, bidirectional=True, cell=cell, epochs=8)
    history = run(e)
    for frame, checkpoint in zip(history.frames, history.checkpoints, strict=True):
        states = [trace(e, checkpoint.weights, Place("network", 0, d)).original.values["h"] for d in (0, 1)]
        np.testing.assert_allclose(frame.hidden, np.concatenate(states, axis=-1), atol=1e-5)


def test_where_padding_changes_numbers_of_training_it_is_said():
    def notes(task, **fields):
        text = {
            "next": UNEVEN,
            "classify": "x | a b\ny | a b c d\nx | b c",
            "tag": "a/X b/Y\nc/X d/Y e/X",
            "seq2seq": "a b | c\nd e f | g",
        }
        return {
            note.code
            for note in run(Experiment(task=task, text=text[task], epochs=1).model_copy(update=fields)).opening.notes
        }

    both = {"bidirectional": True}
    assert notes("next", **both) == {"reads_answer", "padded"}
    assert notes("next", **both, packed=True) == {"reads_answer"}
    assert notes("next") == notes("tag") == notes("tag", **both, packed=True) == set()
    assert notes("tag", **both) == notes("seq2seq") == {"padded"}
    assert notes("seq2seq", packed=True) == set()
    assert (
        notes("classify")
        == notes("classify", readout="last")
        == notes("classify", **both, readout="mean")
        == {"padded"}
    )
    assert notes("classify", readout="valid") == notes("classify", readout="mean") == set()
    assert notes("classify", packed=True) == set()
    assert notes("classify", packed=True, readout="last") == {"padded_last"}
    assert notes("tag", **both, batch=1) == set(), "no line has a neighbour"
    assert notes("classify", batch=1, readout="last", packed=True) == set()


def test_what_padding_is_said_to_change_it_does():
    """The losses of one epoch, of the lines in one batch and one by one, from the same weights."""
    text = "x | a b\ny | a b c d\nx | b c f e d"
    for readout in ("final", "last", "valid", "mean"):
        for both in (False, True):
            for packed in (False, True):
                e = Experiment(task="classify", text=text, readout=readout, bidirectional=both, packed=packed, epochs=1)
                history = run(e)
                logits, _ = alone(e, history.checkpoints[0].weights)
                own = [cross_entropy(logits(p), torch.tensor(p.targets)) for p in data_of(e).pairs]
                padded = abs(sum(one.item() for one in own) / 3 - history.losses[0]) > 1e-5
                said = {note.code for note in history.opening.notes} & {"padded", "padded_last"}
                assert padded == bool(said), (readout, both, packed)
