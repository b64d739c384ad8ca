"""The equation, as LaTeX, behind each panel, for the very model that was chosen."""

from rnnlab.cells import CELLS
from rnnlab.cells.expression import with_nonlinearity
from rnnlab.experiment import Experiment
from rnnlab.explain.notation import LatexNotation

READOUTS = {  # forward only, and both ways
    "final": (r"h_n", r"[\overrightarrow h_n;\,\overleftarrow h_1]"),
    "last": (r"h_T", r"[\overrightarrow h_T;\,\overleftarrow h_T]"),
    "valid": (r"h_n", r"[\overrightarrow h_n;\,\overleftarrow h_n]"),
    "mean": (r"\frac1n\sum_{t=1}^n h_t", r"\frac1n\sum_{t=1}^n [\overrightarrow h_t;\,\overleftarrow h_t]"),
}
# Of two networks: s_t is the decoder's state after target step t, h_j the encoder's output at source step j (Bahdanau
# et al., 2015), here and in every sentence, program and picture.
SCORES = {"additive": r"v^\top\tanh(W[s_{t-1};\,h_j] + b)", "dot": r"s_{t-1}^\top h_j"}
ATTENTION = r"""e_{{tj}} &= {score} \\
\alpha_{{tj}} &= \operatorname{{softmax}}_j\, e_{{tj}} \qquad c_t = \sum_j \alpha_{{tj}}\, h_j"""
ATTENDED = r"""
s_t &= \mathrm{cell}([y_{t-1};\,c_t],\, s_{t-1}) \\
\hat y_t &= \operatorname{softmax}(W_y[s_t;\,c_t] + b_y)"""
WRITTEN = r"s_t = \mathrm{cell}(y_{t-1},\, s_{t-1}) \qquad \hat y_t = \operatorname{softmax}(W_y s_t + b_y)"


def equation(panel: str, e: Experiment) -> str:
    """LaTeX of what a panel shows; "" where code says it better."""
    match panel:
        case "predictions" if e.task == "classify":
            return rf"r = {READOUTS[e.readout][e.bidirectional]} \qquad \hat y = \operatorname{{softmax}}(W r + b)"
        case "predictions" if e.task == "seq2seq":
            return WRITTEN if e.attention == "none" else aligned(attention(e) + r" \\" + ATTENDED)
        case "alignment":
            return aligned(attention(e))
        case "predictions" if e.reads_numbers:
            return r"\hat y_t = W_{hy}\,h_t + b_y"
        case "predictions":
            scores = r"W_{hy}\,h_t + b_y" if e.head == "linear" else "h_t"
            return rf"\hat y_t = \operatorname{{softmax}}({scores})"
        case "loss":
            share = r"\frac1N" if e.loss == "mean" else ""
            if e.reads_numbers:
                return rf"L = {share}\sum_{{t=1}}^{{N}}(\hat y_t - y_t)^2"
            index, right = ("i", r"\mathrm{label}_i") if e.task == "classify" else ("t", r"\mathrm{target}_t")
            weight = "" if e.class_weights == "none" else f"w[{right}]"
            if weight and share:
                share = rf"\frac1{{\sum_{index} {weight}}}"
            each = rf"{weight}\log \hat y_{index}[{right}]"
            return rf"L = -{share}\sum_{{{index}=1}}^{{N}}{each}"
        case "hidden":
            return of_cell(e)
    return ""


def attention(e: Experiment) -> str:
    """How the source is weighed; additively where nothing is chosen."""
    return ATTENTION.format(score=SCORES.get(e.attention, SCORES["additive"]))


def aligned(lines: str) -> str:
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def of_cell(e: Experiment) -> str:
    """The equations of the cell, a line each."""
    equations = with_nonlinearity(CELLS[e.cell].equations, e.nonlinearity)
    written = {name: LatexNotation().write(one) for name, one in equations.items()}
    if len(written) == 1:
        return "".join(f"{name}_t = {one}" for name, one in written.items())
    lines = " \\\\\n".join(f"{name}_t &= {one}" for name, one in written.items())
    return aligned(lines)
