"""The presets as the front page offers them."""

import re
from itertools import pairwise

import numpy as np
import pytest

from pages.shell.page_names import PAGES
from rnnlab import Experiment
from rnnlab.data.series import STEPS
from rnnlab.experiment.twins import preset_experiment
from rnnlab.i18n import LANGUAGES
from rnnlab.inspection.presets import first_and_last, preset_picture
from rnnlab.presets.presets import PRESETS
from rnnlab.presets.topics import SECONDS, TOPICS
from rnnlab.records.preset_picture import COLUMNS, UNITS
from rnnlab.text.reading import source_lines
from tests.support import plain
from tests.support.eventually import ROOT


def test_every_preset_has_one_topic_and_opens_on_a_page():
    offered = [preset for presets in TOPICS.values() for preset in presets]
    assert sorted(offered) == sorted(PRESETS)
    assert {preset.page for preset in PRESETS.values()} <= set(PAGES)


def test_how_long_training_takes_is_what_was_measured():
    """docs/measurements.md: the last figure in a preset's first row; its twin was measured beside other work."""
    text = (ROOT / "docs/measurements.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| .*\| ([0-9.]+)[^|]*\|$", text, re.M)
    measured = {name: float(s) for name, s in reversed(rows)}
    assert measured.keys() >= PRESETS.keys()
    for preset in PRESETS:
        assert SECONDS.get(preset, 0) == round(measured[preset]), preset


def test_a_picture_is_of_the_network_that_the_preset_opens_with():
    """Against the plain program: the states after four words, before it has learnt anything."""
    picture = preset_picture(Experiment())
    hidden = plain.next_words("我 喜欢 学习 深度 学习")[2][0].numpy()  # [step, unit] at epoch 0
    shown = hidden[:, :UNITS]
    assert np.abs(picture.states - shown / np.abs(shown).max() * 127).max() <= 0.51
    assert [column.token for column in picture.columns] == ["我", "喜欢", "学习", "深度"]
    assert [column.answer for column in picture.columns] == ["喜欢", "学习", "深度", "学习"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_a_picture_that_fits_a_card(preset, lang):
    e = preset_experiment(preset, lang)
    picture = preset_picture(e)
    assert (2 if len(source_lines(e)[e.probe - 1]) > 1 else 1) <= len(picture.columns) <= COLUMNS
    assert picture.states.shape == (len(picture.columns), min(e.hidden, UNITS) * e.directions)
    assert np.abs(picture.states).max() == 127
    assert picture.starts[0] == 0
    assert len(picture.starts) == (2 if e.task == "seq2seq" else 1)
    answers = [bool(column.answer) for column in picture.columns]
    if e.task == "classify":
        assert answers == [False] * (len(answers) - 1) + [True]
    elif e.task == "seq2seq":
        assert answers == [index >= picture.starts[1] for index in range(len(answers))]
    else:
        assert all(answers)
    if e.task == "series":  # the next number, as it is written
        follow = list(pairwise(e.text.split()))[:STEPS]
        assert [(column.token, column.answer) for column in picture.columns] == [*follow[: COLUMNS - 1], follow[-1]]
    follows = [column.follows for column in picture.columns]
    ends = {*(start - 1 for start in picture.starts[1:]), len(follows) - 1}  # before which some may be left out
    assert not follows[0]
    assert all(follows[index] for index in range(len(follows)) if index not in ends | {*picture.starts})


def test_of_a_long_sentence_the_beginning_and_the_end_are_shown():
    assert first_and_last(range(3, 6), 4) == [3, 4, 5]
    assert first_and_last(range(3, 30), 4) == [3, 4, 5, 29]
