"""Links and files: what goes in comes out, and whatever comes in, nothing breaks."""

import base64
import html
import json
import re
import string
import zlib
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnlab import Experiment, LabError, Problem
from rnnlab.experiment import choices, preset_experiment
from rnnlab.experiment.limits import BOUNDS, TEXT_CHARACTERS
from rnnlab.experiment.links import (
    LINK_CHARACTERS,
    Link,
    fits_in_address,
    from_file,
    from_link,
    to_draft,
    to_file,
    to_link,
    to_preset,
    to_short_link,
)
from rnnlab.experiment.race_plan import RacePlan, to_text
from rnnlab.experiment.worksheet import FRAME, Worksheet, to_parameters
from rnnlab.i18n import LANGUAGES, describe
from rnnlab.presets.presets import PRESETS
from tests.support.examples import examples

FIELDS = list(Experiment.model_fields)
PARAGRAPH = "清晨的小雨落在窗台上，小猫听着雨声，慢慢睡着了。\n"
NASTY = "我&=#%+ ? /\"'`<b>x</b> $x$ 👩‍👩‍👧 \t\n\r\n\u202e\u00a0 %E6 + ++ ;;"

letters = st.characters(exclude_categories=["Cs"])
texts = st.text(letters, max_size=300) | st.sampled_from([NASTY, "", " ", "\n", PARAGRAPH * 100])

added_words = st.lists(st.text(letters, max_size=20), max_size=200).map(" ".join)


def values(name: str):
    if name in ("text", "target"):
        return texts
    if name == "words":
        return added_words
    if name == "lr_changes":
        return st.sampled_from(["", "3:0.5", "40:0.001 70:1e-05"])
    if name == "sentence":
        return st.text(letters, max_size=1_000)
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return st.floats(low, high) if isinstance(low, float) or name == "lr" else st.integers(low, high)
    return st.booleans() if Experiment.model_fields[name].annotation is bool else st.sampled_from(choices(name))


@st.composite
def experiments(draw) -> Experiment:
    fields = {name: draw(values(name)) for name in FIELDS}
    if fields["carry"]:
        fields["shuffle"] = False
    if fields["packed"]:
        fields["impl"] = "layer"
    return Experiment(**fields)


def spoken(link: Link) -> None:
    """Every note is a sentence in both languages."""
    for note in link.notes:
        for lang in ("zh", "en"):
            assert describe(note, lang)
            assert f"problem.{note.code}" not in describe(note, lang)


@given(experiments(), st.sampled_from(["zh", "en"]), st.booleans())
@example(Experiment(text=NASTY, target=NASTY), "zh", True)
@examples(150)
def test_a_link_gives_back_the_experiment(experiment, lang, run):
    assert from_link(to_link(experiment, lang, run)) == Link(experiment, True, run, lang, "", False, ())


@given(experiments())
@examples(50)
def test_a_file_gives_back_the_experiment(experiment):
    assert from_file(to_file(experiment).encode()) == experiment
    assert from_file(b"\xef\xbb\xbf" + to_file(experiment).encode()) == experiment  # Windows' editor was here


@given(experiments(), st.integers(1, 5_000))
@examples(30)
def test_a_link_says_how_far_to_train(experiment, until):
    for query in (to_link(experiment, "en", True, until=until), to_preset(experiment.preset, "en", True, until)):
        link = from_link(query)
        assert (link.run, link.until, link.notes) == (True, until, ())
    assert from_link(to_link(experiment, "en", until=until)).until == 0  # nothing is trained


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "x", "5001", "9" * 5_000, "１２", " 3"])
def test_how_far_to_train_is_a_number_of_epochs_or_is_said_not_to_be(said):
    link = from_link(urlencode({"run": "1", "until": said}))
    assert (link.until, link.run) == (0, True)
    (note,) = link.notes
    assert re.fullmatch(
        "until: .+ is not a whole number from 1 to 5,000. The link opens as if it were not there.", describe(note, "en")
    )


