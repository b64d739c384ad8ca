"""Experiment: one frozen, validated record of every choice a run depends on.

The form, a link, the command line and Python all end here, so the limits live here and nowhere else.
What can only be judged once the text is tokenized (vocabulary, windows, lengths) is judged in `rnnlab.data`.
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from rnnlab.cells import CELLS
from rnnlab.experiment.limits import (
    ADDED_WORDS,
    BOUNDS,
    RATE_CHARACTERS,
    SENTENCE_CHARACTERS,
    TEXT_CHARACTERS,
    WORD_CHARACTERS,
)
from rnnlab.experiment.rate_changes import changes_of, to_text
from rnnlab.i18n import LabError, Problem
from rnnlab.i18n.problems import numeral, shorten
from rnnlab.presets.presets import PRESETS


def bounded(name: str) -> Any:
    """The limits of a number field, as pydantic checks them."""
    low, high = BOUNDS[name]
    return Field(ge=low, le=high)  # nan and infinity fail it too


Text = Annotated[str, Field(max_length=TEXT_CHARACTERS)]
Sentence = Annotated[str, Field(max_length=SENTENCE_CHARACTERS)]
WordList = Annotated[str, Field(max_length=ADDED_WORDS * (WORD_CHARACTERS + 1))]  # separated by white space
RateChanges = Annotated[str, Field(max_length=RATE_CHARACTERS)]

if TYPE_CHECKING:
    CellName = str
else:
    CellName = Literal[tuple(CELLS)]


class Experiment(BaseModel):
    """All choices of one run. Field names are link parameters and widget keys.

    Start from `preset` and override: `Experiment(preset="ohlol-cell", seed=3)`.
    Raises `LabError` with every problem found, never another exception.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str = "words-next"
    task: Literal["next", "classify", "tag", "seq2seq", "series"] = "next"
    data: Literal["text", "dates", "numerals", "pinyin", "reversal"] = "text"  # the text, or pairs made by the lab
    pairs: Annotated[int, bounded("pairs")] = 1_000  # how many of those
    text: Text = "我 喜欢 学习 深度 学习"
    target: Text = ""  # what to predict, a token for each token of `text`; empty: the next token
    tokenizer: Literal["words", "chars", "jieba"] = "words"
    words: WordList = ""  # added to jieba's dictionary, for this experiment only
    lower: bool = False  # read the text in lower case
    max_length: Annotated[int, bounded("max_length")] = 64  # tokens of a line; what is beyond is cut
    held_out: Annotated[float, bounded("held_out")] = 0.0  # share of the lines that is only tested on
    probe: Annotated[int, bounded("probe")] = 1  # the line that is watched, counted from 1
    sentence: Sentence = ""  # watched in its place, where there is one
    window: Annotated[int, bounded("window")] = 0  # 0: a line is one sequence
    stride: Annotated[int, bounded("stride")] = 1
    batch: Annotated[int, bounded("batch")] = 16
    shuffle: bool = False
    input: Literal["embedding", "onehot"] = "embedding"
    embed: Annotated[int, bounded("embed")] = 16
    cell: CellName = "rnn"
    impl: Literal["layer", "cell"] = "layer"  # torch's fused layer, or a loop over the cell
    hidden: Annotated[int, bounded("hidden")] = 32
    layers: Annotated[int, bounded("layers")] = 1
    bidirectional: bool = False
    nonlinearity: Literal["tanh", "relu"] = "tanh"  # of a cell that leaves the choice
    init: Literal["torch", "xavier", "orthogonal", "constant", "zeros"] = "torch"  # what the weights start from
    dropout_embed: Annotated[float, bounded("dropout_embed")] = 0.0  # of what the first layer reads
    dropout: Annotated[float, bounded("dropout")] = 0.0  # between layers
    dropout_head: Annotated[float, bounded("dropout_head")] = 0.0  # of what the output layer reads
    packed: bool = False  # sequences without their padding
    readout: Literal["final", "last", "valid", "mean"] = "final"  # what a whole sentence is judged by
    attention: Literal["none", "additive", "dot"] = "none"
    teacher: Annotated[float, bounded("teacher")] = 1.0  # how often the decoder is given the true token, not its own
    beam: Annotated[int, bounded("beam")] = 1  # hypotheses kept while decoding; 1: greedy
    head: Literal["linear", "none"] = "linear"  # "none": the hidden state is the logits
    carry: bool = False  # keep the last hidden state, detached, as the first of the next epoch
    loss: Literal["mean", "sum"] = "mean"
    class_weights: Literal["none", "balanced"] = "none"  # what the loss of each class counts for
    optimizer: Literal["adam", "sgd", "rmsprop"] = "adam"
    lr: Annotated[float, bounded("lr")] = 0.01
    lr_changes: RateChanges = ""  # `40:0.001 70:0.0001`: after so many epochs, that rate
    clip: Annotated[float, bounded("clip")] = 0.0  # largest gradient norm; 0: no clipping
    epochs: Annotated[int, bounded("epochs")] = 100
    seed: Annotated[int, bounded("seed")] = 0

    def __init__(self, /, **fields: Any):
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise LabError(*(problem_of(details) for details in error.errors(include_url=False))) from None

    @model_validator(mode="before")
    @classmethod
    def start_from_preset(cls, fields: dict[str, Any]) -> dict[str, Any]:
        preset = fields.get("preset", "words-next")
        if not isinstance(preset, str) or preset not in PRESETS:
            raise LabError(no_preset(preset))
        return PRESETS[preset].fields | fields

    @field_validator("*")
    @classmethod
    def default_where_unused(cls, value: Any, info: ValidationInfo) -> Any:
        """What the task has no use for keeps its default, whatever is said of it: `task` is validated before it."""
        name, task = info.field_name or "", info.data.get("task", "")
        if (task, name, value) == ("tag", "tokenizer", "chars"):
            return "words"  # a token and its tag stand between spaces
        return cls.model_fields[name].default if name in UNUSED_FIELDS.get(task, ()) else value

    @field_validator("lr_changes")
    @classmethod
    def write_in_order(cls, text: str) -> str:
        """Two ways to write the same changes are the same experiment. Raises LabError."""
        return to_text(changes_of(text))

    @model_validator(mode="after")
    def check_combinations(self) -> Self:
        """What each field allows by itself, but not beside another. Raises LabError."""
        if self.packed and self.impl == "cell" and CELLS[self.cell].in_torch:
            raise LabError(Problem("packed_cell", "packed", {"other": "impl"}))
        if self.carry and self.shuffle:
            raise LabError(Problem("carry_shuffle", "carry", {"other": "shuffle"}))
        if len(self.added_words) > ADDED_WORDS:
            raise LabError(Problem("words_many", "words", {"value": len(self.added_words), "limit": ADDED_WORDS}))
        for word in self.added_words:
            if len(word) > WORD_CHARACTERS:
                values = {"value": shorten(word, WORD_CHARACTERS), "length": len(word), "limit": WORD_CHARACTERS}
                raise LabError(Problem("word_long", "words", values))
        return self

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def relu(self) -> bool:
        """Whether hidden states come out of a ReLU: they have no bound then, and the loss has kinks."""
        return CELLS[self.cell].takes_nonlinearity and self.nonlinearity == "relu"

    @property
    def reads_numbers(self) -> bool:
        """Whether the text is a column of numbers: no token, no embedding, no class."""
        return self.task == "series"

    @property
    def embeds(self) -> bool:
        """Whether what is read are rows of an embedding."""
        return self.input == "embedding" and not self.reads_numbers

    @property
    def reads_answer(self) -> bool:
        """Whether the network has read the next token by the time it is asked for it."""
        return self.task == "next" and not self.target.strip() and self.bidirectional

    @property
    def rates(self) -> dict[int, float]:
        """The learning rates by the number of epochs that are done when each comes into force."""
        return {0: self.lr} | changes_of(self.lr_changes)

    def rate_after(self, epoch: int) -> float:
        """The learning rate of the epoch that follows so many."""
        return next(rate for since, rate in reversed(self.rates.items()) if since <= epoch)

    def at_rate_of(self, epoch: int) -> Self:
        """The same, with that rate from its beginning to its end."""
        return self.model_copy(update={"lr": self.rate_after(epoch), "lr_changes": ""})

    @property
    def added_words(self) -> tuple[str, ...]:
        """The words of `words`, each once, in the order given."""
        return tuple(dict.fromkeys(self.words.split()))


