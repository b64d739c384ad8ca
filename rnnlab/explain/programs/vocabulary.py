"""A text to words, and words to ids, in programs that run as they stand."""

from collections.abc import Sequence

NUMBERING = """\
words = {words}

by_set = {{word: id for id, word in enumerate(set(words))}}    # another order in every new Python
word2idx = {{word: id for id, word in enumerate(dict.fromkeys(words))}}    # the order of the text, always
idx2word = {{id: word for word, id in word2idx.items()}}
print(by_set)
print(word2idx)
print([idx2word[word2idx[word]] for word in words] == words)"""


LOOKING_UP = """\
import torch
from torch import nn

embedding = nn.Embedding({types}, {embed})    # random numbers from N(0, 1)
ids = torch.tensor([{ids}])    # [batch, step], int64
x = embedding(ids)    # [batch, step, embed]
print(x.shape)
print(torch.equal(x[0, -1], embedding.weight[{last}]))    # a row, taken by its id"""

TOKENIZING = """\
import jieba
{adding}
text = {text!r}
print(text.split())    # on spaces
print(list(text))    # by characters
print(jieba.lcut(text))"""
ADDING = """
for word in {words}:
    jieba.add_word(word)
"""


def tokenizing(text: str, words: Sequence[str] = ()) -> str:
    """One line in three ways; `words` are added to jieba's dictionary."""
    return TOKENIZING.format(adding=ADDING.format(words=list(words)) if words else "", text=text)


def looking_up(types: int, embed: int, ids: Sequence[int]) -> str:
    """The rows of an embedding of so many types, at these ids."""
    return LOOKING_UP.format(types=types, embed=embed, ids=list(ids), last=ids[-1])


def numbering(words: Sequence[str]) -> str:
    return NUMBERING.format(words=list(words))
