"""The presets by topic, in the order in which a reader meets them, and how long their training takes."""

TOPICS: dict[str, tuple[str, ...]] = {
    "next": ("words-next", "hello-elloh", "ohlol-cell", "ohlol-layer", "paragraph-next", "history"),
    "tensors": ("embedding", "windows", "cell-shapes", "layer-shapes", "two-layers", "rnn-arguments"),
    "cells": ("manual-rnn", "lstm", "gru", "brackets"),
    "gradients": ("clipping", "long-range"),
    "sentences": (
        "hello-world",
        "text-classification",
        "lstm-classifier",
        "bilstm",
        "rare-faults",
        "packed",
        "gru-tagger",
    ),
    "numbers": ("sine", "noisy-sine"),
    "writing": ("writer", "seq2seq", "attention"),
}

# Seconds of computing, rounded, of those presets that take more than half of one: docs/measurements.md.
SECONDS = {
    "brackets": 1,
    "writer": 2,
    "text-classification": 3,
    "lstm-classifier": 1,
    "bilstm": 1,
    "gru-tagger": 1,
    "seq2seq": 18,
    "attention": 27,
    "sine": 3,
    "noisy-sine": 3,
}
