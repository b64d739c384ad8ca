"""The page on history without a browser: the chapter is whole, and the demonstrations answer what they computed."""

from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from rnnlab import Experiment, run
from rnnlab.experiment import preset_experiment
from rnnlab.i18n import translator
from rnnlab.presets.chapter import chapter
from rnnlab.presets.eliza import load_script
from rnnlab.presets.presets import PRESETS
from tests.support import reader
from tests.support.cases import either
from tests.support.eventually import ROOT
from tests.support.reader import choose, components, looked, until_trained

pytestmark = pytest.mark.usefixtures("in_this_process", "without_pandas")


def visit(lang: str = "en", **query: str) -> AppTest:
    """A reader's first look at the page, with a run that is over."""
    return until_trained(reader.visit(urlencode({"lang": lang, "run": "1", **query}), page="history"))


def at(app: AppTest, step: int, epoch: int | None = None) -> AppTest:
    return choose(app, step, app.session_state.run.epoch if epoch is None else epoch)


SAMPLE = "by day I read books by night I read stars"


def rows(app: AppTest, title: str) -> list[list[str]]:
    """The table whose columns include this one."""
    drawn = (only for data in components(app, "history-").values() for only in data.get("tables", ()))
    found = next(table for table in drawn if title in [cell["text"] for cell in table["head"]])
    return [[written(cell) for cell in row] for row in found["rows"]]


def written(cell: dict) -> str:
    """What stands in it, with what stands small below it."""
    return " ".join([*cell.get("tokens", [cell.get("text")]), *([cell["note"]] if "note" in cell else [])])


def words(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.text, app.info) for element in kind)


@either
def test_the_chapter_is_there_in_its_order(lang):
    shown = words(visit(lang))
    places = [shown.index(section.body) for section in chapter("history", lang).values() if section.level > 1]
    assert places == sorted(places)


def test_a_link_to_the_preset_opens_the_page():
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=30)
    app.query_params["preset"], app.query_params["lang"] = "history", "en"
    assert chapter("history", "en")["opening"].body in words(looked(app.run()))


# Rules


@either
def test_all_rules_are_shown_and_the_one_that_fired_is_marked(lang):
    app = visit(lang)
    shown = rows(app, translator(lang)("eliza.rule"))
    assert [tuple(row[1:]) for row in shown] == [(rule.pattern, rule.reply) for rule in load_script(lang).rules]
    assert sum("➤" in row[0] for row in shown) == 1  # the example fires one


@pytest.mark.parametrize(
    ("lang", "said", "reply"),
    [
        ("en", "I want <b>$my$</b> **tea**", "What would change if you got <b>$your$</b> **tea**?"),
        ("zh", "我不认识你", "你不认识我，有多久了？"),
    ],
)
def test_a_sentence_is_answered_as_typed(lang, said, reply):
    app = visit(lang)
    looked(app.text_input(key="eliza_say").set_value(said).run())
    assert [said, reply] == [text.value for text in app.text]


@pytest.mark.parametrize(("lang", "said"), [("en", "It rains"), ("zh", "今天下雨")])
def test_a_sentence_no_rule_fits_is_left_without_an_answer(lang, said):
    app = visit(lang)
    looked(app.text_input(key="eliza_say").set_value(said).run())
    assert [text.value for text in app.text] == [said]
    assert translator(lang)("eliza.none") in words(app)
    assert not any("➤" in row[0] for row in rows(app, translator(lang)("eliza.rule")))


# Counts


def test_counts_of_the_chosen_token_with_and_without_smoothing():
    app = at(visit(text="the cat saw the dog and the cat ran", epochs="2"), 3)  # the second "the"
    assert rows(app, "Add-one smoothing")[:3] == [
        ["cat", "2", "2/3 = 0.667", "(2+1)/(3+6) = 0.333"],
        ["dog", "1", "1/3 = 0.333", "(1+1)/(3+6) = 0.222"],
        ["the", "0", "0/3 = 0.000", "(0+1)/(3+6) = 0.111"],
    ]


def test_the_whole_text_is_counted_and_not_the_watched_line_alone():
    app = at(visit(text="a b\na c\na c", epochs="2"), 0)
    assert [row[:2] for row in rows(app, "Add-one smoothing")[:2]] == [["c", "2"], ["b", "1"]]


