"""Programs for what is to be seen of a trained network: of one sentence, read alone and without dropout. They go on
from `panels.program`, whose weights are those before the first update."""

from textwrap import indent

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import loop_function, uses_cells
from rnnlab.explain.programs.reading import EPOCHS_NOTE, reading, readout, scoring, vectors
from rnnlab.explain.programs.seq2seq import GREEDY, encoding, masking, step

ALONE = "ids, lengths = ids[:1, : lengths[0]], lengths[:1]    # the first sequence, read alone\n"
PREFIXES = """\
sentence, chances = ids[0, : lengths[0]], []
for k in range(1, len(sentence) + 1):    # each beginning, as a sentence of its own
    ids, lengths = sentence[None, :k], torch.tensor([k])
{forward}
    chances.append(logits.softmax(-1))
chances = torch.cat(chances)    # [step, class]"""
SALIENCY = """\
{alone}vectors = {vectors}.detach().requires_grad_()
x = vectors
{forward}
logits.max().backward()    # the score of the most probable label
saliency = (vectors.grad * vectors).sum(-1)    # [1, step]"""
OMISSIONS = """\
{alone}sentence, chances = ids[0], []
for k in range(len(sentence)):    # the sentence without one of its tokens
    ids, lengths = torch.cat([sentence[:k], sentence[k + 1 :]])[None], lengths.new_tensor([len(sentence) - 1])
{forward}
    chances.append(logits.softmax(-1))
without = torch.cat(chances)    # [step, class]"""
ORDERS = """\
{alone}orders, generator = [ids[0].tolist()], torch.Generator().manual_seed({draw})
for _ in range(100):
    moved = torch.randperm({movable}, generator=generator).tolist()
    order = [orders[0][place] for place in moved] + orders[0][len(moved) :]
    if order not in orders and len(orders) < 6:
        orders.append(order)
chances = []
for order in orders:
    ids, lengths = torch.tensor([order]), torch.tensor([len(order)])
{forward}
    chances.append({logits}.softmax(-1))
chances = torch.cat(chances)    # [order, class]"""
TAGS = """\
{forward}
predicted = logits.argmax(-1)    # [batch, step]
right = (predicted == targets)[targets != -100].float().mean()"""
UNIT = """\
{alone}{forward}
unit = 0
h = {output}[0, :, unit]
p = torch.linspace(0, 1, len(h))    # one number a token; here: its place in the line
r = torch.corrcoef(torch.stack([h, p]))[0, 1]"""
WRITE = """\
{alone}temperature, top_k, top_p = 0.8, 0, 1.0
generator = torch.Generator().manual_seed(0)
for step in range(20):    # tokens
    lengths = torch.tensor([ids.shape[1]])
{forward}
    scores = logits[0, -1].detach().double()
    scores[:specials] = -torch.inf
    order = scores.argsort(descending=True, stable=True)
    chances = (scores / temperature).softmax(-1)
    if top_k:
        chances[order[top_k:]] = 0
        chances /= chances.sum()
    before = chances[order].cumsum(0) - chances[order]    # how much the likelier ones have
    chances[order[before >= top_p]] = 0
    ids = torch.cat([ids, torch.multinomial(chances, 1, generator=generator)[None]], dim=1)"""
ALONE_ON = """\
hidden, alone = None, []
numbers = torch.cat([numbers[:1], targets[:1, -1:]], dim=1)    # the first sequence, to its last number
for step in range(20):    # what it says is what it reads next
{forward}
    numbers = predicted[:, -1:].detach()
    alone.append(numbers.item() * deviation + mean)"""
