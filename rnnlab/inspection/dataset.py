"""The data of an experiment as training takes it: its sequences, trained on or held out, and how often each class."""

from collections import Counter
from itertools import chain

from rnnlab.data import NO_TARGET, Data, Pair
from rnnlab.experiment import Experiment
from rnnlab.records.dataset import ROWS, TOKENS, DataLook, RowLook
from rnnlab.training.tasks import TASKS, data_of


def look(experiment: Experiment, held: bool, first: int) -> DataLook:
    """The data, with the rows from number `first` on (counted from 1; the last one where there are fewer) of what is
    trained on, or of what is `held` out. Raises LabError where it can't be trained on."""
    task = TASKS[experiment.task]
    data = data_of(experiment)
    pairs = data.held if held else data.pairs
    start = max(0, min(first, len(pairs)) - 1)
    rows = [row_of(data, start + place, pair, held) for place, pair in enumerate(pairs[start : start + ROWS])]
    balance: dict[str, tuple[int, int]] = {}
    if not task.written:
        trained, tested = counted(data.pairs), counted(data.held)
        balance = {data.classes.tokens[id]: (trained[id], tested[id]) for id, _ in (trained + tested).most_common()}
    types = len(data.vocabulary) - data.vocabulary.specials
    return DataLook(tuple(rows), len(data.pairs), len(data.held), types, balance, data.notes)


def row_of(data: Data, place: int, pair: Pair, held: bool) -> RowLook:
    """What is held out is shown with the words as they were read, though the network knows some of them only as
    unknown."""
    read = data.held_tokens[place] if held else [data.vocabulary.tokens[id] for id in pair.inputs]
    known = range(data.vocabulary.specials, len(data.vocabulary))
    unknown = [step for step, id in enumerate(pair.inputs[:TOKENS]) if id not in known]
    asked = [data.classes.tokens[id] for id in pair.targets if id >= data.classes.specials]
    long = max(len(read), len(asked)) > TOKENS
    return RowLook(place + 1, tuple(read[:TOKENS]), tuple(unknown), tuple(asked[:TOKENS]), long)


def counted(pairs: list[Pair]) -> Counter[int]:
    """How often each class is to be predicted."""
    return Counter(id for id in chain.from_iterable(pair.targets for pair in pairs) if id != NO_TARGET)
