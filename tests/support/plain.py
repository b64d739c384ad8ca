"""Plain PyTorch programs, as a textbook writes them: what the lab's numbers are held against."""

import torch
from torch import nn


def next_words(
    line: str, seed: int = 0, epochs: int = 100
) -> tuple[list[float], list[tuple[str, ...]], list[torch.Tensor]]:
    """`words-next` on any line: the loss of every epoch; and what an observer sees after 0, 1, … epochs: the
    predicted words, and the hidden states [step, unit]."""
    words = line.split()
    vocabulary = list(dict.fromkeys(words))
    ids = torch.tensor([[vocabulary.index(word) for word in words]])
    x, y = ids[:, :-1], ids[0, 1:]
    torch.manual_seed(seed)
    embedding = nn.Embedding(len(vocabulary), 16)
    rnn = nn.RNN(16, 32, batch_first=True)
    linear = nn.Linear(32, len(vocabulary))
    optimizer = torch.optim.Adam([*embedding.parameters(), *rnn.parameters(), *linear.parameters()], lr=0.01)
    losses, predicted, hidden = [], [], []
    for epoch in range(epochs + 1):
        output, _ = rnn(embedding(x))
        logits = linear(output)[0]
        predicted.append(tuple(vocabulary[best] for best in logits.argmax(-1)))
        hidden.append(output[0].detach())
        if epoch == epochs:
            break
        loss = nn.functional.cross_entropy(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, predicted, hidden
