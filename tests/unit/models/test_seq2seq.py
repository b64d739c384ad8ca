"""Encoder–decoder, attention and writing freely, against a plain torch program, numbers by hand, and exhaustion."""

import itertools
from math import exp, tanh

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab import Experiment, run
from rnnlab.data import Pair, batch_of
from rnnlab.data.batches import BOS_ID, EOS_ID, PAD_ID
from rnnlab.models import Attention, Seq2Seq
from rnnlab.models.decoding import beam, greedy
from rnnlab.training import open_run, train
from rnnlab.training.trainer import Trainer
from tests.support import modules, plain_seq2seq
from tests.support.examples import examples

LAYERS = modules.LAYERS
TYPES, CLASSES = 7, 6
PAIRS = [Pair([2, 3, 4, 5], [3, 4, 2]), Pair([6, 2], [5, 3, 4, 4, 2]), Pair([3, 3, 1], [2])]


def experiment(**fields) -> Experiment:
    common = {"task": "seq2seq", "data": "reversal", "hidden": 5, "embed": 4, "cell": "gru", "packed": True}
    return Experiment(**common | fields)


def translator(seed=0, **fields) -> Seq2Seq:
    torch.manual_seed(seed)
    return Seq2Seq(experiment(**fields), TYPES, CLASSES).eval()


class Textbook:
    """One pair at a time, so that nothing is padded: torch's own layers, with the weights of a model of the lab, and
    the formulas as they are printed."""

    def __init__(self, model: Seq2Seq):
        e, self.kind, state = model.experiment, model.experiment.attention, model.state_dict()
        self.onehot = e.input == "onehot"
        self.parts, self.state = {}, state
        for side in ("encoder", "decoder"):
            prefix = f"{side}.recurrent."
            weights = {name[len(prefix) :]: w for name, w in state.items() if name.startswith(prefix)}
            first = next(iter(weights.values()))  # [gate x unit, input]
            layer = LAYERS[e.cell](first.shape[1], e.hidden, e.layers, batch_first=True)
            layer.load_state_dict(weights)
            self.parts[side] = layer
        self.types = {"encoder": self.parts["encoder"].input_size, "decoder": len(state["decoder.head.bias"])}

    def vector(self, side, id):
        if self.onehot:
            return nn.functional.one_hot(torch.tensor(id), self.types[side]).float()
        return self.state[f"{side}.input.weight"][id]

    def read(self, ids):
        x = torch.stack([self.vector("encoder", id) for id in ids])[None]
        encoded, state = self.parts["encoder"](x)
        return encoded[0], state

    def attend(self, h, encoded):
        if self.kind == "dot":
            scores = torch.stack([(h * row).sum() for row in encoded])
        else:
            W, b, v = (self.state[f"decoder.attention.{name}"] for name in ("W.weight", "W.bias", "v.weight"))
            scores = torch.stack([(v[0] * torch.tanh(W @ torch.cat([h, row]) + b)).sum() for row in encoded])
        weights = scores.exp() / scores.exp().sum()
        return weights, (weights[:, None] * encoded).sum(0)

    def step(self, id, state, encoded):
        x, weights = self.vector("decoder", id), None
        top = (state[0] if isinstance(state, tuple) else state)[-1, 0]
        if self.kind != "none":
            weights, context = self.attend(top, encoded)
            x = torch.cat([x, context])
        output, state = self.parts["decoder"](x[None, None], state)
        read = output[0, 0] if weights is None else torch.cat([output[0, 0], context])
        return self.state["decoder.head.weight"] @ read + self.state["decoder.head.bias"], state, weights

    def forced(self, ids, targets):
        encoded, state = self.read(ids)
        logits, weights = [], []
        for id in [BOS_ID, *targets[:-1]]:
            scores, state, row = self.step(id, state, encoded)
            logits.append(scores)
            weights.append(row)
        return torch.stack(logits), weights

    def greedy(self, ids, limit):
        encoded, state = self.read(ids)
        said = []
        while len(said) < limit and EOS_ID not in said:
            scores, state, _ = self.step(said[-1] if said else BOS_ID, state, encoded)
            said.append(max((id for id in range(len(scores)) if id not in (PAD_ID, BOS_ID)), key=lambda id: scores[id]))
        return said

    def score(self, ids, said):
        """The logarithm of the probability of writing exactly this."""
        logits, _ = self.forced(ids, said)
        return float(sum(row.log_softmax(-1)[id] for row, id in zip(logits, said, strict=True)))


