"""The searches for words that jieba's dictionary lacks, against jieba's own."""

import importlib.util
import random
import sys
from functools import cache
from pathlib import Path

from rnnlab.text.tokenizers import tag, tagger
from rnnlab.text.viterbi import TagModel, likeliest_marks


@cache
def untouched(name: str):
    """A module of jieba as it is installed, loaded once more under another name."""
    import jieba

    folder = Path(jieba.__file__).parent / name
    spec = importlib.util.spec_from_file_location(
        f"jieba.untouched_{name}", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def tables():
    posseg = untouched("posseg")
    return posseg.char_state_tab_P, posseg.start_P, posseg.trans_P, posseg.emit_P


@cache
def texts() -> list[str]:
    """Short texts of characters that jieba knows, of those with the most classes, and of those that it has never seen
    (8 ms each, so they are few)."""
    known = tables()[0]
    rare = [chr(code) for code in range(0x4E00, 0x9FD6) if chr(code) not in known]
    many = sorted(known, key=lambda char: -len(known[char]))[:40]
    draw = random.Random(0)
    pools = [list(known)] * 200 + [many] * 40 + [[*many[:10], *rare[:20]]] * 10
    drawn = ["".join(draw.choices(pool, k=draw.randint(1, 8))) for pool in pools]
    return [*drawn, "".join(rare[:20]), "".join(map(chr, range(0x4E00, 0x4E20))), "龘龘龘", "𠮷a1"]


def test_words_and_classes_are_the_taggers_own_to_the_last_bit():
    own, model = untouched("posseg").viterbi, TagModel(*tables())
    for text in texts():
        assert model.likeliest(text) == own(text, *tables()), text


def test_words_are_the_segmenters_own_to_the_last_bit():
    own = untouched("finalseg")
    for text in texts():
        given = (text, "BMES", own.start_P, own.trans_P, own.emit_P)
        assert likeliest_marks(*given) == own.viterbi(*given), text


def test_texts_are_tagged_as_by_jieba_itself():
    kind = untouched("posseg").POSTokenizer
    plain = kind.__new__(kind)
    plain.__dict__ = tagger().__dict__
    for text in ("天地玄黄，宇宙洪荒。", "乂乄乆 乇3.5%龘靐齾", "小明喜欢魍魉鬼怪"):
        expected = [(pair.word, pair.flag) for pair in plain.lcut(text) if not pair.word.isspace()]
        assert [list(line) for line in tag([text])] == [expected]


def test_a_character_never_seen_costs_little_more_than_another():
    """Counted in calls: jieba's own search makes some eighty thousand for each."""
    rare = [chr(code) for code in range(0x4E00, 0x9FD6) if chr(code) not in tables()[0]]
    tag([rare[0]])  # all is loaded
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        tag(["".join(rare[:100])])
    finally:
        sys.setprofile(None)
    assert calls < 100 * 2_000
