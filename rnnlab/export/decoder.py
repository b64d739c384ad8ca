"""Encoder and decoder for a script: in the order of sums in which the lab trains them (docs/decisions/0026), so that
every digit is the lab's. What a panel shows of them, `explain.programs.seq2seq`, follows the formula instead."""

from textwrap import indent

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import uses_cells
from rnnlab.explain.programs.numeral import numeral
from rnnlab.explain.programs.reading import dropped
from rnnlab.explain.programs.seq2seq import encoding, one_pass, target_vectors

READ_PACKED = """\
def read_packed(lstm, x, lengths):    # what lstm gives of packed sequences, in a third of the time
    steps = torch.arange(x.shape[1])
    rows, padding = torch.arange(len(x))[:, None], (len(steps) - lengths)[:, None]
    token = steps - padding    # [batch, step]: the padding comes first, where it is below 0
    shut = torch.zeros(4 * lstm.hidden_size, 1)    # a further input, that is 1 on padding
    shut[: lstm.hidden_size] = -1e4    # shuts the input gate, so that the state stays zero until the first token
    inputs = torch.cat([x[rows, token.clamp(min=0)], (token < 0).unsqueeze(-1).float()], dim=-1)
    weight_ih, *others = lstm.all_weights[0]
    weights, zero = [torch.cat([weight_ih, shut], dim=1), *others], x.new_zeros(1, len(x), lstm.hidden_size)
    output, h_n, c_n = torch.lstm(inputs, (zero, zero), weights, True, 1, 0.0, True, False, True)
    output = output[rows, (steps + padding).clamp(max=len(steps) - 1)]
    real = steps < lengths[:, None]
    return output.masked_fill(~real.unsqueeze(-1), 0.0), (h_n, c_n)
"""
LAYER_STEP = """\
def step(x, states):    # one step of every layer of the decoder, from its state to the next
    after = []
    for {each} in zip({cells}, states):{dropped}
        after.append({called})
        x = after[-1]{h}
    return x, after
"""
KEYS = {
    "additive": """\
of_state, of_source = (2 * W.weight).split({hidden}, dim=1)    # tanh(x) is 2 sigmoid(2x) - 1, and slower
keys, of_scores = F.linear(encoded, of_source, 2 * W.bias), 2 * v.weight[0]    # for all target steps""",
    "dot": "",
}
SCORES = {
    "additive": "scores = torch.sigmoid(keys + (s @ of_state.T).unsqueeze(1)) @ of_scores - v.weight.sum()",
    "dot": "scores = (encoded @ s.unsqueeze(-1)).squeeze(-1)    # [batch, source]",
}


def functions(e: Experiment) -> list[str]:
    """What `body` calls."""
    made = [READ_PACKED] if reads_packed(e) else []
    return [*made, layer_step(e)] if steps(e) else made


def body(e: Experiment) -> str:
    """From ids, lengths and targets to logits [batch, target, class]."""
    lines = [encode(e), TRUE]
    if attends(e) or (e.teacher < 1 and drops(e)):
        lines.append(by_steps(e))
    else:
        lines += [chosen(e), one_pass(e, "true" if e.teacher == 1 else "read")]
    return "\n".join(filter(None, lines))


TRUE = """\
bos = torch.ones(len(ids), 1, dtype=torch.int64)    # the id of <bos>
true = torch.cat([bos, targets[:, :-1].clamp(min=0)], dim=1)    # what the decoder is to read"""


def attends(e: Experiment) -> bool:
    return e.attention != "none"


def drops(e: Experiment) -> bool:
    return bool(e.dropout_embed or e.dropout_head or (e.dropout and e.layers > 1))


def steps(e: Experiment) -> bool:
    """Whether the decoder takes one target step after another."""
    return attends(e) or e.teacher < 1


def reads_packed(e: Experiment) -> bool:
    return e.packed and e.cell == "lstm" and e.layers == 1 and not uses_cells(e)


