"""The presets in the other language, as data: what each says there in place of its own fields, and as little as it can.

A twin has as many lines, tokens and types as its preset and the same sizes and goal, so what the preset says is true of
both; many have the very same ids and so the same numbers. A preset of which there is none has a text that belongs to no
language, or to both.
"""

from typing import Any

from rnnlab.presets.presets import read_text

# Signs stand apart, for these words are split at spaces.
RAIN = """\
at dawn rain falls on the sill , the kitten hears rain and falls asleep .
at noon rain stops , the kitten wakes and sees a bird .
the bird sings , the kitten hears birdsong , nobody says anything .
at dusk the bird leaves , the kitten looks at the sill and waits .
at night rain falls on the sill , the kitten hears rain and falls asleep ."""

# As many characters a line as in Chinese, and no two lines that begin alike: all can be known.
BIRDS = """\
rain taps on the window.
kittens listen, awake.
birds sing to them.
at dusk they fly away.
night falls, rain again."""

LANGUAGE = """\
I love learning language processing , and I love learning machine learning . \
language processing helps machines read language and machine learning helps machines learn from language ."""

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
        "paragraph-next": {"text": RAIN, "tokenizer": "words"},
        "history": {"text": "today we watch birds tonight we watch stars"},
        "embedding": {"text": LANGUAGE, "tokenizer": "words"},
        "cell-shapes": SEASONS,
        "layer-shapes": SEASONS,
        "two-layers": {"text": f"{SEASONS['text']}\nsummer spring winter autumn"},
        "rnn-arguments": NIGHT,
        "manual-rnn": NIGHT,
        "lstm": NIGHT,
        "gru": NIGHT,
        "clipping": {"text": BIRDS},
        "long-range": {
            "text": "\n".join(f"{colour}{WAITING} ask" for colour in COLOURS),
            "target": "\n".join(f"wait{WAITING} {colour}" for colour in COLOURS),
            "tokenizer": "words",
        },
        "lstm-classifier": {"text": read_text("lstm-classifier.en"), "tokenizer": "words"},
        "bilstm": {"text": read_text("bilstm.en")},
        "rare-faults": {"text": read_text("rare-faults.en")},
        "packed": {"text": read_text("packed.en")},
        "gru-tagger": {"text": read_text("gru-tagger.en"), "tokenizer": "words"},
    },
    "zh": {
        "writer": {"text": read_text("writer.zh")},
        "text-classification": {"text": read_text("text-classification.zh")},
    },
}