def test_a_link_names_every_field_and_its_version():
    given = dict(parse_qsl(to_link(Experiment(), "zh"), keep_blank_values=True))
    assert given.keys() == {*FIELDS, "v", "lang"}
    assert given["v"] == "1"
    assert "run" not in given


def test_a_link_can_be_pasted_anywhere():
    allowed = set(string.ascii_letters + string.digits + "-._~%&=")
    assert set(to_link(Experiment(text=NASTY, target=PARAGRAPH * 50), "zh", True)) <= allowed


def test_what_an_address_collects_on_its_way_is_none_of_the_labs():
    said = "preset=lstm&hidden=7&text=a+b+a"
    appended = "&from=groupmessage&isappinstalled=0&tdsourcetag=s_pctim&spm=a2c.1&fbclid=x&utm_source=b&utm_new=%3Cb%3E"
    assert from_link(said + appended) == from_link(said)
    assert from_link(appended.removeprefix("&") + "&" + said) == from_link(said)
    assert [note.code for note in from_link(said + "&frm=1").notes] == ["ignored_field"]


@given(experiments())
@examples(20)
def test_a_link_that_was_copied_from_a_pages_source_is_read(experiment):
    query = to_link(experiment, "en")
    assert from_link(html.escape(query)) == from_link(query)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
@example("%")
@example("text=%ff%fe&lang=%00")
@example("=&=&&==")
@example("&" * 2000)
@examples(300)
def test_any_query_at_all_is_an_experiment(query):
    link = from_link(query)
    assert Experiment(**link.experiment.model_dump()) == link.experiment
    spoken(link)


GARBAGE = st.text() | st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e999",
        "nan",
        "inf",
        "true",
        "True",
        "1.0",
        "1.5",
        "9" * 5000,
        "\ud800",
        "\x00",
        "words-next",
        "<b>",
        "none",
        "💥",
    ]
)
NAMES = st.sampled_from(
    [*FIELDS, "textz", "targetz", "v", "lang", "run", "draft", "twin", "embed_options", "self", "hidden_size"]
)


@given(st.lists(st.tuples(NAMES | st.text(max_size=5), GARBAGE | st.sampled_from(choices("preset"))), max_size=8))
@examples(400)
def test_known_names_with_any_values_are_an_experiment(pairs):
    link = from_link(urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs]))
    assert Experiment(**link.experiment.model_dump()) == link.experiment
    spoken(link)


@pytest.mark.parametrize(
    ("query", "code", "field", "value"),
    [
        ("hidden=0", "bounds", "hidden", "0"),
        ("hidden=99999", "bounds", "hidden", "99999"),
        ("lr=nan", "bounds", "lr", "nan"),
        ("cell=transformer", "choice", "cell", "transformer"),
        ("preset=%3Cb%3E", "no_such_preset", "preset", "<b>"),
        ("carry=maybe", "yes_no", "carry", "maybe"),
        ("lang=fr", "choice", "lang", "fr"),
        ("colour=red", "ignored_field", "", "red"),
    ],
)
def test_a_bad_value_falls_back_and_is_named(query, code, field, value):
    link = from_link(f"{query}&epochs=7")
    assert link.experiment == Experiment(epochs=7)
    (note,) = link.notes
    assert (note.code, note.field, note.values["value"]) == (code, field, value)


def test_choices_that_exclude_each_other_fall_back_together():
    link = from_link("preset=hello-elloh&shuffle=true&hidden=5")  # the preset carries its state
    assert not (link.experiment.carry and link.experiment.shuffle)
    assert (link.experiment.preset, link.experiment.hidden) == ("hello-elloh", 5)
    assert [note.code for note in link.notes] == ["carry_shuffle"]


def test_of_a_name_given_twice_one_counts():
    assert from_link("hidden=5&hidden=7").experiment.hidden in (5, 7)


def test_an_empty_link_is_the_first_preset_and_names_nothing():
    assert from_link("") == Link(Experiment(), False, False, "", "", False, ())
    assert not from_link("lang=zh&v=1").has_fields


