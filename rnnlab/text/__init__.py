"""Text to tokens to ids; lines, tables and pairs as text."""

from rnnlab.text.tokenizers import (
    TOKENIZERS,
    added,
    characters,
    chinese_words,
    dictionary,
    lines_of,
    only_punctuation,
    segmenter,
    tagged,
    tagger,
    tokenized,
    words,
)
from rnnlab.text.vocabulary import Vocabulary

__all__ = [
    "TOKENIZERS",
    "Vocabulary",
    "added",
    "characters",
    "chinese_words",
    "dictionary",
    "lines_of",
    "only_punctuation",
    "segmenter",
    "tagged",
    "tagger",
    "tokenized",
    "words",
]
