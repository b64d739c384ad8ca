"""What must work when a recipe of CONTRIBUTING.md has been followed: run in copies of the project, not in the project.

    python -m tests.support.recipe_checks CHECK COPY [CHECK COPY ...]

Prints a line of JSON for each copy: null, or why the check failed. What takes long to load, and is none of the
project's, is loaded once; each copy has a process of its own, forked from there.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIBRARIES = (
    *("pydantic.main", "babel.messages.pofile", "plotly.graph_objects", "streamlit.testing.v1", "torch"),
    *("pandas", "pyarrow", "regex", "cloudpickle"),
)
LOCALES = {"zh": "zh-CN", "en": "en-US"}


class Missing:
    """Where gettext looks for what a catalogue lacks."""

    def gettext(self, id: str) -> str:
        raise AssertionError(f"no sentence {id}")


def preset() -> None:
    """It is in the list by its name, says what it is about, trains, and opens on its page, in its reader's language; in
    the other its words have a meaning."""
    from tests.support.reader import components, said, until_trained, visit

    first = {"zh": "甲", "en": "ka"}
    for lang, locale in LOCALES.items():
        app = until_trained(visit("preset=toy&run=1", locale))
        assert app.session_state.here == "text"
        assert app.session_state.run.history.ended == "epochs"
        assert f"Toy ({lang})" in app.selectbox(key="preset").options
        assert f"A toy is learnt ({lang})" in said(app)
        assert app.session_state.run.experiment.text.split()[0] == first[lang]
        for written in LOCALES:
            app = visit(f"preset=toy&twin={written}&lang={lang}", page="playground")
            strip = components(app)["playground-predictions"]
            assert strip["tokens"][0] == first[written]
            assert strip["glosses"][:1] == ([] if written == lang else [first[lang]])


def cell() -> None:
    """It can be chosen and trained; its steps are traced, and are what its loop computes; every page opens on it."""
    from tests.support.reader import until_trained, visit

    for lang, locale in LOCALES.items():
        app = until_trained(visit("cell=toy&hidden=4&epochs=5&run=1", locale, "cell"))
        assert app.session_state.run.experiment.cell == "toy"
        assert app.session_state.run.history.ended == "epochs"
        assert f"Toy cell ({lang})" in app.segmented_control(key="cell").options
    traced_as_trained(app.session_state.run)
    every_page_opens(app)


def traced_as_trained(run: Any) -> None:
    import numpy as np

    from rnnlab.engine import jobs
    from rnnlab.records.opening import Place

    history = run.history
    trace = jobs.trace(run.experiment, history.checkpoints[-1].weights, Place()).original
    assert list(trace.values) == ["q", "n", "h"]
    np.testing.assert_allclose(trace.values["h"], trace.values["q"] * trace.values["n"], rtol=1e-5)
    np.testing.assert_allclose(trace.values["h"], history.frames[-1].hidden, rtol=1e-5, atol=1e-6)


def page() -> None:
    """It is in the navigation, and shows something of the run."""
    from tests.support.reader import visit

    for lang, locale in LOCALES.items():
        app = visit("run=1", locale=locale, page="toy")
        assert app.session_state.here == "toy"
        assert f"Title ({lang})" in [title.value for title in app.title]
        assert f"Toy ({lang}): 100" in [text.value for text in app.markdown]


def course() -> None:
    """Its card is on the page Course, its steps lead from page to page, in both languages; it is walked without a page
    and by hand; what its answers are is tested."""
    from rnnlab.lessons.course import LESSONS
    from rnnlab.lessons.progress import state
    from scripts.questions import walk
    from tests.support.lesson_hands import HANDS
    from tests.support.reader import press, said, visit

    for lang, locale in LOCALES.items():
        app = visit("", locale, "course")
        assert any(f"Toy lesson ({lang})" in header.value for header in app.header)
        app = visit("lesson=toy", locale, "text")
        for word in ("text", "question"):
            assert f"Toy {word} ({lang})" in said(app)
        app = visit("lesson=toy&at=2", locale)
        assert f"Toy work ({lang})" in said(app)
        press(app, "guide_next")
        assert f"Toy seen ({lang})" in said(app)
        *_, last = walk(LESSONS["toy"], lang)
        assert last.late.done == {"length", "trained"}
        assert state(LESSONS["toy"], last.late) == "begun"
    assert HANDS["toy"].keys() == {"trained"}
    importlib.import_module("tests.unit.lessons.test_toy").test_what_each_question_is_answered_with()


def task() -> None:
    """It is in the list by its name, trains, shows its own view, reads what is pasted; every page opens on it."""
    from tests.support.reader import looked, until_trained, visit

    for lang, locale in LOCALES.items():
        app = until_trained(visit("preset=toy&run=1", locale))
        assert app.session_state.here == "results"
        assert app.session_state.run.history.ended == "epochs"
        assert f"Toy task ({lang})" in app.selectbox(key="task").options
        assert f"Toy view ({lang})" in [text.value for text in app.markdown]
        looked(app.switch_page("data.py").run())
        looked(app.text_area(key="data_paste").set_value("a bb ccc\nbb a dd").run())
    every_page_opens(app)


def every_page_opens(app: Any) -> None:
    from tests.support.reader import looked

    for path in sorted(Path("pages").glob("*.py")):
        if path.stem != "main":
            looked(app.switch_page(path.name).run())


CHECKS: dict[str, Callable[[], None]] = {check.__name__: check for check in (preset, cell, page, course, task)}


def failure(check: str, copy: str) -> str | None:
    """Why a check fails in a copy; None where it does not."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        return said if status else None
    try:
        os.chdir(copy)
        sys.path.insert(0, copy)
        sys.modules.pop("tests", None)
        sys.modules.pop("tests.support", None)
        import tests.support.recipe_checks as own
        from rnnlab.i18n import catalogue

        for lang in LOCALES:
            catalogue.catalogue(lang).add_fallback(Missing())
        own.CHECKS[check]()
    except BaseException:
        os.write(writing, traceback.format_exc().encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    torch = importlib.import_module("torch")
    torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))]).step()  # the first step of a process loads a lot more
    manifest_scanner = importlib.import_module("streamlit.components.v2.manifest_scanner")
    found = manifest_scanner.scan_component_manifests()  # in all installed packages, for every app
    manifest_scanner.scan_component_manifests = lambda: found
    for check, copy in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        print(json.dumps(failure(check, copy)), flush=True)
