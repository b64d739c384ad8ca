"""What of a page the stream draws too, while a run goes on.

A part is a function that draws components, and nothing else, from a view of the run. The page calls it for what it
shows now; the stream calls it again for what there is later, and sends what the components would be given. So a part
asks nothing of the session; what the reader has chosen it is given beforehand.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from pages.components.component import recorded
from pages.shell.state import session

View = TypeVar("View")

BY_ID: WeakValueDictionary[str, "Parts"] = WeakValueDictionary()


@dataclass(eq=False)
class Parts(Generic[View]):
    """Those of one page in one session, which alone holds them."""

    page: str
    view_of: Callable[[Any], View | None]  # of the run or the race, as it is by then
    id: str = field(default_factory=lambda: uuid4().hex)
    draws: int = 0  # how often the page has said what they are
    functions: list[Callable[[View], None]] = field(default_factory=list)

    def data(self, value: Any) -> dict[str, dict[str, Any]]:
        """What each component is to be given, by key."""
        view = self.view_of(value)
        with recorded() as drawn:
            if view is not None:
                for function in tuple(self.functions):
                    function(view)
        return drawn


def begin(page: str, view_of: Callable[[Any], View | None]) -> Parts[View]:
    """The page is drawn: it says anew what its parts are."""
    parts = session.get("parts")
    if parts is None or parts.page != page:
        parts = session["parts"] = Parts(page, view_of)
        BY_ID[parts.id] = parts
    parts.view_of, parts.functions = view_of, []
    parts.draws += 1
    return parts


def streamed(view: View, function: Callable[[View], None]) -> None:
    """Draw it, now and while the run goes on."""
    function(view)
    session["parts"].functions.append(function)


@dataclass
class Said:
    """What a browser has been told of the parts."""

    draws: int = 0
    fields: dict[tuple[str, str], str] = field(default_factory=dict)  # by component and field, as JSON

    def news(self, parts: Parts, value: Any) -> dict[str, dict[str, Any]]:
        """What has changed since, by component and field. After the page was drawn anew all is told again."""
        if self.draws != parts.draws:
            self.draws, self.fields = parts.draws, {}
        news: dict[str, dict[str, Any]] = {}
        for key, data in parts.data(value).items():
            for name, content in data.items():
                text = json.dumps(content)
                if self.fields.get((key, name)) != text:
                    self.fields[key, name] = text
                    news.setdefault(key, {})[name] = content
        return news
