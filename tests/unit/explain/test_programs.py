"""What stands beside a picture is the program that made it: the lines, in a loop with an optimizer, are the run."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from rnnlab import Experiment, run
from rnnlab.explain import equations, programs
from rnnlab.explain.programs import shuffling
from rnnlab.inspection import gradients
from rnnlab.inspection.generation import generate
from rnnlab.inspection.readouts import omissions as inspect_omissions
from rnnlab.inspection.readouts import word_orders
from rnnlab.records.generation import Settings
from rnnlab.training.fold import open_run
from rnnlab.training.tasks import loss_of
from rnnlab.training.trainer import Trainer
from tests.support import modules as plain
from tests.support.examples import examples

TEXTS = {
    "next": ["a b c d c", "a b c\nb d a\nc c d"],
    "classify": ["good | we like the rain\nbad | we fear the long rain\ngood | rain"],
    "tag": ["we/r like/v rain/n\nthey/r fear/v long/a rain/n\nrain/n"],
    "seq2seq": ["a b c | x y\nb a | y\nc b a b | z y x"],
    "series": ["1 2 3.5 3 1.25 -2 0 1 4"],
}
TASKS = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda task: st.fixed_dictionaries({"task": st.just(task), "text": st.sampled_from(TEXTS[task])})
)
CHANCES = st.sampled_from([0.0, 0.25, 0.5])
SETTINGS = {
    "cell": st.sampled_from(plain.NAMES),
    "impl": st.sampled_from(["layer", "cell"]),
    "input": st.sampled_from(["embedding", "onehot"]),
    "nonlinearity": st.sampled_from(["tanh", "relu"]),
    "lr_changes": st.sampled_from(["", "", "1:0.005", "1:0.1 2:0.001"]),
    "init": st.sampled_from(["torch", "torch", "xavier", "orthogonal", "constant", "zeros"]),
    "layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "packed": st.booleans(),
    "carry": st.booleans(),
    "head": st.sampled_from(["linear", "none"]),
    "loss": st.sampled_from(["mean", "sum"]),
    "class_weights": st.sampled_from(["none", "balanced"]),
    "readout": st.sampled_from(["final", "last", "valid", "mean"]),
    "attention": st.sampled_from(["none", "additive", "dot"]),
    "teacher": st.sampled_from([0.0, 0.4, 1.0]),
    **dict.fromkeys(("dropout_embed", "dropout", "dropout_head"), CHANCES),
}


def experiment(fields: dict) -> Experiment:
    """One that can be run: what cannot stand together is left out."""
    fields = dict(fields, epochs=3, seed=5, hidden=4, embed=3, lr=0.02)
    if fields["impl"] == "cell" and fields["cell"] != "mgu":
        fields["packed"] = False
    if fields["task"] != "next":
        fields["carry"], fields["head"] = False, "linear"
    if fields["init"] == "constant" and fields["teacher"] < 1:
        fields["init"] = "xavier"  # of classes that are all alike rounding decides which a decoder reads next
    if fields["head"] == "none":
        fields |= {"text": TEXTS["next"][0], "hidden": 4, "bidirectional": False}
    return Experiment(**fields)


def pasted(e: Experiment) -> dict:
    """What a reader has who pasted the whole program into a new Python."""
    names: dict = {}
    exec(programs.program(e, open_run(Trainer(e)).opening.first_batch), names)
    return names


def sums_in_another_order(e: Experiment) -> bool:
    """Of a decoder that takes a step at a time the lab computes once what is the same at each step, and for all steps
    what none waits for; and it packs in another way for an LSTM that is one layer."""
    steps, packs = e.attention != "none" or e.teacher < 1, e.packed and e.cell == "lstm" and e.layers == 1
    return e.task == "seq2seq" and (steps or packs)


@given(fields=TASKS, **SETTINGS)
@examples(100)
def test_the_lines_shown_are_the_run_to_the_bit(fields, **settings):
    """Dropout's masks and the teacher's draws among them, and a state that is carried from epoch to epoch: the program
    has the first epoch's loss, and the lines of the gradient norms go on from it to the last."""
    e = experiment(settings | fields)
    names, history = pasted(e), run(e)
    first, losses = names["loss"].item(), list(history.losses)
    exec(programs.code("norms", e), names)
    if sums_in_another_order(e):
        assert [first, *names["losses"]] == pytest.approx([losses[0], *losses], rel=1e-6, abs=1e-6)
    else:
        assert [first, *names["losses"]] == [losses[0], *losses]
    np.testing.assert_allclose(names["norms"], [s.norm for s in history.snapshots], rtol=1e-5)


