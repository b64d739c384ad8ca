from scripts.lesson_acts import look_at, race, train

ACTS = {
    "which-letter": train(),
    "what-differs": look_at(3),
    "what-helps": race(10, head=("none", "linear")),
}
