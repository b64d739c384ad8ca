"""Training in a few lines, and one gradient checked by hand: both go on from `panels.program`."""

from textwrap import indent

from rnnlab.experiment import Experiment
from rnnlab.experiment.rate_changes import changes_of
from rnnlab.explain.programs.loop import one_cell, uses_cells
from rnnlab.explain.programs.numeral import numeral

TRAINING = """\
{learnt}
optimizer = torch.optim.{optimizer}(learnt, lr={lr})
{rates}losses, norms = [], []
for epoch in range({epochs}):    # of this one batch
{change}    optimizer.zero_grad()
    loss.backward()
    losses.append(loss.item())
    norms.append(nn.utils.clip_grad_norm_(learnt, {clip}).item())    # before clipping
    optimizer.step()
{forward}"""
CHECK = """\
for module in ({modules}):
    module.double()


def loss_now():
{forward}
    return loss


weight, place, eps = {weight}, (0, 0), 1e-5
(gradient,) = torch.autograd.grad(loss_now(), weight)
by_autograd, before, losses = gradient[place].item(), weight[place].item(), []
with torch.no_grad():
    for moved in (before + eps, before - eps):
        weight[place] = moved
        losses.append(loss_now().item())
    weight[place] = before
difference = (losses[0] - losses[1]) / (2 * eps)
largest = max(abs(by_autograd), abs(difference))
gap = abs(by_autograd - difference) / largest if largest else 0.0"""
RATES = "rates = {changes}    # the learning rate after so many epochs\n"
CHANGE = """\
if epoch in rates:
    optimizer.param_groups[0]["lr"] = rates[epoch]
"""
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}


def training(e: Experiment, forward: str) -> str:
    """From the loss of the first epoch on, with `forward` for that of the next."""
    return TRAINING.format(
        learnt=learnt(e),
        optimizer=OPTIMIZERS[e.optimizer],
        lr=numeral(e.lr),
        rates=rates(e),
        change=indent(change(e), "    "),
        epochs=e.epochs,
        clip=numeral(e.clip) if e.clip else 'float("inf")',
        forward=indent(forward, "    "),
    )


def learnt(e: Experiment) -> str:
    """The line that names all parameters."""
    return f"learnt = [p for module in ({listed(modules(e))}) for p in module.parameters()]"


def rates(e: Experiment) -> str:
    """The line that says how the learning rate changes, where it does."""
    return RATES.format(changes=changes_of(e.lr_changes)) if e.lr_changes else ""


def change(e: Experiment) -> str:
    """The lines that change it, at the beginning of an epoch."""
    return CHANGE if e.lr_changes else ""


def gradient_check(e: Experiment, forward: str) -> str:
    """In double precision, of the loss that `forward` computes."""
    exact = "numbers, targets = numbers.double(), targets.double()\n" if e.reads_numbers else ""
    return exact + CHECK.format(
        modules=listed(modules(e)),
        forward=indent(doubled(forward), "    "),
        weight=recurrent_weight(e),
    )


def doubled(forward: str) -> str:
    return forward.replace(".float()", ".double()").replace("weight=class_weight", "weight=class_weight.double()")


def listed(names: list[str]) -> str:
    """What stands between the brackets of a tuple of them."""
    return ", ".join(names) + ("," if len(names) == 1 else "")


def modules(e: Experiment) -> list[str]:
    """All that learns, in the order in which it is made."""
    embeds = e.embeds
    if e.task == "seq2seq":
        read, write = ("*encoder_cells", "*decoder_cells") if uses_cells(e) else ("encoder", "decoder")
        attention = ["W", "v"] if e.attention == "additive" else []
        return [*["embedding"] * embeds, read, *["target_embedding"] * embeds, write, *attention, "linear"]
    if not uses_cells(e):
        recurrent = e.cell
    elif one_cell(e):
        recurrent = "cell"
    else:
        recurrent = "*(cell for both in cells for cell in both)" if e.bidirectional else "*cells"
    return [*["embedding"] * embeds, recurrent, *["linear"] * (e.head == "linear")]


def recurrent_weight(e: Experiment) -> str:
    part = "encoder" if e.task == "seq2seq" else ""
    if not uses_cells(e):
        return f"{part or e.cell}.weight_hh_l0"
    if part:
        return f"{part}_cells[0].weight_hh"
    return "cell.weight_hh" if one_cell(e) else f"cells[0]{'[0]' if e.bidirectional else ''}.weight_hh"
