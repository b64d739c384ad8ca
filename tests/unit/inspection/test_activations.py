"""Units over a text: what is read, their values against plain torch, and a planted signal that is found."""

from functools import cache

import numpy as np
import pytest
import torch

from rnnlab import Experiment, run
from rnnlab.analysis import correlations, token_properties
from rnnlab.i18n import LabError
from rnnlab.inspection.activations import activations
from rnnlab.inspection.passages import passage
from rnnlab.presets.presets import PRESETS
from rnnlab.records.opening import Place
from tests.support import modules, plain_parts

SORTS = """good | a fine film
bad | a dull film with a silly end
good | we loved it
bad | we hated the film
so | a fine start and a dull end"""
TAGS = "the/D cat/N sat/V\na/D dog/N ran/V\nthe/D dog/N sat/V\ncats/N run/V"
PAIRS = "a b c | x y\nb c | y\nc a b a | x x y x\na | x\nb a | y x z"
COMMON = {"hidden": 5, "embed": 4, "epochs": 2, "batch": 2}
CELLS = pytest.mark.parametrize("cell", modules.NAMES)


trained = cache(run)  # a test looks at one network in many places


def seen(e: Experiment, part: str, layer: int, direction: int = 0, state: str = "h", text: str = ""):
    history = trained(e)
    weights = history.checkpoints[-1].weights
    return history.opening, weights, activations(e, weights, Place(part, layer, direction), state, text)


def ids_of(line, vocabulary: tuple[str, ...]) -> list[int]:
    return [vocabulary.index(token) if token in vocabulary else 1 for token in line]


def close(found: np.ndarray, expected: list[torch.Tensor]) -> None:
    np.testing.assert_allclose(found, torch.cat(expected).detach().numpy(), rtol=1e-6, atol=2e-6)


# Values, against torch's one-step cells


@CELLS
@pytest.mark.parametrize("impl", ["layer", "cell"])
@pytest.mark.parametrize(("task", "text"), [("classify", SORTS), ("tag", TAGS), ("next", "a b c a\nb c\nc a b b a")])
def test_every_layer_and_direction_is_that_of_plain_cells(cell, impl, task, text):
    held = {} if task == "next" else {"held_out": 0.3}
    e = Experiment(task=task, text=text, cell=cell, impl=impl, layers=2, bidirectional=True, **COMMON, **held)
    for layer, direction, state in [(0, 0, "h"), (0, 1, "h"), (1, 0, "h"), (1, 1, "h"), (0, 1, "c"), (1, 0, "c")]:
        if state == "c" and cell != "lstm":
            continue
        o, weights, a = seen(e, "network", layer, direction, state)
        shelf = plain_parts.Shelf(weights)
        embed, width = shelf.reader(e, len(o.vocabulary))
        cells = shelf.cells(e, width)
        expected = []
        for line in a.passage.lines:
            states = plain_parts.read(cells, embed(ids_of(line, o.vocabulary)))[0][layer][direction]
            expected += [plain_parts.parts(s)[state == "c"] for s in states]
        close(a.values, expected)
    assert (
        sorted(map(len, a.passage.lines)) == {"classify": [3, 3, 4, 7, 7], "tag": [2, 3, 3, 3], "next": [1, 3, 4]}[task]
    )


@CELLS
@pytest.mark.parametrize("attention", ["none", "additive", "dot"])
def test_encoder_and_decoder_are_those_of_plain_cells(cell, attention):
    e = Experiment(task="seq2seq", text=PAIRS, cell=cell, layers=2, attention=attention, held_out=0.2, **COMMON)
    for layer, state in [(0, "h"), (1, "h"), (0, "c"), (1, "c")]:
        if state == "c" and cell != "lstm":
            continue
        o, weights, wrote = seen(e, "decoder", layer, 0, state)
        _, _, reads = seen(e, "encoder", layer, 0, state)
        plain = plain_parts.Translator(e, weights, len(o.vocabulary), len(o.classes))
        read, written, answers = [], [], iter(wrote.passage.answers)
        for source, target in zip(reads.passage.lines, wrote.passage.lines, strict=True):
            asked = [next(answers) for _ in target]
            assert target == ("<bos>", *asked[:-1])
            assert asked[-1] == "<eos>"
            states = plain(ids_of(source, o.vocabulary), [o.classes.index(token) for token in asked])
            read += [plain_parts.parts(s)[state == "c"] for s in states[0][layer]]
            written += [plain_parts.parts(s)[state == "c"] for s in states[1][layer]]
        close(reads.values, read)
        close(wrote.values, written)
    assert reads.passage.kind == ""
    assert wrote.passage.kind == "answer"


