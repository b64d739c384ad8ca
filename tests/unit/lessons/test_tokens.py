"""What the lesson on tokens says, against plain programs."""

import jieba
import torch
from torch import nn
from torch.nn import functional as F

from tests.support.walks import walked

TEXT = "我喜欢学习深度学习"


def embedding_before_and_after(ids: list[int], types: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A hundred epochs of predicting the next of these ids."""
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(types, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, types)
    optimizer = torch.optim.Adam([p for m in (embedding, rnn, linear) for p in m.parameters()], lr=0.01)
    before, read, targets = embedding.weight.detach().clone(), torch.tensor([ids[:-1]]), torch.tensor(ids[1:])
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(linear(rnn(embedding(read))[0])[0], targets).backward()
        optimizer.step()
    return before, embedding.weight.detach()


def test_what_each_question_is_answered_with():
    split = jieba.Tokenizer()
    words = split.lcut(TEXT)
    split.add_word("深度学习")
    taught = split.lcut(TEXT)
    before, after = embedding_before_and_after([taught.index(word) for word in taught], len(set(taught)))
    changes = (after - before).abs().amax(1)
    still = [id for id, change in enumerate(changes.tolist()) if change == 0]

    late = [*walked("tokens", "en").values()][-1].late
    assert late.found == {
        "pieces": (len(TEXT.split()), len(TEXT), len(words)),
        "id": (list(dict.fromkeys(words)).index("深度"),),
        "matrix": (len(set(words)), 16),
        "teach": (len(taught),),
        "row": str(*still),
    }
    assert late.tells["pieces"]["types"] == len(set(TEXT))
    assert late.tells["choose"] == {"tokens": len(words), "types": len(set(words))}
    assert late.tells["teach"] == {"cut": " · ".join(taught), "tokens": len(taught), "before": len(words)}
    others = [change for change in changes.tolist() if change]
    told = late.tells["row"]
    assert (told["token"], told["still"]) == (taught[-1], "0")
    assert (told["least"], told["most"]) == (f"{min(others):.2f}", f"{max(others):.2f}")
