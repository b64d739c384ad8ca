"""How a gradient through time is found in a few lines: the recurrent part as a loop over cells, each of whose states
keeps its gradient.

Of a network with several layers or directions `norms` holds a list for each, layer by layer, forward before backward.
"""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment

ONE_CELL = """h = []
{start}
for x_k in x[:, : t + 1].unbind(1):    # what comes after t has no part in L_t
    {state} = cell(x_k, {given})
    h_k.retain_grad()
    h.append(h_k)
loss = F.cross_entropy({scores})
loss.backward()
norms = [h_k.grad.norm() for h_k in h]"""
LAYERS = """h = []
x = x[:, : t + 1]    # what comes after t has no part in L_t
for cell in cells:
    {start}
    h.append([])
    for x_k in x.unbind(1):
        {state} = cell(x_k, {given})
        h_k.retain_grad()
        h[-1].append(h_k)
    x = torch.stack(h[-1], dim=1)    # what the layer above reads
loss = F.cross_entropy({scores})
loss.backward()
norms = [[h_k.grad.norm() for h_k in states] for states in h]"""
DIRECTIONS = """h = []{cut}
for both in cells:    # the forward and the backward cell of a layer
    for cell, order in zip(both, (1, -1)):
        {start}
        h.append([])
        for x_k in x.unbind(1)[::order]:    # the backward one begins at the last step
            {state} = cell(x_k, {given})
            h_k.retain_grad()
            h[-1].append(h_k)
        h[-1] = h[-1][::order]
    x = torch.cat([torch.stack(states, dim=1) for states in h[-2:]], dim=-1)    # what the layer above reads
loss = F.cross_entropy({scores})
loss.backward()
norms = [[0.0 if h_k.grad is None else h_k.grad.norm() for h_k in states] for states in h]"""
SEQ2SEQ = """h = [[] for cell in encoder_cells]
{start}
for x_k in x.unbind(1):    # the encoder reads the whole source
{read}
encoded = torch.stack(h[-1], dim=1)
for y_k in y[:, : t + 1].unbind(1):    # <bos> and the true tokens
{attend}{write}
loss = F.cross_entropy(linear({scored}), target[:, t])
loss.backward()
norms = [[h_k.grad.norm() for h_k in states] for states in h]"""
STEP = """    for layer, cell in enumerate({cells}):
        {kept} = cell({x}, {given})
        {x} = h_k[layer]    # what the layer above reads
        h_k[layer].retain_grad()
        h[layer].append(h_k[layer])"""
SCORES = {
    "additive": """\
    both = torch.cat([h_k[-1].unsqueeze(1).expand_as(encoded), encoded], dim=-1)
    scores = v(torch.tanh(W(both))).squeeze(-1)    # [1, source]
""",
    "dot": "    scores = (encoded @ h_k[-1].unsqueeze(-1)).squeeze(-1)    # [1, source]\n",
}
ATTENDED = """\
    context = (scores.softmax(-1).unsqueeze(1) @ encoded).squeeze(1)    # [1, unit]
    y_k = torch.cat([y_k, context], dim=-1)
"""


def gradient_program(e: Experiment) -> str:
    """The norm of dL_t/dh_k for every step k of one sequence: of x [1, step, input] and the right classes `target` [1,
    step], or `label` [1] for the whole."""
    if e.task == "seq2seq":
        return of_pair(e)
    names = [f"{name}_k" for name in CELLS[e.cell].states]
    given = f"({', '.join(names)})" if len(names) > 1 else names[0]
    values = {
        "start": f"{' = '.join(names)} = torch.zeros(1, {e.hidden})",
        "state": ", ".join(names),
        "given": given,
        "scores": scores_of(e),
    }
    if e.bidirectional:
        # A label is for a sentence, so the sentence ends at t; a token's prediction comes after all of it was read.
        cut = "\nx = x[:, : t + 1]    # as if the sentence ended there" if e.task == "classify" else ""
        return DIRECTIONS.format(cut=cut, **values)
    return (ONE_CELL if e.layers == 1 else LAYERS).format(**values)


def scores_of(e: Experiment) -> str:
    """What the loss L_t is computed from."""
    one = e.layers == 1 and not e.bidirectional
    if e.task != "classify":
        state = "h_k" if one else "x[:, t]"
        return f"linear({state}), target[:, t]" if e.head == "linear" else f"{state}, target[:, t]"
    if e.readout == "mean":
        return f"linear({'torch.stack(h).mean(0)' if one else 'x.mean(1)'}), label"
    if e.bidirectional and e.readout == "final":
        return "linear(torch.cat([h[-2][-1], h[-1][0]], dim=-1)), label"
    return f"linear({'h_k' if one else 'x[:, -1]'}), label"


def of_pair(e: Experiment) -> str:
    """Of encoder and decoder: `h` holds a list for each layer, the encoder's steps and then the decoder's."""
    names = [f"{name}_k" for name in CELLS[e.cell].states]
    one = [f"{name}[layer]" for name in names]
    kept, given = ", ".join(one), f"({', '.join(one)})" if len(one) > 1 else one[0]
    attends = e.attention != "none"
    zeros = f"[torch.zeros(1, {e.hidden}) for cell in encoder_cells]"
    return SEQ2SEQ.format(
        start="\n".join(f"{name} = {zeros}" for name in names),
        read=STEP.format(cells="encoder_cells", x="x_k", kept=kept, given=given),
        attend=SCORES[e.attention] + ATTENDED if attends else "",
        write=STEP.format(cells="decoder_cells", x="y_k", kept=kept, given=given),
        scored="torch.cat([h_k[-1], context], dim=-1)" if attends else "h_k[-1]",
    )