@pytest.mark.parametrize("fields", [{"window": 2, "input": "onehot"}, {"nonlinearity": "relu"}, {"target": "b a c"}])
def test_lines_are_read_whole_as_the_task_reads_them(fields):
    e = Experiment(text="a c b" if "target" in fields else "a c b a b", **fields, **COMMON)
    o, weights, a = seen(e, "network", 0)
    line = ("a", "c", "b") if "target" in fields else ("a", "c", "b", "a")
    assert a.passage.lines == (line,)
    assert a.passage.answers == (("b", "a", "c") if "target" in fields else ("c", "b", "a", "b"))
    shelf = plain_parts.Shelf(weights)
    embed, width = shelf.reader(e, len(o.vocabulary))
    states = plain_parts.read(shelf.cells(e, width), embed(ids_of(line, o.vocabulary)))[0][0][0]
    close(a.values, states)


# Texts


def test_a_text_of_the_readers_own_is_read_by_the_same_weights():
    e = Experiment(task="tag", text=TAGS, cell="gru", **COMMON)
    o, weights, a = seen(e, "network", 0, text="the cow sat\n\ncats")
    assert a.passage.lines == (("the", "cow", "sat"), ("cats",))
    assert a.passage.unknown == (1,)
    assert [note.code for note in a.passage.notes] == ["units_unknown"]
    assert a.passage.notes[0].values == {"count": 1, "value": "cow"}
    shelf = plain_parts.Shelf(weights)
    embed, width = shelf.reader(e, len(o.vocabulary))
    cells = shelf.cells(e, width)
    lines = [ids_of(line, o.vocabulary) for line in a.passage.lines]
    assert lines[0][1] == 1
    close(a.values, [s for line in lines for s in plain_parts.read(cells, embed(line))[0][0][0]])


@pytest.mark.parametrize(
    ("task", "given", "text", "lines", "answers", "kind"),
    [
        ("classify", SORTS, "bad | a film\na film", [("a", "film")] * 2, ("bad", "bad", "", ""), "label"),
        ("classify", SORTS, "odd | a film", [("a", "film")], (), ""),
        ("tag", TAGS, "the/D cat/N\na/b cat", [("the", "cat"), ("a/b", "cat")], ("D", "N", "", ""), "tag"),
        ("tag", "小猫在河边。\n小鸟飞走了。", "小鸟在。", [("小鸟", "在", "。")], ("n", "p", "x"), "tag"),
    ],
)
def test_what_is_asked_may_be_typed_too(task, given, text, lines, answers, kind):
    tokenizer = "jieba" if "小" in given else "words"
    p, _ = passage(Experiment(task=task, text=given, tokenizer=tokenizer), "network", text)
    assert (list(p.lines), p.answers, p.kind) == (lines, answers, kind)


def test_a_task_without_unk_leaves_out_what_it_does_not_know():
    p, lines = passage(Experiment(text="a b c a"), "network", "a z b\nz z")
    assert p.lines == (("a", "b"),)
    assert p.answers == ("b", "")
    assert p.notes[0].code == "units_left_out"
    assert p.notes[0].values == {"count": 3, "value": "z"}
    assert [line.pair.inputs for line in lines] == [[0, 1]]
    with pytest.raises(LabError) as raised:
        passage(Experiment(text="a b c a"), "network", "z")
    assert raised.value.problems[0].code == "units_nothing"


