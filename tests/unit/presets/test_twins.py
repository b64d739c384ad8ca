"""Every preset in both languages: another text, and the same preset."""

import unicodedata

import pytest

from rnnlab import Experiment
from rnnlab.experiment import preset_at_hand, preset_experiment, preset_texts
from rnnlab.experiment.twins import text_language
from rnnlab.i18n import LANGUAGES
from rnnlab.presets.presets import PRESETS
from rnnlab.presets.twins import TWINS
from rnnlab.text.lines import parse_lines
from rnnlab.training.tasks import data_of

# Their text belongs to no language, or to both: a word of the tutorials, numbers, brackets, pairs made by the lab.
SHARED = {
    *("hello-elloh", "ohlol-cell", "ohlol-layer", "windows", "brackets", "hello-world", "seq2seq", "attention"),
    *("sine", "noisy-sine"),
}
MAY_DIFFER = {"text", "target", "tokenizer"}
# Written as the language wants it: about as long, in as many lines.
FREE_LENGTHS = {"lstm-classifier", "text-classification", "gru-tagger"}
BY_CHARACTERS = {"clipping", "writer"}  # Chinese has more of them
# Words repeat at the same places, so ids, and with them all numbers, are the same.
SAME_IDS = {
    *("words-next", "history", "cell-shapes", "layer-shapes", "two-layers", "rnn-arguments", "manual-rnn", "lstm"),
    *("gru", "long-range", "rare-faults", "packed"),
}
TWINNED = [(name, lang) for lang, twins in TWINS.items() for name in twins]


def both(name: str) -> list[Experiment]:
    return [preset_experiment(name, lang) for lang in LANGUAGES]


def scripts(text: str) -> set[str]:
    return {unicodedata.name(char).split()[0] for char in text if char.isalpha()}


def test_every_preset_has_a_twin_or_a_text_for_all():
    assert {name for name, _ in TWINNED} | SHARED == set(PRESETS)
    assert not {name for name, _ in TWINNED} & SHARED


@pytest.mark.parametrize(("name", "lang"), TWINNED)
def test_a_twin_differs_in_its_text_alone(name, lang):
    base, twin = Experiment(preset=name).model_dump(), preset_experiment(name, lang).model_dump()
    differing = {field for field in base if base[field] != twin[field]}
    assert "text" in differing <= MAY_DIFFER
    assert differing == set(TWINS[lang][name]), "it says nothing that the preset says"


@pytest.mark.parametrize("name", [name for name, _ in TWINNED])
def test_each_text_is_in_its_language(name):
    for reader, script in (("zh", {"CJK"}), ("en", {"LATIN"})):
        text = preset_texts(name)[reader]
        if preset_experiment(name, reader).task == "tag" and reader == "en":
            text = " ".join(item.rpartition("/")[0] for item in text.split())
        assert scripts(text) == script
        assert text_language(name, text) in (reader, "")


@pytest.mark.parametrize("name", [name for name, _ in TWINNED])
def test_a_twin_is_as_long_as_its_preset(name):
    zh, en = map(data_of, both(name))
    assert len(zh.pairs) == len(en.pairs)
    lengths = [[len(pair.inputs) for pair in data.pairs] for data in (zh, en)]
    if name in FREE_LENGTHS:
        assert sum(lengths[0]) == pytest.approx(sum(lengths[1]), rel=0.1)
    else:
        assert lengths[0] == lengths[1]
    same = all((a.inputs, a.targets) == (b.inputs, b.targets) for a, b in zip(zh.pairs, en.pairs, strict=True))
    assert same is (name in SAME_IDS)
    if name not in BY_CHARACTERS:
        assert len(zh.vocabulary) == pytest.approx(len(en.vocabulary), rel=0.3)
    if name != "gru-tagger":  # each language has its own parts of speech
        assert len(zh.classes) == pytest.approx(len(en.classes), rel=0.3) or name in BY_CHARACTERS


@pytest.mark.parametrize("name", [name for name, _ in TWINNED if PRESETS[name].fields.get("task") == "classify"])
def test_the_lines_of_a_twin_have_the_labels_of_its_preset(name):
    labels = [[line.target for line in parse_lines(e.text, e.task)[0]] for e in both(name)]
    assert len({*zip(*labels, strict=True)}) == len({*labels[0]}) == len({*labels[1]})


def test_the_text_at_hand_says_which_twin_a_preset_is_compared_with():
    zh, en = both("words-next")
    for reader in LANGUAGES:
        assert preset_at_hand("words-next", zh.text, reader) == zh
        assert preset_at_hand("words-next", en.text, reader) == en
        own = preset_at_hand("words-next", "a text of one's own", reader, seed=3)
        assert own == preset_experiment("words-next", reader, seed=3)
    assert text_language("windows", PRESETS["windows"].fields["text"]) == ""
