"""The training loop as a whole program, in parts that can be spoken of; and the programs behind what is tried beside
it: a loss of wrong shapes, a state that is carried without being detached, a network that trains or is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import loop_function
from rnnlab.explain.programs.numeral import numeral
from rnnlab.explain.programs.reading import carrying
from rnnlab.explain.programs.setup import NO_TARGET, FirstBatch, needs_function, setup
from rnnlab.explain.programs.training import OPTIMIZERS, change, learnt, listed, modules, rates

NAMES = 600  # characters of class names that are written out
SHARE = 0.5  # of values dropped, where an experiment drops none
DROPOUT = re.compile(r"F\.dropout\((\w+), ([\d.e-]+)\)")


@dataclass(frozen=True)
class ProgramPart:
    """Some lines of a program, as they stand in it."""

    name: str
    code: str


def training_loop(
    e: Experiment, batch: FirstBatch, forward: str, loss: str, classes: Sequence[str], joiner: str
) -> tuple[ProgramPart, ...]:
    """One below the other they are a program that runs as it stands; `forward` goes from ids to logits. Of classes
    with short names it prints these, else their ids."""
    names = f"names = {list(classes)!r}    # of the classes"
    named = len(names) <= NAMES and not e.reads_numbers
    optimizer = (
        f"{learnt(e)}\noptimizer = torch.optim.{OPTIMIZERS[e.optimizer]}(learnt, lr={numeral(e.lr)})\n{rates(e)}"
    )
    body = {
        "rate": change(e).rstrip(),
        "zero_grad": "optimizer.zero_grad()",
        "forward": forward.replace(f"{carrying(e)}\n", "") if e.carry else forward,
        "loss": loss,
        "backward": "loss.backward()",
        "clip": f"nn.utils.clip_grad_norm_(learnt, {numeral(e.clip)})" if e.clip else "",
        "step": "optimizer.step()",
        "carry": carrying(e) if e.carry else "",
        "log": log(e, f"{joiner!r}.join(names[i] for i in best)" if named else "best"),
    }
    parts = {
        "setup": "\n".join([setup(e, batch), *([names] if named else [])]),
        "optimizer": optimizer.rstrip(),
        "epochs": f"for epoch in range({e.epochs}):    # of this one batch",
        **{name: indent(code, "    ") for name, code in body.items()},
    }
    return tuple(ProgramPart(name, code) for name, code in parts.items() if code)


def log(e: Experiment, predicted: str) -> str:
    if e.reads_numbers:
        return (
            "last = predicted[0, -1].item() * deviation + mean    # after the first sequence\n"
            'print(epoch + 1, f"{loss.item():.4f}", f"{last:.4g}")'
        )
    asked = "logits[:1].argmax(-1)" if e.task == "classify" else f"logits[0].argmax(-1)[targets[0] != {NO_TARGET}]"
    return f'best = {asked}.tolist()    # of the first sequence\nprint(epoch + 1, f"{{loss.item():.4f}}", {predicted})'


def program_name(e: Experiment, name: str) -> str:
    """What a parameter of the lab's model is called in its programs: encoder.recurrent.cells.0.bias_ih ->
    encoder_cells[0].bias_ih."""
    *path, last = name.split(".")
    part = path.pop(0) if e.task == "seq2seq" else ""
    match path:
        case ["input"]:
            return f"{'target_' if part == 'decoder' else ''}embedding.{last}"
        case ["head"]:
            return f"linear.{last}"
        case ["attention", module]:
            return f"{module}.{last}"
        case ["recurrent"]:
            return f"{part or e.cell}.{last}"
    index = int(path[-1])
    if part:
        return f"{part}_cells[{index}].{last}"
    if e.bidirectional:
        return f"cells[{index // 2}][{index % 2}].{last}"
    return f"cells[{index}].{last}" if e.layers > 1 else f"cell.{last}"


# The loss


def weighed(e: Experiment) -> str:
    """What a loss is called with where its classes are weighed."""
    return ", weight=class_weight" if e.class_weights == "balanced" else ""


def loss_trials(e: Experiment) -> dict[str, str]:
    """What can be given to the loss, right and wrong: expressions over what `panels.program` has made."""
    reduction = ', reduction="sum"' if e.loss == "sum" else ""

    def call(logits: str, targets: str) -> str:
        return f"F.cross_entropy({logits}, {targets}{weighed(e)}{reduction})"

    if e.reads_numbers:
        call_mse = f"F.mse_loss({{}}, {{}}{reduction})".format
        flat = "predicted.flatten()"
        return {
            "right": call_mse("predicted", "targets"),
            "flattened": call_mse(flat, "targets.flatten()"),
            "column": call_mse(flat, "targets.view(-1, 1)"),
            "integers": call_mse("predicted.long()", "targets"),
        }
    if e.task == "classify":
        return {
            "right": call("logits", "labels"),
            "column": call("logits", "labels.view(-1, 1)"),
            "int32": call("logits", "labels.int()"),
            "floats": call("logits", "labels.float()"),
            "integers": call("logits.long()", "labels"),
        }
    flat, targets = "logits.flatten(0, 1)", "targets.flatten()"
    return {
        "right": call(flat, targets),
        "unflattened": call("logits", "targets"),
        "transposed": call("logits.transpose(1, 2)", "targets"),
        "int32": call(flat, f"{targets}.int()"),
        "floats": call(flat, f"{targets}.float()"),
        "integers": call(f"{flat}.long()", targets),
    }


# Carrying a state


def carried(e: Experiment) -> Experiment:
    """The same network, whose state goes on from pass to pass."""
    return e.model_copy(update={"carry": True})


def second_backward(e: Experiment, first_pass: str, forward: str, way: str) -> str:
    """Two passes in a row, each with its way back; of a carried state, detached, kept, or kept with its graph, as
    torch's message proposes. `first_pass` and `forward` are those of `carried`."""
    if way != "detached":
        first_pass, forward = (text.replace(".detach()", "") for text in (first_pass, forward))
    if way != "retained":
        return f"{first_pass}\nloss.backward()\n{forward}\nloss.backward()"
    optimizer = f"{learnt(e)}\noptimizer = torch.optim.{OPTIMIZERS[e.optimizer]}(learnt, lr={numeral(e.lr)})"
    return (
        f"{first_pass}\n{optimizer}\nloss.backward(retain_graph=True)\noptimizer.step()\n{forward}\n"
        "loss.backward(retain_graph=True)"
    )


