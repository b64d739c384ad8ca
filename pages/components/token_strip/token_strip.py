"""The row of tokens with what the network expects after each, and, where wanted, the network between the two."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_strip = component(__file__, "token_strip")

LABELS = ("steps", "predicted", "target", "target_only", "open", "choose")


@dataclass(frozen=True)
class States:
    """The network's states at every epoch: the picture between tokens and predictions."""

    values: dict[str, Any]  # packed int8 [frame, step, unit], of both directions side by side
    scale: float  # a value is int8 / 127 * scale
    limit: float  # the end of the colour scale, which is centred at 0
    directions: int
    layers: int  # the states are those of the last
    starts: list[int]  # the steps at which its networks begin
    reads: list[tuple[int, int]] | None  # (step, direction) that the one answer is read from; None: a step has its own
    height: int  # pixels


@dataclass(frozen=True)
class TokenStrip:
    """Tokens, and at every epoch the likeliest classes after each that the network reads."""

    tokens: list[str]
    glosses: list[str]  # what each means to the reader, "" where that is not known; empty: of none
    inputs: int  # how many of them are read; the others are targets only
    vocabulary: list[str]  # of the ids below: what is spoken of here
    specials: int  # ids below this are drawn apart
    targets: list[int]  # [inputs] the right id after each; below 0: nothing is asked for
    target_ids: list[int]  # the same as the stream numbers them, which knows all classes
    top: dict[str, Any]  # packed ids [frame, step, rank]; below 0: nothing is predicted there
    probability: dict[str, Any]  # packed, theirs
    joiner: str  # what stands between two ids read as a text
    written: bool  # whether what is predicted, and the targets, are texts too
    states: States | None = None
    numbers: bool = False  # whether numbers stand in the place of tokens and classes


def token_strip(
    key: str, strip: TokenStrip, playback: Playback, t: Translate, on_opened: Callable[[], None] | None = None
) -> None:
    """Draw it, or bring what is drawn up to date. With `on_opened` a step can be opened elsewhere: the result's
    `opened` is then {"run", "epoch", "step"}."""
    labels: dict[str, Any] = {name: t(f"strip.{name}") for name in LABELS}
    layers = strip.states.layers if strip.states else 1
    last = t("strip.row.states") if layers == 1 else t("strip.row.states_of", layer=layers)
    rows = [t("strip.row.predictions"), last, t("strip.row.numbers") if strip.numbers else t("strip.row.tokens")]
    lower = [t("strip.row.layer", layer=layer) for layer in range(layers - 1, 0, -1)]
    states = strip.states and vars(strip.states)
    data = {**vars(playback), **vars(strip), "states": states, "opens": on_opened is not None}
    _strip(
        key=key,
        on_opened_change=on_opened,
        data={"key": key, **data, "labels": {**labels, "rows": rows, "lower": lower}},
    )