EVERY_MODEL = pytest.mark.parametrize(
    ("cell", "layers", "attention", "input"),
    list(itertools.product(LAYERS, (1, 2), ("none", "additive", "dot"), ("embedding", "onehot"))),
)


@torch.no_grad()
@EVERY_MODEL
def test_a_padded_batch_gives_the_logits_and_weights_of_the_textbook(cell, layers, attention, input):
    model = translator(cell=cell, layers=layers, attention=attention, input=input)
    textbook = Textbook(model)
    result = model(batch_of(PAIRS))
    for row, pair in enumerate(PAIRS):
        logits, weights = textbook.forced(pair.inputs, pair.targets)
        own = len(pair.targets)
        torch.testing.assert_close(result.logits[row, :own], logits, rtol=1e-6, atol=1e-6)
        if attention == "none":
            assert result.decoder.attention is None
            continue
        read, found = len(pair.inputs), result.decoder.attention.weights[row]
        torch.testing.assert_close(found[:own, :read], torch.stack(weights), rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(found.sum(-1), torch.ones(5), rtol=1e-6, atol=1e-6)
        assert (found[:, read:] == 0).all(), "padding has a weight of exactly 0"


@torch.no_grad()
def test_the_loop_over_cells_reads_and_writes_as_the_fused_layer_does():
    for attention in ("none", "dot"):
        fused, loop = (translator(attention=attention, impl=impl, packed=False) for impl in ("layer", "cell"))
        same = [Pair([2, 3, 4], [3, 2]), Pair([5, 6, 2], [4, 2])]
        torch.testing.assert_close(fused(batch_of(same)).logits, loop(batch_of(same)).logits, rtol=1e-6, atol=1e-6)


# Attention by hand


def test_dot_attention_by_hand():
    """Scores 1*1 + 2*0 = 1 and 1*0 + 2*1 = 2; the third step is padding."""
    encoded = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]])
    attention = Attention("dot", 2)
    found = attention(torch.tensor([[1.0, 2.0]]), attention.memory(encoded, torch.tensor([[True, True, False]])))
    first, second = 1 / (1 + exp(1)), exp(1) / (1 + exp(1))
    assert found.scores[0].tolist() == [1.0, 2.0, 27.0]
    assert found.weights[0].tolist() == pytest.approx([first, second, 0.0])
    assert found.weights[0, 2] == 0.0
    assert found.context[0].tolist() == pytest.approx([first, second])


def test_additive_attention_by_hand():
    """W [h; enc] + b with h = [1, 2], W = [[1, 0, 1, 0], [0, 1, 0, -1]], b = [0, 0.5], v = [2, 1]:
    enc [1, 0] gives [2, 2.5], enc [0, 1] gives [1, 1.5]."""
    attention = Attention("additive", 2)
    with torch.no_grad():
        attention.W.weight.copy_(torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, -1]]))
        attention.W.bias.copy_(torch.tensor([0.0, 0.5]))
        attention.v.weight.copy_(torch.tensor([[2.0, 1.0]]))
        encoded = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
        memory = attention.memory(encoded, torch.tensor([[True, True]]))
        found = attention(torch.tensor([[1.0, 2.0]]), memory)
    scores = 2 * tanh(2) + tanh(2.5), 2 * tanh(1) + tanh(1.5)
    first = exp(scores[0]) / (exp(scores[0]) + exp(scores[1]))
    assert found.scores[0].tolist() == pytest.approx(scores)
    assert found.weights[0].tolist() == pytest.approx([first, 1 - first])
    assert found.context[0].tolist() == pytest.approx([first, 1 - first])


# Writing freely

SOURCES = st.lists(st.integers(1, TYPES - 1), min_size=1, max_size=5)
MODELS = {
    "seed": st.integers(0, 10_000),
    "cell": st.sampled_from(sorted(LAYERS)),
    "attention": st.sampled_from(["none", "additive", "dot"]),
}


def lively(seed: int, **fields) -> Seq2Seq:
    """With weights large enough that probabilities differ, and that sequences of several lengths are written."""
    model = translator(seed, **fields)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)
    return model


