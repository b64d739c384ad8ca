from scripts.lesson_acts import race, train

ACTS = {
    "sum-or-mean": train(1, loss="mean"),
    "unclipped": train(),
    "what-is-cut": train(),
    "which-rate": race(1, lr=(0.5, 0.05, 0.01, 0.005, 0.001)),
    "adam": train(),
}
