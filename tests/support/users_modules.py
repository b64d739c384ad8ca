"""Recurrent modules as readers of tutorials write them, each with what it is called with."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class OneStep(nn.Module):
    """Letters as one-hot vectors, one step at a time: the loop is in the training program."""

    def __init__(self):
        super().__init__()
        self.rnncell = nn.RNNCell(input_size=4, hidden_size=4)

    def forward(self, input, hidden):
        return self.rnncell(input, hidden)

    def init_hidden(self):
        return torch.zeros(1, 4)


def letters(net: OneStep) -> Tensor:
    hidden = net.init_hidden()
    outputs = []
    for letter in functional.one_hot(torch.tensor([0, 1, 2, 2]), 4).float():
        hidden = net(letter.view(1, 4), hidden)
        outputs.append(hidden)
    return torch.stack(outputs)


class SentenceClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 6)
        self.lstm = nn.LSTM(6, 5, num_layers=2, batch_first=True, dropout=0.5)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        _, (h_n, _) = self.lstm(self.embed(x))
        return self.fc(self.dropout(h_n[-1]))


class PackedClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6, padding_idx=0)
        self.lstm = nn.LSTM(6, 5, batch_first=True, bidirectional=True)
        self.out = nn.Linear(10, 2)

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        packed_out, (hidden, _) = self.lstm(packed)
        output, _ = pad_packed_sequence(packed_out, batch_first=True)
        return self.out(torch.cat([hidden[-2], hidden[-1]], dim=1)), output


class Encoder(nn.Module):
    """Steps lead; the decoder's first state is made of both directions' last ones."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(15, 6)
        self.rnn = nn.GRU(6, 4, bidirectional=True)
        self.fc = nn.Linear(8, 4)

    def forward(self, src):
        outputs, hidden = self.rnn(self.embedding(src))
        return outputs, torch.tanh(self.fc(torch.cat((hidden[-2], hidden[-1]), dim=1)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 6)
        self.attn = nn.Linear(4 + 8, 4)
        self.v = nn.Linear(4, 1, bias=False)
        self.rnn = nn.GRU(6 + 8, 4)
        self.fc_out = nn.Linear(4 + 8 + 6, 12)

    def forward(self, token, hidden, encoded):
        embedded = self.embedding(token.unsqueeze(0))
        repeated = hidden.unsqueeze(0).repeat(len(encoded), 1, 1)
        energy = torch.tanh(self.attn(torch.cat((repeated, encoded), dim=2)))
        weights = self.v(energy).squeeze(2).softmax(0)  # [source, batch]
        context = (weights.unsqueeze(2) * encoded).sum(0, keepdim=True)
        output, hidden = self.rnn(torch.cat((embedded, context), dim=2), hidden.unsqueeze(0))
        return self.fc_out(torch.cat((output, context, embedded), dim=2).squeeze(0)), hidden.squeeze(0)


class Translator(nn.Module):
    """Half of the time, by the toss of torch's coin, it goes on with its own word."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, src, trg):
        encoded, hidden = self.encoder(src)
        token, outputs = trg[0], []
        for t in range(1, len(trg)):
            output, hidden = self.decoder(token, hidden, encoded)
            outputs.append(output)
            token = trg[t] if torch.rand(()) < 0.5 else output.argmax(1)
        return torch.stack(outputs)


class CharRNN(nn.Module):
    """Keeps the hidden state from text to text as an attribute."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(11, 7)
        self.gru = nn.GRU(7, 7, 2)
        self.decoder = nn.Linear(7, 11)
        self.hidden = torch.zeros(2, 3, 7)

    def forward(self, input):
        output, self.hidden = self.gru(self.encoder(input), self.hidden.detach())
        return self.decoder(output)


class WeightDrop(nn.Module):
    """DropConnect on the recurrent weights of a layer (Merity et al., 2017)."""

    def __init__(self, module, share):
        super().__init__()
        self.module, self.share = module, share
        self.register_parameter("weight_hh_l0_raw", nn.Parameter(module.weight_hh_l0.data))
        del module._parameters["weight_hh_l0"]
        self._put()

    def _put(self):
        dropped = functional.dropout(self.weight_hh_l0_raw, self.share, self.training)
        self.module.weight_hh_l0 = dropped  # in evaluation mode the parameter itself, which is then one of both

    def forward(self, *args):
        self._put()
        return self.module(*args)


class AWDLSTM(nn.Module):
    """A language model with tied weights, and a last layer as wide as the embedding."""

    def __init__(self):
        super().__init__()
        sizes = [6, 8, 8, 6]
        self.encoder = nn.Embedding(13, 6)
        self.rnns = nn.ModuleList(WeightDrop(nn.LSTM(sizes[i], sizes[i + 1], batch_first=True), 0.5) for i in range(3))
        self.decoder = nn.Linear(6, 13)
        self.decoder.weight = self.encoder.weight

    def forward(self, ids):
        x = self.encoder(ids)
        for rnn in self.rnns:
            x, _ = rnn(self.locked(x))
        return self.decoder(self.locked(x)), x

    def locked(self, x):
        mask = x.new_empty(x.size(0), 1, x.size(2)).bernoulli_(0.7) / 0.7
        return x * mask if self.training else x


class Tagger(nn.Module):
    """One sentence at a time, without a batch."""

    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(9, 5)
        self.lstm = nn.LSTM(5, 3, bidirectional=True, proj_size=2, bias=False)
        self.hidden2tag = nn.Linear(4, 3)

    def forward(self, sentence):
        lstm_out, _ = self.lstm(self.word_embeddings(sentence))
        return functional.log_softmax(self.hidden2tag(lstm_out), dim=1)


def ids(seed: int, limit: int, *shape: int) -> Tensor:
    return torch.randint(1, limit, shape, generator=torch.Generator().manual_seed(seed))


# What it is, and what it is called with.
USERS: dict[str, tuple[Callable[[], nn.Module], Any]] = {
    "a loop over a cell": (OneStep, letters),
    "a classifier": (SentenceClassifier, ids(0, 20, 4, 7)),
    "packed": (PackedClassifier, {"ids": ids(1, 20, 3, 6), "lengths": torch.tensor([4, 6, 1])}),
    "an encoder": (Encoder, ids(2, 15, 5, 2)),
    "with attention": (Translator, (ids(3, 15, 5, 2), ids(4, 12, 6, 2))),
    "char-rnn": (CharRNN, ids(5, 11, 8, 3)),
    "AWD-LSTM": (AWDLSTM, ids(6, 13, 2, 6)),
    "a tagger": (Tagger, ids(7, 9, 6)),
}
