"""The lines of PyTorch behind what is shown, for the very model that was chosen: run in its place, they give the run's
own numbers to the bit, and draw what it draws from torch's generator in the same order.

The lines of all panels are pieces of one program, which is whole under "shapes"; only "flow" is one by itself. Where
the model has a module that torch.nn lacks, its class stands in front.
"""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.gradient_program import gradient_program
from rnnlab.explain.modules import definitions

LOOP = """state, output = {first}, []
for x_t in x.unbind(1):    # step by step
    state = {state} = cell(x_t, state)
    output.append(h)
output, h_n = torch.stack(output, dim=1), h.unsqueeze(0)"""
LAYERS = """final = []
for layer, cell in enumerate(cells):{dropped}
    state, output = {first}, []
    for x_t in x.unbind(1):    # step by step
        state = {state} = cell(x_t, state)
        output.append(h)
    final.append(state)
    x = torch.stack(output, dim=1)    # what the layer above reads
output, h_n = x, torch.stack({finals})"""
DIRECTIONS = """final = []
for layer, both in enumerate(cells):    # its forward and its backward cell{dropped}
    halves = []
    for cell, steps in zip(both, (x, x.flip(1))):    # the backward one begins at the last step
        state, output = {first}, []
        for x_t in steps.unbind(1):
            state = {state} = cell(x_t, state)
            output.append(h)
        final.append(state)
        halves.append(torch.stack(output, dim=1))
    x = torch.cat([halves[0], halves[1].flip(1)], dim=-1)    # what the layer above reads
output, h_n = x, torch.stack({finals})"""
PACKED = """packed = pack_padded_sequence({x}, lengths, batch_first=True, enforce_sorted=False)
{output}, {state} = {module}(packed{initial})
{output}, _ = pad_packed_sequence({output}, batch_first=True)"""


def code(panel: str, e: Experiment) -> str:
    """The lines of PyTorch behind a panel."""
    if panel == "flow":
        return definitions(e) + gradient_program(e)
    if e.task == "seq2seq":
        reading, writing = encoding(e), decoding(e)
        loss = flat_loss(e)
        return {
            "predictions": writing + "\nprobability, token = logits.softmax(-1).max(-1)",
            "loss": loss,
            "hidden": definitions(e) + reading + "\n" + writing,
            "shapes": definitions(e) + "\n".join([reading, writing, loss]),
        }[panel]
    recurrent, head = reading_of(e), head_of(e)
    loss = f'loss = F.cross_entropy(logits, labels, reduction="{e.loss}")' if e.task == "classify" else flat_loss(e)
    return {
        "predictions": f"{head}\nprobability, token = logits.softmax(-1).max(-1)",
        "loss": loss,
        "hidden": definitions(e) + recurrent,
        "shapes": definitions(e) + "\n".join([features_of(e), recurrent, head, loss]),
    }[panel]


def flat_loss(e: Experiment) -> str:
    return f'loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="{e.loss}")'


def dropped(name: str, share: float) -> str:
    return f"{name} = F.dropout({name}, {share:g})    # in training only\n" if share else ""


def features_of(e: Experiment) -> str:
    made = "x = embedding(ids)" if e.input == "embedding" else "x = F.one_hot(ids, classes).float()"
    return (made + "\n" + dropped("x", e.dropout_embed)).rstrip()


def reading_of(e: Experiment) -> str:
    """From what the recurrent part reads to its output, by the layer or by a loop over its cells."""
    if e.packed:
        initial = ", hidden" if e.carry else ""
        read = PACKED.format(x="x", output="output", state=final_state(e), module=e.cell, initial=initial)
    elif e.impl == "cell":
        read = loop(e)
    else:
        read = f"output, {final_state(e)} = {e.cell}(x{', hidden' if e.carry else ''})"
    return f"{read}\n{carrying(e)}" if e.carry else read


def final_state(e: Experiment) -> str:
    return bundle([f"{name}_n" for name in CELLS[e.cell].states])


def loop(e: Experiment) -> str:
    """The layer as a loop over its `cell`; or over `cells`, one for each layer, or a pair of them."""
    names = CELLS[e.cell].states
    state = ", ".join(names)
    if one_cell(e):
        return LOOP.format(first="hidden" if e.carry else "None", state=state)
    drops = f"\n    x = F.dropout(x, {e.dropout:g}) if layer else x    # in training only"
    return (DIRECTIONS if e.bidirectional else LAYERS).format(
        first="hidden[len(final)] if hidden else None" if e.carry else "None",
        state=state,
        finals="final" if len(names) == 1 else f"[h for {state} in final]",
        dropped=drops if e.dropout and e.layers > 1 else "",
    )


