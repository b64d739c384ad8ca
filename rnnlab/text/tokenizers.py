"""The tokenizers: a line of text as its tokens. The only module that knows jieba.

Which of them reads an experiment's text, and what becomes of the text before, is said in `rnnlab.text.reading` alone.
"""

import logging
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import regex

from rnnlab.i18n.characters import graphemes
from rnnlab.text.normalization import normalize
from rnnlab.text.viterbi import TagModel, likeliest_marks


@cache
def segmenter() -> Any:
    """jieba's segmenter, loaded once a process: about a second and 66 MB.

    Its `initialize` would unmarshal the dictionary from a file of the shared temporary folder, where anybody could have
    put one, or write that file. So the dictionary is read from the package each time, and no folder is needed.
    """
    import jieba.finalseg  # here, for only a worker that cuts Chinese needs it

    finalseg: Any = jieba.finalseg
    finalseg.viterbi = likeliest_marks
    jieba.setLogLevel(logging.WARNING)
    segmenter = jieba.Tokenizer()
    segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
    segmenter.initialized = True
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
        words, total = [jieba_characters(normalize(word)) for word in words], jieba.total
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


def jieba_words(line: str) -> list[str]:
    """Words as jieba cuts them; white space only separates."""
    with dictionary_lock:
        return [word for word, _ in whole_characters(line, untagged)]


def untagged(line: str) -> list[tuple[str, str]]:
    return [(word, "") for word in segmenter().lcut(line)]


def tagged(line: str) -> list[tuple[str, str]]:
    return [(pair.word, pair.flag) for pair in tagger().lcut(line)]


# jieba reads code points, and would part a letter from its accent, or a family. What a reader calls one character is
# one for jieba, too: a letter stands for itself and its marks, so that the word it belongs to is found; anything else
# is something that stands in no word.
SYMBOL = "\ufffc"


def jieba_characters(text: str) -> str:
    """A text as jieba gets it, one code point for each of `separable(text)`."""
    return "".join(map(stand_in, separable(text)))


def stand_in(character: str) -> str:
    alone = len(character) == 1 or regex.fullmatch(r"\p{L}[\p{M}\u200c\u200d]*", character)
    return character[0] if alone else SYMBOL


def separable(line: str) -> list[str]:
    """What a reader calls characters, but that white space separates also what a mark follows."""
    parts = ((one[0], one[1:]) if one[0].isspace() else (one,) for one in graphemes(line))
    return [part for pair in parts for part in pair if part]


def whole_characters(line: str, cut: Callable[[str], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The words that `cut` makes of a line, each with its tag; none ends within a character, none is white space."""
    characters, words, start = separable(line), [], 0
    for word, tag in cut("".join(map(stand_in, characters))):
        whole = "".join(characters[start : start + len(word)])
        start += len(word)
        if not whole.isspace():
            words.append((whole, tag))
    return words


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "words": split_words,
    "chars": graphemes,
    "jieba": jieba_words,
}


def nonempty_lines(text: str) -> list[str]:
    """The lines that hold anything, as they are read, without white space around them."""
    return [line.strip() for line in normalize(text).split("\n") if line.strip()]


def tokenize(texts: Iterable[str], tokenizer: str, words: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """The tokens of each text. `words` are jieba's to know while it cuts these."""
    cut = TOKENIZERS[tokenizer]
    with dictionary_with(words) if tokenizer == "jieba" and words else nullcontext():
        return [tuple(cut(normalize(text))) for text in texts]


def tag(texts: Iterable[str], words: Sequence[str] = ()) -> list[tuple[tuple[str, str], ...]]:
    """The words of each text, each with the class that jieba's tagger gives it."""
    with dictionary_lock, dictionary_with(words):
        return [tuple(whole_characters(normalize(text), tagged)) for text in texts]


def only_punctuation(tokens: Iterable[str]) -> bool:
    """Whether no token holds a letter, a digit or a symbol such as an emoji."""
    return not any(unicodedata.category(char)[0] in "LNSM" for token in tokens for char in token)