@pytest.mark.parametrize(("query", "run"), [("run=1", True), ("run=0", False), ("run=true", False), ("run=", False)])
def test_only_run_1_trains_on_opening(query, run):
    assert from_link(query).run is run


@pytest.mark.parametrize("version", ["2", "0", "", "one", "1.0"])
def test_another_version_is_read_and_said(version):
    link = from_link(f"v={version}&hidden=5")
    assert link.experiment == Experiment(hidden=5)
    assert link.notes == (Problem("link_version", "", {"value": version, "limit": "1"}),)


def test_what_streamlit_itself_puts_into_an_address_is_no_mistake():
    assert from_link("embed=true&embed_options=dark_theme&hidden=5") == from_link("hidden=5")
    assert from_link("embed=true&embed=24").experiment.embed == 24
    assert from_link("embed=24").experiment.embed == 24
    assert from_link("hidden=5&back=1~2") == from_link("hidden=5"), "how the browser went there is no field"


# Long texts


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_long_text_travels_compressed_and_fits():
    experiment = Experiment(text=PARAGRAPH * 200, target="短")
    query = to_link(experiment, "zh")
    assert len(quote(experiment.text)) > LINK_CHARACTERS
    assert fits_in_address(query)
    assert "textz" in parse_qs(query)
    assert parse_qs(query)["target"] == ["短"]
    assert from_link(query).experiment == experiment


@given(st.data())
@examples(15)
def test_texts_up_to_the_limit_come_back_whole(data):
    piece = data.draw(st.text(letters, min_size=1, max_size=200))
    text = (piece * TEXT_CHARACTERS)[: data.draw(st.integers(1_000, TEXT_CHARACTERS))]
    assert from_link(to_link(Experiment(text=text), "en")).experiment.text == text


@pytest.mark.parametrize("character", ["a", "我", "👩", "\U0010ffff"])
def test_the_longest_text_comes_back_whole(character):
    experiment = Experiment(text=character * TEXT_CHARACTERS, target=character * TEXT_CHARACTERS)
    assert from_link(to_link(experiment, "en")) == Link(experiment, True, False, "en", "", False, ())


def test_many_words_for_jieba_travel_compressed():
    words = " ".join("".join(map(chr, range(0x4E00 + i, 0x4E00 + i + 20))) for i in range(200))
    experiment = Experiment(tokenizer="jieba", words=words)
    query = to_link(experiment, "zh")
    assert "wordsz" in parse_qs(query)
    assert from_link(query).experiment == experiment


WHOLE = unpadded(zlib.compress((PARAGRAPH * 100).encode()))


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        pytest.param(unpadded(zlib.compress(b"a" * 50_000_000)), "link_text_long", id="bomb"),
        pytest.param(unpadded(zlib.compress(b"a" * (4 * TEXT_CHARACTERS + 1))), "link_text_long", id="just too large"),
        pytest.param(
            unpadded(zlib.compress(zlib.compress(b"a" * 10_000_000))), "link_text_damaged", id="bomb in a bomb"
        ),
        pytest.param(WHOLE[:-8], "link_text_damaged", id="cut off"),
        pytest.param(WHOLE[: len(WHOLE) // 2], "link_text_damaged", id="half"),
        pytest.param("", "link_text_damaged", id="nothing"),
        pytest.param("我", "link_text_damaged", id="not ASCII"),
        pytest.param("!!!", "link_text_damaged", id="not base64"),
        pytest.param("AAAA", "link_text_damaged", id="not compressed"),
        pytest.param(unpadded(zlib.compress(b"\xff\xfe")), "link_text_damaged", id="not UTF-8"),
        pytest.param(unpadded(zlib.compress(b"\xed\xa0\x80")), "link_text_damaged", id="a lone surrogate"),
    ],
)
def test_a_damaged_or_oversized_text_is_said_and_left_out(packed, code):
    link = from_link(f"textz={quote(packed)}&hidden=5")
    assert link.experiment == Experiment(hidden=5)
    assert [(note.code, note.field) for note in link.notes] == [(code, "text")]


