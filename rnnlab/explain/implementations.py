"""The recurrent layer written in several ways, as short programs: what the page on the cell shows side by side.

Each takes `x` [step, input] and `layer`, torch's module with one layer and one direction, and leaves `output`
[step, unit]. Where the state is that of an encoder it is called `final`, as that module gives it.
"""

from rnnlab.experiment import Experiment

STEP = {
    "rnn": "h = {squash}(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
    "lstm": """\
i, f, g, o = (x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()""",
    "gru": """\
from_x = (x_t @ W_ih.T + b_ih).chunk(3)
    from_h = (h @ W_hh.T + b_hh).chunk(3)
    r, z = (from_x[0] + from_h[0]).sigmoid(), (from_x[1] + from_h[1]).sigmoid()
    n = (from_x[2] + r * from_h[2]).tanh()    # r after the product, as torch has it
    h = (1 - z) * n + z * h""",
}
LOOP = """\
{before}
output = []
for x_t in x:
    {step}
    output.append({h})
output = torch.stack(output)"""


def code(way: str, e: Experiment, given: bool = False) -> str:
    """The program of a way of `trace.Way`, for this experiment's cell. With a `given` state, `final` of the encoder, it
    starts from that; else from zeros."""
    squash = "torch.tanh" if e.nonlinearity == "tanh" else "torch.relu"
    start = "h = torch.zeros(layer.hidden_size)" + ("\nc = torch.zeros(layer.hidden_size)" if e.cell == "lstm" else "")
    if given:
        start = "h, c = (state[0] for state in final)" if e.cell == "lstm" else "h = final[0]"
    if way == "steps":
        before = "W_ih, W_hh, b_ih, b_hh = layer.parameters()\n" + start
        return LOOP.format(before=before, step=STEP[e.cell].format(squash=squash), h="h")
    if way == "concat":
        before = (
            "linear = nn.Linear(layer.input_size + layer.hidden_size, layer.hidden_size)\n"
            "W_ih, W_hh, b_ih, b_hh = layer.parameters()\n"
            "linear.weight.data = torch.cat([W_ih, W_hh], dim=1)\n"
            "linear.bias.data = b_ih + b_hh\n" + start
        )
        return LOOP.format(before=before, step=f"h = {squash}(linear(torch.cat([x_t, h])))", h="h")
    option = ', nonlinearity="relu"' if e.cell == "rnn" and e.nonlinearity == "relu" else ""
    if way == "cell":
        name = {"rnn": "nn.RNNCell", "lstm": "nn.LSTMCell", "gru": "nn.GRUCell"}[e.cell]
        state = "h, c" if e.cell == "lstm" else "h"
        before = (
            f"cell = {name}(layer.input_size, layer.hidden_size{option})\n"
            "for own, given in zip(cell.parameters(), layer.parameters()):\n"
            "    own.data = given.data\n" + start
        )
        before_it = "(h, c)" if e.cell == "lstm" else "h"
        return LOOP.format(before=before, step=f"{state} = cell(x_t, {before_it})", h="h")
    return (
        f"output, final = layer(x{', final' if given else ''})    # "
        + {"rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}[e.cell]
    )
