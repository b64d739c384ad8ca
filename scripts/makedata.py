"""Make the files of pairs that the encoder–decoder translates, and those of numbers: `python -m scripts.makedata`.

Needs, besides the lab's jieba, four libraries that the lab does without:
`pip install num2words==0.5.14 cn2an==0.5.24 pypinyin==0.55.0 pypinyin-dict==0.9.0`.
The same versions write the same bytes.
"""

import math
import random
from collections import Counter
from pathlib import Path

import jieba
from cn2an import an2cn  # pyrefly: ignore[missing-import]
from num2words import num2words  # pyrefly: ignore[missing-import]
from pypinyin.constants import PHRASES_DICT  # pyrefly: ignore[missing-import]
from pypinyin_dict.phrase_pinyin_data import cc_cedict  # pyrefly: ignore[missing-import]

from rnnlab.presets import TEXTS
from rnnlab.text.synthetic import PAIRS_EACH

NUMBERS = ((1, 1_000, 999), (1_000, 10_000, 2_201), (10_000, 100_000, 1_800))  # from, to (left out), how many
CHARACTERS = 600  # that the words of pinyin are made of: few enough for each to be met often
NAMES = ("nr", "ns", "nt", "nz")  # jieba's classes for names of persons, places, organisations and others


def numerals() -> list[tuple[str, str]]:
    """All numbers of up to three digits and some of four and five, in random order: uniform ones would nearly all be
    long, and hardly any have a 零."""
    chance = random.Random("numerals")
    numbers = [number for low, high, count in NUMBERS for number in chance.sample(range(low, high), count)]
    chance.shuffle(numbers)
    words = (num2words(number).replace(",", "").replace("-", " ") for number in numbers)
    return list(zip(words, map(an2cn, map(str, numbers)), strict=True))


def pinyin() -> list[tuple[str, str]]:
    """The most frequent words of two to four characters, by jieba's dictionary, to which pypinyin's dictionary of
    phrases and CC-CEDICT give one and the same reading: either alone is wrong now and then."""
    readings = {
        word: " ".join(syllable for (syllable,) in known)
        for word, known in PHRASES_DICT.items()
        if known == cc_cedict.phrases_dict.get(word) and all(len(syllables) == 1 for syllables in known)
    }
    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    counts = {
        word: int(count)
        for word, count, kind in map(str.split, lines)
        if 2 <= len(word) <= 4 and word in readings and not kind.startswith(NAMES)
    }
    met: Counter[str] = Counter()
    for word, count in counts.items():
        met.update(dict.fromkeys(word, count))
    frequent = {character for character, _ in met.most_common(CHARACTERS)}
    words = sorted((word for word in counts if set(word) <= frequent), key=lambda word: (-counts[word], word))
    return [(word, readings[word]) for word in words[:PAIRS_EACH]]


def sine(noise: float = 0.0) -> str:
    """Ten periods of twenty values, rounded to two digits; `noise` is the deviation of what chance adds to each."""
    chance = random.Random("sea")
    return " ".join(f"{math.sin(2 * math.pi * t / 20) + chance.gauss(0.0, noise):.2f}" for t in range(200))


def main() -> None:
    for name, text in (("sine", sine()), ("noisy-sine", sine(0.2))):
        (TEXTS / f"{name}.txt").write_text(text.replace("-0.00", "0.00") + "\n", "utf-8", newline="\n")
    for name, pairs in (("numerals", numerals()), ("pinyin", pinyin())):
        assert len(dict(pairs)) == len(pairs) == PAIRS_EACH, name
        path = TEXTS / f"{name}.tsv"
        path.write_text("".join(f"{source}\t{target}\n" for source, target in pairs), "utf-8", newline="\n")
        print(f"{path}: {len(pairs)} pairs, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
