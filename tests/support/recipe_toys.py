"""The toys of `test_recipes`: what each recipe writes into each file. A text goes to the end of the file, which may be
new; a table says what is replaced, and what by."""

Edit = str | dict[str, str]


def messages(lang: str, **texts: str) -> str:
    """Entries of a catalogue: `page_toy` is the id `page.toy`, and a double stroke is a single one."""
    ids = {name.replace("__", "/").replace("_", ".").replace("/", "_"): text for name, text in texts.items()}
    return "".join(f'\nmsgid "{id}"\nmsgstr "{text} ({lang})"\n' for id, text in ids.items())


def catalogues(name: str, **texts: str) -> dict[str, str]:
    return {f"rnnlab/i18n/locale/{lang}/{name}.po": messages(lang, **texts) for lang in ("zh", "en")}


PRESET = {
    "rnnlab/presets/presets.py": """
PRESETS["toy"] = Preset({"text": "ka ki ku ka ki ke", "epochs": 5}, page="text")
""",
    "rnnlab/presets/twins.py": """
TWINS["zh"]["toy"] = {"text": "甲 乙 丙 甲 乙 丁"}
""",
    "rnnlab/presets/texts/glosses.zh.tsv": "ka\t甲\n",
    "rnnlab/presets/texts/glosses.en.tsv": "甲\tka\n",
    **catalogues("presets", preset_toy="Toy", example_toy="A toy is learnt"),
}

PAGE = {
    "pages/toy.py": """
def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.toy import page
    from rnnlab.i18n import translator

    run_page.render("toy", translator(session["lang"]), page.render)


if __name__ == "__main__":
    main()
""",
    "pages/shell/page_names.py": {'"playground",': '"playground",\n    "toy",'},
    "pages/views/toy/page.py": """
import streamlit as st


def render(view) -> None:
    st.markdown(f"{view.t('toy.epochs')}: {view.history.epoch}")
""",
    **catalogues("toy", page_toy="Toy", title_toy="Title", toy_epochs="Toy"),
}

# h' = q n, with q = sigmoid(...), n = tanh(...)
CELL = {
    "rnnlab/cells/toy.py": """
from rnnlab.cells.cell import Cell
from rnnlab.cells.drawing import LEFT, LEFT_END, MIDDLE, MIDDLE_END, RIGHT, Drawing, Sign, Strip, Y, arrow
from rnnlab.cells.expression import Value, from_hidden, from_input, sigmoid, tanh


def step(x, state, w, nonlinearity, hook):
    (h,) = state
    q, n = (x @ w.weight_ih.T + w.bias_ih + h @ w.weight_hh.T + w.bias_hh).chunk(2, dim=-1)
    q, n = hook("q", q.sigmoid()), hook("n", n.tanh())
    return {"q": q, "n": n, "h": hook("h", q * n)}


TOY = Cell(
    name="toy",
    class_name="Toy",
    in_torch=False,
    blocks=("q", "n"),
    equations={
        "q": sigmoid(from_input("q") + from_hidden("q")),
        "n": tanh(from_input("n") + from_hidden("n")),
        "h": Value("q") * Value("n"),
    },
    step=step,
    drawing=Drawing(
        strips=(
            *(Strip("h0", LEFT, 0), Strip("x", LEFT, 4), Strip("q", MIDDLE, 1), Strip("n", MIDDLE, 3)),
            Strip("h", RIGHT, 0),
        ),
        wires=(arrow("x", (LEFT_END, Y[4]), (MIDDLE, Y[3])), arrow("q", (MIDDLE_END, Y[1]), (RIGHT, Y[0]))),
        signs=(Sign(MIDDLE_END + 30, Y[1], "⊙"),),
    ),
)
""",
    "rnnlab/cells/__init__.py": """
from rnnlab.cells.toy import TOY

CELLS["toy"] = TOY
""",
    **catalogues("cells", cell_toy="Toy cell", unrolled_role__q="gate"),
}

TASK = {
    "rnnlab/data/toy.py": """
from rnnlab.data.labelled import tag_data


def toy_data(e):
    lines = [" ".join(f"{token}/{len(token)}" for token in line.split()) for line in e.text.splitlines()]
    return tag_data(e.model_copy(update={"task": "tag", "tokenizer": "words", "text": "\\n".join(lines)}))
""",
    "rnnlab/training/tasks.py": """
from dataclasses import replace

from rnnlab.data.toy import toy_data

TASKS["toy"] = replace(TASKS["tag"], data=toy_data, views=("toy", "classes"))
""",
    "rnnlab/experiment/record.py": {
        '"seq2seq", "series"] = "next"': '"seq2seq", "series", "toy"] = "next"',
        "UNUSED_FIELDS: dict[str, tuple[str, ...]] = {": """UNUSED_FIELDS: dict[str, tuple[str, ...]] = {
    "toy": (*ONLY_PAIRS, *ONLY_NEXT, "readout"),""",
    },
    "rnnlab/presets/presets.py": """
TEXT = "a bb ccc\\nbb dd a\\nccc a eee"
PRESETS["toy"] = Preset({"task": "toy", "text": TEXT, "held_out": 0.3, "epochs": 5}, page="results")
FIRST_OF_TASK["toy"] = "toy"
""",
    "rnnlab/text/tables/row_formats.py": """
ROW_FORMATS["toy"] = ROW_FORMATS["next"]
""",
    "pages/views/results/toy.py": """
import streamlit as st


def toy(view) -> None:
    st.markdown(view.t("toy.view"))


VIEWS = {"toy": toy}
""",
    "pages/views/results/page.py": """
from pages.views.results import toy

VIEWS |= toy.VIEWS
""",
    **catalogues(
        "toy",
        task_toy="Toy task",
        help_text_toy="Text",
        own_rows_toy="Rows",
        own_example_toy="a bb",
        preset_toy="Toy",
        example_toy="Toy",
        toy_view="Toy view",
    ),
}

LESSON = {
    "rnnlab/lessons/storyboards/sequences/toy.py": """
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, ended

LESSON = Lesson(
    "toy",
    5,
    "words-next",
    (
        LessonStep("length", "text", Numbers(lambda look: (len(look.opening.probe),)), part="cut", fields={}),
        LessonStep("trained", "playground", done=lambda look: look.trained, show="loss"),
        ended("playground"),
    ),
)
""",
    "rnnlab/lessons/course.py": """
from rnnlab.lessons.storyboards.sequences import toy

LESSONS["toy"] = toy.LESSON
""",
    **catalogues(
        "lessons/toy",
        course_toy_title="Toy lesson",
        course_toy_know="toys",
        course_toy_length="Toy text",
        course_toy_length_ask="Toy question",
        course_toy_length_after="Toy answer",
        course_toy_trained="Toy run",
        course_toy_trained_do="Toy work",
        course_toy_trained_after="Toy end",
        course_toy_seen="Toy seen",
    ),
    "scripts/lesson_acts/toy.py": """
from scripts.lesson_acts import train

ACTS = {"trained": train()}
""",
    "tests/support/lesson_hands.py": """
HANDS["toy"] = {"trained": train}
""",
    "tests/unit/lessons/test_toy.py": """
from rnnlab.lessons.course import LESSONS
from scripts.questions import walk


def test_what_each_question_is_answered_with():
    *_, last = walk(LESSONS["toy"], "en")
    assert last.late.found == {"length": (5,)}
""",
}

TOYS: dict[str, dict[str, Edit]] = {
    "A preset": PRESET,
    "A cell": CELL,
    "A page": PAGE,
    "A lesson of the course": LESSON,
    "A task": TASK,
}
