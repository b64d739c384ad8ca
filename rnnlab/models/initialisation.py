"""What a model starts from: the weights that torch draws as modules are made, or others put in their place."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

CONSTANT = 0.1
MATRICES: dict[str, Callable[[Tensor], Tensor]] = {  # by the field `init`; "torch": they stay
    "xavier": nn.init.xavier_uniform_,
    "orthogonal": nn.init.orthogonal_,
    "constant": partial(nn.init.constant_, val=CONSTANT),
    "zeros": nn.init.zeros_,
}


def initialise(model: nn.Module, init: str) -> None:
    """Fill the matrices anew, in the order in which they were made, and set biases to zero. Embeddings stay: they are
    what is read, and the row of their padding is zero."""
    if init == "torch":
        return
    embeddings = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    for p in model.parameters():
        if id(p) not in embeddings:
            (MATRICES[init] if p.dim() > 1 else nn.init.zeros_)(p)
