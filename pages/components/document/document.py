"""What concerns the browser's whole document, not one part of the page: its address and language, where the focus is,
what Streamlit's own widgets lack, how it is printed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pages.components.component import component

_document = component(__file__, "document")


@dataclass(frozen=True)
class Document:
    """What the browser is told of a page, and is to remember."""

    page: str
    lang: str  # which its text is in, as HTML names it
    opening: str  # of a preset: where it is another than before, the address becomes a new entry of the history
    arrivals: int  # how often a page was come to: its address is told anew, though nothing else may be new
    visit: str  # which session it is: of a new one, the browser tells once what it has kept
    lessons: str  # how far he is in the lessons of the course, for the tab's storage; "": nothing to keep
    pupil: str = ""  # who he is in the room of a class, for the same; "": in none
    elsewhere: str = ""  # the code of a room in another process: once the address says it, the page is loaded anew
    query: str | None = None  # of its address; None: address and stored text as they are
    text_draft: str | None = None  # a text too long for a link, for the tab's storage
    restore: bool = False  # ask for the stored text instead, once
    begins: bool = False  # ask, once, for what begins by itself, unless the reader wants no motion
    leaving: float | None = None  # a new number is answered as soon as it has been drawn
    presents: bool = False  # in large type and stark colours
    looked: dict[str, Any] | None = None  # {"run", "epoch", "step"} of a link: the cursor goes there, once
    words: dict[str, Any] = field(default_factory=dict)  # what the menus by which figures are saved say
    assistance: dict[str, Any] = field(default_factory=dict)  # what Streamlit's own widgets lack, see widgets.js
    provenance: dict[str, Any] | None = None  # of what is saved, where it is about no run


def document(
    key: str,
    facts: Document,
    on_restored: Callable[[], None],
    on_still: Callable[[], None],
    on_shown: Callable[[], None],
    on_recalled: Callable[[], None],
) -> None:
    """Tell it. The result's `restored` is {"text": str | None}, the stored text that was asked for; its `still` answers
    `leaving`, its `shown` a page that `begins`, and its `recalled` is {"text": str, "pupil": str}, where lessons or a
    pupil were kept."""
    data = {"key": key, **vars(facts)}
    answers = {"restored": on_restored, "still": on_still, "shown": on_shown, "recalled": on_recalled}
    answers["reconnected"] = lambda: None  # the page is drawn, and who has lost its session finds out
    _document(key=key, data=data, **{f"on_{name}_change": on_answer for name, on_answer in answers.items()})
