"""The recurrent cells: one file each. Everything that depends on which cell it is asks its record here."""

from rnnlab.cells.cell import WEIGHTS, Cell, Hook, State, Values, Weights, unchanged
from rnnlab.cells.gru import GRU
from rnnlab.cells.lstm import LSTM
from rnnlab.cells.mgu import MGU
from rnnlab.cells.rnn import RNN

CELLS = {cell.name: cell for cell in (RNN, LSTM, GRU, MGU)}  # in the order in which a reader is offered them

__all__ = ["CELLS", "WEIGHTS", "Cell", "Hook", "State", "Values", "Weights", "unchanged"]
