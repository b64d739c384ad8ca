"""A run's network as a module of its own: a class, as programs of more than a few lines write it."""

import re
from textwrap import indent

from rnnlab.experiment import Experiment
from rnnlab.explain.first_batch import FirstBatch
from rnnlab.explain.programs.loop import uses_cells
from rnnlab.explain.programs.reading import reading, scoring
from rnnlab.explain.programs.setup import number_modules, token_modules

CLASS = """\
class Network(nn.Module):
    def __init__(self{sizes}):
        super().__init__()
{modules}

    def forward(self, {inputs}):
{forward}
        return {outputs}


network = Network({given})
{outputs} = network({called})    # calls forward
print(sum(p.numel() for p in network.parameters()))    # all that is learnt"""


def model_class(e: Experiment, batch: FirstBatch) -> str:
    """It goes on from the run's program, with weights of its own. "" where the network is more than a chain of modules:
    a loop over cells, or an encoder and a decoder."""
    if uses_cells(e) or e.task == "seq2seq":
        return ""
    if e.reads_numbers:
        modules = number_modules(e)
    else:
        modules = token_modules(e, batch.types, batch.classes, batch.padding)[1:]  # without the line of sizes
        modules += [] if e.embeds else ["types = types"]
    names = [line.partition(" = ")[0] for line in modules]
    forward = re.sub(rf"\b({'|'.join(names)})\b(?=[(),])", r"self.\1", f"{reading(e)}\n{scoring(e)}")
    forward = re.sub(r"F\.dropout\((.+?), ([\d.]+)\)", r"F.dropout(\1, \2, self.training)", forward)
    inputs = ["numbers"] if e.reads_numbers else ["ids", *(["lengths"] if re.search(r"\blengths\b", forward) else [])]
    outputs = ["predicted" if e.reads_numbers else "logits"]
    carried = ["hidden"] if e.carry else []
    return CLASS.format(
        sizes="" if e.reads_numbers else ", types, classes",
        modules=indent("\n".join(f"self.{line}" for line in modules), " " * 8),
        inputs=", ".join([*inputs, *(f"{name}=None" for name in carried)]),
        forward=indent(forward, " " * 8),
        outputs=", ".join([*outputs, *carried]),
        given="" if e.reads_numbers else "types, classes",
        called=", ".join([*inputs, *carried]),
    )
