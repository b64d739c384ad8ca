"""How a gradient through time is found in a few lines: the recurrent part as a loop over cells, each of whose states
keeps its gradient.

Of a network with several layers or directions `norms` holds a list for each, layer by layer, forward before backward.
"""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import one_cell, uses_cells
from rnnlab.explain.programs.reading import vectors
from rnnlab.explain.programs.seq2seq import target_vectors

# The cells of torch's layers, which loop inside themselves.
CELL_OF = """\
def cell_of(layer, ending):    # one of its cells, with its weights
    weights = {{name: getattr(layer, name + ending) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}}
    cell = nn.{kind}Cell(weights["weight_ih"].shape[1], layer.hidden_size{option})
    cell.load_state_dict(weights)
    return cell


"""

ONE_CELL = """h = []
{start}
for x_k in x[:, : t + 1].unbind(1):    # what comes after t has no part in L_t
    {state} = cell(x_k, {given})
    h_k.retain_grad()
    h.append(h_k)
loss = {loss}
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
loss = {loss}
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
loss = {loss}
loss.backward()
norms = [[0.0 if h_k.grad is None else h_k.grad.norm() for h_k in states] for states in h]"""
SEQ2SEQ = """h, s = [[] for cell in encoder_cells], [[] for cell in decoder_cells]    # states of every layer
{start}
for x_j in x.unbind(1):    # the encoder reads the whole source
{read}
encoded = torch.stack(h[-1], dim=1)
{handed}    # the decoder goes on from there
for y_k in y[:, : t + 1].unbind(1):    # <bos> and the true tokens
{attend}{write}
loss = F.cross_entropy(linear({scored}), target[:, t])
loss.backward()
norms = [[state.grad.norm() for state in read + written] for read, written in zip(h, s)]"""
STEP = """    for layer, cell in enumerate({cells}):
        {kept} = cell({x}, {given})
        {x} = {state}[layer]    # what the layer above reads
        {x}.retain_grad()
        {list}[layer].append({x})"""
SCORES = {
    "additive": """\
    both = torch.cat([s_k[-1].unsqueeze(1).expand_as(encoded), encoded], dim=-1)
    scores = v(torch.tanh(W(both))).squeeze(-1)    # [1, source]
""",
    "dot": "    scores = (encoded @ s_k[-1].unsqueeze(-1)).squeeze(-1)    # [1, source]\n",
}
ATTENDED = """\
    context = (scores.softmax(-1).unsqueeze(1) @ encoded).squeeze(1)    # [1, unit]
    y_k = torch.cat([y_k, context], dim=-1)
"""


def gradient_program(e: Experiment) -> str:
    """Of the first sequence of `panels.program`: the norm of dL_t/dh_k for every step k."""
    return f"{cells(e)}{sequence(e)}\n{through_time(e)}"


def cells(e: Experiment) -> str:
    """Lines that take the cells out of torch's layers."""
    if uses_cells(e):
        return ""
    defined = CELL_OF.format(kind=CELLS[e.cell].class_name, option=', nonlinearity="relu"' if e.relu else "")
    if e.task == "seq2seq":
        each = f"for layer in range({e.layers})]"
        made = [f'{part}_cells = [cell_of({part}, f"_l{{layer}}") {each}' for part in ("encoder", "decoder")]
        return defined + "\n".join(made) + "\n"
    if one_cell(e):
        return f'{defined}cell = cell_of({e.cell}, "_l0")\n'
    one = f'cell_of({e.cell}, f"_l{{layer}}")'
    if e.bidirectional:
        one = f'[{one}, cell_of({e.cell}, f"_l{{layer}}_reverse")]'
    return f"{defined}cells = [{one} for layer in range({e.layers})]\n"


def sequence(e: Experiment) -> str:
    """Lines that take the first sequence of the batch, without its padding, and a step t."""
    if e.reads_numbers:
        first = "x, target = numbers[:1].unsqueeze(-1), targets[:1]    # the first sequence"
        return f"{first}\nt = x.shape[1] - 1    # the last step"
    length = "lengths[0]"
    source = f"x = {vectors(f'ids[:1, : {length}]', e)}    # the first sequence"
    if e.task == "seq2seq":
        true = "torch.cat([bos, targets[:, :-1].clamp(min=0)], dim=1)[:1]"
        read = target_vectors(true, e)
        lines = [source, f"y, target = {read}, targets[:1]", "t = int((target >= 0).sum()) - 1    # the last one"]
    elif e.task == "classify":
        lines = [source, "label, t = labels[:1], x.shape[1] - 1    # the last step"]
    else:
        lines = [source, f"target, t = targets[:1, : {length}], x.shape[1] - 1    # the last step"]
    return "\n".join(lines)


def through_time(e: Experiment) -> str:
    """The norms, of x [1, step, input] and the right classes `target` [1, step], or `label` [1] for the whole."""
    if e.task == "seq2seq":
        return of_pair(e)
    names = [f"{name}_k" for name in CELLS[e.cell].states]
    given = f"({', '.join(names)})" if len(names) > 1 else names[0]
    values = {
        "start": f"{' = '.join(names)} = torch.zeros(1, {e.hidden})",
        "state": ", ".join(names),
        "given": given,
        "loss": loss_of(e),
    }
    if e.bidirectional:
        # A label is for a sentence, so the sentence ends at t; a token's prediction comes after all of it was read.
        cut = "\nx = x[:, : t + 1]    # as if the sentence ended there" if e.task == "classify" else ""
        return DIRECTIONS.format(cut=cut, **values)
    return (ONE_CELL if e.layers == 1 else LAYERS).format(**values)


def loss_of(e: Experiment) -> str:
    """The loss L_t."""
    if e.reads_numbers:
        return f"F.mse_loss(linear({'h_k' if e.layers == 1 else 'x[:, t]'}).squeeze(-1), target[:, t])"
    return f"F.cross_entropy({scores_of(e)})"


def scores_of(e: Experiment) -> str:
    """What a cross-entropy is computed from."""
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
    """Of encoder and decoder: a list for each layer, of the encoder's steps and then the decoder's."""
    names, attends = CELLS[e.cell].states, e.attention != "none"
    read = [f"{name}_j" for name in names]
    written = [f"{'s' if name == 'h' else name}_k" for name in names]

    def step(cells: str, x: str, states: list[str]) -> str:
        one = [f"{state}[layer]" for state in states]
        given = f"({', '.join(one)})" if len(one) > 1 else one[0]
        return STEP.format(cells=cells, x=x, kept=", ".join(one), given=given, state=states[0], list=states[0][0])

    zeros = f"[torch.zeros(1, {e.hidden}) for cell in encoder_cells]"
    return SEQ2SEQ.format(
        start="\n".join(f"{state} = {zeros}" for state in read),
        read=step("encoder_cells", "x_j", read),
        handed=f"{', '.join(written)} = {', '.join(f'list({state})' for state in read)}",
        attend=SCORES[e.attention] + ATTENDED if attends else "",
        write=step("decoder_cells", "y_k", written),
        scored="torch.cat([s_k[-1], context], dim=-1)" if attends else "s_k[-1]",
    )
