"""An experiment's text as padded batches of ids and targets."""

from rnnlab.data.batches import NO_TARGET, Batch, Data, Pair, batch_of
from rnnlab.data.next_token import next_token_data
from rnnlab.data.split import split

__all__ = ["NO_TARGET", "Batch", "Data", "Pair", "batch_of", "next_token_data", "split"]
