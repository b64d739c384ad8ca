"""The two searches that jieba makes where its dictionary has no word, in time proportional to the text.

For a character that it has never seen, jieba's own tagger tries 163 states after each of 163 others, 8 ms in Python;
and its segmenter copies the whole path so far at every character. Here the same sums are added in the same order, and
of paths that are equally likely the one is taken that jieba takes: the results are the same to the bit.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

UNSEEN = -3.14e100  # jieba's logarithm of the probability of a character that a state has never emitted

Table = Mapping[Any, Mapping[Any, float]]


def likeliest_marks(
    text: str, states: str, start: Mapping[str, float], moves: Table, emit: Table
) -> tuple[float, list[str]]:
    """For each character whether it begins, continues or ends a word, or is one: B, M, E or S; before them the
    logarithm of their probability. In place of `jieba.finalseg.viterbi`."""
    before = {state: [other for other in states if state in moves[other]] for state in states}
    reached = {state: start[state] + emit[state].get(text[0], UNSEEN) for state in states}
    back = []
    for char in text[1:]:
        best = {
            state: max((reached[other] + moves[other][state] + emission, other) for other in before[state])
            for state in states
            for emission in [emit[state].get(char, UNSEEN)]
        }
        reached = {state: log for state, (log, _) in best.items()}
        back.append({state: other for state, (_, other) in best.items()})
    log, last = max((reached[state], state) for state in "ES")
    return log, path_to(last, back)


def path_to(last: Hashable, back: Sequence[Mapping[Any, Any]]) -> list[Any]:
    """All states up to the last one. back: by step, what was before each state."""
    path = [last]
    for before in reversed(back):
        path.append(before[path[-1]])
    return path[::-1]


class TagModel:
    """jieba's hidden Markov model of words and their classes: a state is a character's place in its word, and a class.
    Arrays of states hold their indices in `states`."""

    def __init__(self, possible: Mapping[str, Iterable[Any]], start: Mapping[Any, float], moves: Table, emit: Table):
        self.states = sorted(start, reverse=True)  # of equals numpy finds the first, and jieba the greatest
        self.index = {state: index for index, state in enumerate(self.states)}
        self.possible, self.emit = possible, emit
        self.start = np.array([start[state] for state in self.states])
        self.moves = np.array([[moves[one].get(other, -np.inf) for one in self.states] for other in self.states])
        self.leads_to = (self.moves > -np.inf).T.copy()  # [state, the one after]
        self.leads_on = np.array([bool(moves[state]) for state in self.states])
        self.every, self.seen = np.arange(len(self.states)), set().union(*emit.values())
        self.unseen = np.full(len(self.states), UNSEEN)
        self.emissions = lru_cache(1_000)(self.emissions_of)
        self.moves_between = lru_cache(16)(self.moves_of)  # of characters never seen all have the same

    def emissions_of(self, char: str) -> tuple[np.ndarray, np.ndarray]:
        """The states that may emit a character, all where that is not known; and for every state the logarithm of the
        probability that it does."""
        known = sorted(self.index[state] for state in self.possible.get(char, ()))
        logs = [self.emit[state].get(char, UNSEEN) for state in self.states] if char in self.seen else self.unseen
        return np.array(known) if known else self.every, np.array(logs)

    def moves_of(self, states: bytes, before: bytes) -> np.ndarray:
        return self.moves[np.ix_(np.frombuffer(states, int), np.frombuffer(before, int))]

    def likeliest(self, text: str) -> tuple[float, list[Any]]:
        """The state of each character, and before them the logarithm of their probability. In place of
        `jieba.posseg.viterbi`, which is given the tables as well."""
        now, emission = self.emissions(text[0])
        reached = self.start[now] + emission[now]
        back = []
        for char in text[1:]:
            leads_on = self.leads_on[now]
            now, reached = now[leads_on], reached[leads_on]
            follows = self.leads_to[now].any(0)
            states, emission = self.emissions(char)
            states = states[follows[states]]
            if not states.size:  # none that may emit it: jieba takes any then
                states = np.flatnonzero(follows)
            moves = self.moves_between(states.tobytes(), now.tobytes())
            sums = reached + moves + emission[states, None]  # [state, the one before]
            best = sums.argmax(1)
            back.append(dict(zip(states.tolist(), now[best].tolist(), strict=True)))
            now, reached = states, sums[np.arange(len(states)), best]
        best = reached.argmax()
        return float(reached[best]), [self.states[index] for index in path_to(int(now[best]), back)]