def test_a_bomb_is_not_unpacked():
    import tracemalloc

    query = f"textz={unpadded(zlib.compress(b'a' * 50_000_000))}"
    tracemalloc.start()
    from_link(query)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_text_that_unpacks_to_too_many_characters_is_said():
    link = from_link(f"textz={unpadded(zlib.compress(b'a' * (TEXT_CHARACTERS + 1)))}")
    assert link.experiment == Experiment()
    assert [(note.code, note.field) for note in link.notes] == [("too_long", "text")]


def test_a_whole_address_fits_when_it_has_8000_characters():
    assert LINK_CHARACTERS == 8_000
    longest = max(length for length in range(9_000) if fits_in_address("x" * length))
    assert 0 < LINK_CHARACTERS - longest <= 300  # room for host and path
    assert not fits_in_address("x" * (longest + 1))


# What the address bar says of a text that no address holds


def test_a_draft_link_keeps_everything_but_the_texts():
    long = "".join(map(chr, range(0x4E00, 0x4E00 + TEXT_CHARACTERS)))
    experiment = Experiment(text=long, target=long, words="甲乙 丙丁", hidden=7, preset="hello-elloh")
    query = to_draft(experiment, "zh")
    assert fits_in_address(query)
    assert not fits_in_address(to_link(experiment, "zh"))
    link = from_link(query)
    assert (link.draft, link.lang, link.notes) == (True, "zh", ())
    same = set(FIELDS) - {"text", "target", "words"}
    assert link.experiment.model_dump(include=same) == experiment.model_dump(include=same)
    assert not from_link(to_link(experiment, "zh")).draft


# Files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"null",
        b"[]",
        b"3",
        b'"text"',
        b"{}",
        b'{"experiment": null}',
        b'{"experiment": []}',
        b'{"experiment": "text"}',
        b'{"experiment": {"text": {"a": 1}}}',
        b'{"experiment": {"self": 1}}',
        b'{"experiment": {"fields": 1}}',
        b'{"experiment": {"hidden": NaN}}',
        b'{"experiment": {"hidden": 1e999}}',
        b'{"experiment": {"hidden": "\\ud800"}}',
        b'{"experiment": {"preset": ["words-next"]}}',
        b'{"experiment": {"hidden": ' + b"9" * 5000 + b"}}",
        b'{"experiment":' * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        json.dumps({"experiment": {"text": "x" * 1_000_000}}).encode(),
        "文本".encode("gb18030"),
        to_file(Experiment()).encode("utf-16"),
        json.dumps({"experiment": {f"field{i}": 1 for i in range(50_000)}}).encode(),
    ],
)
def test_a_file_that_holds_no_experiment_is_refused_by_name(content):
    with pytest.raises(LabError) as caught:
        from_file(content)
    assert len(caught.value.problems) < 10
    for problem in caught.value.problems:
        for lang in ("zh", "en"):
            assert describe(problem, lang).encode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b" " * 1_200_000, Problem("file_large", "", {"value": "1,200", "limit": "1,000"})),
        (b"no JSON", Problem("file_damaged")),
        (b'{"experiment": {"text"', Problem("file_damaged")),
        (b'{"model": "gpt"}', Problem("file_other")),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content, problem):
    with pytest.raises(LabError) as caught:
        from_file(content)
    assert caught.value.problems == (problem,)


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(letters),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["experiment", *FIELDS]), inner, max_size=4)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
@examples(200)
def test_any_file_is_an_experiment_or_refused(content):
    try:
        opened = from_file(content)
    except LabError:
        return
    assert from_file(to_file(opened).encode()) == opened


def test_a_file_can_be_read_by_people():
    content = to_file(Experiment(text="我 喜欢 学习"))
    assert "我 喜欢 学习" in content
    assert json.loads(content)["experiment"]["hidden"] == 32


