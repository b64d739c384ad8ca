"""From text to tokens to ids. The only module that knows jieba."""

import logging
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import regex

from rnnlab.text.viterbi import TagModel, likeliest_marks


@cache
def segmenter() -> Any:
    """jieba's segmenter, loaded once a process: about a second and 66 MB.

    jieba caches its dictionary as a file that the next start unmarshals, by default in the shared temporary
    folder, where anybody could have put one. So it gets a private folder, which goes at once.
    """
    import jieba.finalseg  # here, for only a worker that cuts Chinese needs it

    finalseg: Any = jieba.finalseg
    finalseg.viterbi = likeliest_marks
    jieba.setLogLevel(logging.WARNING)
    segmenter = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        segmenter.tmp_dir = folder
        segmenter.initialize()
    return segmenter


@cache
def tagger() -> Any:
    """jieba's part-of-speech tagger over the same dictionary: 57 MB more, and half a second at first use."""
    import jieba.posseg

    posseg: Any = jieba.posseg
    model = TagModel(posseg.char_state_tab_P, posseg.start_P, posseg.trans_P, posseg.emit_P)
    posseg.viterbi = lambda text, *_: model.likeliest(text)
    return posseg.POSTokenizer(segmenter())


# jieba's dictionary is one for the whole process: nobody may cut while it holds somebody else's words.
dictionary_lock = threading.RLock()


@contextmanager
def dictionary_with(words: Iterable[str]) -> Iterator[None]:
    """jieba's dictionary with these words too; afterwards it is what it was, to the last entry.

    A word is entered as often as jieba thinks it must occur to stay whole by itself. What stands around it may still
    be likelier to be cut across it.
    """
    with dictionary_lock:
        jieba = segmenter()
        words, total = list(words), jieba.total
        # add_word enters every beginning of a word as well, with the frequency 0.
        touched = {word[:end] for word in words for end in range(1, len(word) + 1)}
        before = {entry: jieba.FREQ.get(entry) for entry in touched}
        try:
            for word in words:
                jieba.add_word(word)
            yield
        finally:
            jieba.total = total
            for entry, frequency in before.items():
                if frequency is None:
                    jieba.FREQ.pop(entry, None)
                else:
                    jieba.FREQ[entry] = frequency


def split_words(line: str) -> list[str]:
    """Split on white space."""
    return line.split()


def graphemes(line: str) -> list[str]:
    """What a reader calls characters: an emoji family or an accented letter stays whole."""
    return regex.findall(r"\X", line)


def jieba_words(line: str) -> list[str]:
    """Words as jieba cuts them; white space only separates."""
    with dictionary_lock:
        return [word for word in segmenter().lcut(line) if not word.isspace()]


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "words": split_words,
    "chars": graphemes,
    "jieba": jieba_words,
}


def nonempty_lines(text: str) -> list[str]:
    """The lines that hold anything, as typed but for white space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def tokenize_lines(text: str, tokenizer: str, words: Sequence[str] = ()) -> list[list[str]]:
    """The tokens of every line that holds anything. `words` are jieba's to know while it cuts these lines."""
    tokenize = TOKENIZERS[tokenizer]
    if tokenizer != "jieba" or not words:
        return [tokenize(line) for line in nonempty_lines(text)]
    with dictionary_with(words):
        return [tokenize(line) for line in nonempty_lines(text)]


def tag_lines(text: str, words: Sequence[str] = ()) -> list[list[tuple[str, str]]]:
    """The words of every line that holds anything, each with the class that jieba's tagger gives it."""
    with dictionary_lock, dictionary_with(words):
        lines = [tagger().lcut(line) for line in nonempty_lines(text)]
    return [[(pair.word, pair.flag) for pair in line if not pair.word.isspace()] for line in lines]


def only_punctuation(tokens: Iterable[str]) -> bool:
    """Whether no token holds a letter, a digit or a symbol such as an emoji."""
    return not any(unicodedata.category(char)[0] in "LNSM" for token in tokens for char in token)
