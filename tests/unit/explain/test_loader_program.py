"""A text as Dataset and DataLoader: the programs run as they stand, and give the batches that training reads and the
numbers beside them."""

import ast
import io
from contextlib import redirect_stdout

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from rnnlab import Experiment
from rnnlab.experiment import preset_experiment
from rnnlab.explain.programs import loader as programs
from rnnlab.explain.source_lines import TAKEN
from rnnlab.i18n import LANGUAGES
from rnnlab.inspection.text.loader import data_loader
from rnnlab.presets.presets import PRESETS
from rnnlab.records.text import NUMBERED
from rnnlab.training.trainer import Trainer
from tests.support.cases import some_now
from tests.support.examples import examples

TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d b a\nd", "0 1 2\n0 1 3 4 0 1 5 2", "<pad> a\n<pad> b c"],
    "classify": ["good | we like the Rain\nso so | we fear\nbad | we fear the long rain\ngood | rain\ngood | <unk> a"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
}
TASKS = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda task: st.fixed_dictionaries({"task": st.just(task), "text": st.sampled_from(TEXTS[task])})
)
SETTINGS = {
    "tokenizer": st.sampled_from(["words", "chars"]),
    "batch": st.integers(1, 4),
    "shuffle": st.booleans(),
    "seed": st.integers(0, 9),
    "held_out": st.sampled_from([0.0, 0.34]),
    "window": st.sampled_from([0, 2]),
    "stride": st.integers(1, 2),
    "max_length": st.sampled_from([2, 64]),
    "lower": st.booleans(),
}


def made(fields: dict, settings: dict) -> Experiment:
    """What cannot stand together is left out."""
    if "\n" not in fields["text"] or settings["window"]:
        settings |= {"held_out": 0.0}
    if fields["task"] == "next" and settings["window"] and len(fields["text"]) < 20:
        settings |= {"window": 1}
    return Experiment(**fields, **settings, hidden=2, embed=2)


def pasted(program: str, names: dict | None = None) -> tuple[dict, list[str]]:
    """What a reader has, and reads, who pasted the program into a Python, a new one unless it goes on from `names`."""
    names, out = {} if names is None else names, io.StringIO()
    with redirect_stdout(out):
        exec(program, names)
    return names, out.getvalue().splitlines()


def batches_of_training(e: Experiment, epochs: int) -> list[list[list]]:
    """By epoch the ids, lengths and targets of each batch that the trainer reads."""
    trainer, found = Trainer(e), []
    for _ in range(epochs):
        targets = [batch.targets[:, 0] if e.task == "classify" else batch.targets for batch in trainer.batches]
        found.append(
            [[b.ids.tolist(), b.lengths.tolist(), t.tolist()] for b, t in zip(trainer.batches, targets, strict=True)]
        )
        trainer.prepare_epoch()
    return found


def equal(found: object, said: object) -> bool:
    if isinstance(said, tuple):
        return all(equal(a, b) for a, b in zip(found, said, strict=True))
    return torch.equal(found, said) if isinstance(said, torch.Tensor) else found == said


def check(e: Experiment) -> None:
    """The whole program against training, and all that the page says against the program."""
    seen = data_loader(e)
    names, out = pasted(programs.dataset_program(e, seen.source, whole=True))
    expected = batches_of_training(e, 2)
    assert [list(ast.literal_eval(line.replace("] [", "], ["))) for line in out[-len(expected[0]) :]] == expected[0]
    assert [[part.tolist() for part in batch] for batch in names["loader"]] == expected[1]

    for line in programs.items_said(e, seen.count, seen.first).splitlines():
        asked, said = line.split("    # ")
        assert equal(eval(asked, names), eval(said, {"tensor": torch.tensor}))
    shown = [[[list(ids) for ids in b.ids], list(b.lengths)] for b in seen.batches]
    assert shown == [batch[:2] for batch in expected[0][: len(shown)]]
    assert [[list(row) for row in b.targets] for b in seen.batches] == [
        [[label] for label in batch[2]] if e.task == "classify" else batch[2] for batch in expected[0][: len(shown)]
    ]
    words = names["class_ids"] if e.task != "next" else names["vocab"]
    assert all(names["vocab"].get(token) == id for id, token in seen.tokens.items() if id >= len(seen.source.specials))
    assert all(words[token] == id for id, token in seen.classes.items() if id >= len(seen.source.target_specials))

    _, out = pasted(programs.padding_program(e, seen.source, whole=True), names)
    assert list(map(int, out)) == list(seen.padding.values())
    _, out = pasted(programs.dropping_program(e, seen.count))
    kept, left = (list(map(int, line.split())) for line in out)
    assert (kept, left[0]) == ([seen.batch_counts[0], 0], seen.batch_counts[1])
    assert left[1] == len(seen.left_out) or left[1] > NUMBERED
    expected_left = [i for batch in expected[0][left[0] :] for i in batch[1]]
    assert len(expected_left) == left[1]


