"""The presets as cards: what each is about, with a picture of the network that it opens with."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from pages.components.component import component

_cards = component(__file__, "preset_cards")


@dataclass(frozen=True)
class Card:
    preset: str
    title: str
    shows: str  # in a sentence
    place: str  # the page that it opens on
    time: str  # that its training takes


@dataclass(frozen=True)
class Topic:
    title: str
    cards: list[Card]


def preset_cards(
    key: str, topics: list[Topic], here: str, lang: str, labels: dict[str, str], on_chosen: Callable[[], None]
) -> None:
    """`here`: the preset that is open. labels: here. The result's `chosen` is {"preset"}."""
    data = {"key": key, "topics": [asdict(topic) for topic in topics], "here": here, "lang": lang, "labels": labels}
    _cards(key=key, on_chosen_change=on_chosen, data=data)
