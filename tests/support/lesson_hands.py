"""What a reader does with his hands at the steps of the lessons, in a browser."""

import re
from collections.abc import Callable

from pages.views.cell.interventions import KINDS
from rnnlab.cells import CELLS, WEIGHTS
from rnnlab.experiment import choices
from rnnlab.lessons.storyboards.networks import shapes, tokens
from scripts.lesson_acts import own_data
from tests.support.lab import Lab
from tests.support.unrolled import column

Hand = Callable[[Lab], object]


def type_into(key: str, value: str) -> Hand:
    def hand(lab: Lab) -> None:
        field = lab.rests().at(key).locator("input")
        field.fill(value)
        field.press("Enter")

    return hand


def press(*keys: str) -> Hand:
    return lambda lab: [lab.press(key) for key in keys]


def to_epoch(epoch: int) -> Hand:
    return lambda lab: lab.page.locator(".rl-scrubber input[type=range]").fill(str(epoch))


def to_token(place: int) -> Hand:
    return lambda lab: lab.page.locator(".rl-column").nth(place).click()


def several(*hands: Hand) -> Hand:
    return lambda lab: [hand(lab) for hand in hands]


def to_column(step: int) -> Hand:
    return lambda lab: column(lab, step).locator(".ru-chip").click()


def what_if(kind: str, value: str = "", gates: bool = False, **places: int) -> Hand:
    """Of a change on the page Cell: its kind, the value that is typed, which options are taken in its select boxes."""
    kinds = [one for one in KINDS if gates or one != "gate"]

    def hand(lab: Lab) -> None:
        lab.choose(lab.at("whatif_kind"), kinds.index(kind))
        for name, option in places.items():
            lab.choose(lab.page.locator(f"[class*='st-key-whatif_{kind}_{name}_']"), option)
        if value:
            lab.at("whatif_value").locator("input").fill(value)
        lab.press("whatif_add")

    return hand


def hold_gate(cell: str, gate: str, value: str) -> Hand:
    return what_if("gate", value, gates=True, name=CELLS[cell].gates.index(gate))


def switch(key: str) -> Hand:
    return lambda lab: lab.at(key).locator("label").first.click()


def shape_as_told(key: str, place: int) -> Hand:
    """Types a shape that the words of the step name, the first of them or another one."""

    def hand(lab: Lab) -> None:
        told = re.findall(r"\[\d+(?:, \d+)+\]", lab.at("guide").inner_text())
        type_into(key, told[place])(lab)

    return hand


def write_twice(lab: Lab) -> None:
    text = lab.at("text").locator("textarea").input_value()
    lab.write(f"{text} {text}").press("train")


def quoted(lab: Lab) -> str:
    """The sentence that the step quotes first."""
    said = re.search("[「“](.*?)[」”]", lab.at("guide").inner_text())
    assert said
    return said[1]


def say_the_sentence(lab: Lab) -> None:
    type_into("eliza_say", quoted(lab))(lab)


def slide(key: str, *keys: str) -> Hand:
    """Moves a slider by keys, such as to one of its ends."""

    def hand(lab: Lab) -> None:
        for one in keys:
            lab.at(key).get_by_role("slider").press(one)

    return hand


def type_a_passage(lab: Lab) -> None:
    lab.at("units_source").locator("button").nth(1).click()
    lab.write(quoted(lab), "units_text")


def ask_the_sentence(lab: Lab) -> None:
    lab.write(quoted(lab), "sentence").press("train")


def three_beams(lab: Lab) -> None:
    type_into("beam", "3")(lab.open("more"))
    lab.page.keyboard.press("Escape")
    lab.press("train")


def mean_of_losses(lab: Lab) -> None:
    lab.open("more").choose(lab.at("loss_reduction"), choices("loss").index("mean"))
    lab.page.keyboard.press("Escape")
    lab.press("step")


def train_others(lab: Lab) -> None:
    """They begin by themselves where the first was trained quickly."""
    if lab.button("train_others").is_enabled():
        lab.press("train_others")


train = press("train")
race = press("race_start")

OWN_TEXTS = {  # of a reader's, at the end; else lines with labels
    **dict.fromkeys(
        ("beginnings", "four-moves", "one-step", "same-weights", "ohlol", "tokens"),
        "own words are trained on own words",
    ),
    "numbers": " ".join(str(place * place % 17) for place in range(80)),
}

# What the reader does at a step, by lesson and step; nothing where it is done by reading or by answering.
HANDS: dict[str, dict[str, Hand]] = {
    "beginnings": {"rules": say_the_sentence, "features": to_token(6), "networks": train},
    "tokens": {"choose": press("use_jieba"), "teach": type_into("text_add", tokens.ADDED), "row": train},
    "one-step": {"travels": what_if("token", step=0, token=-1)},
    "same-weights": {
        "twice": write_twice,
        "hidden-weight": what_if("weight", "3", name=WEIGHTS.index("weight_hh"), column=1),
        "input-weight": what_if("weight", "3", name=WEIGHTS.index("weight_ih"), column=1),
        "missing": what_if("off"),
        "two-answers": train,
    },
    "four-moves": {
        "first-loss": press("step"),
        "all-right": press(*["step"] * 5),
        "check": press("check_go"),
        "still": several(type_into("lr", "0.000001"), train),
        "learnt": several(type_into("lr", "0.01"), train),
    },
    "shapes": {
        "state": type_into("layer_batch_size", str(shapes.BATCH)),
        "turn": switch("layer_batch_first"),
        "directions": switch("layer_bidirectional"),
        "lstm": lambda lab: lab.at("layer_kind").get_by_text("nn.LSTM", exact=True).click(),
        "silent": shape_as_told("try_input", 1),
        "refused": shape_as_told("try_state", -1),
    },
    "ohlol": {"which-letter": train, "what-differs": to_column(3), "what-helps": race},
    "forgetting": {
        "not-solved": train,
        "flattest": train_others,
        "gates-learn": to_epoch(0),
        "shorter": train,
        "nine-runs": race,
    },
    "gates": {
        "forget-gate": to_column(9),
        "forgets": hold_gate("lstm", "f", "0"),
        "keeps-all": hold_gate("lstm", "f", "1"),
        "copies": hold_gate("gru", "z", "1"),
        "never-copies": hold_gate("gru", "z", "0"),
    },
    "directions": dict.fromkeys(("one-way", "two-ways", "last", "final"), train),
    "packing": {"states": train, "verdict": to_epoch(5), "without": train},
    "learning-rates": {
        "sum-or-mean": mean_of_losses,
        "unclipped": train,
        "what-is-cut": train,
        "which-rate": race,
        "what-it-buys": race,
        "adam": train,
    },
    "numbers": {"beaten": train, "noise": train},
    "attention": dict.fromkeys(("forced", "free", "looks", "without"), train) | {"beam": three_beams},
    "own-data": {
        "not": ask_the_sentence,
        "paste": lambda lab: lab.write(own_data.TEXT, "data_paste").press("data_use"),
        "tested": train,
        "again": lambda lab: lab.write(own_data.MORE).press("train"),
    },
    "writer": {
        "greedy": several(train, slide("generate_temperature", "Home")),
        "hot": slide("generate_temperature", "End"),
        "top-k": type_into("generate_top_k", "1"),
        "copies": several(
            slide("generate_temperature", "Home", *["ArrowRight"] * 16), type_into("generate_top_k", "0"), to_epoch(5)
        ),
    },
    "brackets": {"finds": train, "nested": type_a_passage, "levels": train},
    "zeros": {"says": train, "equal": train, "drawn": race},
}
