"""How much computing every job takes at the limits of what a link can ask for: texts, networks and questions that were
made up to be slow.

    python -m benchmarks.limits [part of a name ...]

Seconds of the processor, in this process, with nothing kept from before: what a reader behind that job waits for. Then
how much more a rare character costs than a frequent one: a ratio, which no machine changes much.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.server import Row
from rnnlab import Experiment
from rnnlab.engine import jobs
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.experiment.limits import FRAMES, HISTORY_BYTES
from rnnlab.records.generation import SAMPLES, Settings
from rnnlab.records.history import Checkpoint, History, Snapshot
from rnnlab.records.opening import Opening, Place

GOAL = 8.0  # seconds
HAN = [chr(code) for code in range(0x4E00, 0x9FD6)]  # in an order that few words have
FLAG = "\U0001f1e6"

Case = tuple[str, Callable[..., Any], tuple[Any, ...]]


def characters(count: int, types: int = len(HAN)) -> str:
    return "".join(HAN[i % types] for i in range(count))


def words(count: int, types: int) -> str:
    return " ".join(HAN[i * 7919 % types] for i in range(count))


def lines(count: int, length: int, types: int, label: str = "{}") -> str:
    rows = ("".join(HAN[(i * length + j) % types] for j in range(length)) for i in range(count))
    return "\n".join(label.format(row, i=i % 50) for i, row in enumerate(rows))


LARGE = {"cell": "mgu", "layers": 3, "epochs": 5_000}  # a loop in Python
TEXTS = {
    "rare characters, tagged by jieba": Experiment(
        **LARGE, task="tag", text=characters(20_000), tokenizer="jieba", max_length=512, batch=8, hidden=128,
        bidirectional=True,
    ),
    "rare characters, cut by jieba": Experiment(
        text=characters(20_000, 4_900), tokenizer="jieba", window=64, stride=64,
        words=" ".join(characters(4_000)[i : i + 20] for i in range(0, 4_000, 20)),
    ),
    "a row of flags": Experiment(text=FLAG * 19_999, tokenizer="chars", window=64, stride=64),
    "300,000 steps in windows": Experiment(text=characters(20_000, 4_990), tokenizer="chars", window=14),
}  # fmt: skip
NETWORKS = {
    "MGU 3 x 128 both ways, 8 x 512 tokens": Experiment(
        **LARGE, text=lines(38, 512, 3_000), tokenizer="chars", batch=8, hidden=128, embed=64, bidirectional=True
    ),
    "the same, packed": Experiment(
        **LARGE, text=lines(38, 512, 3_000), tokenizer="chars", batch=8, hidden=128, embed=64, bidirectional=True,
        packed=True,
    ),
    "LSTM 3 x 128, 16 windows of 256": Experiment(
        text=characters(20_000, 4_990), tokenizer="chars", window=256, stride=17, batch=16, cell="lstm", hidden=128,
        embed=64, layers=3,
    ),
    "50 classes, half of the lines held out": Experiment(
        **LARGE, task="classify", text=lines(50, 390, 4_990, "{i}|{}"), tokenizer="chars", max_length=512, batch=8,
        hidden=128, embed=32, bidirectional=True, held_out=0.5,
    ),
    "targets of 490 tokens, beam 5, half of the pairs held out": Experiment(
        **LARGE, task="seq2seq", text=lines(40, 490, 2_000, "{i}|{}"), tokenizer="chars", max_length=512, batch=8,
        hidden=160, embed=64, attention="dot", beam=5, held_out=0.5,
    ),
}  # fmt: skip
LOOKED_AT = {
    "network": Experiment(**LARGE, text=words(65, 65), hidden=140, embed=64, bidirectional=True),
    "classifier": Experiment(
        task="classify", text="\n".join(f"{i % 50}|{words(64, 64)}" for i in range(50)), cell="lstm", hidden=128,
        embed=64, layers=3, bidirectional=True, batch=50,
    ),
    "encoder–decoder": Experiment(
        **LARGE, task="seq2seq", text="\n".join(f"{words(64, 64)}|{words(63, 64)}" for _ in range(50)), hidden=180,
        embed=64, attention="additive", batch=2, beam=5,
    ),
}  # fmt: skip
WRITER = Experiment(**LARGE, text=words(9_998, 200), window=64, stride=64, hidden=40, embed=16, bidirectional=True)
READER = Experiment(
    text=lines(99, 200, 1_000), tokenizer="chars", cell="lstm", hidden=150, embed=32, layers=2, bidirectional=True,
    batch=8,
)  # fmt: skip


def weights_of(e: Experiment) -> bytes:
    from rnnlab.training.trainer import Trainer

    return Trainer(e).weight_bytes()


def large_record(e: Experiment, checkpoints: tuple[Checkpoint, ...]) -> tuple[Opening, History]:
    """A record as large as one may be: of these weights, and as many frames."""
    _, history = jobs.start(e)
    epochs = range(1, len(checkpoints))
    snapshots = tuple(Snapshot(epoch, 1 / epoch, 0.5, 1.0, 64) for epoch in epochs)
    count = min(FRAMES, HISTORY_BYTES // history.frames[0].bytes)
    frames = tuple(replace(history.frames[0], epoch=epoch) for epoch in range(count))
    return history.opening, replace(history, snapshots=snapshots, frames=frames, checkpoints=checkpoints)


def cases() -> Iterator[Case]:
    for name, e in TEXTS.items():
        yield f"segmentations: {name}", jobs.segmentations, (e, e.tokenizer, 500)
        yield f"examples: {name}", jobs.examples, (e,)
        yield f"token_counts: {name}", jobs.token_counts, (e, False)
        yield f"dataset: {name}", jobs.dataset, (e, False, 1)
        yield f"first_batch: {name}", jobs.first_batch, (e,)
        yield f"epoch_batches: {name}", jobs.epoch_batches, (e, 100)
        yield f"data_loader: {name}", jobs.data_loader, (e,)
        yield f"script: {name}", jobs.script, (e, "zh")
        yield f"notebook: {name}", jobs.notebook, (e, "zh")
        yield f"start: {name}", jobs.start, (e,)
    for name, e in NETWORKS.items():
        yield f"start: {name}", jobs.start, (e,)
        state, _ = jobs.start(e)
        yield f"advance: {name}", jobs.advance, (state, 0.04, 1)
        yield f"advance, a whole epoch and its frame: {name}", jobs.advance, (state, 60.0, 1)
        yield f"start_race_run: {name}", jobs.start_race_run, (e, e.model_copy(update={"hidden": 64}))
        yield f"advance_race_run: {name}", jobs.advance_race_run, (state, 0.05)
    for name, e in LOOKED_AT.items():
        weights, part = weights_of(e), "decoder" if e.task == "seq2seq" else "network"
        place, steps = Place(part, 2, 0), 64
        few = tuple(Checkpoint(epoch, weights) for epoch in range(max(1, 8_000_000 // len(weights))))
        yield f"trace: {name}", jobs.trace, (e, weights, place)
        yield f"units_to_spare: {name}", jobs.units_to_spare, (e, weights, place)
        yield f"implementations: {name}", jobs.implementations, (e, weights, part)
        yield f"textbook_ways: {name}", jobs.textbook_ways, (e, weights, part)
        yield f"through_time: {name}", jobs.through_time, (e, weights, 0, 0)
        yield f"over_epochs: {name}", jobs.over_epochs, (e, few, 0, 0, 2 * steps - 1 if part == "decoder" else 63)
        yield f"distributions: {name}", jobs.distributions, (e, few)
        yield f"check: {name}", jobs.check, (e, weights, str(jobs.parameters(e)[0].name), None)
        yield f"parameters: {name}", jobs.parameters, (e,)
        yield f"training_step: {name}", jobs.training_step, (e, weights)
        yield f"loss_shapes: {name}", jobs.loss_shapes, (e, weights)
        yield f"second_backward: {name}", jobs.second_backward, (e, weights)
        yield f"devices: {name}", jobs.devices, (e,)
        yield f"modes: {name}", jobs.modes, (e, weights)
        yield f"word_boxes: {name}", jobs.word_boxes, (e, weights)
        yield f"packing: {name}", jobs.packing, (e, weights, 1)
        yield f"activations: {name}", jobs.activations, (e, weights, place)
        opening, record = large_record(e, few)
        file = jobs.weights_file(opening, record.snapshots, few[-1])
        yield f"weights_file: {name}", jobs.weights_file, (opening, record.snapshots, few[-1])
        yield f"trained_file: {name}", jobs.trained_file, (opening, record.snapshots, few[-1], "zh")
        yield f"open_weights: {name}", jobs.open_weights, (file,)
        yield f"record_file: {name}", jobs.record_file, (record,)
    yield "device_used", jobs.device_used, ()
    seeds = tuple(Experiment(preset="ohlol-layer", seed=seed) for seed in range(10))
    yield "final_accuracies: ten seeds of ohlol", jobs.final_accuracies, (seeds,)
    rates = tuple(Experiment(preset="clipping", clip=0, lr=rate) for rate in (0.5, 0.05, 0.01, 0.005, 0.001))
    yield "final_losses: five rates of clipping", jobs.final_losses, (rates,)
    yield (
        "run: a bidirectional classifier, as the lesson on directions has it",
        jobs.run,
        (Experiment(preset="bilstm"),),
    )
    yield "set_ids: 4 Pythons", jobs.set_ids, (tuple(characters(12)), (1, 2, 3, 4))
    e = LOOKED_AT["classifier"]
    yield "reach: classifier", jobs.reach, (e, weights_of(e))
    yield "omissions: classifier", jobs.omissions, (e, weights_of(e))
    for name, one in {"classifier": e, "300,000 steps in windows": TEXTS["300,000 steps in windows"]}.items():
        yield f"word_orders: {name}", jobs.word_orders, (one, weights_of(one), 0)
    weights = weights_of(READER)
    yield "activations: 4,000 tokens, c", jobs.activations, (READER, weights, Place("network", 1, 1), "c")
    typed = (READER, weights, Place("network", 1, 1), "h", characters(20_000))
    yield "activations: 20,000 typed characters", jobs.activations, typed
    checkpoints = tuple(Checkpoint(epoch, weights_of(WRITER)) for epoch in range(SAMPLES + 1))
    asked = (words(150, 150), Settings(length=300))
    yield "samples: 13 texts of 300 tokens, read from both sides", jobs.samples, (WRITER, checkpoints, *asked)
    table = bytes(4 * 5_000 * 255) + b"\x00\x00\x80\x3f" * 5_000
    yield "nearest: 5,000 x 256", jobs.nearest, (table, (5_000, 256), 2, 5, 12)
    yield "plane: 5,000 x 256", jobs.plane, (table, table, table, (5_000, 256), 2)
    for kind, layers in (("LSTM", 3), ("MGU", 3), ("MGUCell", 1)):
        spec = LayerSpec(
            kind=kind, input_size=200, hidden_size=256, num_layers=layers, bidirectional=layers > 1, batch_size=4,
            steps=512, given=True,
        )  # fmt: skip
        yield f"inspect_layer: {kind}", jobs.inspect_layer, (spec,)
        yield f"try_shape: {kind}", jobs.try_shape, (spec, (1_000, 1, 200) if layers > 1 else (1_000, 200), None)
    for preset in ("seq2seq", "attention"):
        yield f"preset_model: {preset}", jobs.preset_model, (preset,)
        yield f"preset_picture: {preset}", jobs.preset_picture, (Experiment(preset=preset),)


def seconds_of(job: Callable[..., Any], args: tuple[Any, ...]) -> float:
    """Of computing, with nothing kept from before."""
    from rnnlab.inspection import passages
    from rnnlab.training import fold, tasks

    tasks.built.cache_clear()
    passages.passage.cache_clear()
    fold.live_trainers.clear()
    began = time.thread_time()
    job(*args)
    return time.thread_time() - began


def rarity() -> Row:
    """Tagging 5,000 characters that jieba has never seen, against as many frequent ones."""
    from jieba.posseg import char_state_tab_P as known

    from rnnlab.text.tokenizers import tag

    rare = [char for char in HAN if char not in known][:5_000]
    frequent = sorted((char for char in HAN if char in known), key=lambda char: -len(known[char]))[:50] * 100
    slow, quick = (seconds_of(tag, (["".join(chars)],)) for chars in (rare, frequent))
    return Row("tagging rare characters against frequent ones, times as long", slow / quick, 20.0, "")


def measure(*wanted: str) -> Iterator[Row]:
    import torch

    from rnnlab.text import segmenter, tagger

    torch.set_num_threads(1)  # as in a worker
    segmenter(), tagger()
    for name, job, args in cases():
        if not wanted or any(part in name for part in wanted):
            yield Row(name, seconds_of(job, args), GOAL, "s")
    yield rarity()


if __name__ == "__main__":
    for row in measure(*sys.argv[1:]):
        print(f"{row.name:75}{row.value:7.2f} {row.unit} {row.verdict}", flush=True)