PADDED = """\
from torch.nn.utils.rnn import pad_sequence

lines = [row[:length] for row, length in zip(ids, lengths)]
ids = pad_sequence(lines, batch_first=True, padding_value=0)    # [batch, step]
lengths = torch.tensor([len(line) for line in lines])
mask = torch.arange(ids.shape[1]) < lengths[:, None]    # [batch, step]"""
LAID_OUT = """\
from torch.nn.utils.rnn import pad_sequence

sentences = [row[:length] for row, length in zip(ids, lengths)]
vectors = [{vectors} for sentence in sentences]    # of each [step, input]
x = pad_sequence(vectors)    # [step, batch, input]: zeros where a sentence has ended
turned = x.transpose(0, 1)    # [batch, step, input]: what batch_first=True expects"""
PACKED = """\
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

packed = pack_padded_sequence(ids, lengths, batch_first=True, enforce_sorted=False)
print(packed.data, packed.batch_sizes)    # column by column; how many rows each column has
{forward}"""
ORDER = """\
import torch

generator = torch.Generator().manual_seed({seed})
for epoch in range({epochs}):
    order = torch.randperm({count}, generator=generator).tolist()    # once an epoch
    for start in range(0, {count}, {batch}):
        print(epoch + 1, order[start : start + {batch}])    # the last one may be shorter"""


def code(panel: str, e: Experiment) -> str:
    """Of an experiment without dropout."""
    match panel:
        case "prefixes":
            return PREFIXES.format(forward=indent(whole(e), "    "))
        case "saliency":
            made, _, rest = whole(e).partition("\n")
            return SALIENCY.format(alone=ALONE, vectors=made.removeprefix("x = "), forward=rest)
        case "omissions":
            return OMISSIONS.format(alone=ALONE, forward=indent(whole(e), "    "))
        case "orders":
            return orders(e, 0)
        case "readouts":
            each = [readout(kind, e, kind) for kind in ("final", "last", "valid", "mean")]
            return "\n".join([reading(e), *each])
        case "tagged":
            return TAGS.format(forward=scoring(e))
        case "unitmap":
            reads = encoding(e) if e.task == "seq2seq" else reading(e)
            alone = "numbers = numbers[:1]    # the first sequence\n" if e.reads_numbers else ALONE
            return UNIT.format(alone=alone, forward=reads, output="encoded" if e.task == "seq2seq" else "output")
        case "written":
            return WRITE.format(alone=ALONE, forward=indent(whole(e), "    "))
        case "forecast":
            carried = e.model_copy(update={"carry": True})
            return ALONE_ON.format(forward=indent(whole(carried), "    ").replace(EPOCHS_NOTE, ""))
        case "padded":
            return PADDED
        case "shapes-words":
            return LAID_OUT.format(vectors=vectors("sentence", e))
        case "packed-batch":
            packed = e.model_copy(update={"packed": True})
            if e.task != "seq2seq":
                return PACKED.format(forward=reading(packed))
            masked = f"\n{loop_function(packed)}" if uses_cells(e) else ""  # in the place of one without a mask
            return PACKED.format(forward=masked + encoding(packed))
        case "decoding":
            steps = [*step(e), "logits = linear(output)"]
            greedy = GREEDY.format(step=indent("\n".join(steps), "    "))
            return ALONE + "\n".join(filter(None, [encoding(e), masking(e), greedy]))
    raise KeyError(panel)


def orders(e: Experiment, draw: int) -> str:
    """Of an experiment without dropout: the same tokens in other orders."""
    whole_sentence = e.task == "classify"
    return ORDERS.format(
        alone=ALONE,
        draw=draw,
        movable="len(orders[0])" if whole_sentence else "len(orders[0]) - 1",
        logits="logits" if whole_sentence else "logits[:, -1]",
        forward=indent(whole(e), "    "),
    )


def shuffling(e: Experiment, count: int, epochs: int) -> str:
    """A program of its own: the order in which `count` sequences are read, counted from 0."""
    return ORDER.format(seed=e.seed, count=count, batch=e.batch, epochs=epochs)


def whole(e: Experiment) -> str:
    """From ids to logits, in evaluation: the last step of a sentence that is read alone is its own."""
    return f"{reading(e)}\n{scoring(e)}"