# What a task has no use for. It keeps its default, so that two experiments that are the same run are equal.
ONLY_PAIRS = ("data", "pairs", "attention", "teacher", "beam")
ONLY_NEXT = ("target", "window", "stride", "head", "carry")
ONLY_CLASSES = ("class_weights",)  # labels and tags, of which some may be rare
UNUSED_FIELDS: dict[str, tuple[str, ...]] = {
    "next": (*ONLY_PAIRS, *ONLY_CLASSES, "readout", "sentence", "max_length", "lower"),
    "classify": (*ONLY_PAIRS, *ONLY_NEXT),
    "tag": (*ONLY_PAIRS, *ONLY_NEXT, "readout"),
    "seq2seq": (*ONLY_NEXT, *ONLY_CLASSES, "readout", "bidirectional"),
    "series": (
        *(
            *ONLY_PAIRS,
            *ONLY_CLASSES,
            "target",
            "head",
            "carry",
            "readout",
            "bidirectional",
            "packed",
        ),  # all windows are as long
        *("tokenizer", "words", "lower", "max_length", "probe", "sentence", "input", "embed", "dropout_embed"),
    ),
}


def no_preset(value: object) -> Problem:
    """There is none of this name; with the one that was meant, if one is like it: all are too many to read."""
    for closest in get_close_matches(value if isinstance(value, str) else "", PRESETS, 1):
        return Problem("no_preset", "preset", {"value": shorten(value), "closest": closest})
    return Problem("no_such_preset", "preset", {"value": shorten(value)})


def choices(name: str) -> tuple[str, ...]:
    """The values a choice field may take, in the order the form shows them."""
    return tuple(PRESETS) if name == "preset" else get_args(Experiment.model_fields[name].annotation)


def problem_of(details: Any) -> Problem:
    """The `Problem` for one entry of pydantic's error list."""
    if "error" in details.get("ctx", {}) and isinstance(details["ctx"]["error"], LabError):
        return details["ctx"]["error"].problems[0]
    name, value = str(details["loc"][0]) if details["loc"] else "", shorten(details["input"])
    match details["type"]:
        case "extra_forbidden":
            return Problem("unknown_field", "", {"name": shorten(name), "value": value})
        case "literal_error":
            return Problem("choice", name, {"value": value, "choices": ", ".join(choices(name))})
        case "string_too_long":
            return Problem("too_long", name, {"length": len(details["input"]), "limit": details["ctx"]["max_length"]})
        case "bool_parsing" | "bool_type":
            return Problem("yes_no", name, {"value": value})
        case "int_from_float":
            low, high = BOUNDS[name]
            return Problem("whole", name, {"value": value, "low": numeral(low), "high": numeral(high)})
        case _ if name in BOUNDS:
            low, high = BOUNDS[name]
            return Problem("bounds", name, {"value": value, "low": numeral(low), "high": numeral(high)})
        case _:
            return Problem("not_text", name, {"value": value})
