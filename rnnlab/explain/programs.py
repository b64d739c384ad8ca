"""The lines of PyTorch behind what is shown, for the very model that was chosen.

The lines of all panels are pieces of one program, which is whole under "shapes"; only "flow" is one by itself. Where
the model has a cell that torch.nn lacks, its class stands in front.
"""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.modules import definitions

LOOP = """state, output = None, []
for x_t in x.unbind(1):    # step by step
    {step} = cell(x_t, state)
    output.append(h)
output = torch.stack(output, dim=1)
h_n = h.unsqueeze(0)"""
PACKED = """packed = pack_padded_sequence({x}, lengths, batch_first=True, enforce_sorted=False)
{output}, {state} = {module}(packed)
{output}, _ = pad_packed_sequence({output}, batch_first=True)"""
DROPPED = "{name} = F.dropout({name}, {share:g}, training)\n"


def code(panel: str, e: Experiment) -> str:
    """The lines of PyTorch behind a panel."""
    if panel == "flow":
        return definitions(e) + flow(e)
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
    return DROPPED.format(name=name, share=share) if share else ""


def features_of(e: Experiment) -> str:
    made = "x = embedding(ids)" if e.input == "embedding" else "x = F.one_hot(ids, classes).float()"
    return (made + "\n" + dropped("x", e.dropout_embed)).rstrip()


def reading_of(e: Experiment) -> str:
    if e.packed:
        return PACKED.format(x="x", output="output", state=final_state(e), module=e.cell)
    if e.impl == "layer":
        return f"output, {final_state(e)} = {e.cell}(x)"
    loop = LOOP.format(step="state = " + ", ".join(CELLS[e.cell].states))
    return loop + ("    # and so for every layer and direction" if e.layers > 1 or e.bidirectional else "")


def final_state(e: Experiment) -> str:
    names = [f"{name}_n" for name in CELLS[e.cell].states]
    return f"({', '.join(names)})" if len(names) > 1 else names[0]


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
        return lines + "\n" + PACKED.format(x="x", output="encoded", state="state", module="encoder")
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


# The gradient on its way back, for one layer that reads forward

STEP = """{state} = {cell}({x}, {given})
    {name}_t.retain_grad()
    {name}.append({name}_t)"""
FLOW = """h = []
{start}
for x_t in x[:, : t + 1].unbind(1):    # what comes after t has no part in L_t
    {step}
loss = F.cross_entropy({scores})
loss.backward()
norms = [h_k.grad.norm() for h_k in h]"""
FLOW_PAIR = """h, s = [], []    # states of the encoder, states of the decoder
{start}
for x_j in x.unbind(1):    # the encoder reads the whole source
    {read}
encoded = torch.stack(h, dim=1)
s_t = h_t    # the decoder goes on from there
for y_k in y[:, : t + 1].unbind(1):    # <bos> and the true tokens
{attend}    {write}
loss = F.cross_entropy(linear({scored}), target[:, t])
loss.backward()
norms = [state.grad.norm() for state in h + s]"""


def flow(e: Experiment) -> str:
    """How a gradient through time is found in a few lines."""
    names = [f"{name}_t" for name in CELLS[e.cell].states]
    state = ", ".join(names)
    given = f"({state})" if len(names) > 1 else state
    start = f"{state.replace(', ', ' = ')} = torch.zeros(1, {e.hidden})"

    def step(cell: str, x: str, name: str = "h") -> str:
        after, before = (text.replace("h_t", f"{name}_t") for text in (state, given))
        return STEP.format(state=after, cell=cell, x=x, given=before, name=name)

    if e.task == "seq2seq":
        attends = e.attention != "none"
        return FLOW_PAIR.format(
            start=start,
            read=step("encoder_cell", "x_j"),
            attend="    context = attention(s_t, encoded)\n" if attends else "",
            write=step("decoder_cell", "torch.cat([y_k, context], dim=-1)" if attends else "y_k", "s"),
            scored="torch.cat([s_t, context], dim=-1)" if attends else "s_t",
        )
    scores = "linear(h_t), target[:, t]" if e.head == "linear" else "h_t, target[:, t]"
    if e.task == "classify":
        whole = "torch.stack(h).mean(0)" if e.readout == "mean" else "h_t"
        scores = f"linear({whole}), label"
    return FLOW.format(start=start, step=step("cell", "x_t"), scores=scores)