def test_a_decoder_is_shown_pairs():
    e = Experiment(task="seq2seq", text=PAIRS)
    p, lines = passage(e, "decoder", "a d c | x w y")
    assert p.lines == (("<bos>", "x", "y"),)
    assert p.answers == ("x", "y", "<eos>")
    assert {note.code for note in p.notes} == {"units_left_out"}
    assert lines[0].pair.inputs == [2, 1, 4]
    assert passage(e, "encoder", "a d c | x w y")[0].unknown == (1,)
    assert passage(e, "encoder", "c a")[0].lines == (("c", "a"),)
    with pytest.raises(LabError) as raised:
        passage(e, "decoder", "a b")
    assert raised.value.problems[0].code == "units_no_pair"
    dates = Experiment(task="seq2seq", data="dates", pairs=20)
    assert passage(dates, "decoder", "May 1, 1999 | 1999-05-01")[0].lines == (("<bos>", *"1999-05-01"),)


def test_a_long_text_is_cut_at_the_end_of_a_line_and_says_so():
    line = " ".join("abcd"[i % 4] for i in range(501))
    e = Experiment(text="\n".join([line] * 9), hidden=150, window=20)
    p, _ = passage(e, "network")
    assert [len(row) for row in p.lines] == [500] * 8  # of 600,000 / 150 = 4,000 tokens
    assert p.notes[0].values == {"shown": "4,000", "total": "4,500"}
    p, _ = passage(e.model_copy(update={"hidden": 256}), "network", "a " * 5000)
    assert len(p.tokens) == 600_000 // 256
    assert not passage(Experiment(text=line), "network")[0].notes


def test_words_in_characters_are_found_by_spaces_and_in_chinese_by_jieba():
    e = Experiment(text="a don't, no\n我爱北京天安门。", tokenizer="chars", target="x" * 11 + "\n" + "x" * 8)
    p, _ = passage(e, "network")
    marks = ["".join("x" if pair[which] else "." for pair in p.edges) for which in (0, 1)]
    assert marks[0] == "x.x......x." + "xxx.x..."
    assert marks[1] == "x.....x...x" + "xx.x..x."
    assert passage(Experiment(text="a don't no"), "network")[0].edges == ()


# The planted signal


def test_the_unit_that_carries_a_planted_signal_is_found():
    """The preset `brackets`: by a plain run of the same weights the page's unit follows it, and none did before."""
    e = Experiment(preset="brackets")
    history = run(e)
    o = history.opening
    inside, marks = [], []
    for line, target in zip(e.text.split("\n"), e.target.split("\n"), strict=True):
        for at in range(len(line)):
            read = line[: at + 1]
            inside.append(float(sum(map(read.count, "(（")) > sum(map(read.count, ")）"))))
        marks += map(float, target)
    assert marks == inside, "what the preset teaches is what its name says"

    def plain(weights: bytes) -> np.ndarray:
        shelf = plain_parts.Shelf(weights)
        embed, width = shelf.reader(e, len(o.vocabulary))
        cells = shelf.cells(e, width)
        read = [plain_parts.read(cells, embed(ids_of(line, o.vocabulary)))[1] for line in e.text.split("\n")]
        table = torch.cat(read).detach().numpy()
        return np.array([np.corrcoef(table[:, unit], inside)[0, 1] for unit in range(e.hidden)])

    first, last = history.checkpoints[0].weights, history.checkpoints[-1].weights
    a = activations(e, last, Place())
    name, _, unit = a.strongest
    assert name == "inside"
    expected = plain(last)
    assert abs(expected[unit]) >= 0.9
    assert unit == np.abs(expected).argmax()
    found = correlations.correlations(a.values, token_properties.offered(a.passage)["inside"].values)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert np.abs(plain(first)).max() < 0.5


def test_the_preset_teaches_brackets_alone():
    fields = PRESETS["brackets"].fields
    text, target = fields["text"], fields["target"]
    assert [len(line) for line in text.split("\n")] == [len(line) for line in target.split("\n")]
    assert set(target) == {"0", "1", "\n"}
    assert all(line.count("(") + line.count("（") == 1 for line in text.split("\n"))
