"""The networks that train: modules of torch, each made as a plain program makes it."""

from rnnlab.models.attention import Attention, Memory
from rnnlab.models.cell_loop import CellLoop, Recurrent
from rnnlab.models.recurrent import OneHot, read, recurrent_module
from rnnlab.models.seq2seq import Decoder, Encoder, Seq2Seq
from rnnlab.models.token_model import Classifier, Pass, TokenModel, readout, stage_shapes

__all__ = [
    "Attention",
    "CellLoop",
    "Classifier",
    "Decoder",
    "Encoder",
    "Memory",
    "OneHot",
    "Pass",
    "Recurrent",
    "Seq2Seq",
    "TokenModel",
    "read",
    "readout",
    "recurrent_module",
    "stage_shapes",
]
