"""Words to ids, in a program that runs as it stands."""

from collections.abc import Sequence

NUMBERING = """\
words = {words}

by_set = {{word: id for id, word in enumerate(set(words))}}    # another order in every new Python
word2idx = {{word: id for id, word in enumerate(dict.fromkeys(words))}}    # the order of the text, always
idx2word = {{id: word for word, id in word2idx.items()}}
print(by_set)
print(word2idx)
print([idx2word[word2idx[word]] for word in words] == words)"""


def numbering(words: Sequence[str]) -> str:
    return NUMBERING.format(words=list(words))
