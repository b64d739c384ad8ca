"""Sentences laid into the input of a recurrent layer, a vector a word."""

from itertools import islice

import torch
from torch.nn.utils.rnn import pad_sequence

from rnnlab.data.batches import UNK_ID
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.inspection.replay import part_module
from rnnlab.inspection.trace import network
from rnnlab.records.text import WordBoxes
from rnnlab.text import Vocabulary, nonempty_lines
from rnnlab.text.reading import Lines, read_tokens, source_lines
from rnnlab.training.trainer import Trainer

SENTENCES, TOKENS = 4, 8  # that a reader may type
OWN_SENTENCES, OWN_TOKENS = 3, 5  # that are shown of the experiment's text
NAMED = 8  # tokens that an error names as known


@torch.no_grad()
def word_boxes(experiment: Experiment, weights: bytes | None, typed: str = "") -> WordBoxes:
    """The sentences that a reader has `typed`, one a line, or where there are none the first of the experiment's text;
    `weights` as in `Checkpoint`, None for those that training begins from.

    Raises LabError for sentences that are too many, too long, or of which a word has no vector.
    """
    data, model = network(experiment, weights or first_weights(experiment))
    piece = cut = False
    if typed.strip():
        sentences = typed_sentences(experiment, typed)
    else:
        sentences, piece, cut = own_sentences(experiment)
    ids, unknown = vector_ids(sentences, data.vocabulary)
    read = part_module(model, data.parts[0].name).input
    vectors = [read(torch.tensor([line]))[0] for line in ids]  # of each sentence [step, input]
    return WordBoxes(sentences, unknown, piece, cut, pad_sequence(vectors).numpy())  # [step, batch, input]


def first_weights(e: Experiment) -> bytes:
    return Trainer(e).weight_bytes()


def typed_sentences(e: Experiment, typed: str) -> Lines:
    lines = nonempty_lines(typed)
    if len(lines) > SENTENCES:
        raise LabError(Problem("boxes_lines", "boxes", {"value": len(lines), "limit": SENTENCES}))
    sentences = tuple(tokens for tokens in read_tokens(e, lines) if tokens)
    for number, tokens in enumerate(sentences, start=1):
        if len(tokens) > TOKENS:
            raise LabError(Problem("boxes_long", "boxes", {"line": number, "value": len(tokens), "limit": TOKENS}))
    return sentences


def own_sentences(e: Experiment) -> tuple[Lines, bool, bool]:
    """The first different lines of the text; of a single one a piece besides, so that there are two."""
    lines = [tokens for tokens in source_lines(e) if tokens]
    shown = {tokens[:OWN_TOKENS]: None for tokens in lines}
    found = list(islice(shown, OWN_SENTENCES))
    piece = len(found) == 1 and len(found[0]) > 1
    if piece:
        found.append(found[0][1:4])
    return tuple(found), piece, any(tokens[:OWN_TOKENS] in found and len(tokens) > OWN_TOKENS for tokens in lines)


def vector_ids(sentences: Lines, vocabulary: Vocabulary) -> tuple[list[list[int]], tuple[str, ...]]:
    """The id of every token, and which tokens are `<unk>`."""
    missing = tuple(dict.fromkeys(token for line in sentences for token in line if token not in vocabulary.ids))
    if missing and vocabulary.specials <= UNK_ID:  # there is no `<unk>`
        known = " ".join(shorten(token, 12) for token in vocabulary.tokens[vocabulary.specials :][:NAMED])
        raise LabError(Problem("boxes_unknown", "boxes", {"value": shorten(" ".join(missing)), "some": known}))
    return [vocabulary.encode(line, UNK_ID) for line in sentences], missing
