"""The numbers of a run, against plain PyTorch programs written the way a textbook writes them; and the fold.

No plain program below calls the lab. Each returns the loss of every epoch and what the probe sentence looked
like before it, so after that many epochs of training: (output [step, unit], probabilities [step, class]).
"""

import pickle
from statistics import median
from types import SimpleNamespace

import jieba
import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import one_hot

from rnnlab import Experiment, History, LabError, run
from rnnlab.data import batch_of
from rnnlab.hosting.limits import HostLimits
from rnnlab.records.history import State
from rnnlab.training import advance, start
from rnnlab.training import fold as fold_module
from rnnlab.training.probe import Probe
from rnnlab.training.trainer import Trainer
from tests.support import modules, plain
from tests.support.cases import some_now
from tests.support.examples import examples

SEEDS = [0, 2024]
HELLO, ELLOH, OHLOL = [0, 1, 2, 2, 3], [1, 2, 2, 3, 0], [3, 0, 2, 3, 2]  # h e l o = 0 1 2 3

Seen = list[tuple[torch.Tensor, torch.Tensor]]


# The presets as plain programs


def plain_words_next(seed: int, epochs: int = 100) -> tuple[list[float], Seen]:
    torch.manual_seed(seed)
    embedding = nn.Embedding(4, 16)
    rnn = nn.RNN(16, 32, batch_first=True)
    linear = nn.Linear(32, 4)
    optimizer = torch.optim.Adam([*embedding.parameters(), *rnn.parameters(), *linear.parameters()], lr=0.01)
    criterion = nn.CrossEntropyLoss()
    ids, target = torch.tensor([[0, 1, 2, 3]]), torch.tensor([1, 2, 3, 2])
    losses, seen = [], []
    for _ in range(epochs):
        output, _ = rnn(embedding(ids))
        logits = linear(output)[0]
        seen.append((output[0], logits.softmax(-1)))
        loss = criterion(logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, seen


def plain_hello_elloh(seed: int, epochs: int = 200) -> tuple[list[float], Seen]:
    torch.manual_seed(seed)
    rnn = nn.RNN(4, 8, batch_first=True)
    linear = nn.Linear(8, 4)
    optimizer = torch.optim.Adam([*rnn.parameters(), *linear.parameters()], lr=0.1)
    criterion = nn.CrossEntropyLoss()
    x, target = one_hot(torch.tensor([HELLO]), 4).float(), torch.tensor(ELLOH)
    hidden = torch.zeros(1, 1, 8)
    losses, seen = [], []
    for epoch in range(epochs + 1):
        with torch.no_grad():  # predict from a zero state
            output, _ = rnn(x)
            seen.append((output[0], linear(output)[0].softmax(-1)))
        if epoch == epochs:
            break
        output, hidden = rnn(x, hidden.detach())
        loss = criterion(linear(output)[0], target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, seen


def plain_ohlol_cell(seed: int, epochs: int = 20, vocabulary: str = "helo") -> tuple[list[float], Seen]:
    torch.manual_seed(seed)
    cell = nn.RNNCell(4, 4)
    optimizer = torch.optim.Adam(cell.parameters(), lr=0.1)
    criterion = nn.CrossEntropyLoss()
    x = torch.eye(4)[[vocabulary.index(character) for character in "hello"]]
    target = torch.tensor([vocabulary.index(character) for character in "ohlol"])
    losses, seen = [], []
    for _ in range(epochs):
        hidden, loss, steps = torch.zeros(1, 4), 0, []
        for t in range(5):
            hidden = cell(x[t : t + 1], hidden)
            loss += criterion(hidden, target[t : t + 1])
            steps.append(hidden[0])
        output = torch.stack(steps)
        seen.append((output, output.softmax(-1)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, seen


def plain_ohlol_layer(seed: int, epochs: int = 20) -> tuple[list[float], Seen]:
    torch.manual_seed(seed)
    rnn = nn.RNN(4, 4)
    optimizer = torch.optim.Adam(rnn.parameters(), lr=0.1)
    criterion = nn.CrossEntropyLoss()
    x, target = torch.eye(4)[HELLO].unsqueeze(1), torch.tensor(OHLOL)  # [step, batch, class]
    losses, seen = [], []
    for _ in range(epochs):
        output, _ = rnn(x, torch.zeros(1, 1, 4))
        seen.append((output[:, 0], output[:, 0].softmax(-1)))
        loss = criterion(output[:, 0], target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, seen


def plain_paragraph(seed: int, text: str, epochs: int = 60) -> tuple[list[float], Seen]:
    lines = [jieba.lcut(line) for line in text.split("\n")]
    ids: dict[str, int] = {}
    for line in lines:
        for word in line:
            ids.setdefault(word, len(ids))
    encoded = [[ids[word] for word in line] for line in lines]
    pairs = [(line[i : i + 8], line[i + 1 : i + 9]) for line in encoded for i in range(len(line) - 8)]
    x, y = (torch.tensor(side) for side in zip(*pairs, strict=True))
    torch.manual_seed(seed)
    embedding, gru, linear = nn.Embedding(len(ids), 24), nn.GRU(24, 48, batch_first=True), nn.Linear(48, len(ids))
    parameters = [*embedding.parameters(), *gru.parameters(), *linear.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    criterion = nn.CrossEntropyLoss()
    generator = torch.Generator().manual_seed(seed)
    first = torch.tensor([encoded[0][:-1]])
    losses, seen = [], []
    for epoch in range(epochs + 1):
        with torch.no_grad():
            output, _ = gru(embedding(first))
            seen.append((output[0], linear(output)[0].softmax(-1)))
        if epoch == epochs:
            break
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(16):
            logits = linear(gru(embedding(x[rows]))[0])
            loss = criterion(logits.flatten(0, 1), y[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses, seen


PLAIN = {
    "words-next": plain_words_next,
    "hello-elloh": plain_hello_elloh,
    "ohlol-cell": plain_ohlol_cell,
    "ohlol-layer": plain_ohlol_layer,
    "paragraph-next": lambda seed: plain_paragraph(seed, Experiment(preset="paragraph-next").text),
}


def assert_same_losses(ours: list[float], plain: list[float]) -> None:
    assert len(ours) == len(plain)
    np.testing.assert_allclose(ours[:20], plain[:20], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours[20:], plain[20:], rtol=1e-5, atol=1e-4)


def assert_frame_shows(frame, output: torch.Tensor, probabilities: torch.Tensor, targets: list[int]) -> None:
    """A frame against one forward pass: hidden states, the likeliest classes in order, their probabilities."""
    output, probabilities = output.detach().numpy(), probabilities.detach().numpy()
    np.testing.assert_allclose(frame.hidden, output, rtol=1e-5, atol=1e-4)
    ranked = -np.sort(-probabilities, axis=1)[:, :3]
    np.testing.assert_allclose(frame.top_probabilities, ranked, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(
        np.take_along_axis(probabilities, frame.top_classes, axis=1), ranked, rtol=1e-5, atol=1e-4
    )
    np.testing.assert_allclose(
        frame.target_probability, probabilities[range(len(targets)), targets], rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize("preset", PLAIN)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_preset_gives_the_numbers_of_the_plain_program(preset, seed):
    history = run(Experiment(preset=preset, seed=seed))
    losses, seen = PLAIN[preset](seed)
    assert history.ended == "epochs"
    assert_same_losses(history.losses, losses)
    frames = {frame.epoch: frame for frame in history.frames}
    assert list(frames) == list(range(len(losses) + 1))
    for epoch, (output, probabilities) in enumerate(seen):
        assert_frame_shows(frames[epoch], output, probabilities, list(history.opening.targets))


def readme_program(e: Experiment, sequences: list[list[int]], types: int, padded: bool) -> list[float]:
    """What the README says, and nothing else: each sequence is read but for its last token and predicts the next."""
    torch.manual_seed(e.seed)
    embedding = nn.Embedding(types, e.embed, padding_idx=0 if padded else None)
    rnn = nn.RNN(e.embed, e.hidden, batch_first=True)
    linear = nn.Linear(e.hidden, types)
    optimizer = torch.optim.Adam([*embedding.parameters(), *rnn.parameters(), *linear.parameters()], lr=e.lr)
    g = torch.Generator().manual_seed(e.seed)
    longest = max(map(len, sequences))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in sequences])
    targets = ids[:, 1:].masked_fill(torch.arange(1, longest) >= torch.tensor([[len(row)] for row in sequences]), -100)
    losses = []
    for _ in range(e.epochs):
        order = torch.randperm(len(ids), generator=g) if e.shuffle else torch.arange(len(ids))
        total = count = 0
        for rows in order.split(e.batch):
            logits = linear(rnn(embedding(ids[rows, :-1]))[0])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen = int((targets[rows] >= 0).sum())
            total, count = total + loss.item() * seen, count + seen
        losses.append(total / count)
    return losses


FIVE = [[0, 1], [1, 0], [0, 0], [2, 1], [1, 1]]


@pytest.mark.parametrize("seed", [0, 17])
@pytest.mark.parametrize(
    ("fields", "sequences", "types", "padded"),
    [
        ({"preset": "words-next"}, [[0, 1, 2, 3, 2]], 4, False),
        ({"text": "a b c a\nb c", "epochs": 30}, [[1, 2, 3, 1], [2, 3]], 4, True),
        # Windows of 3 and what comes next; the first line is too short for one.
        ({"preset": "windows"}, [[0, 1, 3, 4], [1, 3, 4, 0], [3, 4, 0, 1], [4, 0, 1, 5], [0, 1, 5, 2]], 6, False),
        ({"text": "a b\nb a\na a\nc b\nb b", "batch": 2, "shuffle": True, "epochs": 30}, FIVE, 3, False),
    ],
)
def test_the_readmes_program_gives_the_losses_to_the_bit(fields, sequences, types, padded, seed):
    e = Experiment(seed=seed, **fields)
    assert run(e).losses == readme_program(e, sequences, types, padded)


@pytest.mark.parametrize("optimizer", ["Adam", "SGD", "RMSprop"])
def test_a_rate_that_changes_gives_the_losses_of_a_program_that_sets_it(optimizer):
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    parameters = [*embedding.parameters(), *rnn.parameters(), *linear.parameters()]
    plain = getattr(torch.optim, optimizer)(parameters, lr=0.01)
    losses = []
    for epoch in range(30):
        if epoch == 10:
            plain.param_groups[0]["lr"] = 0.05
        if epoch == 21:
            plain.param_groups[0]["lr"] = 0.001
        loss = nn.functional.cross_entropy(
            linear(rnn(embedding(torch.tensor([[0, 1, 2, 3]])))[0])[0], torch.tensor([1, 2, 3, 2])
        )
        plain.zero_grad()
        loss.backward()
        plain.step()
        losses.append(loss.item())
    e = Experiment(optimizer=optimizer.lower(), epochs=30, lr_changes="10:0.05 21:0.001")
    assert run(e).losses == losses


def test_after_hello_elloh_the_prediction_starts_from_a_zero_state():
    _, seen = plain_hello_elloh(0)
    history = run(Experiment(preset="hello-elloh"))
    assert "".join(history.predicted) == "".join("helo"[best] for best in seen[-1][1].argmax(-1)) == "elloh"


def test_the_newest_frame_is_that_of_a_program_stopped_there():
    """The training pass itself never shows the last weights: the program must stop and look."""
    history = run(Experiment(epochs=37))
    _, seen = plain_words_next(0, epochs=38)
    assert history.frames[-1].epoch == 37
    assert_frame_shows(history.frames[-1], *seen[37], [1, 2, 3, 2])


# The reference's figures


def test_words_next_starts_and_ends_where_the_reference_says():
    losses = [run(Experiment(seed=seed)).losses for seed in range(10)]
    starts, ends = [loss[0] for loss in losses], [loss[90] for loss in losses]
    assert (round(min(starts), 2), round(max(starts), 2)) == (1.24, 1.61)
    assert (round(min(ends), 5), round(max(ends), 5)) == (0.00054, 0.00075)


@pytest.mark.parametrize(("preset", "steps"), [("ohlol-cell", 1), ("ohlol-layer", 5)])
def test_some_seeds_of_ohlol_succeed_and_some_fail(preset, steps):
    """REFERENCE.md's 22 of 30, 2.23 and 0.446 are those of a vocabulary e,h,l,o: the plain program says so. In
    order of first appearance, h,e,l,o, the same seeds give 18 of 30, 2.28 and 0.456: one preset, other draws."""

    def spelled(seen: Seen, vocabulary: str) -> str:
        return "".join(vocabulary[best] for best in seen[-1][1].argmax(-1))

    histories = [run(Experiment(preset=preset, seed=seed)) for seed in range(30)]
    for vocabulary, reached, middle in [("ehlo", 22, 2.23), ("helo", 18, 2.28)]:
        plain = [plain_ohlol_cell(seed, vocabulary=vocabulary) for seed in range(30)]
        assert sum(spelled(seen, vocabulary) == "ohlol" for _, seen in plain) == pytest.approx(reached, abs=1)
        assert median(losses[-1] for losses, _ in plain) == pytest.approx(middle, abs=0.006)
    assert sum("".join(history.predicted) == "ohlol" for history in histories) == pytest.approx(18, abs=1)
    assert median(history.losses[-1] for history in histories) * steps == pytest.approx(2.28, abs=0.006)


# Any setting


@st.composite
def random_settings(draw) -> tuple[dict, list[list[str]]]:
    lines = draw(st.lists(st.lists(st.sampled_from("abcde"), min_size=2, max_size=6), min_size=1, max_size=4))
    assume(len({token for line in lines for token in line}) > 1)
    classes, one_length = len({token for line in lines for token in line}), len({len(line) for line in lines}) == 1
    impl, head = draw(st.sampled_from(["layer", "cell"])), draw(st.sampled_from(["linear", "linear", "none"]))
    layers = draw(st.integers(1, 3))
    carry = one_length and draw(st.booleans())
    cell = draw(st.sampled_from(modules.NAMES))
    fields = {
        "cell": cell,
        "impl": impl,
        "layers": layers,
        "bidirectional": head == "linear" and draw(st.booleans()),
        "nonlinearity": draw(st.sampled_from(["tanh", "relu"])),
        "input": draw(st.sampled_from(["embedding", "onehot"])),
        "embed": draw(st.integers(1, 6)),
        "hidden": draw(st.integers(1, 8)) if head == "linear" else classes + (not one_length),
        "dropout": draw(st.sampled_from([0.0, 0.5])) if impl == "layer" and cell != "mgu" else 0.0,
        "head": head,
        "carry": carry,
        "shuffle": not carry and draw(st.booleans()),
        "batch": len(lines) if carry else draw(st.integers(1, 4)),
        "loss": draw(st.sampled_from(["mean", "sum"])),
        "optimizer": draw(st.sampled_from(["adam", "sgd", "rmsprop"])),
        "lr": draw(st.sampled_from([0.001, 0.01])),
        "clip": draw(st.sampled_from([0.0, 0.01, 1.0])),
        "seed": draw(st.integers(0, 2**31 - 1)),
        "epochs": 3,
    }
    return fields, lines


def plain_any(fields: dict, lines: list[list[str]]) -> tuple[list[float], list[float]]:
    """Losses and largest gradient norms: padding by hand, torch's fused layers, torch's own clipping."""
    f = SimpleNamespace(**fields)
    padded = len({len(line) for line in lines}) > 1
    names = ["<pad>"] * padded + list(dict.fromkeys(token for line in lines for token in line))
    encoded = [[names.index(token) for token in line] for line in lines]
    classes, directions = len(names), 2 if f.bidirectional else 1

    torch.manual_seed(f.seed)
    embedding = nn.Embedding(classes, f.embed, padding_idx=0 if padded else None) if f.input == "embedding" else None
    layer = modules.LAYERS[f.cell]
    width = f.embed if embedding else classes
    between = f.dropout if f.layers > 1 else 0.0
    kind = modules.options(f.cell, f.nonlinearity)
    recurrent = layer(
        width, f.hidden, f.layers, batch_first=True, bidirectional=f.bidirectional, dropout=between, **kind
    )
    linear = nn.Linear(f.hidden * directions, classes) if f.head == "linear" else nn.Identity()
    parameters = [p for part in (embedding, recurrent, linear) if part for p in part.parameters()]
    choose = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}
    optimizer = choose[f.optimizer](parameters, lr=f.lr)
    criterion = nn.CrossEntropyLoss(reduction=f.loss)
    generator, state = torch.Generator().manual_seed(f.seed), None

    losses, norms = [], []
    for _ in range(f.epochs):
        order = torch.randperm(len(lines), generator=generator).tolist() if f.shuffle else list(range(len(lines)))
        total, count, largest = 0.0, 0, 0.0
        for first in range(0, len(order), f.batch):
            rows = [encoded[i] for i in order[first : first + f.batch]]
            longest = max(len(row) for row in rows) - 1
            ids = torch.tensor([row[:-1] + [0] * (longest + 1 - len(row)) for row in rows])
            x = embedding(ids) if embedding else one_hot(ids, classes).float()
            output, final = recurrent(x, state)
            logits = linear(output)
            real = [(i, t) for i, row in enumerate(rows) for t in range(len(row) - 1)]  # positions that count
            picked = torch.stack([logits[i, t] for i, t in real])
            loss = criterion(picked, torch.tensor([rows[i][t + 1] for i, t in real]))
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(parameters, f.clip or float("inf"))
            optimizer.step()
            if f.carry:
                state = tuple(part.detach() for part in final) if f.cell == "lstm" else final.detach()
            total += loss.item() * (1 if f.loss == "sum" else len(real))
            count += len(real)
            largest = max(largest, norm.item())
        losses.append(total if f.loss == "sum" else total / count)
        norms.append(largest)
    return losses, norms


@given(random_settings())
@examples(150)
def test_any_setting_gives_the_numbers_of_a_plain_program(drawn):
    fields, lines = drawn
    history = run(Experiment(text="\n".join(" ".join(line) for line in lines), **fields))
    losses, norms = plain_any(fields, lines)
    np.testing.assert_allclose(history.losses[:1], losses[:1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-3, atol=1e-4)  # rmsprop magnifies the last bits
    np.testing.assert_allclose([s.norm for s in history.snapshots][:1], norms[:1], rtol=1e-4, atol=1e-6)


@given(
    st.lists(st.lists(st.sampled_from("abcde"), min_size=2, max_size=9), min_size=2, max_size=5),
    st.sampled_from(modules.NAMES),
    st.sampled_from(["layer", "cell"]),
    st.sampled_from(["mean", "sum"]),
)
def test_padding_changes_no_loss(lines, cell, impl, loss):
    """The first loss of a padded batch is that of the lines read one by one, which need no padding."""
    assume(len({token for line in lines for token in line}) > 1)
    e = Experiment(text="\n".join(map(" ".join, lines)), cell=cell, impl=impl, loss=loss, epochs=1, layers=2)
    trainer = Trainer(e)
    with torch.no_grad():
        total = 0.0
        for pair in trainer.data.pairs:
            logits = trainer.model(batch_of([pair])).logits[0]
            total += nn.functional.cross_entropy(logits, torch.tensor(pair.targets), reduction="sum").item()
    count = sum(len(line) - 1 for line in lines)
    assert run(e).losses[0] == pytest.approx(total if loss == "sum" else total / count, rel=1e-5)


def test_accuracy_is_the_share_of_targets_that_are_the_likeliest():
    history = run(Experiment(epochs=30))
    _, seen = plain_words_next(0, epochs=30)
    expected = [(probabilities.argmax(-1) == torch.tensor([1, 2, 3, 2])).sum() / 4 for _, probabilities in seen]
    assert [s.accuracy for s in history.snapshots] == [float(share) for share in expected]
    assert history.snapshots[0].accuracy < history.snapshots[-1].accuracy == 1.0


def test_clipping_bounds_the_update():
    """Without momentum an update is lr times the gradient, so clipping shows in how far the weights move."""
    for clip, bounded in [(0.0, False), (0.01, True), (1000.0, False)]:
        e = Experiment(optimizer="sgd", lr=1.0, clip=clip, epochs=1)
        before, _ = start(e)
        after, chunk = advance(before)
        moved = torch.cat([(b - a).flatten() for a, b in zip(weights(before), weights(after), strict=True)]).norm()
        norm = chunk.snapshots[0].norm
        assert norm > 0.01
        assert moved.item() == pytest.approx(0.01 if bounded else norm, rel=1e-3)


def weights(state: State) -> list[torch.Tensor]:
    return [p.detach().clone() for p in Trainer.load(state).parameters]


# The fold

MANY_BATCHES = {
    "text": "a b c d e\nb c a\nc c d e a b\ne d\na a b b c c\nd e a",
    "batch": 2,
    "shuffle": True,
    "cell": "lstm",
    "layers": 2,
    "dropout": 0.5,
    "clip": 0.5,
    "hidden": 8,
    "embed": 4,
    "epochs": 12,
}
FOLDED = {
    "one-pass": {"epochs": 25},
    "carried": {"preset": "hello-elloh", "epochs": 12},
    "carried-lstm": {"preset": "hello-elloh", "cell": "lstm", "impl": "cell", "epochs": 12},
    "windows": {"preset": "paragraph-next", "tokenizer": "words", "text": "a b c d e f g h i a c e g", "epochs": 9},
    "many-batches": MANY_BATCHES,
    "thinned": MANY_BATCHES | {"epochs": 410, "hidden": 2, "layers": 1, "dropout": 0.0, "batch": 3},
}


def fold(experiment: Experiment, slices, between=lambda state: state) -> History:
    """A run slice by slice. `slices` gives the keyword arguments of each `advance`; the last goes on to the end."""
    state, history = start(experiment)
    for arguments in slices:
        state, chunk = advance(between(state), **arguments)
        history = history.extended(chunk)
    while not state.ended:
        state, chunk = advance(between(state))
        history = history.extended(chunk)
    return history


def assert_identical(one: History, other: History) -> None:
    """Bit for bit, but for the time it took."""
    assert one.opening == other.opening
    assert (one.snapshots, one.ended) == (other.snapshots, other.ended)
    assert [frame.epoch for frame in one.frames] == [frame.epoch for frame in other.frames]
    for mine, its in zip(one.frames, other.frames, strict=True):
        for name in ("hidden", "top_classes", "top_probabilities", "target_probability"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(its, name))


def forgetting(state: State) -> State:
    fold_module.live_trainers.clear()
    return state


def travelling(state: State) -> State:
    """As through a queue to another process: nothing but the pickled state arrives."""
    return forgetting(pickle.loads(pickle.dumps(state)))


def repeating(state: State) -> State:
    """The slice was worked on once already, but its worker died before it could answer."""
    advance(state, epochs=2)
    advance(state, budget=0.0)
    return state


def drawing(state: State) -> State:
    """Somebody else uses torch's random generator in between."""
    torch.manual_seed(99)
    torch.rand(3)
    return state


WAYS = [lambda state: state, travelling, repeating, drawing]
BETWEEN = pytest.mark.parametrize("between", some_now(WAYS, [travelling, repeating]))  # the two that ask for most
EVERY_RUN = pytest.mark.parametrize("name", FOLDED)


@pytest.fixture(scope="module")
def uninterrupted():
    return {name: run(Experiment(**fields)) for name, fields in FOLDED.items()}


@BETWEEN
@EVERY_RUN
def test_epoch_by_epoch_is_the_same_run(name, between, uninterrupted):
    epochs = Experiment(**FOLDED[name]).epochs
    single = 12 if epochs < 100 else 30
    assert_identical(fold(Experiment(**FOLDED[name]), [{"epochs": 1}] * single, between), uninterrupted[name])


@BETWEEN
@EVERY_RUN
def test_slices_that_end_inside_an_epoch_are_the_same_run(name, between, uninterrupted):
    assert_identical(fold(Experiment(**FOLDED[name]), [{"budget": 0.0}] * 17, between), uninterrupted[name])


@pytest.mark.parametrize("name", ["many-batches", "carried"])
@given(
    slices=st.lists(st.sampled_from([{"budget": b} for b in (0.0, 1e-4, 2e-3, 1e-2)] + [{"epochs": 1}, {"epochs": 3}]))
)
@examples(25)
def test_any_slicing_is_the_same_run(name, slices, uninterrupted):
    assert_identical(fold(Experiment(**FOLDED[name]), slices, forgetting), uninterrupted[name])


def test_two_runs_in_turns_do_not_disturb_each_other(uninterrupted):
    """Both drop out at random, and one process serves both."""
    seeds = (0, 5)
    alone = [uninterrupted["many-batches"], run(Experiment(**MANY_BATCHES, seed=5))]
    states, histories = map(list, zip(*(start(Experiment(**MANY_BATCHES, seed=seed)) for seed in seeds), strict=True))
    while not all(state.ended for state in states):
        for i, state in enumerate(states):
            states[i], chunk = advance(state, budget=0.0)
            histories[i] = histories[i].extended(chunk)
    for history, expected in zip(histories, alone, strict=True):
        assert_identical(history, expected)
    assert alone[0].losses != alone[1].losses


def test_every_slice_brings_its_epochs_and_the_newest_frame():
    state, history = start(Experiment(epochs=400))
    for size in (1, 2, 3, 50, 7):
        state, chunk = advance(state, epochs=size)
        history = history.extended(chunk)
        assert [s.epoch for s in chunk.snapshots] == list(range(state.epoch - size + 1, state.epoch + 1))
        assert chunk.frames[-1].epoch == history.frames[-1].epoch == state.epoch == history.epoch


def test_a_run_that_ended_does_not_move():
    state, _ = start(Experiment(epochs=3))
    state, _ = advance(state)
    assert state.ended == "epochs"
    again, chunk = advance(state)
    assert again is state
    assert (chunk.snapshots, chunk.frames) == ((), ())


def test_a_worker_keeps_few_live_trainers():
    for _ in range(fold_module.LIVE + 3):
        state, _ = start(Experiment(epochs=1))
        advance(state)
    assert len(fold_module.live_trainers) <= fold_module.LIVE


def test_experiments_that_are_only_looked_at_are_not_kept_for_ever():
    fold_module.live_trainers.clear()
    for _ in range(fold_module.LIVE + 3):
        start(Experiment(epochs=1))
    assert len(fold_module.live_trainers) <= fold_module.LIVE


def test_the_callers_random_numbers_are_left_alone():
    torch.manual_seed(11)
    expected = torch.rand(4)
    torch.manual_seed(11)
    state, _ = start(Experiment(**MANY_BATCHES | {"dropout": 0.0}))
    advance(state)
    assert torch.equal(torch.rand(4), expected)


def test_training_with_dropout_leaves_the_callers_random_numbers_alone():
    state, _ = start(Experiment(**MANY_BATCHES))
    torch.manual_seed(11)
    expected = torch.rand(4)
    torch.manual_seed(11)
    advance(travelling(state))
    assert torch.equal(torch.rand(4), expected)


def test_starting_with_dropout_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(11)
    expected = torch.rand(4)
    torch.manual_seed(11)
    start(Experiment(**MANY_BATCHES))
    assert torch.equal(torch.rand(4), expected)


def test_frames_to_come_hold_on_to_no_more_than_they_show(monkeypatch):
    """A slice may record 200 frames; a batch of 4,096 positions and 5,000 classes takes 82 MB each."""
    held, shown, take_frames = [], [], Probe.take_frames

    def spy(probe):
        tensors = [tensor for _, seen, _ in probe.pending for tensor in (seen.hidden, seen.logits)]
        held.append(sum(tensor.untyped_storage().nbytes() for tensor in tensors))
        shown.append(sum(tensor.nbytes for tensor in tensors))
        return take_frames(probe)

    monkeypatch.setattr(Probe, "take_frames", spy)
    run(Experiment(text="\n".join(["a b c d e"] * 20), batch=20, epochs=10))
    assert sum(held) <= 2 * sum(shown)


# How a run ends

EXPLODING = {
    "sgd-relu": {"optimizer": "sgd", "lr": 10, "nonlinearity": "relu"},
    "sum": {"optimizer": "sgd", "lr": 10, "nonlinearity": "relu", "loss": "sum", "input": "onehot"},
    "many-batches": {"text": "a b c d\nb c\nc d a", "batch": 1, "optimizer": "sgd", "lr": 10, "nonlinearity": "relu"},
}
EVERY_EXPLOSION = pytest.mark.parametrize("fields", EXPLODING.values(), ids=EXPLODING)


@EVERY_EXPLOSION
def test_a_run_that_diverges_says_so_and_stops(fields):
    history = run(Experiment(**fields))
    assert history.ended == "diverged"
    assert history.epoch < 100
    assert np.isfinite(history.losses[:-1]).all()
    assert not np.isfinite(history.snapshots[-1].norm)  # also where the loss was first: its gradient is no 0


@pytest.mark.parametrize(
    "name",
    [
        "sgd-relu",
        "sum",
        pytest.param("many-batches"),
    ],
)
def test_frames_of_a_run_that_diverged_are_finite(name):
    for frame in run(Experiment(**EXPLODING[name])).frames:
        for values in (frame.hidden, frame.top_probabilities, frame.target_probability):
            assert np.isfinite(values).all(), f"frame {frame.epoch}"


@EVERY_EXPLOSION
def test_the_slice_that_diverges_can_be_asked_for_again(fields):
    state, _ = start(Experiment(**fields))
    while not state.ended:
        before = state
        state, chunk = advance(before, budget=0.0)  # a step at a time
    again, same = advance(before, budget=0.0)
    assert again.ended == "diverged"
    assert [s.epoch for s in same.snapshots] == [s.epoch for s in chunk.snapshots]


def test_a_huge_learning_rate_alone_does_not_end_a_run():
    history = run(Experiment(optimizer="sgd", lr=10, loss="sum"))
    assert (history.ended, history.epoch) == ("epochs", 100)
    assert np.isfinite(history.losses).all()


class Clock:
    """Every optimizer step takes this thread `computing` seconds, and `waiting` more by the clock."""

    computing, waiting = 1.0, 0.0

    def __init__(self):
        self.steps = 0

    def perf_counter(self) -> float:
        return self.steps * (self.computing + self.waiting)

    def thread_time(self) -> float:
        return self.steps * self.computing


@pytest.fixture
def ticking(monkeypatch):
    clock, step = Clock(), Trainer.step

    def counted(trainer):
        clock.steps += 1
        return step(trainer)

    monkeypatch.setattr(Trainer, "step", counted)
    monkeypatch.setattr(fold_module, "time", clock)
    return clock


@pytest.mark.parametrize("waiting", [0.0, 7.0])  # seconds a step, on a machine that others use too
def test_a_run_ends_when_it_has_computed_for_its_time_however_busy_the_machine_is(monkeypatch, ticking, waiting):
    """Pausing does not help: the seconds of all slices count."""
    ticking.waiting = waiting
    monkeypatch.setattr(fold_module, "host_limits", lambda: HostLimits(run_seconds=30))
    whole = run(Experiment(epochs=1000))
    assert (whole.ended, whole.epoch, whole.seconds) == ("time", 31, 31.0)
    paused = fold(Experiment(epochs=1000), [{"epochs": 5}] * 4)
    assert (paused.ended, paused.epoch, paused.seconds) == ("time", 31, 31.0)
    assert paused.losses == whole.losses


@pytest.mark.usefixtures("ticking")
def test_a_slice_keeps_to_its_budget_and_ends_between_epochs_where_it_can():
    """3 batches an epoch, a second a batch: two epochs and a part fit into 8 seconds, but not a third epoch."""
    e = Experiment(text="a b c\nb c a\nc a b", batch=1, epochs=50)
    state, chunk = advance(start(e)[0], budget=8.0)
    assert (state.epoch, state.step, len(chunk.snapshots)) == (2, 6, 2)
    state, chunk = advance(start(e)[0], budget=1.0)  # an epoch is longer than the budget
    assert (state.epoch, state.step, chunk.snapshots) == (0, 2, ())


@pytest.mark.usefixtures("ticking")
def test_a_frame_of_a_run_that_ran_out_of_time_is_that_of_its_epoch(monkeypatch):
    fields = {"text": "a b c\nb c a", "batch": 1, "epochs": 1000}
    state, _ = start(Experiment(**fields))
    state, chunk = advance(state, epochs=3)
    expected = chunk.frames[-1]  # after exactly 3 epochs
    monkeypatch.setattr(fold_module, "host_limits", lambda: HostLimits(run_seconds=6))
    stopped = run(Experiment(**fields))
    assert (stopped.ended, stopped.epoch, expected.epoch) == ("time", 3, 3)
    for frame in stopped.frames:
        if frame.epoch == 3:
            np.testing.assert_array_equal(frame.hidden, expected.hidden)


# Threads


@pytest.fixture
def three_threads():
    """A process that has told torch to use three threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def threads_seen(monkeypatch) -> set[int]:
    """How many threads torch has at every optimizer step from now on."""
    seen: set[int] = set()
    step = Trainer.step

    def spy(trainer):
        seen.add(torch.get_num_threads())
        return step(trainer)

    monkeypatch.setattr(Trainer, "step", spy)
    return seen


@pytest.mark.usefixtures("three_threads")
def test_a_run_takes_one_thread_unless_told_otherwise_and_gives_the_setting_back(threads_seen):
    run(Experiment(epochs=2))
    assert threads_seen == {1}
    assert torch.get_num_threads() == 3
    threads_seen.clear()
    run(Experiment(epochs=2), threads=2)
    assert threads_seen == {2}
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_a_slice_takes_one_thread_and_gives_the_setting_back(threads_seen):
    state, _ = start(Experiment(epochs=2))
    assert torch.get_num_threads() == 3
    advance(state)
    assert threads_seen == {1}
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_a_run_that_fails_gives_the_setting_back():
    with pytest.raises(LabError):
        run(Experiment(text="word"))
    assert torch.get_num_threads() == 3


# What is looked at and not kept


def slices(experiment: Experiment, count: int):
    """So many slices of 0.1 s, which are long enough for frames in between."""
    state, history = start(experiment)
    for _ in range(count):
        state, chunk = advance(state, budget=0.1)
        history = history.extended(chunk)
        yield history, chunk.passing


def test_frames_in_between_are_those_of_a_plain_program_and_change_nothing():
    e = Experiment(epochs=5000)  # every 25th epoch is kept
    looked = [(history, passing) for history, passing in slices(e, 3)]
    losses, predicted, hidden = plain.next_words(e.text, epochs=looked[-1][0].epoch + 1)
    assert looked[-1][0].losses == pytest.approx(losses[: looked[-1][0].epoch], rel=1e-5, abs=1e-4)
    seen = [frame for _, passing in looked for frame in passing]
    assert len(seen) >= 3
    for frame in seen:
        assert frame.epoch % looked[0][0].opening.frame_interval
        np.testing.assert_allclose(frame.hidden, hidden[frame.epoch], atol=1e-3)
        words = tuple(looked[0][0].opening.classes[best] for best in frame.top_classes[:, 0])
        assert words == predicted[frame.epoch]
    for history, _ in looked:
        kept = [frame.epoch for frame in history.frames]
        assert [epoch for epoch in kept[:-1] if epoch % history.opening.frame_interval] == []
        assert kept[-1] == history.epoch


@pytest.mark.parametrize("preset", ["lstm-classifier", "gru-tagger"])
def test_to_look_changes_no_number_where_the_sentence_is_read_by_itself(preset, monkeypatch):
    monkeypatch.setattr(fold_module, "LOOK_SHARE", 0)
    e = Experiment(preset=preset, epochs=400)
    *_, (history, _) = slices(e, 3)
    monkeypatch.setattr(fold_module, "LOOKS", 0.001)  # hardly ever
    state, other = start(e)
    while other.epoch < history.epoch:
        state, chunk = advance(state, epochs=history.epoch - other.epoch)
        other = other.extended(chunk)
    assert other.losses == history.losses
    assert [frame.epoch for frame in other.frames] == [frame.epoch for frame in history.frames]
    for one, two in zip(other.frames, history.frames, strict=True):
        np.testing.assert_array_equal(one.hidden, two.hidden)
