"""The equation and the lines of PyTorch behind what is shown, for the very model that was chosen."""

from rnnlab.experiment import Experiment

HIDDEN = {
    "rnn": r"h_t = {squash}(W_{{ih}}x_t + b_{{ih}} + W_{{hh}}h_{{t-1}} + b_{{hh}})",
    "lstm": r"""\begin{{aligned}}
(i_t, f_t, o_t) &= \sigma(W_{{ih}}x_t + b_{{ih}} + W_{{hh}}h_{{t-1}} + b_{{hh}}) \\
g_t &= \tanh(W_{{ig}}x_t + b_{{ig}} + W_{{hg}}h_{{t-1}} + b_{{hg}}) \\
c_t &= f_t \odot c_{{t-1}} + i_t \odot g_t \\
h_t &= o_t \odot \tanh(c_t)
\end{{aligned}}""",
    "gru": r"""\begin{{aligned}}
(r_t, z_t) &= \sigma(W_{{ih}}x_t + b_{{ih}} + W_{{hh}}h_{{t-1}} + b_{{hh}}) \\
n_t &= \tanh(W_{{in}}x_t + b_{{in}} + r_t \odot (W_{{hn}}h_{{t-1}} + b_{{hn}})) \\
h_t &= (1 - z_t) \odot n_t + z_t \odot h_{{t-1}}
\end{{aligned}}""",
}
LOOP = """state, output = None, []
for x_t in x.unbind(1):    # step by step
    {step} = cell(x_t, state)
    output.append(h)
output = torch.stack(output, dim=1)"""
STATE = {"rnn": "h_n", "gru": "h_n", "lstm": "(h_n, c_n)"}


def equation(panel: str, e: Experiment) -> str:
    """LaTeX of what a panel shows; "" where code says it better."""
    match panel:
        case "predictions":
            scores = r"W_{hy}\,h_t + b_y" if e.head == "linear" else "h_t"
            return rf"\hat y_t = \operatorname{{softmax}}({scores})"
        case "loss":
            share = r"\frac1N" if e.loss == "mean" else ""
            return rf"L = -{share}\sum_{{t=1}}^{{N}}\log \hat y_t[\mathrm{{target}}_t]"
        case "hidden":
            squash = r"\tanh" if e.nonlinearity == "tanh" else r"\operatorname{ReLU}"
            return HIDDEN[e.cell].format(squash=squash)
    return ""


def code(panel: str, e: Experiment) -> str:
    """The lines of PyTorch behind a panel."""
    features = "x = embedding(ids)" if e.input == "embedding" else "x = F.one_hot(ids, classes).float()"
    if e.impl == "layer":
        recurrent = f"output, {STATE[e.cell]} = {e.cell}(x)"
    else:
        recurrent = LOOP.format(step="state = h, c" if e.cell == "lstm" else "state = h")
    head = "logits = linear(output)" if e.head == "linear" else "logits = output    # no output layer"
    loss = f'loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="{e.loss}")'
    return {
        "predictions": f"{head}\nprobability, token = logits.softmax(-1).max(-1)",
        "loss": loss,
        "hidden": recurrent,
        "shapes": "\n".join([features, recurrent, head, loss]),
    }[panel]