def alone(ids: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor([ids]), torch.tensor([len(ids)])


@torch.no_grad()
@examples(40)
@given(sources=st.lists(SOURCES, min_size=1, max_size=4), **MODELS)
def test_greedy_takes_the_likeliest_token_at_each_step(sources, seed, cell, attention):
    model = lively(seed, cell=cell, attention=attention)
    textbook = Textbook(model)
    batch = batch_of([Pair(source, [EOS_ID]) for source in sources])
    tokens, written = greedy(model, batch.ids, batch.lengths, 6)
    assert written.logits.shape[:2] == tokens.shape
    for row, source in zip(tokens.tolist(), sources, strict=True):
        said = textbook.greedy(source, 6)
        assert row == said + [PAD_ID] * (len(row) - len(said))


@torch.no_grad()
@examples(40)
@given(source=SOURCES, **MODELS)
def test_a_beam_of_one_is_greedy(source, seed, cell, attention):
    model = lively(seed, cell=cell, attention=attention)
    tokens, _ = greedy(model, *alone(source), 6)
    (only,) = beam(model, *alone(source), 1, 6)
    assert only.tokens == tuple(tokens[0].tolist())
    assert only.score == pytest.approx(Textbook(model).score(source, only.tokens), rel=1e-5, abs=1e-5)


def everything(limit: int) -> list[tuple[int, ...]]:
    """Every sequence that can be written in at most `limit` steps."""
    open_tokens = [id for id in range(CLASSES) if id not in (PAD_ID, BOS_ID, EOS_ID)]
    ended = [(*some, EOS_ID) for length in range(limit) for some in itertools.product(open_tokens, repeat=length)]
    return ended + list(itertools.product(open_tokens, repeat=limit))


@torch.no_grad()
@examples(15)
@given(source=SOURCES, **MODELS)
def test_a_beam_wide_enough_for_all_finds_the_likeliest_of_all(source, seed, cell, attention):
    model, limit = lively(seed, cell=cell, attention=attention), 3
    textbook = Textbook(model)
    scores = {said: textbook.score(source, said) for said in everything(limit)}
    found = beam(model, *alone(source), len(scores), limit)
    assert {one.tokens: one.score for one in found} == pytest.approx(scores, rel=1e-5, abs=1e-4)
    likeliest = sorted(scores.values(), reverse=True)
    assert [one.score for one in found] == pytest.approx(likeliest, rel=1e-5, abs=1e-4)


@torch.no_grad()
@examples(40)
@given(source=SOURCES, width=st.integers(2, 5), **MODELS)
def test_what_a_beam_finds_is_scored_as_the_textbook_scores_it(source, width, seed, cell, attention):
    model = lively(seed, cell=cell, attention=attention)
    textbook = Textbook(model)
    found = beam(model, *alone(source), width, 5)
    assert 1 <= len(found) <= width
    assert len({one.tokens for one in found}) == len(found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.score == pytest.approx(textbook.score(source, one.tokens), rel=1e-5, abs=1e-4)
        assert one.tokens[-1] == EOS_ID or len(one.tokens) == 5
        assert not {PAD_ID, BOS_ID} & set(one.tokens)


def plain_beam(textbook: Textbook, source: list[int], width: int, limit: int) -> list[tuple[float, tuple[int, ...]]]:
    """Beam search without a shortcut: to the last step, every beginning scored anew by the textbook."""
    ids = [id for id in range(CLASSES) if id not in (PAD_ID, BOS_ID)]
    beginnings: list[tuple[int, ...]] = [()]
    ended, kept = [], []
    for _ in range(limit):
        longer = [(*tokens, id) for tokens in beginnings for id in ids]
        kept = sorted(((textbook.score(source, tokens), tokens) for tokens in longer), reverse=True)[:width]
        ended += [one for one in kept if one[1][-1] == EOS_ID]
        kept = [one for one in kept if one[1][-1] != EOS_ID]
        beginnings = [tokens for _, tokens in kept]
    return sorted(ended + kept, reverse=True)[:width]


@torch.no_grad()
@pytest.mark.parametrize("width", [2, 3])
def test_a_narrow_beam_ends_only_when_nothing_open_can_win(width):
    for seed in range(12):
        model = lively(seed)
        expected = plain_beam(Textbook(model), [2, 3], width, 5)
        found = beam(model, *alone([2, 3]), width, 5)
        assert [one.tokens for one in found] == [tokens for _, tokens in expected]
        assert [one.score for one in found] == pytest.approx([score for score, _ in expected], rel=1e-5, abs=1e-4)


@torch.no_grad()
def test_a_beam_can_find_what_greedy_misses():
    """Some source, for some weights, has an output likelier than the greedy one; none has a less likely first."""
    better = 0
    for seed in range(30):
        model = lively(seed)
        (one,), found = beam(model, *alone([2, 3]), 1, 5), beam(model, *alone([2, 3]), 5, 5)
        better += found[0].score > one.score + 1e-4
    assert better > 3


# Training: teacher forcing, padding, order


@torch.no_grad()
@pytest.mark.parametrize("cell", LAYERS)
def test_always_told_the_truth_step_by_step_is_one_fused_pass(cell):
    model, batch = translator(cell=cell, layers=2), batch_of(PAIRS)
    _, _, state, memory = model.encode(batch.ids, batch.lengths)
    result = model(batch)
    tokens, written = model.decode(result.tokens, state, memory, 1.0)
    assert torch.equal(tokens, result.tokens)
    torch.testing.assert_close(written.logits, result.logits, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(written.output, result.decoder.output, rtol=1e-6, atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("attention", ["none", "additive", "dot"])
def test_never_told_the_truth_the_decoder_reads_what_it_wrote(attention):
    model, batch = translator(attention=attention, teacher=0.0).train(), batch_of(PAIRS)
    result = model(batch)
    assert (result.tokens[:, 0] == BOS_ID).all()
    assert torch.equal(result.tokens[:, 1:], result.logits[:, :-1].argmax(-1))
    model.eval()
    truth = model(batch).tokens
    assert truth[1].tolist() == [BOS_ID, 5, 3, 4, 4], "to be examined it is told the truth"


@torch.no_grad()
@examples(40)
@given(
    pairs=st.lists(
        st.tuples(SOURCES, st.lists(st.integers(2, CLASSES - 1), min_size=1, max_size=5)), min_size=2, max_size=5
    ),
    data=st.data(),
    **MODELS,
)
def test_packed_neither_padding_nor_the_order_of_the_batch_matters(pairs, data, seed, cell, attention):
    model = lively(seed, cell=cell, attention=attention)
    whole = [Pair(source, target) for source, target in pairs]
    order = data.draw(st.permutations(range(len(whole))))
    longer = Pair([2] * 9, [3] * 9)
    together = model(batch_of(whole)).logits
    shuffled = model(batch_of([whole[i] for i in order] + [longer])).logits
    for place, i in enumerate(order):
        own = len(whole[i].targets)
        torch.testing.assert_close(shuffled[place, :own], together[i, :own], rtol=1e-5, atol=1e-5)
        apart = model(batch_of([whole[i]])).logits[0]
        torch.testing.assert_close(apart, together[i, :own], rtol=1e-5, atol=1e-5)


def plain_losses(e: Experiment) -> list[float]:
    """The loss of each epoch by a textbook's program, from the seed on; only the ids of the pairs are the lab's."""
    data = Trainer(e).data
    pairs = [(pair.inputs, pair.targets[:-1]) for pair in data.pairs]
    torch.manual_seed(e.seed)
    architecture = {"embed": e.embed, "hidden": e.hidden, "layers": e.layers, "attention": e.attention == "additive"}
    model = plain_seq2seq.Seq2Seq(len(data.vocabulary), len(data.classes), e.cell, **architecture)
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=e.lr), []
    for _ in range(e.epochs):
        total = count = 0
        for start in range(0, len(pairs), e.batch):
            source, lengths, target = plain_seq2seq.batch(pairs[start : start + e.batch])
            logits = model(source, lengths, target, e.teacher)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD_ID)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            targets = int((target != PAD_ID).sum())
            total, count = total + loss.item() * targets, count + targets
        losses.append(total / count)
    return losses


@pytest.mark.parametrize(
    ("cell", "attention", "teacher", "layers"),
    [
        *[("gru", "additive", 0.5, 1), ("lstm", "none", 0.3, 2), ("rnn", "additive", 0.8, 2)],
        *[("lstm", "additive", 0.0, 1), ("lstm", "none", 0.5, 1), ("mgu", "none", 0.0, 2), ("gru", "additive", 0.4, 2)],
    ],
)
def test_the_losses_are_those_of_a_textbooks_program(cell, attention, teacher, layers):
    """Modules in the same order, W over [h; enc], and a draw of the teacher after each step. To 1e-6, for the lab takes
    sums in another order than a loop over steps."""
    e = experiment(pairs=10, batch=4, epochs=3, teacher=teacher, attention=attention, cell=cell, layers=layers, lr=0.02)
    history = run(e)
    assert history.losses == pytest.approx(plain_losses(e), rel=0, abs=1e-6)
    assert history.losses != run(e.model_copy(update={"teacher": 1.0})).losses


# What a frame holds of it


def alike(said: list[int], target: list[int]) -> int:
    """How many tokens of a target stand in their places."""
    return sum(place < len(said) and said[place] == id for place, id in enumerate(target))


@torch.no_grad()
@pytest.mark.parametrize(("cell", "attention"), [("lstm", "additive"), ("gru", "dot"), ("rnn", "none")])
def test_a_frame_holds_what_the_textbook_computes(cell, attention):
    e = experiment(cell=cell, attention=attention, pairs=60, held_out=0.25, epochs=2, beam=3, batch=8, lr=0.03)
    trainer = Trainer(e)
    with torch.enable_grad():
        history = open_run(trainer).extended(train(trainer))
    textbook, frame, probe = Textbook(trainer.model), history.frames[-1], trainer.data.probe
    limit = max(len(pair.targets) for pair in trainer.data.pairs) + 5
    said = textbook.greedy(probe.inputs, limit)
    assert frame.task_arrays["free"].tolist() == said
    logits, weights = textbook.forced(probe.inputs, said)
    chances = logits.softmax(-1).topk(5)
    assert frame.task_arrays["options"].tolist() == chances.indices.tolist()
    np.testing.assert_allclose(frame.task_arrays["option_chances"], chances.values, rtol=1e-5, atol=1e-5)
    assert ("weights" in frame.task_arrays) == ("free_weights" in frame.task_arrays) == (attention != "none")
    if attention != "none":
        np.testing.assert_allclose(frame.task_arrays["free_weights"], torch.stack(weights), rtol=1e-5, atol=1e-5)
        told = torch.stack(textbook.forced(probe.inputs, probe.targets)[1])
        np.testing.assert_allclose(frame.task_arrays["weights"], told, rtol=1e-5, atol=1e-5)
    assert len(frame.task_arrays["beams"]) == 3
    for row, score in zip(frame.task_arrays["beams"].tolist(), frame.task_arrays["beam_scores"].tolist(), strict=True):
        assert score == pytest.approx(textbook.score(probe.inputs, [id for id in row if id >= 0]), rel=1e-5, abs=1e-4)

    freely = [textbook.greedy(pair.inputs, limit) for pair in trainer.data.held]
    assert [row.tolist() for row in frame.held_out.predictions] == freely
    targets = [pair.targets for pair in trainer.data.held]
    assert frame.held_out.score == np.mean([row == target for row, target in zip(freely, targets, strict=True)])
    forced = [textbook.forced(pair.inputs, pair.targets)[0] for pair in trainer.data.held]
    tokens = sum(map(len, targets))
    right = [row.argmax(-1).tolist() for row in forced]
    assert frame.held_out.forced_accuracy == pytest.approx(sum(map(alike, right, targets)) / tokens)
    assert frame.held_out.free_accuracy == pytest.approx(sum(map(alike, freely, targets)) / tokens)
    assert np.mean([row == target for row, target in zip(right, targets, strict=True)]) == frame.held_out.score
    chosen = [
        -float(row.log_softmax(-1)[range(len(target)), target].sum())
        for row, target in zip(forced, targets, strict=True)
    ]
    assert frame.held_out.loss == pytest.approx(sum(chosen) / tokens, rel=1e-5, abs=1e-4)


@pytest.mark.thorough
def test_a_long_output_is_judged_to_its_end():
    """What is shown of a probe is cut at 64 tokens; what is held out must not be, or no long target could be right."""
    text = "\n".join(f"{letter} | " + " ".join(map(str, range(72))) for letter in "abcdefgh")
    e = Experiment(task="seq2seq", text=text, max_length=100, held_out=0.25, epochs=30, hidden=32, lr=0.03, cell="gru")
    last = run(e).frames[-1]
    assert last.held_out.forced_accuracy == 1
    assert last.held_out.score == 1
    assert [len(said) for said in last.held_out.predictions] == [73, 73]
    assert len(last.task_arrays["free"]) == 64
