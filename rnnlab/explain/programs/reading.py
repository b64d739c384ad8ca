"""Ids to logits where one network reads a sequence, in lines for a program: what it reads, the recurrent part, the
output layer."""

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.loop import bundle, loop, one_cell, uses_cells
from rnnlab.explain.programs.numeral import numeral

PACKED = """packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
{output}, {state} = {module}(packed{initial})
{output}, _ = pad_packed_sequence({output}, batch_first=True)"""


EPOCHS_NOTE = "    # for the next epoch; no gradient flows into the one before"


def dropped(name: str, share: float, value: str = "") -> str:
    return f"{name} = F.dropout({value or name}, {numeral(share)})    # in training only\n" if share else ""


def vectors(ids: str, e: Experiment, table: str = "embedding", size: str = "types") -> str:
    """What the network reads in the place of ids."""
    return f"{table}({ids})" if e.input == "embedding" else f"F.one_hot({ids}, {size}).float()"


def features(e: Experiment) -> str:
    if e.reads_numbers:
        return "x = numbers.unsqueeze(-1)    # [batch, step, 1]"
    return f"x = {vectors('ids', e)}\n{dropped('x', e.dropout_embed)}".rstrip()


def reading(e: Experiment) -> str:
    """From `ids` to the recurrent part's output, by the layer or by a loop over its cells."""
    initial = ", hidden" if e.carry else ""
    if uses_cells(e):
        read = loop(e)
    elif e.packed:
        read = PACKED.format(output="output", state=final_state(e), module=e.cell, initial=initial)
    else:
        read = f"output, {final_state(e)} = {e.cell}(x{initial})"
    return "\n".join([features(e), read, *([carrying(e)] if e.carry else [])])


def final_state(e: Experiment) -> str:
    return bundle([f"{name}_n" for name in CELLS[e.cell].states])


def carrying(e: Experiment) -> str:
    """The line that keeps the final state for the next epoch; of an encoder, that which the decoder begins with."""
    names, ending = CELLS[e.cell].states, "" if uses_cells(e) else "_n"
    detached = bundle([f"{name}{ending}.detach()" for name in names])
    if uses_cells(e) and (e.task == "seq2seq" or not one_cell(e)):
        detached = f"[{detached} for {', '.join(names)} in {'state' if e.task == 'seq2seq' else 'final'}]"
    elif e.task == "seq2seq":
        detached = "state.detach()" if len(names) == 1 else "(state[0].detach(), state[1].detach())"
    return f"hidden = {detached}{EPOCHS_NOTE}"


READOUTS = {
    "last": "output[:, -1]",
    "valid": "output[torch.arange(len(output)), lengths - 1]",
    "mean": "(output * mask).sum(1) / lengths[:, None]",
}


def scoring(e: Experiment) -> str:
    """From the recurrent part's output to the logits."""
    if e.reads_numbers:
        read = "kept" if e.dropout_head else "output"
        said = f"predicted = linear({read}).squeeze(-1)    # [batch, step]"
        return dropped("kept", e.dropout_head, "output") + said
    if e.task != "classify":
        read = "kept" if e.dropout_head else "output"
        logits = f"linear({read})" if e.head == "linear" else f"{read}    # no output layer"
        return f"{dropped('kept', e.dropout_head, 'output')}logits = {logits}"
    return f"{readout(e.readout, e)}\n{dropped('whole', e.dropout_head)}logits = linear(whole)    # [batch, class]"


def readout(kind: str, e: Experiment, name: str = "whole") -> str:
    """One vector for each sequence."""
    if kind == "final":
        return f"{name} = torch.cat([h_n[-2], h_n[-1]], dim=-1)" if e.bidirectional else f"{name} = h_n[-1]"
    masks = "mask = (torch.arange(output.shape[1]) < lengths[:, None]).unsqueeze(-1)\n" if kind == "mean" else ""
    note = "    # the batch's last step, padding or not" if kind == "last" else ""
    return f"{masks}{name} = {READOUTS[kind]}{note}"
