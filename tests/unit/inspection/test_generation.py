"""Going on with a text: against plain torch programs, cases worked out by hand, and reading everything again."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab import Experiment, LabError, run
from rnnlab.inspection import generation
from rnnlab.inspection.generation import generate, samples, sampling_probabilities
from rnnlab.inspection.trace import network
from rnnlab.records.generation import (
    BOUNDS,
    PROMPT_CHARACTERS,
    READS,
    SAMPLES,
    SHOWN,
    Settings,
    affordable,
    longest_copied,
    spread,
)
from rnnlab.text import graphemes
from rnnlab.training.tasks import TASKS
from tests.support import modules
from tests.support.examples import examples

TEXT = "the cat sat on the mat\nthe mat sat on a cat\na cat"
SMALL = {"text": TEXT, "hidden": 7, "embed": 5, "epochs": 3, "lr": 0.05}
GREEDY = Settings(temperature=0, length=12)


def trained(**fields):
    history = run(Experiment(**SMALL | fields))
    return history, history.checkpoints[-1].weights


def codes(error) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in error.value.problems]


@pytest.fixture(scope="module")
def writer():
    """Characters, and a vocabulary larger than what is kept of a step."""
    return trained(tokenizer="chars", cell="gru", text="a quick brown fox jumps over the lazy dog")


# Against a program that knows nothing of the lab


def test_greedy_is_what_a_plain_program_writes():
    history, weights = trained(cell="gru", layers=2, epochs=20)
    found = generate(history.experiment, weights, "the cat", GREEDY)
    words = ["<pad>", *dict.fromkeys(TEXT.split())]
    flat = torch.frombuffer(bytearray(weights), dtype=torch.float32)
    embedding, gru, head = nn.Embedding(len(words), 5), nn.GRU(5, 7, 2, batch_first=True), nn.Linear(7, len(words))
    nn.utils.vector_to_parameters(flat, [p for module in (embedding, gru, head) for p in module.parameters()])
    ids = [words.index("the"), words.index("cat")]
    with torch.no_grad():
        for step in range(12):
            chances = head(gru(embedding(torch.tensor([ids])))[0][0, -1]).softmax(-1)
            best = int(chances[1:].argmax()) + 1  # never <pad>
            assert found.ids[step] == best
            assert found.probability[step] == pytest.approx(float(chances[best]), rel=1e-6, abs=1e-6)
            likeliest = chances.topk(min(SHOWN, len(words)))
            assert found.top_classes[step].tolist() == likeliest.indices.tolist()
            assert found.top_probabilities[step] == pytest.approx(likeliest.values.numpy(), rel=1e-6, abs=1e-6)
            bits = float(-(chances * chances.log2()).sum())
            assert found.entropy[step].tolist() == pytest.approx([bits, 0.0], rel=1e-5, abs=1e-5)
            ids.append(best)
    assert (found.sampling_probability == 1).all()
    assert (found.candidates == 1).all()
    assert (found.prompt, found.unknown, found.ended) == (("the", "cat"), (), "length")


# Every network


ARCHITECTURES = [
    {"cell": cell, "impl": impl, "layers": layers, "bidirectional": both}
    for cell, impl, layers, both in product(modules.NAMES, ("layer", "cell"), (1, 2), (False, True))
]
OTHERS = [
    {"input": "onehot"},
    {"head": "none", "hidden": 7, "text": "a b c d e f g a"},
    {"head": "none", "hidden": 2, "bidirectional": True, "text": "a b c d a"},
    {"carry": True, "text": "a b c d e a b"},
    {"packed": True},
    {"packed": True, "bidirectional": True, "cell": "lstm"},
    {"nonlinearity": "relu"},
    {"dropout": 0.5, "dropout_embed": 0.5, "dropout_head": 0.5, "layers": 2},
    {"window": 2, "batch": 3},
    {"tokenizer": "chars", "cell": "lstm"},
    {"tokenizer": "jieba", "text": "小猫听着雨声，小猫睡着了。", "words": "听着雨声"},
]


@pytest.mark.parametrize(
    "fields", ARCHITECTURES + OTHERS, ids=lambda f: "-".join(f"{k}={v}"[:24] for k, v in f.items())
)
def test_going_on_from_the_state_is_reading_everything_again(fields):
    history, weights = trained(**fields)
    e = history.experiment
    prompt = history.opening.joiner.join(history.opening.probe[:2])
    found = generate(e, weights, prompt, Settings(temperature=1.3, length=15, draw=3))
    assert found.prompt == history.opening.probe[:2]
    data, model = network(e, weights)
    ids = data.vocabulary.encode(found.prompt)
    for step, chosen in enumerate(found.ids.tolist()):
        with torch.no_grad():
            output = model.recurrent(model.input(torch.tensor([ids])))[0][0, -1]
            chances = (output if model.head is None else model.head(output)).double().softmax(-1)
        assert found.probability[step] == pytest.approx(float(chances[chosen]), rel=1e-4, abs=1e-7)
        assert found.top_probabilities[step] == pytest.approx(
            chances[found.top_classes[step].tolist()].numpy(), rel=1e-4, abs=1e-7
        )
        ids.append(chosen)
    assert len(found.ids) == 15


# Seeds


def test_the_same_seed_writes_the_same_text_and_moves_no_other_draws(writer):
    history, weights = writer
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    texts = [generate(history.experiment, weights, "a quick", Settings(draw=draw)).ids.tolist() for draw in (4, 4, 5)]
    assert texts[0] == texts[1] != texts[2]
    assert torch.equal(torch.rand(3), expected)


def test_samples_are_the_texts_of_each_epoch_by_themselves(writer):
    history, _ = writer
    e, wanted = history.experiment, Settings(length=9)
    found = samples(e, history.checkpoints, "fox", wanted)
    for checkpoint, one in zip(history.checkpoints, found, strict=True):
        assert one.ids.tolist() == generate(e, checkpoint.weights, "fox", wanted).ids.tolist()
        np.testing.assert_array_equal(one.probability, generate(e, checkpoint.weights, "fox", wanted).probability)
    assert len({tuple(one.ids.tolist()) for one in found}) > 1


def test_a_job_writes_no_more_samples_than_are_begun_within_its_time(writer, monkeypatch):
    history, _ = writer
    asked = (history.experiment, history.checkpoints, "fox", Settings(length=2))
    whole = samples(*asked)
    monkeypatch.setattr(generation, "SECONDS", 0.0)
    (only,) = samples(*asked)
    assert only.ids.tolist() == whole[0].ids.tolist()


def test_what_was_drawn_is_as_likely_as_it_says():
    """Of many draws each token has its share of what is left, and none was drawn that was cut."""
    history, weights = trained(epochs=12, text="a b c d e a c b e d")
    wanted = {"temperature": 1.5, "top_k": 3, "length": 1}
    texts = [generate(history.experiment, weights, "a", Settings(**wanted, draw=draw)) for draw in range(600)]
    left = dict(zip(texts[0].top_classes[0].tolist(), texts[0].top_sampling_probabilities[0].tolist(), strict=True))
    counted = {id: sum(int(text.ids[0]) == id for text in texts) / 600 for id in left}
    assert sum(share > 0 for share in left.values()) == 3
    for id, share in left.items():
        assert counted[id] == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 600))


# Temperature, top-k, top-p


LOGITS = torch.tensor([0.5, 0.25, 0.125, 0.0625, 0.0625]).log()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"temperature": 1}, [16, 8, 4, 2, 2]),
        ({"temperature": 0.5}, [256, 64, 16, 4, 4]),  # p² scaled
        ({"temperature": 2}, [4, 2 * math.sqrt(2), 2, math.sqrt(2), math.sqrt(2)]),  # √p scaled
        ({"temperature": 1, "top_k": 2}, [2, 1, 0, 0, 0]),
        ({"temperature": 1, "top_k": 1}, [1, 0, 0, 0, 0]),
        ({"temperature": 1, "top_k": 99}, [16, 8, 4, 2, 2]),
        ({"temperature": 1, "top_p": 0.75}, [2, 1, 0, 0, 0]),  # exactly reached by two
        ({"temperature": 1, "top_p": 0.76}, [4, 2, 1, 0, 0]),
        ({"temperature": 1, "top_p": 0.9}, [8, 4, 2, 1, 0]),  # of equals the first
        ({"temperature": 1, "top_p": 0.1}, [1, 0, 0, 0, 0]),
        ({"temperature": 1, "top_p": 0.0}, [1, 0, 0, 0, 0]),
        # Of three 4/7, 2/7, 1/7 are left, of which two reach 0.8. Of all five it would take three.
        ({"temperature": 1, "top_k": 3, "top_p": 0.8}, [2, 1, 0, 0, 0]),
        ({"temperature": 1, "top_p": 0.8}, [4, 2, 1, 0, 0]),
        # At half the temperature the first has 256/344 = 0.744 by itself; before it had 0.5.
        ({"temperature": 0.5, "top_p": 0.74}, [1, 0, 0, 0, 0]),
        ({"temperature": 0}, [1, 0, 0, 0, 0]),
    ],
)
def test_cuts_worked_out_by_hand(fields, expected):
    shuffled = torch.tensor([3, 0, 4, 2, 1])  # the likeliest need not stand first; of equals, 3 stands before 4
    left = sampling_probabilities(LOGITS[shuffled], Settings(**fields))
    share = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(left, (share / share.sum())[shuffled], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("temperature", [1e-300, 1e-6, 1e-3])
def test_towards_0_temperature_is_greedy(temperature, writer):
    history, weights = writer
    e = history.experiment
    cold = generate(e, weights, "a", Settings(temperature=temperature, length=60))
    greedy = generate(e, weights, "a", Settings(temperature=0, length=60, draw=99))
    assert cold.ids.tolist() == greedy.ids.tolist()
    assert cold.sampling_probability == pytest.approx(1, abs=1e-3)
    assert np.isfinite(cold.top_sampling_probabilities).all()


@given(
    st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=30),
    st.floats(0, 2),
    st.integers(0, 40),
    st.floats(0, 1),
)
def test_what_is_left_is_a_distribution_of_the_likeliest(values, temperature, top_k, top_p):
    logits = torch.tensor(values)
    left = sampling_probabilities(logits, Settings(temperature=temperature, top_k=top_k, top_p=top_p), specials=1)
    assert float(left.sum()) == pytest.approx(1)
    assert left[0] == 0
    assert left.argmax() == logits[1:].argmax() + 1 or float(left[logits[1:].argmax() + 1]) == pytest.approx(
        float(left.max())
    )
    kept = left > 0
    assert not top_k or int(kept.sum()) <= top_k
    if not kept[1:].all():
        assert logits[1:][~kept[1:]].max() <= logits[1:][kept[1:]].min()


# Prompts


def test_what_the_vocabulary_lacks_is_left_out_and_named(writer):
    history, weights = writer
    found = generate(history.experiment, weights, "a 狗 fox!\n", GREEDY)
    assert "".join(found.prompt) == "a  fox"
    assert found.unknown == ("狗", "!", "\n")
    alone = generate(history.experiment, weights, "a  fox", GREEDY)
    assert found.ids.tolist() == alone.ids.tolist()


def test_a_space_at_the_end_is_read(writer):
    history, weights = writer
    assert generate(history.experiment, weights, "the ", GREEDY).prompt == ("t", "h", "e", " ")


def test_padding_is_never_written():
    history, weights = trained(epochs=1, lr=1e-6, text="a\u0020b\na b a b a")
    assert history.opening.class_specials == 1
    found = generate(history.experiment, weights, "a", Settings(temperature=2, length=300))
    assert 0 not in found.ids
    at = found.top_classes == 0
    assert at.any()
    assert (found.top_sampling_probabilities[at] == 0).all()
    assert (found.top_probabilities[at] > 0.05).all()  # the network, hardly trained, would write it


@pytest.mark.parametrize(
    ("prompt", "code"), [("", "prompt_empty"), (" \n ", "prompt_empty"), ("dog <pad>", "prompt_unknown")]
)
def test_of_a_prompt_must_be_left_something_to_read(prompt, code):
    history, weights = trained()
    with pytest.raises(LabError) as error:
        generate(history.experiment, weights, prompt, GREEDY)
    assert codes(error) == [(code, "prompt")]
    assert "the cat sat" in str(error.value)


def test_a_prompt_of_which_nothing_is_known_is_quoted_as_typed(writer):
    history, weights = writer
    for prompt, code, quoted in (("狗狗，<猫>", "prompt_unknown", "狗狗，<猫>"), ("\n\t\n", "prompt_empty", "")):
        with pytest.raises(LabError) as error:
            generate(history.experiment, weights, prompt, GREEDY)
        assert codes(error) == [(code, "prompt")]
        assert quoted in str(error.value)


@pytest.mark.parametrize(("prompt", "code"), [("a" * (PROMPT_CHARACTERS + 1), "too_long"), (None, "not_text")])
def test_a_prompt_is_text_that_is_not_too_long(prompt, code, writer):
    history, weights = writer
    with pytest.raises(LabError) as error:
        generate(history.experiment, weights, prompt, GREEDY)
    assert codes(error) == [(code, "prompt")]


def test_only_runs_that_predict_the_next_token_go_on(writer):
    e = Experiment(preset="ohlol-cell", epochs=1)
    with pytest.raises(LabError) as error:
        generate(e, run(e).checkpoints[-1].weights, "h", GREEDY)
    assert codes(error) == [("no_next", "prompt")]
    assert writer[0].opening.predicts_next
    assert not run(e).opening.predicts_next
    assert [name for name, task in TASKS.items() if task.predicts_next(Experiment(task=name))] == ["next"]


@examples(60)
@given(
    st.text(max_size=PROMPT_CHARACTERS),
    st.builds(
        Settings,
        temperature=st.floats(*BOUNDS["temperature"]),
        top_k=st.integers(0, 40),
        top_p=st.floats(*BOUNDS["top_p"]),
        length=st.integers(1, 20),
        draw=st.integers(0, 2**31 - 1),
    ),
)
def test_any_prompt_and_settings_give_a_text_or_an_error_that_says_why(writer, prompt, wanted):
    history, weights = writer
    known = set(history.opening.vocabulary)
    if not known & set(graphemes(prompt)):
        with pytest.raises(LabError) as error:
            generate(history.experiment, weights, prompt, wanted)
        assert codes(error) == [("prompt_unknown" if prompt.strip() else "prompt_empty", "prompt")]
        return
    found = generate(history.experiment, weights, prompt, wanted)
    assert set(found.prompt) <= known
    assert not set(found.unknown) & known
    assert len(found.ids) == wanted.length
    assert (found.sampling_probability > 0).all()
    assert (found.entropy >= 0).all()
    assert (found.entropy[:, 0] <= math.log2(len(known)) + 1e-5).all()
    assert (found.entropy[:, 1] <= np.log2(found.candidates) + 1e-5).all()


# Limits


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("value", ["low", "high", math.nan, math.inf, "many", None, True])
def test_settings_out_of_bounds_name_field_value_and_limits(name, value):
    low, high = BOUNDS[name]
    value = {"low": low - 1, "high": high + 1}.get(value, value)
    with pytest.raises(LabError) as error:
        Settings(**{name: value})
    assert codes(error) == [("bounds", name)]
    Settings(**{name: low})
    Settings(**{name: high})


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(LabError) as error:
        Settings(temperature=3, top_k=1.5, length=0)
    assert codes(error) == [("bounds", "temperature"), ("bounds", "top_k"), ("bounds", "length")]


def test_a_network_that_reads_all_again_stops_in_time():
    limit = int(BOUNDS["length"][1])
    assert affordable(1, 1) < limit
    assert affordable(1, 1) > affordable(1, 3) > affordable(PROMPT_CHARACTERS, 3) > 10
    for prompt, layers in ((1, 1), (PROMPT_CHARACTERS, 3)):
        count = affordable(prompt, layers)
        steps = [2 * layers * (prompt + written) for written in range(count)]
        assert sum(steps[:-1]) <= READS < sum(steps)
    history, weights = trained(bidirectional=True, layers=3, hidden=2, impl="cell", epochs=1)
    found = generate(history.experiment, weights, "the cat " * 37, Settings(length=limit))
    assert found.ended == "reads"
    assert len(found.ids) == affordable(74, 3) < limit


def test_a_state_that_grows_without_bound_ends_the_text():
    history, weights = trained(nonlinearity="relu", text="a b c a")
    data, model = network(history.experiment, weights)
    with torch.no_grad():
        model.recurrent.weight_hh_l0.fill_(9.0)
        model.recurrent.bias_ih_l0.fill_(1.0)
    grown = nn.utils.parameters_to_vector(model.parameters()).detach().numpy().tobytes()
    found = generate(history.experiment, grown, "a", Settings(length=300))
    assert found.ended == "infinite"
    assert 5 < len(found.ids) < 300
    assert np.isfinite(found.probability).all()
    nowhere = generate(history.experiment, np.full(len(grown) // 4, np.nan, np.float32).tobytes(), "a", GREEDY)
    assert (nowhere.ids.shape, nowhere.top_classes.shape, nowhere.ended) == ((0,), (0, len(data.classes)), "infinite")


# Which epochs, and what was copied


@given(st.integers(1, 5000), st.integers(1, 40), st.data())
def test_few_epochs_are_chosen_and_none_leaves_but_the_newest(epochs, every, data):
    every = min(every, epochs)
    recorded = sorted({*range(0, epochs + 1, every), epochs})
    chosen = spread(recorded, every, epochs)
    assert chosen[0] == 0
    assert chosen[-1] == epochs
    assert len(chosen) <= SAMPLES + 1
    assert set(chosen) <= set(recorded)
    gaps = np.diff([epoch for epoch in chosen if epoch % every == 0])
    assert (gaps[1:] >= gaps[:-1] - every).all()  # but for rounding, ever wider
    newest = data.draw(st.integers(0, epochs))
    before = spread(sorted({*range(0, newest + 1, every), newest}), every, epochs)
    assert set(before[:-1]) <= set(chosen)


def naive(written: list[str], lines: list[list[str]]) -> int:
    stretches = [written[i:j] for i in range(len(written)) for j in range(i + 1, len(written) + 1)]
    found = [s for s in stretches if any(line[k : k + len(s)] == s for line in lines for k in range(len(line)))]
    return max(map(len, found), default=0)


TOKENS = st.lists(st.sampled_from(["a", "b", "aa", "ab"]), max_size=9)


@given(TOKENS, st.lists(TOKENS, max_size=3))
def test_the_longest_stretch_that_was_copied(written, lines):
    assert longest_copied(written, lines) == naive(written, lines)


def test_learnt_by_heart_is_copied():
    history, weights = trained(text="a b c d e f g h", epochs=150)
    found = generate(history.experiment, weights, "a", Settings(temperature=0, length=7))
    assert found.copied == 7
    assert found.ids.tolist() == [history.opening.classes.index(letter) for letter in "bcdefgh"]
    assert generate(history.experiment, history.checkpoints[0].weights, "a", GREEDY).copied < 7


def test_what_is_only_tested_on_cannot_have_been_copied():
    lines = ["a b c d", "d c b a"]
    texts = set()
    for seed in range(8):
        history, weights = trained(text="\n".join(lines), held_out=0.5, seed=seed, epochs=1)
        (held,) = history.opening.held_out
        (learnt,) = [line for line in lines if line[0] != held.tokens[0]]
        found = generate(history.experiment, weights, "a", Settings(temperature=2, length=40, draw=seed))
        written = [history.opening.classes[id] for id in found.ids]
        assert found.copied == naive(written, [learnt.split()])
        texts.add(found.copied == naive(written, [line.split() for line in lines]))
    assert False in texts  # counting the held line as well would have given more