def shown_by_the_lab(panel: str, e: Experiment, names: dict) -> dict:
    """What the lab itself has for names that the panel's lines make: of the first batch, or of its first sequence,
    which is the probe and read alone."""
    trainer = Trainer(e)
    batch, weights = trainer.batches[0], trainer.weight_bytes()
    result = trainer.model(batch)
    frame, steps = open_run(trainer).frames[0], len(trainer.data.probe.inputs)
    output, observed = "encoded" if e.task == "seq2seq" else "output", frame.task_arrays
    match panel:
        case "hidden":
            return {output: result.output}
        case "predictions" if e.reads_numbers:
            return {"predicted": result.logits[..., 0], "in_units": observed["predicted"][None, :steps]}
        case "forecast":
            return {"alone": observed["alone"][:20]}
        case "predictions":
            return dict(zip(("probability", "token"), result.logits.softmax(-1).max(-1), strict=True))
        case "loss":
            return {"loss": loss_of(e, result, batch)}
        case "flow":
            norms = names["norms"][0] if isinstance(names["norms"][0], list) else names["norms"]
            row = gradients.through_time(e, weights, 0, 0).norms["h"][names["t"] + trainer.data.parts[-1].start]
            names["first"] = [float(norm) for norm in norms]
            return {"first": row[: len(norms)]}
        case "norms":
            return {"losses": run(e).losses}
        case "check":
            return {} if e.relu else {"difference": names["by_autograd"]}  # a ReLU has kinks
        case "unitmap":
            return {"h": frame.hidden[:steps, 0]}
        case "written":
            prompt = " ".join(trainer.data.probe_tokens[:steps])
            written = generate(e, weights, prompt, Settings(length=20)).ids
            return {"ids": [[*trainer.data.probe.inputs, *written]]}
        case "prefixes":
            return {"chances": frame.task_arrays["chances"]}
        case "saliency":
            return {"saliency": frame.task_arrays["saliency"][None]}
        case "omissions":
            return {"without": inspect_omissions(e, weights).chances}
        case "orders":
            return {"chances": word_orders(e, weights, 0).chances}
        case "readouts":
            return {e.readout: result.readout}
        case "tagged":
            return {"predicted": result.logits.argmax(-1)}
        case "alignment":
            return {"alignment": result.decoder.attention.weights}
        case "decoding":
            return {"written": frame.task_arrays["free"]}
        case "padded":
            return {"ids": batch.ids, "lengths": batch.lengths}
        case "shapes-words":
            x = trainer.model.encoder.input if e.task == "seq2seq" else trainer.model.input
            rows = [x(line[None, :length])[0] for line, length in zip(batch.ids, batch.lengths, strict=True)]
            return {"x": pad_sequence(rows), "turned": pad_sequence(rows, batch_first=True)}
        case "packed-batch":
            return {output: Trainer(e.model_copy(update={"packed": True})).model(batch).output}
    raise KeyError(panel)


EVERY_TASK = (
    "hidden",
    "predictions",
    "loss",
    "flow",
    "norms",
    "check",
    "unitmap",
    "padded",
    "packed-batch",
    "shapes-words",
)
PANELS = {
    "next": ("written", "orders"),
    "classify": ("prefixes", "saliency", "omissions", "orders", "readouts"),
    "tag": ("tagged",),
    "seq2seq": ("alignment", "decoding"),
    "series": ("forecast",),
}
OF_TOKENS = ("padded", "packed-batch", "shapes-words")


@given(fields=TASKS, data=st.data(), **SETTINGS)
@examples(100)
def test_the_lines_of_each_panel_go_on_from_the_program_and_have_the_labs_numbers(fields, data, **settings):
    """In a namespace where nothing but the program was run: no name is used that is not made."""
    e = programs.without_chance(experiment(settings | fields))
    panels = [*EVERY_TASK, *PANELS[e.task]]
    left_out = (*([] if e.attention != "none" else ["alignment"]), *(OF_TOKENS if e.reads_numbers else ()))
    panel = data.draw(st.sampled_from([one for one in panels if one not in left_out]))
    names = pasted(e)
    exec(programs.code(panel, e), names)
    for name, expected in shown_by_the_lab(panel, e, names).items():
        found, known = (torch.as_tensor(value).detach().double() for value in (names[name], expected))
        torch.testing.assert_close(found, known, rtol=1e-4, atol=1e-6)


