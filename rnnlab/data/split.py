"""Which lines are trained on, and which are only tested on."""

from collections import Counter
from collections.abc import Hashable, Sequence

import torch

from rnnlab.experiment import Experiment
from rnnlab.text.examples import tested_count


def split(lines: Sequence[Hashable], experiment: Experiment, labels: Sequence[str] = ()) -> tuple[list[int], list[int]]:
    """The indices of the lines that are trained on, and of those that are only tested on, each in their order: drawn
    with the seed, by a generator of its own.

    What is drawn are different lines: all copies of a line are on the same side, so that nothing is tested on that was
    trained on. Where lines have `labels`, the last line of a label is passed over, unless that would leave no line to
    test on. Raises LabError where none would be left to train on.
    """
    if not experiment.held_out:
        return list(range(len(lines))), []
    copies: dict[Hashable, list[int]] = {}
    for i, line in enumerate(lines):
        copies.setdefault(line, []).append(i)
    groups, tested = list(copies.values()), tested_count(lines, experiment)
    generator = torch.Generator().manual_seed(experiment.seed)
    order = [groups[place] for place in torch.randperm(len(groups), generator=generator).tolist()]
    held = {i for group in (keeping_labels(order, tested, labels) or order[:tested]) for i in group}
    return [i for i in range(len(lines)) if i not in held], sorted(held)


def keeping_labels(order: Sequence[list[int]], count: int, labels: Sequence[str]) -> list[list[int]]:
    """The first `count` groups of lines, as many as there are, that leave a line of every label behind."""
    left, taken = Counter(labels), []
    for group in order:
        wanted = Counter(labels[i] for i in group) if labels else Counter()
        if all(left[label] > needed for label, needed in wanted.items()):
            left -= wanted
            taken.append(group)
        if len(taken) == count:
            break
    return taken
