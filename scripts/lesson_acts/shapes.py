from dataclasses import replace

from rnnlab.engine import jobs
from rnnlab.lessons.answers import module
from rnnlab.lessons.look import Look
from rnnlab.lessons.storyboards.networks.shapes import BATCH, turned
from scripts.lesson_acts import Act
from scripts.lesson_acts import module as setting


def type_exchanged(with_state: bool) -> Act:
    def act(look: Look) -> Look:
        state = module(look).state_shape if with_state else None
        return replace(look, trial=jobs.try_shape(module(look), turned(look), state))

    return act


ACTS = {
    "state": setting(batch_size=BATCH),
    "turn": setting(batch_first=True),
    "directions": setting(bidirectional=True),
    "lstm": setting(kind="LSTM"),
    "silent": type_exchanged(with_state=False),
    "refused": type_exchanged(with_state=True),
}