def carrying(e: Experiment) -> str:
    """Lines that keep the final state for the next epoch; before the first, `hidden` is None."""
    names, ending = CELLS[e.cell].states, "_n" if e.packed or e.impl == "layer" else ""
    detached = bundle([f"{name}{ending}.detach()" for name in names])
    if not ending and not one_cell(e):
        detached = f"[{detached} for {', '.join(names)} in final]"
    return f"hidden = {detached}    # at first None; no gradient flows into the epoch before"


def one_cell(e: Experiment) -> bool:
    return e.layers == 1 and not e.bidirectional


def bundle(parts: list[str]) -> str:
    """One value, or a tuple of them."""
    return f"({', '.join(parts)})" if len(parts) > 1 else parts[0]


def head_of(e: Experiment) -> str:
    """From the recurrent part's output to the logits."""
    if e.task != "classify":
        lines = dropped("output", e.dropout_head)
        return lines + ("logits = linear(output)" if e.head == "linear" else "logits = output    # no output layer")
    whole = {
        "final": "whole = torch.cat([h_n[-2], h_n[-1]], dim=-1)" if e.bidirectional else "whole = h_n[-1]",
        "last": "whole = output[:, -1]    # the batch's last step, padding or not",
        "valid": "whole = output[torch.arange(len(output)), lengths - 1]",
        "mean": "mask = (torch.arange(output.shape[1]) < lengths[:, None]).unsqueeze(-1)\n"
        "whole = (output * mask).sum(1) / lengths[:, None]",
    }[e.readout]
    return f"{whole}\n{dropped('whole', e.dropout_head)}logits = linear(whole)    # [batch, class]"


# Encoder and decoder


def encoding(e: Experiment) -> str:
    lines = features_of(e)
    if e.packed:
        return lines + "\n" + PACKED.format(x="x", output="encoded", state="state", module="encoder", initial="")
    return f"{lines}\nencoded, state = encoder(x)"


def decoding(e: Experiment) -> str:
    """All target steps: in one pass where no step depends on what was written before, else in a loop."""
    if e.attention == "none" and e.teacher == 1:
        lines = [
            "inputs = torch.cat([bos, targets[:, :-1].clamp(min=0)], dim=1)    # the true tokens, <bos> first",
            f"x = {written('inputs', e)}",
            dropped("x", e.dropout_embed).rstrip(),
            "output, _ = decoder(x, state)",
            dropped("output", e.dropout_head).rstrip(),
            "logits = linear(output)    # [batch, target, class]",
        ]
        return "\n".join(filter(None, lines))
    attends = e.attention != "none"
    lines = [f"x = {written('token', e)}    # [batch, embed]", dropped("x", e.dropout_embed).rstrip()]
    if attends:
        top = "state[0][-1]" if CELLS[e.cell].has_memory else "state[-1]"
        scores = (
            "v(torch.tanh(W(both))).squeeze(-1)"
            if e.attention == "additive"
            else "(encoded @ s.unsqueeze(-1)).squeeze(-1)"
        )
        both = "both = torch.cat([s.unsqueeze(1).expand_as(encoded), encoded], dim=-1)"
        lines += [
            f"s = {top}    # [batch, unit]: the decoder's state",
            both if e.attention == "additive" else "",
            f"scores = {scores}    # [batch, source]",
            "weights = scores.masked_fill(~mask, -torch.inf).softmax(-1)",
            "context = (weights.unsqueeze(1) @ encoded).squeeze(1)    # [batch, unit]",
            "x = torch.cat([x, context], dim=-1)",
        ]
    lines += [
        "output, state = decoder(x.unsqueeze(1), state)",
        "output = output.squeeze(1)",
        "output = torch.cat([output, context], dim=-1)" if attends else "",
        dropped("output", e.dropout_head).rstrip(),
        "logits.append(linear(output))",
    ]
    if e.teacher < 1:
        lines += [
            f"forced = torch.rand(()) < {e.teacher:g}    # for the whole batch",
            "token = targets[:, step].clamp(min=0) if forced else logits[-1].argmax(-1)",
        ]
    else:
        lines.append("token = targets[:, step].clamp(min=0)    # the true one")
    before = ["mask = torch.arange(ids.shape[1]) < lengths[:, None]    # what is no padding"] if attends else []
    before += ["logits, token = [], bos[:, 0]", "for step in range(targets.shape[1]):"]
    return "\n".join([*before, *(f"    {line}" for line in lines if line), "logits = torch.stack(logits, dim=1)"])


def written(ids: str, e: Experiment) -> str:
    return f"target_embedding({ids})" if e.input == "embedding" else f"F.one_hot({ids}, target_classes).float()"