def carry_line(e: Experiment, detached: bool) -> str:
    line = carrying(carried(e)).split("    #")[0]
    return line if detached else line.replace(".detach()", "")


# Training and asking


def drops(e: Experiment) -> bool:
    """Whether anything is dropped while it trains."""
    return bool(e.dropout_embed or e.dropout_head or (e.dropout and e.layers > 1))


def with_dropout(e: Experiment) -> Experiment:
    """The experiment with nothing else left to chance than its dropout; where it has none, with some before the
    output layer."""
    update = {"teacher": 1.0, "carry": False} | ({} if drops(e) else {"dropout_head": SHARE})
    return e.model_copy(update=update)


MODES = """\
{read} = {alone}    # the first sequence alone
training = True    # what model.train() sets in every module of a model, and model.eval() takes back

{function}
def logits_now():
    for module in ({modules}):
        module.train(training)
{forward}
    return {said}


torch.manual_seed({seed})
one, another = logits_now(), logits_now()
training = False
asked, again = logits_now(), logits_now()
with torch.no_grad():
    unrecorded = logits_now()"""


def modes(e: Experiment, forward: str) -> str:
    """The same sentence twice while it trains, twice while it is asked, and once without a record. Goes on from the
    program of `with_dropout`, whose `forward` goes from ids to logits."""
    e, named = with_dropout(e), "labels" if e.task == "classify" else "targets"
    first = "labels[:1]" if e.task == "classify" else f"targets[:1, : (targets[0] != {NO_TARGET}).sum()]"
    if e.task == "seq2seq":
        named, first = f"{named}, bos", f"{first}, bos[:1]"
    function = f"\n{loop_function(e).rstrip()}\n\n" if needs_function(e) else ""
    switched = DROPOUT.sub(r"F.dropout(\1, \2, training)", forward).replace("    # in training only", "")
    read, alone, said = f"ids, lengths, {named}", f"ids[:1, : lengths[0]], lengths[:1], {first}", "logits"
    if e.reads_numbers:
        read, alone, said = "numbers, targets", "numbers[:1], targets[:1]", "predicted"
    return MODES.format(
        read=read,
        alone=alone,
        said=said,
        function=DROPOUT.sub(r"F.dropout(\1, \2, training)", function).replace("    # in training only", ""),
        modules=listed(modules(e)),
        forward=indent(switched, "    "),
        seed=e.seed,
    )
