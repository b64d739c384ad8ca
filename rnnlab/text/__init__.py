"""Text to tokens to ids; lines, tables and pairs as text."""

from rnnlab.i18n.characters import graphemes
from rnnlab.text.tokenizers import (
    TOKENIZERS,
    dictionary_lock,
    dictionary_with,
    jieba_words,
    nonempty_lines,
    only_punctuation,
    segmenter,
    tagger,
)
from rnnlab.text.vocabulary import Vocabulary

__all__ = [
    "TOKENIZERS",
    "Vocabulary",
    "dictionary_lock",
    "dictionary_with",
    "graphemes",
    "jieba_words",
    "nonempty_lines",
    "only_punctuation",
    "segmenter",
    "tagger",
]
