"""What is to be said of data whose scores would otherwise flatter: a reader sees it beside them."""

from collections.abc import Hashable, Sequence

from rnnlab.data.batches import Pair
from rnnlab.i18n import Problem, shorten
from rnnlab.text import Vocabulary

SHOWN = 8  # answers that a note names


def split_notes(
    lines: Sequence[Hashable], trained: Sequence[Pair], held: Sequence[Pair], classes: Vocabulary
) -> list[Problem]:
    """Of a split: lines that come again; held-out sequences that are trained on all the same, for windows of different
    lines may be alike; answers that are never trained on; held-out lines that ask for one answer only."""
    if not held:
        return []
    notes = []
    if repeated := len(lines) - len(set(lines)):
        notes.append(Problem("repeated_lines", "text", {"count": repeated}))
    seen = {(tuple(pair.inputs), tuple(pair.targets)) for pair in trained}
    if again := sum((tuple(pair.inputs), tuple(pair.targets)) in seen for pair in held):
        notes.append(Problem("held_again", "text", {"count": again, "total": len(held)}))
    known = {id for pair in trained for id in pair.targets}
    missing = [id for id in dict.fromkeys(id for pair in held for id in pair.targets) if id not in known]
    if missing:
        named = " ".join(shorten(classes.tokens[id], 12) for id in missing[:SHOWN])
        notes.append(Problem("never_trained", "text", {"count": len(missing), "value": named}))
    asked = {id for pair in held for id in pair.targets}
    if len(held) > 1 == len(asked) < len(known):
        notes.append(Problem("held_one_answer", "text", {"value": shorten(classes.tokens[asked.pop()])}))
    return notes


def one_answer_note(pairs: Sequence[Pair], classes: Vocabulary) -> list[Problem]:
    """Where one and the same answer is right in all of training: then what is read does not matter."""
    answers = {id for pair in pairs for id in pair.targets}
    if len(answers) > 1:
        return []
    return [Problem("one_answer", "text", {"value": shorten(classes.tokens[answers.pop()])})]


def one_sequence_note(pairs: Sequence[Pair], classes: Vocabulary) -> list[Problem]:
    """The same where an answer is a sequence of its own."""
    answers = {tuple(pair.targets) for pair in pairs}
    if len(answers) > 1:
        return []
    written = " ".join(classes.tokens[id] for id in answers.pop() if id >= classes.specials)
    return [Problem("one_answer", "text", {"value": shorten(written)})]