def test_of_a_long_batch_the_beginning_is_written_out():
    e = Experiment(text="\n".join(["a b c d e f"] * 90), hidden=4, batch=64)
    trainer, names = Trainer(e), pasted(e)
    logits, whole = names["logits"], trainer.model(trainer.batches[0]).logits
    assert 200 < names["ids"].numel() <= 240
    torch.testing.assert_close(logits, whole[: logits.shape[0], : logits.shape[1]])
    assert "# the beginning of the first batch" in programs.program(e, open_run(trainer).opening.first_batch)


@pytest.mark.parametrize(("top_k", "top_p"), [(2, 1.0), (0, 0.4), (3, 0.7), (0, 0.0)])
def test_what_is_written_is_drawn_as_the_page_draws(top_k, top_p):
    e = Experiment(text="a b c d e f g a c e g b d f", hidden=4, epochs=1)
    trainer, names = Trainer(e), pasted(e)
    shown = programs.code("written", e)
    assert "top_k, top_p = 0.8, 0, 1.0\n" in shown
    exec(shown.replace("top_k, top_p = 0.8, 0, 1.0\n", f"top_k, top_p = 0.8, {top_k}, {max(top_p, 1e-9)}\n"), names)
    prompt = " ".join(trainer.data.probe_tokens[: len(trainer.data.probe.inputs)])
    settings = Settings(top_k=top_k, top_p=top_p, length=20)
    found = generate(e, trainer.weight_bytes(), prompt, settings)
    assert names["ids"][0].tolist() == [*trainer.data.probe.inputs, *found.ids]


@pytest.mark.parametrize("seed", [0, 7])
def test_the_order_shown_is_that_of_training(seed, capsys):
    e = Experiment(text="a b\nb c\nc a\nb a\na c", batch=2, shuffle=True, seed=seed)
    exec(shuffling(e, 5, 3), {})
    printed = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    trainer, orders = Trainer(e), []
    for epoch in (1, 2, 3):
        orders += [[str(epoch), str(trainer.order[i : i + 2])] for i in (0, 2, 4)]
        trainer.prepare_epoch()
    assert printed == orders


@pytest.mark.parametrize(
    ("panel", "fields", "part"),
    [
        ("hidden", {"nonlinearity": "relu"}, "ReLU"),
        ("hidden", {"nonlinearity": "tanh"}, r"\tanh"),
        ("hidden", {"cell": "lstm"}, r"f_t \odot c_{t-1} + i_t \odot g_t"),
        ("hidden", {"cell": "gru"}, r"(1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
        ("hidden", {"cell": "mgu"}, r"(1 - f_t) \odot h_{t-1} + f_t \odot n_t"),
        ("predictions", {"head": "none"}, r"\operatorname{softmax}(h_t)"),
        ("loss", {"loss": "mean"}, r"\frac1N"),
        ("loss", {"task": "classify"}, "label"),
        ("predictions", {"task": "classify", "readout": "mean"}, r"\frac1n\sum"),
        ("predictions", {"task": "classify", "bidirectional": True}, r"\overleftarrow h_1"),
        ("predictions", {"task": "classify", "readout": "last", "bidirectional": True}, r"\overleftarrow h_T"),
        ("predictions", {"task": "seq2seq", "attention": "additive"}, r"e_{tj} &= v^\top\tanh(W[s_{t-1};\,h_j] + b)"),
        ("predictions", {"task": "seq2seq", "attention": "dot"}, r"e_{tj} &= s_{t-1}^\top h_j"),
        ("predictions", {"task": "seq2seq"}, r"W_y s_t + b_y"),
    ],
)
def test_an_equation_is_the_chosen_models(panel, fields, part):
    assert part in equations.equation(panel, Experiment(**fields))


def test_a_summed_loss_is_not_divided():
    assert r"\frac" not in equations.equation("loss", Experiment(loss="sum"))


@pytest.mark.parametrize("kind", ["additive", "dot"])
def test_decoder_and_encoder_keep_their_letters(kind):
    """s_t and h_j, as in Bahdanau et al. (2015), wherever attention is written."""
    e = Experiment(task="seq2seq", attention=kind)
    for panel in ("predictions", "alignment"):
        written = equations.equation(panel, e)
        assert "s_{t-1}" in written
        assert r"\sum_j \alpha_{tj}\, h_j" in written
        assert re.findall(r"h_(?!j)|s_\{?[jk]", written) == []
    assert re.findall(r"\bh\b", programs.code("predictions", e)) == []  # `encoded` and the decoder's `s`
