"""An experiment as one plain program of PyTorch, which trains as the lab does: data, network, training loop.

It prints the losses that `rnnlab run` prints, to every digit: it takes the same sums in the same order, and draws from
torch's generator what the lab draws.
"""

from dataclasses import dataclass
from textwrap import indent, wrap

import torch

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.comments import in_language
from rnnlab.explain.modules import cell_class
from rnnlab.explain.programs.loader import (
    COLLATE,
    NUMBERED,
    ORDER,
    dataset_class,
    lines_written,
    targets,
    trained,
)
from rnnlab.explain.programs.loader import vocabulary as vocabulary_lines
from rnnlab.explain.programs.loop import loop_function, uses_cells
from rnnlab.explain.programs.numeral import numeral
from rnnlab.explain.programs.panels import loss, scores
from rnnlab.explain.programs.setup import initialising, needs_function, number_modules, token_modules
from rnnlab.explain.programs.training import OPTIMIZERS, change, learnt, rates
from rnnlab.explain.source_lines import SourceLines
from rnnlab.export import decoder
from rnnlab.i18n import translator
from rnnlab.inspection.text.loader import source_lines
from rnnlab.text.numbers import TypedNumbers, typed_numbers

COLUMNS = 100  # of a line of words
PRINTED = 10  # epochs from one printed line to the next, as `rnnlab run` prints them
NUMBERS = """\
numbers = torch.tensor({numbers}, dtype=torch.float64)
trained = numbers[:{trained}]
mean, deviation = trained.mean(), trained.std(correction=0)
standard = ((trained - mean) / deviation).float()
x, y = standard[:-1], standard[1:]    # each number, and the next one
"""
WINDOWED = """\
starts = range(0, len(x) - {window} + 1, {stride})
dataset = [(x[start : start + {window}], y[start : start + {window}]) for start in starts]
"""
LOADER = """\
{order}loader = DataLoader(dataset, batch_size={batch}, {sampler}{collate}generator=torch.Generator())
"""
BALANCED = """\
counts = torch.bincount({targets}, minlength=classes)    # of each class in all lines that are trained on
class_weight = counts.sum() / ((counts > 0).sum() * counts.clamp(min=1))    # rare ones weigh more
"""
TRAINING = """\
optimizer = torch.optim.{optimizer}(learnt, lr={lr})
{losses}{rates}{hidden}for epoch in range({epochs}):
{change}    total, weight, finite = 0.0, 0, True
    for {batch} in loader:
        optimizer.zero_grad()
        {outputs} = forward({inputs})
        {loss}
        loss.backward()
        {norm}
        {counted}
        total += loss.item(){times}
        weight += count
        finite = bool(loss.isfinite() and norm.isfinite())
        if not finite:    # it has diverged: the last good weights stay
            break
        optimizer.step()
{kept}    if epoch % {printed} == 0 or epoch + 1 == {epochs} or not finite:
        print(f"{said}")
    if not finite:
        break
"""


@dataclass(frozen=True)
class ProgramParts:
    """The parts of an experiment's program, in their order, with comments in one language."""

    imports: str
    data: str
    network: str
    forward: str  # from a batch to its logits
    training: str


def script(e: Experiment, lang: str) -> str:
    """Raises LabError where the text can't be trained on with these settings."""
    first, *others = about(e, lang)
    said = [first, *(line for sentence in others for line in wrap(sentence, COLUMNS))]
    head = "\n".join(f"# {line}" for line in said)
    return "\n\n\n".join([head, *vars(program_parts(e, lang)).values()]) + "\n"


def about(e: Experiment, lang: str) -> list[str]:
    """What is said of a program before it begins."""
    t, version = translator(lang), torch.__version__.partition("+")[0]
    return [t("export.about", preset=t(f"preset.{e.preset}")), t("export.digits", torch=version)]


def program_parts(e: Experiment, lang: str, keep_losses: bool = False) -> ProgramParts:
    """With `keep_losses` the variable `losses` has that of every epoch in the end. Raises LabError where the text can't
    be trained on with these settings."""
    if e.reads_numbers:
        data, network = number_data(e, typed_numbers(e)), number_network(e)
    else:
        source = source_lines(e)
        data, network = token_data(e, source), token_network(e, source)
    parts = (imports(e), data, network, forward(e), training(e, lang, keep_losses))
    return ProgramParts(*(in_language(part.strip("\n"), lang) for part in parts))


def imports(e: Experiment) -> str:
    names = ["pack_padded_sequence", "pad_packed_sequence"] if e.packed and not uses_cells(e) else []
    names += [] if e.reads_numbers else ["pad_sequence"]
    padding = f"from torch.nn.utils.rnn import {', '.join(names)}\n" if names else ""
    dataset = "DataLoader" if e.reads_numbers else "DataLoader, Dataset"
    return (
        "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
        f"{padding}from torch.utils.data import {dataset}\n\n"
        "torch.set_num_threads(1)    # with more of them last digits differ"
    )