@pytest.mark.parametrize("preset", PRESETS)
def test_a_short_link_brings_back_what_the_long_one_does(preset):
    for changed in ({}, {"seed": 7, "hidden": 5, "text": "我 & 你\n= +1 #?"}, {"text": "长文" * 2_000}):
        experiment = Experiment(**{"preset": preset, **changed})
        link = from_link(to_short_link(experiment, "zh", run=True))
        assert (link.experiment, link.lang, link.run, link.notes) == (experiment, "zh", True, ())
    for language in LANGUAGES:  # of the text, whoever reads it
        whole = preset_experiment(preset, language)
        short = to_short_link(whole, "en")
        assert len(short) < 80
        for reader in LANGUAGES:
            assert from_link(short).experiment_for(reader) == whole
            changed = preset_experiment(preset, language, seed=7, hidden=5)
            assert from_link(to_short_link(changed, "zh")).experiment_for(reader) == changed


@given(st.sampled_from(list(PRESETS)), st.sampled_from(sorted(LANGUAGES)), st.data())
@examples(50)
def test_a_link_opens_a_preset_in_its_readers_language_and_whatever_says_more_for_everybody(preset, lang, data):
    says_nothing = data.draw(st.sets(st.sampled_from(["v=1", "run=1", "lang=zh", "lang=en"])).map("&".join))
    assert from_link(f"preset={preset}&{says_nothing}").experiment_for(lang) == preset_experiment(preset, lang)
    assert from_link(says_nothing).experiment_for(lang) == preset_experiment("words-next", lang)
    name = data.draw(st.sampled_from([name for name in FIELDS if name != "preset"]))
    said = getattr(Experiment(preset=preset), name)  # what it says anyway
    more = from_link(urlencode({"preset": preset, name: said}))
    assert more.experiment_for(lang) == more.experiment == Experiment(preset=preset)
    long = from_link(to_link(Experiment(preset=preset), lang))
    assert long.experiment_for(lang) == Experiment(preset=preset)
    pinned = data.draw(st.sampled_from(sorted(LANGUAGES)))
    assert from_link(f"preset={preset}&twin={pinned}").experiment_for(lang) == preset_experiment(preset, pinned)


def test_a_link_with_a_race_or_a_draft_is_no_bare_preset():
    plan = RacePlan(Experiment(), ((("cell", "lstm"),), (("cell", "gru"),)))
    for more in (f"race={quote(to_text(plan))}", "draft=1"):
        assert from_link(f"preset=words-next&{more}").experiment_for("en") == Experiment()


def test_a_twin_in_no_language_of_the_lab_is_ignored_and_said():
    link = from_link("preset=words-next&twin=fr")
    assert [(note.code, note.values["name"]) for note in link.notes] == [("ignored_field", "twin")]


def test_a_short_link_takes_a_race_along():
    plan = RacePlan(Experiment(), ((("cell", "lstm"),), (("cell", "gru"),)))
    assert from_link(to_short_link(plan.base, "en", race=plan)).race == plan


WORKSHEETS = st.builds(
    Worksheet,
    st.none() | st.integers(0, 5_000),
    st.none() | st.integers(0, 9_999),
    st.lists(st.sampled_from([*FRAME, "loss", "cell-values", "shapes"]), unique=True).map(tuple),
    st.booleans(),
)


@given(WORKSHEETS)
@examples(50)
def test_a_worksheet_comes_back_as_it_was_sent(worksheet):
    said = urlencode(to_parameters(worksheet))
    link = from_link(f"preset=lstm&{said}")
    assert (link.worksheet, link.notes, link.preset) == (worksheet, (), "lstm")
    assert bool(said) is (worksheet != Worksheet())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("hide=loss,nothing,settings", "no page has a part"),
        ("hide=%3Cstyle%3E,loss,settings", "no page has a part"),
        ("hide=loss,a%7D*%7Bcolor:red,settings", "no page has a part"),
        ("epoch=-1&hide=loss,settings", "epoch: "),
        ("step=0&hide=loss,settings", "step: "),
    ],
)
def test_of_a_worksheet_what_cannot_be_is_said_and_the_rest_holds(said, told):
    link = from_link(said)
    assert link.worksheet == Worksheet(hidden=("loss", "settings"))
    (note,) = link.notes
    spoken(link)
    assert told in describe(note, "en")
