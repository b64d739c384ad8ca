"""The lessons in the other language, as data: what each says there in place of its own fields, and as little as it can.

A twin has as many lines, tokens and types as its lesson and the same sizes and goal, so what the lesson says is true of
both; many have the very same ids and so the same numbers. A lesson of which there is none has a text that belongs to no
language, or to both.
"""

from typing import Any

from rnnlab.lessons.presets import read_text

SEASONS = {"text": "spring summer autumn winter"}

NIGHT = {
    "text": """\
in the night wind is quiet
wind blows past trees trees look at water water flows past bridges bridges look at boats boats drift past wind \
wind again blows past trees trees again look at water in the night water is quiet"""
}

COLOURS, WAITING = ("red", "yellow", "blue", "green"), " wait" * 20

TWINS: dict[str, dict[str, dict[str, Any]]] = {
    "en": {
        "words-next": {"text": "I like learning deep learning"},
        "history": {"text": "today we watch birds tonight we watch stars"},
        "cell-shapes": SEASONS,
        "layer-shapes": SEASONS,
        "two-layers": {"text": f"{SEASONS['text']}\nsummer spring winter autumn"},
        "rnn-arguments": NIGHT,
        "manual-rnn": NIGHT,
        "lstm": NIGHT,
        "gru": NIGHT,
        "long-range": {
            "text": "\n".join(f"{colour}{WAITING} ask" for colour in COLOURS),
            "target": "\n".join(f"wait{WAITING} {colour}" for colour in COLOURS),
            "tokenizer": "words",
        },
        "packed": {"text": read_text("packed.en")},
    },
    "zh": {},
}
