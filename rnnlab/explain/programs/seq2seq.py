"""Encoder and decoder in lines for a program: reading the source, writing the target."""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import MASK, uses_cells
from rnnlab.explain.programs.numeral import numeral
from rnnlab.explain.programs.reading import PACKED, carrying, dropped, features, vectors

SCORES = {
    "additive": """\
both = torch.cat([s.unsqueeze(1).expand_as(encoded), encoded], dim=-1)
scores = v(torch.tanh(W(both))).squeeze(-1)    # [batch, source]""",
    "dot": "scores = (encoded @ s.unsqueeze(-1)).squeeze(-1)    # [batch, source]",
}
ATTENDING = """\
s = {top}    # [batch, unit]: the decoder's state
{scores}
weights = scores.masked_fill(~mask, -torch.inf).softmax(-1)
context = (weights.unsqueeze(1) @ encoded).squeeze(1)    # [batch, unit]
x = torch.cat([x, context], dim=-1)"""
TRUE_TOKENS = "inputs = torch.cat([bos, targets[:, :-1].clamp(min=0)], dim=1)    # the true tokens, <bos> first"
GREEDY = """\
token, written, limit = bos[:1, 0], [], targets.shape[1] + 5
while len(written) < limit:
{step}
    logits[:, :2] = -torch.inf    # <pad> and <bos> are never written
    token = logits.argmax(-1)
    written.append(token.item())
    if written[-1] == 2:    # <eos>
        break"""


def encoding(e: Experiment) -> str:
    lines, initial = [features(e)], ", hidden" if e.carry else ""
    if e.packed and not uses_cells(e):
        lines.append(PACKED.format(output="encoded", state="state", module="encoder", initial=initial))
    elif e.packed:
        lines += [MASK, f"encoded, state = loop(encoder_cells, x{initial}, mask=mask)"]
        lines.append("encoded = encoded.masked_fill(~mask.unsqueeze(-1), 0.0)    # nothing on padding")
    else:
        lines.append(f"encoded, state = {called(e, 'encoder')}x{initial})")
    return "\n".join([*lines, *([carrying(e)] if e.carry else [])])


def called(e: Experiment, part: str) -> str:
    return f"loop({part}_cells, " if uses_cells(e) else f"{part}("


def decoding(e: Experiment, keep_weights: bool = False) -> str:
    """All target steps: in one pass where no step depends on what was written before, else in a loop."""
    if e.attention == "none" and e.teacher == 1:
        return f"{TRUE_TOKENS}\n{one_pass(e, 'inputs')}"
    lines = [*step(e), "logits.append(linear(output))", "alignment.append(weights)" if keep_weights else ""]
    if e.teacher < 1:
        lines += [
            f"forced = torch.rand(()) < {numeral(e.teacher)}    # for the whole batch",
            "token = targets[:, step].clamp(min=0) if forced else logits[-1].argmax(-1)",
        ]
    else:
        lines.append("token = targets[:, step].clamp(min=0)    # the true one")
    before = [masking(e), "alignment = []" if keep_weights else "", "logits, token = [], bos[:, 0]"]
    after = ["logits = torch.stack(logits, dim=1)"]
    if keep_weights:
        after.append("alignment = torch.stack(alignment, dim=1)    # [batch, target, source]")
    loop = ["for step in range(targets.shape[1]):", *(f"    {line}" for line in lines if line)]
    return "\n".join(line for line in [*before, *loop, *after] if line)


def one_pass(e: Experiment, tokens: str) -> str:
    """All target steps at once, of the tokens in the variable `tokens`."""
    lines = [
        f"x = {target_vectors(tokens, e)}",
        dropped("x", e.dropout_embed).rstrip(),
        f"output, _ = {called(e, 'decoder')}x, state)",
        dropped("output", e.dropout_head).rstrip(),
        "logits = linear(output)    # [batch, target, class]",
    ]
    return "\n".join(filter(None, lines))


def masking(e: Experiment) -> str:
    """Attention's mask, where the encoder has not made it."""
    return "" if e.attention == "none" or (e.packed and uses_cells(e)) else MASK.replace("step", "source")


def step(e: Experiment) -> list[str]:
    """From one `token` of each row to `output` [batch, unit], what the output layer reads."""
    attends = e.attention != "none"
    lines = [f"x = {target_vectors('token', e)}    # [batch, embed]"]
    lines.append(dropped("x", e.dropout_embed).rstrip())
    if attends:
        lines += ATTENDING.format(top=top_state(e), scores=SCORES[e.attention]).splitlines()
    lines += [f"output, state = {called(e, 'decoder')}x.unsqueeze(1), state)", "output = output.squeeze(1)"]
    if attends:
        lines.append("output = torch.cat([output, context], dim=-1)")
    lines.append(dropped("output", e.dropout_head).rstrip())
    return [line for line in lines if line]


def top_state(e: Experiment) -> str:
    """The last layer's hidden state in `state`: a list of the layers' states where it comes from the loop."""
    if not CELLS[e.cell].has_memory:
        return "state[-1]"
    return "state[-1][0]" if uses_cells(e) else "state[0][-1]"


def target_vectors(ids: str, e: Experiment) -> str:
    return vectors(ids, e, "target_embedding", "classes")
