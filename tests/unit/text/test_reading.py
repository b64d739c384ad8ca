"""One reading of a text: characters whole, spelling one, and every page's tokens those that training reads."""

import ast
import time
import unicodedata
from itertools import chain

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError
from rnnlab.analysis.bigrams import examples as bigram_examples
from rnnlab.i18n import visible
from rnnlab.inspection.dataset import dataset, epoch_batches, token_counts
from rnnlab.inspection.passages import passage
from rnnlab.records.dataset import ROWS, TOKENS
from rnnlab.records.text import SEQUENCES
from rnnlab.text.normalization import normalization_notes, normalize, strip_cell
from rnnlab.text.reading import read_lines, read_tokens
from rnnlab.text.segmentation import segmentations
from rnnlab.text.tokenizers import segmenter, tag, tagger, tokenize
from rnnlab.training.tasks import data_of
from tests.support.eventually import ROOT
from tests.support.examples import examples

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


# Whole characters


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("我\u200b爱" + FAMILY + " cafe\u0301", ["我", "\u200b", "爱", FAMILY, "caf", "é"]),
        ("国旗🇨🇳🇩🇪和" + ENGLAND, ["国旗", "🇨🇳", "🇩🇪", "和", ENGLAND]),
        ("按1️⃣再按2️⃣", ["按", "1️⃣", "再", "按", "2️⃣"]),
        ("好👋🏽啊", ["好", "👋🏽", "啊"]),
        ("学\u0301习", ["学\u0301习"]),  # the word is found, its mark stays on its letter
        ("葛\U000e0100城去葛城", ["葛\U000e0100城", "去", "葛城"]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", ["한", "글"]),
        ("क्षि नमस्ते", ["क्षि", "न", "म", "स्ते"]),
        ("กำลัง", ["กำ", "ลั", "ง"]),
        ("a\x00b\x1b", ["a", "\x00", "b", "\x1b"]),
        ("\ue000我\uf8ff", ["\ue000", "我", "\uf8ff"]),
        ("我 \u0301爱", ["我", "\u0301", "爱"]),  # a mark after a space stands alone
        ("爱" + "\u0301\u0327" * 300 + "你", ["爱" + "\u0301\u0327" * 300, "你"]),
        ("❤️🏳️\u200d🌈", ["❤️", "🏳️\u200d🌈"]),
    ],
)
def test_jieba_parts_no_character(line, words):
    assert list(tokenize([line], "jieba")[0]) == words


def test_a_lent_word_is_found_whatever_marks_it_carries():
    assert tokenize(["石墨\u0301烯是石墨\u0301烯"], "jieba", ["石墨\u0301烯"]) == [
        ("石墨\u0301烯", "是", "石墨\u0301烯")
    ]
    assert tokenize(["学cafe\u0301"], "jieba", ["e\u0301"]) == tokenize(["学caf\u00e9"], "jieba", ["\u00e9"])


texts = st.lists(
    st.sampled_from([*"我爱学习小猫aé1%.，|/ \t", FAMILY, "🇨🇳", "👋🏽", "e\u0301", "1️⃣", "क्ष", "กำ", "\u1112\u1161"])
    | st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u0301", "\ufe0f", "\U000e0100", "\x00", "\u3000", "\u00a0"])
    | st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"),
    max_size=14,
).map("".join)


def boundaries(pieces):
    ends, at = set(), 0
    for piece in pieces:
        at += len(piece)
        ends.add(at)
    return ends


@given(texts)
@examples(150)
def test_no_tokenizer_parts_a_character_or_loses_one(text):
    whole = normalize(text)
    # White space parts what stands behind it, too. Its places are counted in a text without it.
    bare = "".join(whole.split())
    allowed = boundaries("".join(one.split()) for one in regex.findall(r"\X", whole))
    allowed |= boundaries(whole.split())
    for tokens in (*(tokenize([text], name)[0] for name in ("words", "chars", "jieba")), tagged_words(text)):
        seen = ["".join(token.split()) for token in tokens]
        assert "".join(seen) == bare
        assert boundaries(seen) <= allowed | {0}
        assert all(tokens)


def tagged_words(text):
    return [word for word, _ in tag([text])[0]]