@given(fields=TASKS, **SETTINGS)
@examples(60)
def test_the_programs_read_what_training_reads_and_print_what_is_said(fields, **others):
    check(made(fields, others))


OF_WORDS = [name for name in PRESETS if not Experiment(preset=name).reads_numbers]  # the page shows them for no others


@pytest.mark.parametrize(
    "name", some_now(OF_WORDS, ("windows", "packed", "text-classification", "gru-tagger", "hello-elloh"))
)
def test_so_they_do_for_every_example(name):
    for lang in LANGUAGES:
        check(preset_experiment(name, lang))


@pytest.mark.parametrize("name", ["text-classification", "seq2seq", "gru-tagger"])
def test_of_a_long_text_the_beginning_is_a_program_of_its_own(name):
    e = preset_experiment(name, "en")
    source = data_loader(e).source
    shown = programs.dataset_program(e, source)
    assert f"# the first {programs.LINES} of {source.count:,}" in shown
    names, _ = pasted(f"{shown}\n{programs.padding_program(e, source)}")
    assert len(names["lines"]) == programs.LINES
    whole, _ = pasted(programs.dataset_program(e, source, whole=True))
    for index in range(len(names["dataset"])):  # a beginning has the ids that it has in the whole
        assert equal(names["dataset"][index], whole["dataset"][index])


def test_a_text_that_begins_with_held_out_or_short_lines_shows_the_first_sequence():
    text = "\n".join(["a b"] * 20 + ["a b c d"])
    e = Experiment(text=text, window=3)
    names, _ = pasted(programs.dataset_program(e, data_loader(e).source))
    assert len(names["dataset"]) == 1


def test_the_lab_draws_another_order_than_shuffle_does():
    e = preset_experiment("windows", "en")
    seen = data_loader(e)
    names, _ = pasted(programs.dataset_program(e, seen.source))
    generator = torch.Generator().manual_seed(e.seed)
    loader = DataLoader(names["dataset"], batch_size=1, shuffle=True, generator=generator)
    pairs = [names["dataset"][i][0].tolist() for i in range(seen.count)]
    assert [pairs.index(x[0].tolist()) for x, _ in loader] == list(seen.other_order)
    assert [pairs.index(x) for batch in batches_of_training(e, 1)[0] for x in batch[0]] == list(seen.order)
    assert seen.order != seen.other_order


# The loop that never ends


def test_the_loop_is_stopped_and_says_what_the_program_says():
    """The tutorials' eight ids and window of 3."""
    found = data_loader(preset_experiment("windows", "en")).endless
    names, out = pasted(programs.endless_program(found))
    assert names["ids"] == [0, 1, 3, 4, 0, 1, 5, 2]
    assert [tuple(map(tuple, item)) for item in names["taken"][: len(found.items)]] == list(found.items)
    assert found.items[:6] == (
        ((0, 1, 3), (1, 3, 4)),
        ((1, 3, 4), (3, 4, 0)),
        ((3, 4, 0), (4, 0, 1)),
        ((4, 0, 1), (0, 1, 5)),
        ((0, 1, 5), (1, 5, 2)),
        ((1, 5, 2), (5, 2)),  # the first that is none
    )
    assert found.last == ((), ()) == tuple(map(tuple, names["taken"][-1]))
    assert out == [f"{found.length} {found.taken} ([], [])", str(found.mended), str(found.loaded)]
    assert (found.length, found.mended, found.loaded) == (5, 5, 5)


@pytest.mark.parametrize("text", ["a b", "a", "a b c d e f g h"])
def test_there_is_such_a_loop_over_any_sentence(text):
    e = Experiment(task="classify", text=f"x|{text}\ny|b")
    found = data_loader(e).endless
    assert found.taken == TAKEN
    assert found.length == found.mended == found.loaded == max(len(text.split()) - 3, len(text.split()) > 1)
