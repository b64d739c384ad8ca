from rnnlab.lessons.storyboards.networks.learning_rates import RATES
from scripts.lesson_acts import race, train

ACTS = {
    "sum-or-mean": train(1, loss="mean"),
    "unclipped": train(),
    "what-is-cut": train(),
    "which-rate": race(1, lr=RATES),
    "what-it-buys": race(1, lr=RATES),
    "adam": train(),
}