def encode(e: Experiment) -> str:
    plain = encoding(e)
    if not reads_packed(e):
        return plain
    first, *packed = plain.splitlines()
    start = next(i for i, line in enumerate(packed) if line.startswith("packed = "))
    before, packs, after = packed[:start], packed[start : start + 3], packed[start + 3 :]
    quick = "encoded, state = read_packed(encoder, x, lengths)"
    if e.carry:
        quick = "\n".join(["if hidden is None:", indent(quick, "    "), "else:", indent("\n".join(packs), "    ")])
    return "\n".join([first, *before, quick, *after])


def layer_step(e: Experiment) -> str:
    memory = CELLS[e.cell].has_memory
    dropped_line = (
        f"\n        x = F.dropout(x, {numeral(e.dropout)}) if after else x" if e.dropout and e.layers > 1 else ""
    )
    if uses_cells(e):
        each, cells, called = "cell, state", "decoder_cells", "cell(x, state)"
    else:
        function = {"lstm": "lstm_cell", "gru": "gru_cell"}.get(e.cell, f"rnn_{'relu' if e.relu else 'tanh'}_cell")
        each, cells, called = "weights, state", "decoder.all_weights", f"torch.{function}(x, state, *weights)"
    return LAYER_STEP.format(each=each, cells=cells, dropped=dropped_line, called=called, h="[0]" if memory else "")


def states(e: Experiment) -> str:
    """The line that makes a list of the layers' states of the encoder's."""
    if uses_cells(e):
        return "states = state"
    return "states = list(zip(*state))" if CELLS[e.cell].has_memory else "states = list(state)"


def chosen(e: Experiment) -> str:
    """No gradient depends on which tokens are read: they are found first."""
    if e.teacher == 1:
        return ""
    return f"""\
read = true.clone()
with torch.no_grad():    # which tokens the decoder reads: no gradient depends on that
    forced = (torch.rand(true.shape[1]) < {numeral(e.teacher)}).tolist()    # a draw for each step, for the whole batch
    {states(e)}
    for place in range(true.shape[1] - 1):
        x, states = step({target_vectors("read[:, place]", e)}, states)
        if not forced[place]:
            read[:, place + 1] = linear(x).argmax(-1)"""


def by_steps(e: Experiment) -> str:
    lines = [KEYS.get(e.attention, "").format(hidden=e.hidden)]
    if attends(e):
        lines.append("mask = torch.arange(ids.shape[1]) < lengths[:, None]    # [batch, source]: what is no padding")
    lines += [f"vectors = {target_vectors('true', e)}.unbind(1)", states(e), "vector, scored = vectors[0], []"]
    step = ["x = vector", dropped("x", e.dropout_embed).rstrip()] if e.dropout_embed else ["x = vector"]
    if attends(e):
        top = "states[-1][0]" if CELLS[e.cell].has_memory else "states[-1]"
        step += [
            f"s = {top}    # [batch, unit]: the decoder's state",
            SCORES[e.attention],
            "weights = scores.masked_fill(~mask, -torch.inf).softmax(-1)",
            "context = torch.bmm(weights.unsqueeze(1), encoded).squeeze(1)    # [batch, unit]",
            "x = torch.cat([x, context], dim=-1)",
        ]
    step.append("output, states = step(x, states)")
    if attends(e):
        step.append("output = torch.cat([output, context], dim=-1)")
    step += [dropped("output", e.dropout_head).rstrip(), "scored.append(output)"]
    after = ["if place + 1 < len(vectors):", "    vector = vectors[place + 1]    # the true one"]
    if e.teacher < 1:
        own = target_vectors("linear(output.detach()).argmax(-1)", e)
        after = [
            f"forced = torch.rand(()) < {numeral(e.teacher)}    # for the whole batch; at the last step too",
            "if place + 1 < len(vectors):",
            f"    vector = vectors[place + 1] if forced else {own}",
        ]
    loop = ["for place in range(len(vectors)):", *(f"    {line}" for line in [*step, *after] if line)]
    return "\n".join(
        [*filter(None, lines), *loop, "logits = linear(torch.stack(scored, dim=1))    # [batch, target, class]"]
    )