def number_data(e: Experiment, read: TypedNumbers) -> str:
    numbers = NUMBERS.format(numbers=list(read.numbers), trained=read.trained)
    items = WINDOWED.format(window=e.window, stride=e.stride) if e.window else "dataset = [(x, y)]\n"
    return numbers + items + loader(e, "")


def token_data(e: Experiment, source: SourceLines) -> str:
    name = trained(source, source.count)
    parts = [
        lines_written(source, source.count),
        "\n" + NUMBERED,
        "\n" + vocabulary_lines(e, source, name),
        "\n" + dataset_class(e, source),
        "\n" + COLLATE.format(targets=targets(e)),
        "",
        f"dataset = TextDataset({name})",
        loader(e, "collate_fn=collate, "),
    ]
    return "\n".join(parts)


def loader(e: Experiment, collate: str) -> str:
    order = f"\n\n{ORDER}\n\norder = EpochOrder(len(dataset), {e.seed})\n" if e.shuffle else ""
    sampler = "sampler=order, " if e.shuffle else ""
    return LOADER.format(order=order, batch=e.batch, sampler=sampler, collate=collate)


# The network


def number_network(e: Experiment) -> str:
    return made(e, number_modules(e))


def token_network(e: Experiment, source: SourceLines) -> str:
    sizes = "types = classes = len(vocab)" if e.task == "next" else "types, classes = len(vocab), len(class_ids)"
    lines = token_modules(e, 0, 0, bool(source.specials))[1:]  # without the line of sizes
    weights = ""
    if e.class_weights == "balanced":
        given = "torch.stack([y for _, y in dataset])" if e.task == "classify" else "torch.cat([y for _, y in dataset])"
        weights = "\n" + BALANCED.format(targets=given).rstrip()
    return f"{sizes}    # of what is read, of what is predicted\n{made(e, lines)}{weights}"


def made(e: Experiment, modules: list[str]) -> str:
    cell = CELLS[e.cell]
    own = "" if cell.in_torch else f"{cell_class(cell)}\n\n"
    first = [] if e.init == "torch" else [initialising(e)]
    return own + "\n".join([f"torch.manual_seed({e.seed})", *modules, *first, learnt(e)])


def forward(e: Experiment) -> str:
    """The functions from a batch to its logits."""
    body = decoder.body(e) if e.task == "seq2seq" else scores(e)
    functions = [loop_function(e)] if needs_function(e) else []
    functions += decoder.functions(e) if e.task == "seq2seq" else []
    functions.append(f"def forward({inputs(e)}):\n{indent(body, '    ')}\n    return {outputs(e)}")
    return "\n" + "\n\n\n".join(one.strip("\n") for one in functions) + "\n"


def inputs(e: Experiment) -> str:
    given = ["numbers"] if e.reads_numbers else ["ids", "lengths"]
    return ", ".join([*given, *(["targets"] if e.task == "seq2seq" else []), *(["hidden"] if e.carry else [])])


def outputs(e: Experiment) -> str:
    return ("predicted" if e.reads_numbers else "logits") + (", hidden" if e.carry else "")


# Training


def training(e: Experiment, lang: str, keep_losses: bool) -> str:
    t, epochs = translator(lang), e.epochs
    named = "labels" if e.task == "classify" else "targets"
    result = "total" if e.loss == "sum" else "total / weight"
    line = f"{t('status.epoch', epoch='{epoch + 1}', epochs=epochs)}  {t('status.loss', loss='{' + result + ':.6f}')}"
    if e.lr_changes:
        line += f"  {t('status.learning_rate', rate=chr(123) + RATE + ':g' + chr(125))}"
    return "\n" + TRAINING.format(
        optimizer=OPTIMIZERS[e.optimizer],
        lr=numeral(e.lr),
        losses="losses = []    # of every epoch\n" if keep_losses else "",
        kept=f"    losses.append({result})\n" if keep_losses else "",
        rates=rates(e),
        hidden="hidden = None    # before the first epoch\n" if e.carry else "",
        epochs=epochs,
        change=indent(change(e), "    "),
        batch="numbers, targets" if e.reads_numbers else f"ids, lengths, {named}",
        outputs=outputs(e),
        inputs=inputs(e),
        loss=loss(e),
        norm=f"norm = nn.utils.clip_grad_norm_(learnt, {numeral(e.clip)})"
        if e.clip
        else "norm = torch.cat([p.grad.flatten() for p in learnt]).norm()",
        counted=counted(e),
        times="" if e.loss == "sum" else " * count",
        printed=PRINTED,
        said=line,
    )


def counted(e: Experiment) -> str:
    """The line that says what the mean of a batch's losses counts for in that of an epoch."""
    real = "labels" if e.task == "classify" else "targets[targets != -100]"
    if e.class_weights == "balanced":
        return f"count = class_weight[{real}].sum().item()    # of the weights of the batch's targets"
    return f"count = {'targets.numel()' if e.reads_numbers else f'len({real})'}    # of the batch's targets"


RATE = "optimizer.param_groups[0]['lr']"
