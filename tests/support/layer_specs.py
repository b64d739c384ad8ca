"""Settings of torch's recurrent modules, and the modules themselves."""

from hypothesis import strategies as st
from torch import nn

from rnnlab.experiment.layer_spec import KINDS, LayerSpec
from tests.support import modules

small = st.integers(1, 4)
settings_of_layers = st.builds(
    LayerSpec,
    kind=st.sampled_from(KINDS),
    input_size=small,
    hidden_size=small,
    num_layers=st.integers(1, 3),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    bias=st.booleans(),
    batch_first=st.booleans(),
    dropout=st.sampled_from([0.0, 0.5]),
    bidirectional=st.booleans(),
    batched=st.booleans(),
    batch_size=small,
    steps=small,
    given=st.booleans(),
)


def plain_module(s: LayerSpec) -> nn.Module:
    """The module, asked for as the documentation does."""
    kind = getattr(nn if hasattr(nn, s.kind) else modules, s.kind)
    relu = {"nonlinearity": s.nonlinearity} if s.kind.startswith("RNN") else {}
    if s.kind.endswith("Cell"):
        return kind(s.input_size, s.hidden_size, s.bias, **relu)
    return kind(
        s.input_size, s.hidden_size, s.num_layers, bias=s.bias, batch_first=s.batch_first,
        dropout=s.dropout if s.num_layers > 1 else 0.0, bidirectional=s.bidirectional, **relu,
    )  # fmt: skip
