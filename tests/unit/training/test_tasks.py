"""Classify, tag and write: each held against a plain program, and against what must not matter."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jieba import Tokenizer
from jieba.posseg import POSTokenizer
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from rnnlab import Experiment, LabError, run
from rnnlab.data import NO_TARGET, Pair, batch_of
from rnnlab.experiment import choices
from rnnlab.presets.presets import FIRST_OF_TASK, PRESETS
from rnnlab.training import advance, start
from rnnlab.training.tasks import TASKS, loss_of, model_of
from tests.support import modules
from tests.support.cases import some_now
from tests.support.examples import examples

REVIEWS = "good | a b c d\nbad | c d e\ngood | a e f a b\nbad | d d\ngood | a b\nbad | e d c e"
SMALL = {
    "next": {"text": "a b c d a\nb c d e\nd e a\nc b", "held_out": 0.25},
    "classify": {"text": REVIEWS, "held_out": 0.3, "bidirectional": True},
    "tag": {"text": "a/X b/Y c/X\nb/Y d/Z\nc/X a/X d/Z e/Y\ne/Y a/X", "held_out": 0.25},
    "seq2seq": {"data": "reversal", "pairs": 24, "held_out": 0.25, "attention": "additive", "teacher": 0.5, "beam": 2},
    "series": {"text": "1 2 3.5 3 1.25 -2 0 1 4 2.5 3 1", "window": 3, "held_out": 0.25},
}
COMMON = {"batch": 2, "shuffle": True, "hidden": 6, "embed": 4, "epochs": 6, "dropout_embed": 0.2, "dropout_head": 0.1}
EVERY_TASK = pytest.mark.parametrize("task", choices("task"))


def small(task: str, **fields) -> Experiment:
    return Experiment(**{"task": task} | SMALL[task] | COMMON | fields)


def test_every_task_has_a_first_preset():
    assert set(FIRST_OF_TASK) == set(TASKS) == set(choices("task"))
    assert all(Experiment(preset=preset).task == task for task, preset in FIRST_OF_TASK.items())


# Plain programs


def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filler)


@pytest.mark.parametrize("read", ["final", "last", "valid", "mean"])
@pytest.mark.parametrize("cell", modules.NAMES)
def test_a_classifier_trains_as_the_plain_program_does(cell, read):
    """`label | sentence`, padded, both directions, two layers; written as a textbook writes it."""
    pairs = [line.split(" | ") for line in REVIEWS.split("\n")]
    sentences = [sentence.split() for _, sentence in pairs]
    types = ["<pad>", "<unk>", *dict.fromkeys(token for sentence in sentences for token in sentence)]
    labels = list(dict.fromkeys(label for label, _ in pairs))
    torch.manual_seed(3)
    embedding = nn.Embedding(len(types), 4, padding_idx=0)
    kind = modules.LAYERS[cell]
    recurrent = kind(4, 6, 2, batch_first=True, bidirectional=True)
    linear = nn.Linear(12, len(labels))
    parameters = [*embedding.parameters(), *recurrent.parameters(), *linear.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    losses = []
    for _ in range(4):
        total = 0.0
        for first in (0, 4):
            rows = [[types.index(token) for token in sentence] for sentence in sentences[first : first + 4]]
            y = torch.tensor([labels.index(label) for label, _ in pairs[first : first + 4]])
            output, state = recurrent(embedding(padded(rows, 0)))
            h_n = state[0] if cell == "lstm" else state
            if read == "final":
                whole = torch.cat([h_n[-2], h_n[-1]], dim=1)
            elif read == "last":
                whole = output[:, -1, :]
            elif read == "valid":
                whole = torch.stack([output[i, len(row) - 1] for i, row in enumerate(rows)])
            else:
                whole = torch.stack([output[i, : len(row)].mean(0) for i, row in enumerate(rows)])
            loss = cross_entropy(linear(whole), y)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / 6)
    fields = {"cell": cell, "readout": read, "layers": 2, "bidirectional": True, "batch": 4, "clip": 1.0, "seed": 3}
    e = Experiment(task="classify", text=REVIEWS, hidden=6, embed=4, epochs=4, **fields)
    assert run(e).losses == pytest.approx(losses, rel=1e-5)


def test_a_tagger_trains_as_the_plain_program_does_and_padding_has_no_loss():
    text = SMALL["tag"]["text"]
    lines = [[item.split("/") for item in line.split()] for line in text.split("\n")]
    types = ["<pad>", "<unk>", *dict.fromkeys(token for line in lines for token, _ in line)]
    tags = list(dict.fromkeys(tag for line in lines for _, tag in line))
    x = padded([[types.index(token) for token, _ in line] for line in lines], 0)
    y = padded([[tags.index(tag) for _, tag in line] for line in lines], -1)
    torch.manual_seed(0)
    embedding, gru = nn.Embedding(len(types), 4, padding_idx=0), nn.GRU(4, 6, batch_first=True, bidirectional=True)
    linear = nn.Linear(12, len(tags))
    optimizer = torch.optim.Adam([*embedding.parameters(), *gru.parameters(), *linear.parameters()], lr=0.01)
    losses, accuracies = [], []
    for _ in range(5):
        logits = linear(gru(embedding(x))[0])
        real = y >= 0
        loss = -logits.log_softmax(-1)[real].gather(1, y[real][:, None]).mean()
        accuracies.append((logits.argmax(-1) == y)[real].double().mean().item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    e = Experiment(task="tag", text=text, cell="gru", bidirectional=True, hidden=6, embed=4, epochs=5)
    history = run(e)
    assert history.losses == pytest.approx(losses, rel=1e-5)
    assert [s.accuracy for s in history.snapshots] == pytest.approx(accuracies)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("task", ["classify", "tag"])
def test_classes_are_weighed_as_torch_weighs_them(task, reduction):
    """Three batches of lines of one length, so that nothing is padded; weights by scikit-learn's formula, by hand. What
    is held out has one label, a c that no line has that is trained on."""
    if task == "classify":
        rows = [
            (label, ids) for label, ids in zip([0, 0, 0, 0, 1], [[2, 3], [2, 4], [3, 4], [4, 4], [5, 2]], strict=True)
        ]
        text = "\n".join(f"{'AB'[label]} | {' '.join('abcd'[id - 2] for id in ids)}" for label, ids in rows)
        share = {0: 5 / (2 * 4), 1: 5 / (2 * 1)}
        targets = [[label] for label, _ in rows]
    else:
        rows = [([0, 0], [2, 3]), ([0, 1], [2, 4]), ([0, 0], [3, 4]), ([2, 0], [4, 4]), ([0, 0], [5, 2])]
        text = "\n".join(
            " ".join(f"{'abcd'[id - 2]}/{'ABC'[tag]}" for tag, id in zip(*row, strict=True)) for row in rows
        )
        share = {0: 10 / (3 * 8), 1: 10 / (3 * 1), 2: 10 / (3 * 1)}
        targets = [tags for tags, _ in rows]
    torch.manual_seed(4)
    embedding, gru = nn.Embedding(6, 4, padding_idx=0), nn.GRU(4, 6, batch_first=True)
    linear = nn.Linear(6, len(share))
    optimizer = torch.optim.SGD([*embedding.parameters(), *gru.parameters(), *linear.parameters()], lr=0.1)
    criterion = nn.CrossEntropyLoss(weight=torch.tensor([share[c] for c in range(len(share))]), reduction=reduction)
    losses = []
    for _ in range(4):
        total = weight = 0.0
        for first in (0, 2, 4):
            x = torch.tensor([ids for _, ids in rows[first : first + 2]])
            y = torch.tensor([one for line in targets[first : first + 2] for one in line])
            output, h_n = gru(embedding(x))
            loss = criterion(linear(h_n[-1]) if task == "classify" else linear(output).flatten(0, 1), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            ones = sum(share[one] for one in y.tolist())
            total, weight = total + loss.item() * (ones if reduction == "mean" else 1), weight + ones
        losses.append(total / weight if reduction == "mean" else total)
    fields = {"cell": "gru", "hidden": 6, "embed": 4, "optimizer": "sgd", "lr": 0.1, "batch": 2, "epochs": 4, "seed": 4}
    e = Experiment(task=task, text=text, loss=reduction, class_weights="balanced", **fields)
    assert run(e).losses == pytest.approx(losses, rel=1e-6)
    assert run(Experiment(**{**e.model_dump(), "class_weights": "none"})).losses != pytest.approx(losses, rel=1e-2)


def test_what_is_held_out_is_weighed_too_and_a_class_that_was_never_seen_as_if_once():
    text = "a/A b/A\nb/A a/A\na/B a/A\nb/C b/A"
    drawn = [
        Experiment(task="tag", text=text, class_weights="balanced", held_out=0.25, seed=seed) for seed in range(30)
    ]
    found = {e.seed: TASKS["tag"].data(e) for e in drawn}
    e = next(e for e in drawn if all(2 not in pair.targets for pair in found[e.seed].pairs))
    data = found[e.seed]
    weights = torch.tensor([6 / (2 * 5), 6 / (2 * 1), 6 / (2 * 1)])  # of five A, one B, no C
    assert torch.equal(data.class_weights, weights)
    model = model_of(e, data).eval()
    logits, right = model(batch_of(data.held)).logits[0], torch.tensor([2, 0])
    assert TASKS["tag"].evaluate(model, data).loss == pytest.approx(
        cross_entropy(logits, right, weights).item(), rel=1e-5
    )


# What must not matter


@EVERY_TASK
def test_the_same_seed_gives_the_same_numbers_however_the_run_is_cut(task):
    """Dropout, order, and who is forced are drawn from generators that travel with the state."""
    whole = run(small(task))
    state, history = start(small(task))
    while not state.ended:
        state, chunk = advance(pickle.loads(pickle.dumps(state)), epochs=1)
        history = history.extended(chunk)
    assert history.losses == whole.losses
    assert [c.weights for c in history.checkpoints] == [c.weights for c in whole.checkpoints]
    for mine, theirs in zip(history.frames, whole.frames, strict=True):
        assert np.array_equal(mine.hidden, theirs.hidden)
        assert mine.held_out is not None
        assert theirs.held_out is not None
        assert (mine.held_out.loss, mine.held_out.score) == (theirs.held_out.loss, theirs.held_out.score)
        assert mine.task_arrays.keys() == theirs.task_arrays.keys()
        assert all(np.array_equal(mine.task_arrays[name], theirs.task_arrays[name]) for name in mine.task_arrays)
    assert run(small(task, seed=1)).losses != whole.losses


@EVERY_TASK
def test_looking_changes_nothing_of_what_is_learnt(task):
    """With or without held-out lines beside it, watched here or there: the same lines give the same losses."""
    e = small(task)
    others = {"seq2seq": [{"beam": 5}], "series": [{"text": e.text + " 9", "held_out": 0.31}]}
    changes = others.get(task, [{"probe": 1}, {"probe": 2}])
    watched = [run(Experiment(**e.model_dump() | change)).losses for change in changes]
    assert all(losses == run(e).losses for losses in watched)


tokens = st.lists(st.sampled_from("abcde"), min_size=1, max_size=7)
texts = st.lists(tokens, min_size=2, max_size=6).filter(lambda lines: len(set().union(*lines)) > 1)  # more than one tag


@given(texts, st.randoms(use_true_random=False), st.data())
@examples(60)
def test_packed_results_depend_on_no_padding_and_no_order(sentences, random, data):
    task = data.draw(st.sampled_from(["classify", "tag", "seq2seq"]))
    cell = data.draw(st.sampled_from(modules.NAMES))
    fields = {"cell": cell, "packed": True, "layers": data.draw(st.integers(1, 2)), "hidden": 5, "embed": 3}
    if task == "seq2seq":
        fields["attention"] = data.draw(st.sampled_from(["none", "additive", "dot"]))
    else:
        fields["bidirectional"] = data.draw(st.booleans())
    if task == "classify":
        fields["readout"] = data.draw(st.sampled_from(["final", "valid", "mean"]))
    made = {
        "classify": lambda i, s: f"{'xy'[i % 2]} | {' '.join(s)}",
        "tag": lambda _, s: " ".join(f"{token}/{token.upper()}" for token in s),
        "seq2seq": lambda _, s: f"{' '.join(s)} | {' '.join(reversed(s))}",
    }[task]
    e = Experiment(task=task, text="\n".join(made(i, s) for i, s in enumerate(sentences)), **fields)
    found = TASKS[task].data(e)
    torch.manual_seed(0)
    model = model_of(e, found).eval()
    order = list(range(len(found.pairs)))
    random.shuffle(order)
    with torch.no_grad():
        together = model(batch_of([found.pairs[i] for i in order])).logits
        for row, i in enumerate(order):
            alone = model(batch_of([found.pairs[i]])).logits[0]
            real = len(found.pairs[i].targets)
            mine = together[row] if together.dim() == 2 else together[row, :real]
            torch.testing.assert_close(mine, alone, rtol=1e-4, atol=1e-6)


def test_padding_reaches_what_is_not_packed():
    """The same weights, the same line, with and without a longer one beside it, in training."""
    e = Experiment(task="classify", text="x | a b\ny | a b c d e f g", cell="lstm")
    found = TASKS["classify"].data(e)
    model = model_of(e, found)
    alone = model(batch_of(found.pairs[:1])).logits[0]
    beside = model(batch_of(found.pairs)).logits[0]
    assert (alone - beside).abs().max() > 1e-4


# Held-out lines


@pytest.mark.parametrize("task", [task for task in choices("task") if task != "series"])
def test_held_out_lines_are_drawn_by_the_seed_and_never_trained_on(task):
    e = small(task)
    data, again, other = (TASKS[task].data(one) for one in (e, small(task), small(task, seed=5)))
    assert data.held == again.held
    count = {"next": 4, "classify": 6, "tag": 4, "seq2seq": 24}[task]
    assert len(data.held) == max(1, round(e.held_out * count))
    assert len(data.pairs) + len(data.held) == count
    assert (data.held != other.held) or (data.pairs != other.pairs)


def test_held_scores_are_those_of_a_count_by_hand():
    """The mean of the losses of all targets, and the share of right ones, line by line and without any padding."""
    e = small("tag", dropout_embed=0.0, dropout_head=0.0)
    trainer_data = TASKS["tag"].data(e)
    history = run(e)
    model = model_of(e, trainer_data)
    weights = torch.frombuffer(bytearray(history.checkpoints[-1].weights), dtype=torch.float32)
    torch.nn.utils.vector_to_parameters(weights, model.parameters())
    model.eval()
    losses, right = [], []
    for pair in trainer_data.held:
        logits = model(batch_of([pair])).logits[0]
        for row, target in zip(logits, pair.targets, strict=True):
            losses.append(-row.log_softmax(-1)[target].item())
            right.append(int(row.argmax()) == target)
    held = history.frames[-1].held_out
    assert held is not None
    assert held.loss == pytest.approx(np.mean(losses), rel=1e-5)
    assert held.score == pytest.approx(np.mean(right))
    assert [len(said) for said in held.predictions] == [len(pair.targets) for pair in trainer_data.held]


def test_words_of_held_out_lines_alone_are_unknown():
    e = Experiment(task="classify", text="\n".join(f"{'xy'[i % 2]} | w{i} same" for i in range(10)), held_out=0.3)
    data = TASKS["classify"].data(e)
    assert data.vocabulary.tokens[:2] == ("<pad>", "<unk>")
    assert len(data.vocabulary) == 2 + 7 + 1
    assert [pair.inputs[0] for pair in data.held] == [1, 1, 1]
    assert [tokens[1] for tokens in data.held_tokens] == ["same"] * 3


# What is watched


def test_after_every_beginning_a_classifier_says_what_it_would_say_of_it_alone():
    for fields in ({}, {"impl": "cell"}, {"readout": "mean"}, {"readout": "last", "packed": True}):
        e = small("classify", **fields)
        history = run(e)
        for end in range(1, 5):
            beginning = " ".join("abcd"[:end])
            alone = run(Experiment(**e.model_dump() | {"sentence": beginning}))
            assert alone.frames[-1].top_probabilities[-1] == pytest.approx(
                history.frames[-1].top_probabilities[end - 1], rel=1e-5, abs=1e-5
            )
        assert history.opening.probe == ("a", "b", "c", "d")


def test_a_sentence_of_ones_own_is_watched_and_changes_nothing_learnt():
    e = small("classify")
    own = run(Experiment(**e.model_dump() | {"sentence": "b zzz a"}))
    assert own.losses == run(e).losses
    assert own.opening.probe == ("b", "zzz", "a")
    assert own.opening.targets == (NO_TARGET,) * 3
    assert np.isnan(own.frames[-1].target_probability).all()
    assert [note.code for note in own.opening.notes] == ["unknown_words", "padded"]


def test_jiebas_tags_are_jiebas():
    text = "我们在河边学习机器学习。\n小船过桥了！"
    data = TASKS["tag"].data(Experiment(task="tag", tokenizer="jieba", text=text))
    tagger = POSTokenizer(Tokenizer())
    for line, pair in zip(text.split("\n"), data.pairs, strict=True):
        words = tagger.lcut(line)
        assert [data.vocabulary.tokens[id] for id in pair.inputs] == [word.word for word in words]
        assert [data.classes.tokens[id] for id in pair.targets] == [word.flag for word in words]


def test_words_lent_to_jieba_are_tagged_and_given_back():
    fields = {"task": "tag", "tokenizer": "jieba", "text": "我在学机器学习呀。"}
    whole = TASKS["tag"].data(Experiment(**fields, words="机器学习"))
    assert "机器学习" in whole.vocabulary.tokens
    assert "机器学习" not in TASKS["tag"].data(Experiment(**fields)).vocabulary.tokens


# Bad data


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"task": "classify", "text": ""}, "text_empty_labels"),
        ({"task": "tag", "text": " \n"}, "text_empty_tags"),
        ({"task": "seq2seq", "text": ""}, "text_empty_pairs"),
        ({"task": "classify", "text": "a b\nc d"}, "row_no_separator"),
        ({"task": "classify", "text": "x |\ny |"}, "row_no_source"),
        ({"task": "classify", "text": "| a b"}, "row_no_target"),
        ({"task": "classify", "text": "x | a\nx | b"}, "one_class"),
        ({"task": "classify", "text": "\n".join(f"c{i} | a b" for i in range(51))}, "classes"),
        ({"task": "classify", "text": "x | a\ny | b", "held_out": 0.5, "probe": 3}, "probe_line"),
        ({"task": "tag", "text": "a/X b\nc/Y"}, "no_tag"),
        ({"task": "tag", "text": "/X"}, "no_tag"),
        ({"task": "seq2seq", "text": "abc"}, "row_no_separator"),
        ({"task": "seq2seq", "text": "a | b", "held_out": 0.5}, "held_out"),
    ],
)
def test_bad_data_is_an_error_that_says_why(fields, code):
    with pytest.raises(LabError) as caught:
        start(Experiment(**fields))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert str(caught.value)


def test_long_lines_are_cut_and_it_is_said():
    e = Experiment(task="classify", text=f"x | {'a ' * 5_000}\ny | b", max_length=32, epochs=1)
    history = run(e)
    assert history.opening.shapes[0].shape == (2, 32)
    assert [note.code for note in history.opening.notes] == ["rows_cut", "padded"]


@given(st.text(max_size=200), st.sampled_from(["classify", "tag", "seq2seq"]), st.sampled_from(["words", "chars"]))
@examples(150)
def test_any_text_trains_or_says_why_not(text, task, tokenizer):
    e = Experiment(task=task, text=text, tokenizer=tokenizer, hidden=2, embed=2, epochs=1)
    try:
        said, epochs = "", run(e).epoch
    except LabError as error:
        said, epochs = str(error), 0
    assert bool(said) is (epochs == 0)


def test_a_tab_parts_a_line_before_a_bar_does():
    e = Experiment(task="classify", text="x\ta | b\ny\tc", tokenizer="words")
    data = TASKS["classify"].data(e)
    assert data.classes.tokens == ("x", "y")
    assert data.vocabulary.tokens[2:] == ("a", "|", "b", "c")


def test_loss_is_the_mean_over_targets_and_not_over_places():
    e = Experiment(task="classify", text=REVIEWS)
    pairs = [Pair([2, 3], [0]), Pair([2], [1])]
    model = model_of(e, TASKS["classify"].data(e))
    batch = batch_of(pairs)
    result = model(batch)
    by_hand = [-result.logits[i].log_softmax(-1)[pair.targets[0]].item() for i, pair in enumerate(pairs)]
    assert loss_of(e, result, batch).item() == pytest.approx(np.mean(by_hand), rel=1e-6)
    assert batch.count == 2


@pytest.mark.parametrize(
    "preset",
    some_now(
        [id for id, preset in PRESETS.items() if preset.fields.get("task")], ["text-classification", "gru-tagger"]
    ),
)
def test_every_preset_of_a_task_learns_in_its_first_epochs(preset):
    history = run(Experiment(preset=preset, epochs=2))
    assert history.losses[-1] < history.losses[0]


def test_a_sentence_of_ones_own_is_cut_as_the_generated_pairs_are():
    e = Experiment(task="seq2seq", data="dates", pairs=200, sentence="Sunday, May 3, 1987", epochs=1)
    data = TASKS["seq2seq"].data(e)
    assert data.probe_tokens == (*"Sunday, May 3, 1987", "<bos>")
    assert [note.code for note in data.notes] == []