@given(st.text("小猫听着雨声我们去北京大学 rain3.5%，。", max_size=20))
def test_plain_texts_are_cut_as_jieba_itself_does(text):
    assert list(tokenize([text], "jieba")[0]) == [word for word in segmenter().lcut(text) if not word.isspace()]
    pairs = [(pair.word, pair.flag) for pair in tagger().lcut(text) if not pair.word.isspace()]
    assert list(tag([text])[0]) == pairs


# One spelling


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("neg\u200b", "neg"),
        ("\ufeff\u2060neg\u200e", "neg"),
        ("\u202apos\u202c", "pos"),
        ("a\u200b \u200d b\u00ad", "a  b"),
        ("e\u0301 \u1112\u1161\u11ab \u212b", "é 한 Å"),
        ("我\u200b爱", "我\u200b爱"),  # within a word it stays
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200d", "क्\u200d"),  # half a letter, because of the joiner
        ("a\u200d", "a"),
        ("❤\ufe0f ", "❤\ufe0f "),
        ("①Ａ", "①Ａ"),  # another character to the eye is another
        ("\ufeff", ""),
    ],
)
def test_what_looks_the_same_is_read_the_same(typed, expected):
    assert normalize(typed) == expected


@given(texts)
@example("क्\u200d\u200b ")
def test_normalizing_changes_nothing_that_can_be_seen_and_nothing_twice(text):
    once = normalize(text)
    assert normalize(once) == once
    unseen = regex.compile(r"[\p{Cf}\p{Default_Ignorable_Code_Point}]")
    assert unseen.sub("", once) == unicodedata.normalize("NFC", unseen.sub("", once))
    assert unicodedata.normalize("NFD", unseen.sub("", once)) == unicodedata.normalize("NFD", unseen.sub("", text))
    assert bool(normalization_notes([text])) == (once != text)


def test_marks_upon_marks_and_runs_of_what_has_no_ink_cost_no_time():
    for text in ("a" + "\u0301\u0316" * 10_000, "a" + "\u200b" * 19_998 + "x", "\u200b " * 10_000):
        start = time.process_time()
        assert normalize(normalize(text)) == normalize(text)
        assert time.process_time() - start < 1


def test_a_note_says_once_what_was_changed_and_how_often():
    text = "neg\u200b|cafe\u0301\nneg | a\u200d b\n\ufeffpos | e\u0301 x"
    data = data_of(Experiment(task="classify", text=text, sentence="x\u200b"))
    assert data.classes.tokens == ("neg", "pos")
    notes = {note.code: note.values for note in data.notes}
    assert notes["characters_dropped"] == {"count": 4, "value": "‹ZWSP› × 2, ‹ZWJ› × 1, ‹BOM› × 1"}
    assert notes["characters_composed"] == {"count": 2, "value": "é × 2"}
    assert not any(note.code.startswith("characters") for note in data_of(Experiment()).notes)
    tagged = data_of(Experiment(task="tag", text="rain\u200b/N falls/V\nrain/N\ufeff"))
    assert (tagged.vocabulary.tokens[2:], tagged.classes.tokens) == (("rain", "falls"), ("N", "V"))
    assert [note.values["count"] for note in tagged.notes] == [2]
    assert strip_cell(" \u200bneg \ufeff") == "neg"


@pytest.mark.parametrize("other", ["n\u200beg", "Neg", "ｎｅｇ", "n\ufe0feg"])
def test_labels_that_only_look_alike_are_pointed_out(other):
    text = f"neg | a b\n{other} | c d\npos | e f"
    data = data_of(Experiment(task="classify", text=text))
    assert data.classes.tokens == ("neg", other, "pos")
    (note,) = [note for note in data.notes if note.code == "labels_alike"]
    assert note.values == {"value": f"neg = {visible(other)}"}
    plain = data_of(Experiment(task="classify", text=text.replace(other, "other")))
    assert "labels_alike" not in {note.code for note in plain.notes}


# Every page


def experiment(task: str, tokenizer: str, lines: list[str], **fields) -> Experiment:
    if task == "tag" and tokenizer != "jieba":
        lines = [" ".join(f"{word}/T{len(word)}" for word in line.split()) for line in lines]
    frame = {"classify": "x|{}", "seq2seq": "{}|y"}.get(task, "{}")
    text = [frame.replace("{}", line) for line in lines] + (["w|w"] if task == "classify" else [])
    return Experiment(task=task, tokenizer=tokenizer, text="\n".join(text), max_length=512, **fields)


