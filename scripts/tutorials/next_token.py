"""The presets that predict the next token, and the one with windows: the lab's runs against plain loops."""

import jieba
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rnnlab import Experiment, run
from rnnlab.inspection.dataset import epoch_batches
from rnnlab.records.history import History
from scripts.tutorials.comparing import Differences, gap, unequal
from scripts.tutorials.plain import NextWord, orders


def ids_of(tokens: list[str]) -> tuple[list[str], list[int]]:
    """Words in order of first appearance, and the text by their numbers."""
    words = list(dict.fromkeys(tokens))
    return words, [words.index(token) for token in tokens]


def strings(history: History) -> list[str]:
    """What is predicted in every frame."""
    classes = history.opening.classes
    return ["".join(classes[best] for best in frame.top_classes[:, 0]) for frame in history.frames]


def words_next(e: Experiment, tokens: list[str]) -> Differences:
    """An embedding, a layer, a linear layer over one sentence."""
    words, ids = ids_of(tokens)
    torch.manual_seed(e.seed)
    model = NextWord(len(words), e.embed, e.hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=e.lr)
    x, y = torch.tensor([ids[:-1]]), torch.tensor(ids[1:])
    losses, hidden, said, rows = [], [], [], []
    for _ in range(e.epochs + 1):
        logits, output = model(x)
        hidden.append(output[0].detach().numpy())
        said.append("".join(words[i] for i in logits[0].argmax(-1).tolist()))
        rows.append(model.embedding.weight.detach().flatten().clone().numpy())
        loss = F.cross_entropy(logits[0], y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if len(losses) <= e.epochs:
            optimizer.step()
    history = run(e)
    kept = [np.frombuffer(checkpoint.weights, np.float32) for checkpoint in history.checkpoints]
    learnt = torch.cat([p.detach().flatten() for p in model.parameters()]).numpy()
    return {
        f"{e.epochs} losses": gap(history.losses, losses[:-1]),
        "hidden states of all frames": gap(
            [f.hidden for f in history.frames], [hidden[f.epoch] for f in history.frames]
        ),
        "predictions": unequal(strings(history), [said[f.epoch] for f in history.frames]),
        "embeddings": gap([w[: len(rows[0])] for w in kept], [rows[c.epoch] for c in history.checkpoints]),
        "vocabulary": unequal(history.opening.vocabulary, tuple(words)),
        "final weights": gap(kept[-1], learnt),
    }


def preset_words_next(seed: int) -> Differences:
    return words_next(Experiment(preset="words-next", seed=seed), ["我", "喜欢", "学习", "深度", "学习"])


def preset_embedding(seed: int) -> Differences:
    e = Experiment(preset="embedding", seed=seed)
    return words_next(e, jieba.lcut(e.text))


def preset_hello_elloh(seed: int) -> Differences:
    """One-hot vectors, a state that is carried from epoch to epoch; what is shown starts from zeros."""
    e = Experiment(preset="hello-elloh", seed=seed)
    letters, ids = ids_of(list("hello"))
    x, y = F.one_hot(torch.tensor([ids])).float(), torch.tensor([letters.index(c) for c in "elloh"])
    torch.manual_seed(seed)
    rnn, linear = nn.RNN(len(letters), 8, batch_first=True), nn.Linear(8, len(letters))
    optimizer = torch.optim.Adam([*rnn.parameters(), *linear.parameters()], lr=0.1)
    losses, hidden, said, carried = [], [], [], None
    for _ in range(201):
        with torch.no_grad():
            shown, _ = rnn(x)
            hidden.append(shown[0].numpy())
            said.append("".join(letters[i] for i in linear(shown)[0].argmax(-1).tolist()))
        output, carried = rnn(x, carried)
        carried = carried.detach()
        loss = F.cross_entropy(linear(output)[0], y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if len(losses) <= 200:
            optimizer.step()
    history = run(e)
    return {
        "200 losses": gap(history.losses, losses[:-1]),
        "hidden states from zeros": gap([f.hidden for f in history.frames], [hidden[f.epoch] for f in history.frames]),
        "predictions": unequal(strings(history), [said[f.epoch] for f in history.frames]),
    }


def ohlol(seed: int, by_cell: bool) -> Differences:
    """The hidden state is the scores. By the cell, step by step, the losses of the steps are added; by the layer their
    mean is taken."""
    letters, ids = ids_of(list("hello"))
    x, y = F.one_hot(torch.tensor(ids)).float(), torch.tensor([letters.index(c) for c in "ohlol"])
    torch.manual_seed(seed)
    module = nn.RNNCell(4, 4) if by_cell else nn.RNN(4, 4)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
    losses, hidden, said = [], [], []
    for _ in range(21):
        if by_cell:
            h, states, loss = torch.zeros(1, 4), [], torch.zeros(())
            for x_t, y_t in zip(x, y, strict=True):
                h = module(x_t.unsqueeze(0), h)
                states.append(h[0])
                loss = loss + F.cross_entropy(h, y_t.unsqueeze(0))
            output = torch.stack(states)
        else:
            output = module(x.unsqueeze(1))[0].squeeze(1)
            loss = F.cross_entropy(output, y)
        hidden.append(output.detach().numpy())
        said.append("".join(letters[i] for i in output.argmax(-1).tolist()))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if len(losses) <= 20:
            optimizer.step()
    history = run(Experiment(preset="ohlol-cell" if by_cell else "ohlol-layer", seed=seed))
    return {
        "20 losses": gap(history.losses, losses[:-1]),
        "hidden states": gap([f.hidden for f in history.frames], hidden),
        "predictions": unequal(strings(history), said),
    }


def preset_ohlol_cell(seed: int) -> Differences:
    return ohlol(seed, by_cell=True)


def preset_ohlol_layer(seed: int) -> Differences:
    return ohlol(seed, by_cell=False)


def preset_windows(seed: int) -> Differences:
    """The data set of windows, and the batches of five epochs in the order in which they are shown."""
    ids = [0, 1, 3, 4, 0, 1, 5, 2]
    pairs = [(ids[i : i + 3], ids[i + 1 : i + 4]) for i in range(len(ids) - 3)]
    e = Experiment(preset="windows", seed=seed)
    shuffled = orders(len(pairs), seed)
    listed, expected = [], []
    for epoch in range(1, 6):
        found = epoch_batches(e, epoch)
        listed.append(found.shuffled.batches)
        order = [place + 1 for place in next(iter(shuffled))]
        expected.append(tuple(tuple(order[i : i + 2]) for i in (0, 2, 4)))
    sequences = [(list(s.inputs), list(s.targets)) for s in epoch_batches(e, 1).sequences]
    return {"5 pairs": unequal(sequences, pairs), "batches of 2, 2, 1, five epochs": unequal(listed, expected)}


def preset_clipping(seed: int) -> Differences:
    """Plain SGD on a summed loss: every norm before clipping, every loss."""
    e = Experiment(preset="clipping", seed=seed)
    lines = e.text.splitlines()
    words = list(dict.fromkeys("".join(lines)))
    ids = [torch.tensor([words.index(c) for c in line]) for line in lines]
    shift = int(len({len(line) for line in lines}) > 1)  # <pad> is 0 where lines differ in length
    x = nn.utils.rnn.pad_sequence([line[:-1] + shift for line in ids], batch_first=True)
    y = nn.utils.rnn.pad_sequence([line[1:] + shift for line in ids], batch_first=True, padding_value=-100)
    torch.manual_seed(seed)
    embedding = nn.Embedding(len(words) + shift, e.embed, padding_idx=0 if shift else None)
    rnn, linear = nn.RNN(e.embed, e.hidden, batch_first=True), nn.Linear(e.hidden, len(words) + shift)
    learnt = [*embedding.parameters(), *rnn.parameters(), *linear.parameters()]
    optimizer = torch.optim.SGD(learnt, lr=e.lr)
    losses, norms = [], []
    for _ in range(e.epochs):
        loss = F.cross_entropy(linear(rnn(embedding(x))[0]).flatten(0, 1), y.flatten(), reduction="sum")
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(learnt, e.clip).item())
        optimizer.step()
    history = run(e)
    return {
        "100 losses": gap(history.losses, losses),
        "norms before clipping": gap([s.norm for s in history.snapshots], norms),
    }
