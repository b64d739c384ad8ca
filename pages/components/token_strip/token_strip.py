"""The row of tokens with what the network expects after each."""

from dataclasses import dataclass
from typing import Any

from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_strip = component(__file__, "token_strip")

LABELS = ("steps", "predicted", "target", "target_only")


@dataclass(frozen=True)
class TokenStrip:
    """Tokens, and at every epoch the likeliest classes after each that the network reads."""

    tokens: list[str]
    inputs: int  # how many of them are read; the others are targets only
    vocabulary: list[str]  # of the ids below: what is spoken of here
    specials: int  # ids below this are drawn apart
    targets: list[int]  # [inputs] the right id after each; below 0: nothing is asked for
    target_ids: list[int]  # the same as the stream numbers them, which knows all classes
    top: dict[str, Any]  # packed ids [frame, step, rank]; below 0: nothing is predicted there
    probability: dict[str, Any]  # packed, theirs
    joiner: str  # what stands between two ids read as a text
    written: bool  # whether what is predicted, and the targets, are texts too


def token_strip(key: str, strip: TokenStrip, playback: Playback, t: Translate) -> None:
    labels = {name: t(f"strip.{name}") for name in LABELS}
    _strip(key=key, data={"key": key, **vars(playback), **vars(strip), "labels": labels})