one_cell = texts.map(lambda line: line.replace("|", "").replace("\t", " ")).filter(lambda line: normalize(line).strip())
lines_of_text = st.lists(one_cell, min_size=1, max_size=3)


@pytest.mark.parametrize("task", ["next", "classify", "tag", "seq2seq"])
@pytest.mark.parametrize("tokenizer", ["words", "chars", "jieba"])
@given(lines=lines_of_text, lower=st.booleans())
@example(lines=["女性员工23876人，占比23.4%", "我用Python  cafe\u0301"], lower=True)
@examples(25)
def test_every_page_shows_the_tokens_that_training_reads(task, tokenizer, lines, lower):
    e = experiment(task, tokenizer, lines, lower=lower)
    try:
        data = data_of(e)
    except LabError:
        return
    trained = [tuple(data.vocabulary.tokens[id] for id in pair.inputs) for pair in data.pairs]

    def read(lines):  # the last token of a text that is its own target is never read
        whole = (tuple(line[:-1]) if task == "next" else tuple(line) for line in lines)
        return [line for line in whole if line]

    # Data, and Text: segmentation, batches, counts
    assert [row.inputs for row in dataset(e, held=False, first=1).rows] == [line[:TOKENS] for line in trained[:ROWS]]
    cuts = segmentations(e, e.tokenizer, 1_000)
    assert read(cuts[e.tokenizer].lines) == trained
    for name, cut in cuts.items():  # what another tokenizer would make of it is what it makes of it
        assert segmentations(e.model_copy(update={"tokenizer": name}), name, 1_000)[name] == cut
    seen = epoch_batches(e, 1)
    assert [tuple(seen.tokens[id] for id in one.inputs) for one in seen.sequences] == trained[:SEQUENCES]
    assert set(token_counts(e, written=False)) >= set(chain.from_iterable(trained))
    # History: what is counted; Units: the run's lines, and the same typed; Results: a sentence of the reader's own
    counted = [tuple(token for token, _ in line) for line in bigram_examples(e)]
    assert read([(*line, "") for line in counted] if task == "next" else counted) == [
        line for whole in trained if (line := whole if task == "next" else whole[:-1])
    ]
    part = "encoder" if task == "seq2seq" else "network"
    assert [line for line in passage(e, part)[0].lines if line] == trained
    assert read(passage(e, part, e.text)[0].lines) == trained
    for line in lines if task != "next" else ():
        if tokens := tuple(chain.from_iterable(read_tokens(e, [strip_cell(line)]))):
            own = data_of(e.model_copy(update={"sentence": line}))
            assert own.probe_tokens[: len(tokens)] == tokens[:64]
            assert task == "tag" or tokens in trained


@given(texts.filter(str.strip))
@examples(25)
def test_a_prompt_is_read_as_the_text_is(text):
    line = strip_cell(text.replace("\t", " "))
    for tokenizer in ("words", "chars", "jieba"):
        e = Experiment(text=f"{line}\na b c", tokenizer=tokenizer)
        assert read_tokens(e, [line])[0] == next(iter(read_lines(e, line)), ())


def test_no_other_module_cuts_a_text():
    """Only `reading` may use the tokenizers; `passages` looks where words begin, as a property of letters."""
    cutting = {"TOKENIZERS", "tokenize", "tag", "jieba_words", "split_words", "tagger", "segmenter"}
    found = set()
    for path in chain((ROOT / "rnnlab").rglob("*.py"), (ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ("rnnlab.text", "rnnlab.text.tokenizers"):
                found |= {(path.stem, alias.name) for alias in node.names if alias.name in cutting}
    expected = {("reading", "tokenize"), ("reading", "tag"), ("passages", "jieba_words"), ("preload", "segmenter")}
    assert {pair for pair in found if pair[0] != "__init__"} == expected


def test_the_split_of_lines_counts_the_lines_that_are_read():
    e = Experiment(text="a b\n\u200b\nc d\n\ufeff \nd e", held_out=0.34)
    assert len(data_of(e).pairs) + len(data_of(e).held) == 3
