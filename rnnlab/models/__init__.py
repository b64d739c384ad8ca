"""The networks that train: modules of torch, each made as a plain program makes it."""

from rnnlab.models.attention import Attention, Memory
from rnnlab.models.cell_loop import CellLoop, Recurrent
from rnnlab.models.recurrent import NumberInput, OneHot, read, recurrent_module
from rnnlab.models.seq2seq import Decoder, Encoder, Seq2Seq
from rnnlab.models.token_model import Classifier, NumberModel, Pass, TokenModel, all_stages, readout, stage_shapes

__all__ = [
    "Attention",
    "CellLoop",
    "Classifier",
    "Decoder",
    "Encoder",
    "Memory",
    "NumberInput",
    "NumberModel",
    "OneHot",
    "Pass",
    "Recurrent",
    "Seq2Seq",
    "TokenModel",
    "all_stages",
    "read",
    "readout",
    "recurrent_module",
    "stage_shapes",
]
