"""The pages, in the order in which they are offered. Each is `<name>.py` beside the main script, found at /<name>."""

PAGES = (
    "playground",
    "results",
    "compare",
    "generate",
    "data",
    "text",
    "shapes",
    "cell",
    "gradients",
    "training",
    "units",
    "history",
    "course",
    "room",
)
HOME = PAGES[0]  # found at / too
