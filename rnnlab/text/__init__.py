"""Text to tokens to ids; lines, tables and pairs as text."""

from rnnlab.text.tokenizers import (
    TOKENIZERS,
    dictionary_lock,
    dictionary_with,
    graphemes,
    jieba_words,
    nonempty_lines,
    only_punctuation,
    segmenter,
    split_words,
    tag_lines,
    tagger,
    tokenize_lines,
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
    "split_words",
    "tag_lines",
    "tagger",
    "tokenize_lines",
]