def test_odd_tokens_are_shown_as_typed():
    app = at(visit(text="<b>x</b> $y$ **z** `w` :smile:", epochs="2"), 0)
    assert rows(app, "Add-one smoothing")[0][0] == "$y$"
    assert "`w`" in [row[0] for row in rows(app, "Add-one smoothing")]


# The template


def test_the_template_is_filled_in_at_the_chosen_place():
    app = at(visit(text=SAMPLE, epochs="2"), 8)  # the second "read"
    shown = {question: (answer, share) for question, answer, share in rows(app, "Question")}
    assert shown["This token"] == ("read", "2 / 9")
    assert shown["The one before + this"] == ("I read", "2 / 9")
    assert shown["The two before + this"] == ("night I read", "1 / 9")
    first = {question: answer for question, answer, _ in rows(at(app, 0), "Question")}
    assert first["The one before"] == "(before the start)"


# Counts against the network


def test_both_are_asked_at_every_place_that_one_token_does_not_decide():
    app = visit(text=SAMPLE)
    history = run(Experiment(text=SAMPLE))
    right = history.frames[-1].target_probability
    shown = rows(app, "Read so far")
    assert [row[1:] for row in shown] == [
        [token, "0.500", f"{right[place]:.3f}"]
        for place, token in [(0, "day"), (3, "books"), (5, "night"), (8, "stars")]
    ]
    assert all(float(row[3]) > 0.9 for row in shown)  # the network tells them apart
    assert shown[2][0] == "by day I read books by"


def test_a_token_may_be_undecided_by_another_line():
    assert [row[:3] for row in rows(visit(text="a b\na c\nc b", epochs="2"), "Read so far")] == [["a", "b", "0.500"]]


def test_the_networks_answer_is_that_of_the_epoch_looked_at():
    app = at(visit(text=SAMPLE), 3, epoch=0)
    frame = run(Experiment(text=SAMPLE)).frames[0]
    assert [float(row[3]) for row in rows(app, "Read so far")] == [
        round(float(frame.target_probability[p]), 3) for p in (0, 3, 5, 8)
    ]
    probabilities = [row[2] for row in rows(app, "Network")]
    assert probabilities[:3] == [f"{p:.3f}" for p in frame.top_probabilities[3]]


def test_what_fills_short_lines_up_is_no_token_of_the_text():
    """The network has a class for it, counts have not; and a reader may type just that."""
    app = visit(text="a <pad>\nb a", epochs="2", window="0")
    uneven = visit(text="a <pad>\nb a c", epochs="2")
    assert sorted(row[0] for row in rows(at(app, 0), "Network")) == ["<pad> ✓", "a", "b"]
    shown = rows(at(uneven, 0), "Network")
    assert ["<pad> ✓", "0.500"] in [row[:2] for row in shown]
    assert all(row[1] == "–" for row in shown if row[0] == "<pad>")


def test_a_text_without_such_a_place_says_so_and_offers_one():
    app = visit("zh")
    t = translator("zh")
    assert t("rivals.certain") in words(app)
    assert t("rivals.last", token="`学习`") in words(app)
    looked(app.button(key="history_sample").click().run())
    for _ in range(100):
        if not app.session_state.run.going:
            break
        looked(app.run())
    assert app.session_state.run.experiment == preset_experiment("history", "zh")
    assert len(rows(app, t("rivals.past"))) == 2
    assert t("rivals.certain") not in words(app)


@either
def test_the_sample_is_one_that_counts_cannot_decide_and_a_network_can(lang):
    text = preset_experiment("history", lang).text
    history = run(Experiment(text=text))
    assert history.frames[-1].target_probability.min() > 0.9
    assert len(set(text.split())) < len(text.split())


def test_a_bidirectional_network_is_called_unfair():
    assert translator("en")("rivals.bidirectional") in words(visit(bidirectional="true", epochs="2"))


# Where there is nothing to count, and where to go on


def test_without_a_usable_text_the_chapter_is_told_with_the_examples_own():
    app = visit(text="!!!")
    assert translator("en")("run.stands_in") in words(app)
    assert app.session_state.run.shown.experiment.text != "!!!"
    assert chapter("history", "en")["networks-end"].body in words(app)
    assert app.text_input(key="eliza_say")


def test_the_chapter_ends_with_the_way_to_all_examples():
    app = visit(epochs="2")
    assert not [button.key for button in app.button if button.key in PRESETS]
    looked(app.button(key="onward").click().run())
    assert app.session_state.here == "playground"
    assert app.session_state.run.epoch == 2, "the run is kept"
