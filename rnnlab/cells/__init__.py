"""What is known of each recurrent cell."""

STATES = {"rnn": ("h",), "lstm": ("h", "c"), "gru": ("h",)}  # what a cell hands on from step to step
# The named values of one step of each cell, in the order in which they are computed; each [unit].
VALUES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o", "c", "h"), "gru": ("r", "z", "n", "h")}
GATES = {"rnn": (), "lstm": ("i", "f", "o"), "gru": ("r", "z")}  # sigmoids, between 0 and 1
# The rows of a cell's weights, one block of `hidden` rows below the other, as torch lays them out.
ROWS = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
