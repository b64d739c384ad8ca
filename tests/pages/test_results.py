"""The Results page without a browser: what its parts are given is what the run found, and what it says is true."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from streamlit.testing.v1 import AppTest

from pages.shell.markdown import verbatim
from pages.views.results import classifier, page
from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from rnnlab.i18n import percent, translator
from rnnlab.inspection.readouts import omissions, reach, word_orders
from rnnlab.text.pos_tags import NAMED_TAGS
from rnnlab.text.tokenizers import tag
from rnnlab.training.tasks import TASKS
from tests.support.cases import either
from tests.support.plotly import decoded
from tests.support.reader import choose, components, looked, open_page, press, said, unpacked
from tests.support.reader import visit as visit_link
from tests.support.small_tasks import SMALL

pytestmark = pytest.mark.usefixtures("in_this_process")

CHINESE = "河边有一个小村子。\n小明和黄狗走过老桥。\n他每天去学校。\n小船在河里。"
COMMON = {"epochs": 4, "hidden": 6, "embed": 4, "batch": 2}
PANELS = {
    "attention": "alignment",
    "beams": "hypotheses",
    "pairs": "heldpairs",
}  # a field has that key
SORTS = [name for name in TASKS if name != "series"]  # what is right and wrong of
LEADING = {"next": ["orders"], "classify": ["prefixes", "saliency"], "tag": ["tagged"], "seq2seq": ["attention"]}
EVERY_TASK = pytest.mark.parametrize("task", TASKS)


def small(task: str, **fields) -> Experiment:
    return Experiment(**{"task": task} | SMALL[task] | COMMON | {"held_out": 0.4} | fields)


def visit(e: Experiment, lang: str = "en") -> AppTest:
    return open_page("results", e, lang)


def parts(app: AppTest) -> dict[str, dict]:
    return components(app, "results-")


def traces(part: dict) -> list[dict]:
    return json.loads(part["figure"])["data"]


# Every task


@either
@pytest.mark.parametrize("task", SORTS)
@pytest.mark.parametrize("held_out", [0.0, 0.4])
def test_a_task_shows_its_views_and_the_curves_of_its_run(task, lang, held_out):
    e, t = small(task, held_out=held_out), translator(lang)
    app, history = visit(e, lang), run(e)
    assert not app.error
    drawn = parts(app)
    shown = [name for name in TASKS[task].views if held_out or name not in page.HELD]
    titles = [element.value for element in app.header]
    names = {t(f"panel.{PANELS.get(name, name)}"): name for name in ("curves", *TASKS[task].views)}
    in_order = [*LEADING[task], "curves", *(name for name in shown if name not in LEADING[task])]
    assert [names[title] for title in titles if title in names] == in_order
    loss, score = drawn["loss"]["series"], drawn["score"]["series"]
    assert unpacked(loss[0]["y"]) == pytest.approx(history.losses)
    assert unpacked(score[0]["y"]) == pytest.approx([snapshot.accuracy for snapshot in history.snapshots])
    assert len(loss) == len(score) == (2 if held_out else 1)
    levels = [history.opening.majority, history.opening.held_majority][: len(loss)]
    assert [level["share"] for level in drawn["score"]["levels"]] == [level.share for level in levels]
    if held_out:
        assert unpacked(loss[1]["y"]) == pytest.approx([frame.held_out.loss for frame in history.frames])
        assert unpacked(score[1]["y"]) == pytest.approx([frame.held_out.score for frame in history.frames])
        kind = {"classify": "lines", "seq2seq": "sequences"}.get(task, "tokens")
        assert t(f"held.{kind}", count=history.opening.held_out_count) in said(app)
        assert score[1]["name"] == t(f"curve.held.{kind}")
    else:
        assert t("held.none", field=t("field.held_out")) in said(app)


@either
@pytest.mark.parametrize("held_out", [0.0, 0.4])
def test_numbers_are_a_curve_with_all_that_was_said_of_them_at_every_epoch(lang, held_out):
    e, t = small("series", held_out=held_out), translator(lang)
    app, history = visit(e, lang), run(e)
    assert not app.error
    assert [title.value for title in app.header][:2] == [t("panel.forecast"), t("panel.errors")]
    drawn, column = parts(app), history.opening.column
    forecast, loss = drawn["forecast"], drawn["loss"]
    assert "score" not in drawn
    assert unpacked(forecast["numbers"]).tolist() == [float(number) for number in e.text.split()]
    assert forecast["trained"] == (7 if held_out else 12)
    for name in ("predicted", "alone"):
        np.testing.assert_array_equal(unpacked(forecast[name]), [one.task_arrays[name] for one in history.frames])
    levels = [column.repeat_loss, column.held_repeat_loss][: len(loss["series"])]
    assert [level["share"] for level in loss["levels"]] == levels
    assert len(levels) == (2 if held_out else 1)
    if held_out:
        assert unpacked(loss["series"][1]["y"]) == pytest.approx([frame.held_out.loss for frame in history.frames])
        assert t("held.numbers", count=5) in said(app)
    else:
        assert t("forecast.none", field=t("field.held_out")) in said(app)


@either
def test_what_makes_no_sense_of_numbers_is_said_where_it_would_stand(lang):
    app, t = visit(small("series"), lang), translator(lang)
    for name in ("text", "generate"):
        looked(app.switch_page(f"{name}.py").run())
        assert t(f"{name}.numbers") in [info.value for info in app.info]
    for name in ("", "training", "cell", "gradients", "units", "compare", "shapes"):
        looked(app.switch_page(f"{name or 'playground'}.py").run())
        assert not app.error


def test_a_summed_loss_is_drawn_as_the_mean_beside_that_of_held_out_lines():
    e = small("tag", loss="sum")
    app, history = visit(e), run(e)
    targets = sum(len(pair.targets) for pair in TASKS["tag"].data(e).pairs)
    assert unpacked(parts(app)["loss"]["series"][0]["y"]) == pytest.approx(np.array(history.losses) / targets)


def test_loss_has_the_scale_that_is_switched():
    app = visit(small("classify"))
    for on, scale in ((True, "log"), (False, "linear")):
        looked(app.toggle(key="loss_log").set_value(on).run())
        assert [parts(app)[name]["kind"] for name in ("loss", "score")] == [scale, "share"]


def test_of_many_held_out_lines_it_says_that_the_first_are_examined():
    app = visit(small("seq2seq", pairs=500, epochs=1, held_out=0.5, batch=64))
    t = translator("en")
    assert t("held.sequences", count=250) + t("held.first", shown=200) in said(app)


def test_while_it_trains_only_the_newest_frame_is_sent():
    e = small("classify", epochs=3000)
    app = visit_link(to_link(e, "en", run=True), page="results", patience=0.3)
    assert app.session_state.run.going
    drawn, history = parts(app), app.session_state.run.history
    for name in ("prefixes", "saliency", "judged"):
        assert drawn[name]["live"]
        assert drawn[name]["epochs"] == [history.frames[-1].epoch]
    assert unpacked(drawn["saliency"]["values"]).tolist() == [history.frames[-1].task_arrays["saliency"].tolist()]
    assert drawn["confusion"]["frames"] is None
    assert len(unpacked(drawn["loss"]["series"][0]["y"])) == history.epoch
    looked(app.button(key="stop").click().run())


@EVERY_TASK
def test_the_stream_draws_of_a_run_what_the_page_draws(task):
    app = visit(small(task, **{"attention": "dot"} if task == "seq2seq" else {}))
    streamed = app.session_state.parts.data(app.session_state.run)
    computed = {"readouts", "orders", "forcing"}
    assert {key.removeprefix("results-") for key in streamed} >= {*TASKS[task].views} - computed
    for key, data in streamed.items():
        assert json.loads(json.dumps(data)) == components(app)[key], key


# Classes


@either
def test_a_classifiers_views_hold_every_recorded_frame(lang):
    e = small("classify")
    drawn, history = parts(visit(e, lang)), run(e)
    o, frames = history.opening, history.frames
    chances = np.stack([frame.task_arrays["chances"] for frame in frames])
    np.testing.assert_allclose(unpacked(drawn["prefixes"]["chances"]), chances)
    assert drawn["prefixes"]["names"] == ["good", "bad", "so"]
    assert not drawn["prefixes"]["rest"]
    assert drawn["prefixes"]["tokens"] == ["a", "fine", "<b>film</b>"]
    assert unpacked(drawn["prefixes"]["best"]).tolist() == chances.argmax(-1).tolist()
    assert unpacked(drawn["saliency"]["values"]).tolist() == [
        frame.task_arrays["saliency"].tolist() for frame in frames
    ]
    assert drawn["saliency"]["limit"] == pytest.approx(max(np.abs(f.task_arrays["saliency"]).max() for f in frames))
    assert drawn["saliency"]["answers"] == [o.classes[chance[-1].argmax()] for chance in chances]
    (judged,), answers = drawn["judged"]["tables"], drawn["judged"]["answers"]
    read = [row[-1]["tokens"] if row[-1]["kind"] == "pieces" else row[-1]["text"].split(" ") for row in judged["rows"]]
    assert read == [list(line.tokens) for line in o.held_out]
    known = {*o.vocabulary}
    assert [row[-1].get("unknown", []) for row in judged["rows"]] == [
        [place for place, token in enumerate(line.tokens) if token not in known] for line in o.held_out
    ]
    assert answers["expected"] == [line.targets[0] for line in o.held_out]
    assert unpacked(answers["given"]).tolist() == [[int(s[0]) for s in frame.held_out.predictions] for frame in frames]


@either
@pytest.mark.parametrize("task", ["classify", "tag"])
def test_confusion_and_rates_are_those_of_scikit_learn_at_the_epoch_looked_at(task, lang):
    e = small(task, epochs=6)
    app, history = visit(e, lang), run(e)
    o = history.opening
    truth = [target for line in o.held_out for target in line.targets]
    answers = [np.concatenate(frame.held_out.predictions).tolist() for frame in history.frames]
    labels = sorted({*truth, *(label for frame in answers for label in frame)})
    moving = parts(app)["confusion"]["frames"]
    counts = np.rint(unpacked(moving["values"]) / 32767 * moving["scale"]).astype(int)
    for frame, answer in enumerate(answers):
        assert counts[frame].tolist() == confusion_matrix(truth, answer, labels=labels).tolist()
    names = [o.classes[label] for label in labels]
    assert json.loads(parts(app)["confusion"]["figure"])["layout"]["yaxis"]["ticktext"] == names
    for epoch in (0, 3, 6):
        app = choose(app, None, epoch)
        (table,) = parts(app)["classes"]["tables"]
        *rates, support = precision_recall_fscore_support(truth, answers[epoch], labels=labels, zero_division=np.nan)
        cells = [[cell["text"] for cell in row[1:]] for row in table["rows"]]
        assert cells == [
            [f"{number:.0f}", *("–" if np.isnan(rate) else f"{rate:.0%}" for rate in shares)]
            for number, *shares in zip(support, *rates, strict=True)
        ]
        assert [row[0]["text"] for row in table["rows"]] == names
        assert f"{100 * accuracy_score(truth, answers[epoch]):.3g}%" in table["note"]
        assert translator(lang)("classes.title", epoch=epoch) == table["label"]


def test_of_many_classes_the_likeliest_and_the_right_one_have_a_part_of_their_own():
    e = small("classify", text="\n".join(f"kind{i} | word{i} and more" for i in range(9)), probe=8, held_out=0.0)
    prefixes, frames = parts(visit(e))["prefixes"], run(e).frames
    assert len(prefixes["names"]) == len(prefixes["hues"]) == classifier.SHARES
    assert prefixes["rest"]
    assert "kind7" in prefixes["names"]
    kept = [int(name.removeprefix("kind")) for name in prefixes["names"]]
    chances = np.stack([frame.task_arrays["chances"] for frame in frames])
    np.testing.assert_allclose(unpacked(prefixes["chances"]), chances[:, :, kept])
    best = sorted(set(range(9)) - {7}, key=lambda i: -chances.max((0, 1))[i])[: classifier.SHARES - 1]
    assert set(best) < set(kept)


@either
@pytest.mark.parametrize("layers", [1, 2])
def test_readouts_are_worked_out_on_the_weights_looked_at(lang, layers):
    e, t = small("classify", layers=layers, readout="last"), translator(lang)
    history, app = run(e), choose(visit(e, lang), None, 2)
    found = reach(e, history.checkpoints[2].weights)
    for name, norms in (("alone", found.alone), ("padded", found.padded)):
        (heat,) = traces(parts(app)[f"readouts-{name}"])
        z = decoded(heat["z"])
        assert z[norms > 0] == pytest.approx(np.log10(norms[norms > 0]), rel=1e-5)
        assert (z[norms == 0] == heat["zmin"]).all()
        assert [[text == "0" for text in row] for row in heat["text"]] == (norms == 0).tolist()
    rows = json.loads(parts(app)["readouts-alone"]["figure"])["layout"]["yaxis"]["ticktext"]
    assert [("◀" in row, row.endswith(t("half.backward"))) for row in rows[2:4]] == [(True, False), (True, True)]
    assert sum("◀" in row for row in rows) == 2
    key, seen = ("readouts.blind", 1) if layers == 1 else ("readouts.sees", 3)
    assert t(key, seen=seen, steps=3) in said(app)
    assert t("readouts.padded", padding=4, longest=7) in said(app)


@either
def test_what_is_lost_without_a_word_is_worked_out_on_the_weights_looked_at(lang):
    e, t = small("classify"), translator(lang)
    history, app = run(e), choose(visit(e, lang), None, 2)
    found, part = omissions(e, history.checkpoints[2].weights), parts(app)["omissions"]
    assert unpacked(part["values"]).tolist() == [found.left.tolist()]
    assert (part["whole"], part["answer"]) == (found.whole, history.opening.classes[found.label])
    assert part["answers"] == [history.opening.classes[id] for id in found.chances.argmax(-1)]
    turned = [token for token, answer in zip(part["tokens"], part["answers"], strict=True) if answer != part["answer"]]
    said_of = turned or [part["tokens"][int(found.left.argmin())]]
    assert all(verbatim(token) in said(app) for token in said_of)
    alone = visit(small("classify", sentence="fine"), lang)
    assert "omissions" not in parts(alone)
    assert t("omissions.single") in said(alone)


@pytest.mark.parametrize(("preset", "figure"), [("bilstm", "readouts"), ("seq2seq", "decoding")])
def test_a_preset_that_is_about_another_view_leads_with_it(preset, figure):
    e = Experiment(preset=preset, epochs=1)
    app, t = visit(e), translator("en")
    titles = [element.value for element in app.header]
    assert titles.index(t(f"panel.{figure}")) < titles.index(t("panel.curves"))


# Tags


@either
def test_tagged_lines_carry_what_was_said_and_what_is_right(lang):
    e, t = small("tag"), translator(lang)
    app, history = visit(e, lang), run(e)
    o, part = history.opening, parts(app)["tagged"]
    watched, *lines = part["lines"]
    assert (watched["name"], watched["tokens"]) == (t("tagged.watched"), ["the", "cat", "sat"])
    assert [o.classes[target] for target in watched["targets"]] == ["D", "N", "V"]
    assert [line["tokens"] for line in lines] == [list(line.tokens) for line in o.held_out]
    assert [line["targets"] for line in lines] == [list(line.targets) for line in o.held_out]
    for row, frame in zip(unpacked(part["predicted"]), history.frames, strict=True):
        assert row.tolist() == [*frame.top_classes[:, 0], *np.concatenate(frame.held_out.predictions)]
    assert part["meanings"] == [""] * len(o.classes), "what a reader's own tags mean, nobody else knows"
    assert "jieba" not in said(app)


@either
def test_tags_made_by_jieba_are_named_and_said_to_be_a_machines(lang):
    e, t = small("tag", text=CHINESE, tokenizer="jieba", sentence="小船走过河。"), translator(lang)
    app, history = visit(e, lang), run(e)
    o, part = history.opening, parts(app)["tagged"]
    assert t("problem.tagged_by_jieba") in said(app)
    assert part["meanings"] == [t(f"tag.{tag}") for tag in o.classes]
    assert part["lines"][0]["tokens"] == [word for word, _ in tag(["小船走过河。"])[0]]
    (table,) = parts(app)["classes"]["tables"]
    assert table["head"][-1]["text"] == t("classes.meaning")
    assert all(row[-1]["text"] == t(f"tag.{row[0]['text']}") for row in table["rows"])


def test_every_tag_that_jieba_can_give_has_a_name():
    from rnnlab.text import tagger

    assert set(tagger().word_tag_tab.values()) | {"eng"} == set(NAMED_TAGS)


def test_without_held_out_lines_the_watched_sentence_is_tagged_and_an_unlabelled_one_asks_for_nothing():
    part = parts(visit(small("tag", held_out=0.0, sentence="a cat ran off")))["tagged"]
    (line,) = part["lines"]
    assert line["tokens"] == ["a", "cat", "ran", "off"]
    assert all(target < 0 for target in line["targets"])
    assert unpacked(part["predicted"]).shape == (5, 4)


def test_many_held_out_lines_are_shown_some_at_a_time():
    e = small("tag", text="\n".join(f"w{i}/A v{i % 3}/B" for i in range(50)))
    app, o = visit(e), run(e).opening
    assert len(o.held_out) == 20
    looked(app.number_input(key="results_from").set_value(15).run())
    lines = parts(app)["tagged"]["lines"][1:]
    assert [line["tokens"] for line in lines] == [list(line.tokens) for line in o.held_out[14:]]
    assert unpacked(parts(app)["tagged"]["predicted"]).shape == (5, 2 * 7)


def test_the_tags_that_are_drawn_in_colour_are_the_commonest():
    app = visit(small("tag"))
    part, o = parts(app)["tagged"], app.session_state.run.history.opening
    truth = [target for line in o.held_out for target in line.targets] + list(o.targets)
    frequency = [truth.count(tag) for tag in part["order"]]
    assert frequency == sorted(frequency, reverse=True)
    assert list(part["hues"]) == [str(tag) for tag in part["order"]]


# Order


@either
@pytest.mark.parametrize("task", ["next", "classify"])
def test_words_are_shuffled_and_the_network_is_asked_again(task, lang):
    e = small(task)
    app, t = visit(e, lang), translator(lang)
    weights, o = run(e).checkpoints[-1].weights, app.session_state.run.history.opening
    for draw in (0, 1):
        found, table = word_orders(e, weights, draw), parts(app)["orders"]["tables"][0]
        texts = [[cell["text"] for cell in row] for row in table["rows"]]
        assert [row[2] for row in texts[:-1]] == [" ".join(o.probe[step] for step in order) for order in found.orders]
        assert [row[0] for row in texts] == [o.classes[id] for id in [*found.answers, found.bag.argmax()]]
        shown = [percent(chances[found.answers[0]], 2) for chances in [*found.chances, found.bag]]
        assert [row[1] for row in texts] == shown
        turned = int((found.answers[1:] != found.answers[0]).sum())
        assert (f"**{turned}**" in said(app)) is bool(turned)
        app = press(app, "orders_again")
    alone = visit(e.model_copy(update={"sentence": "fine"} if task == "classify" else {"text": "a b\nb c a"}), lang)
    assert "orders" not in parts(alone)
    assert t("orders.none") in said(alone)
