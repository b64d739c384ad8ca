"""The presets that sort, tag and translate sentences: the lab's runs against plain modules in a plain loop."""

import jieba
import jieba.posseg
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from rnnlab import Experiment, run
from rnnlab.inspection.packing import packing
from rnnlab.training.trainer import Trainer
from scripts.tutorials.comparing import Differences, gap, unequal
from scripts.tutorials.plain import (
    Classifier,
    LastStepClassifier,
    Line,
    PackedClassifier,
    Seq2Seq,
    Tagger,
    padded,
    train,
)

Tokens = tuple[list[str], list[str]]  # of a line: what is read, and its label or tags


def parsed(e: Experiment) -> list[Tokens]:
    """The lines of a preset's text, cut."""
    if e.task == "tag":
        cut = [[(word, tag) for word, tag in jieba.posseg.lcut(line) if word.strip()] for line in e.text.splitlines()]
        return [([word for word, _ in line], [tag for _, tag in line]) for line in cut]
    lines = []
    for line in e.text.splitlines():
        label, _, sentence = (part.strip() for part in line.partition("|"))
        if e.tokenizer == "jieba":
            words = [word for word in jieba.lcut(sentence) if word.strip()]
        else:
            words = (sentence.lower() if e.lower else sentence).split()
        lines.append((words[: e.max_length], [label]))
    return lines


def numbered(e: Experiment) -> tuple[list[Line], int, int]:
    """The lines that are trained on, by numbers, and how many words and classes there are: words of these lines alone,
    in order of appearance behind <pad> and <unk>; classes of all lines."""
    lines = parsed(e)
    held = set()
    if e.held_out:
        drawn = torch.randperm(len(lines), generator=torch.Generator().manual_seed(e.seed))
        held = set(drawn[: max(1, round(len(lines) * e.held_out))].tolist())
    kept = [line for place, line in enumerate(lines) if place not in held]
    words = {word: 2 + i for i, word in enumerate(dict.fromkeys(w for read, _ in kept for w in read))}
    classes = {name: i for i, name in enumerate(dict.fromkeys(c for _, known in lines for c in known))}
    ids = [([words[w] for w in read], [classes[c] for c in known]) for read, known in kept]
    return ids, 2 + len(words), len(classes)


def trained(e: Experiment, model: torch.nn.Module, lines: list[Line], whole: bool) -> list[float]:
    def loss_of(chosen: list[Line]) -> Tensor:
        ids, lengths, classes = padded(chosen)
        logits = model(ids, lengths)
        return (
            F.cross_entropy(logits, classes[:, 0])
            if whole
            else F.cross_entropy(logits.flatten(0, 1), classes.flatten())
        )

    seed = e.seed if e.shuffle else None
    return train(model.parameters(), loss_of, lines, seed, epochs=e.epochs, batch=e.batch, lr=e.lr, clip=e.clip)


def classified(e: Experiment, kind: type[Classifier], dropout: float) -> Differences:
    lines, words, classes = numbered(e)
    torch.manual_seed(e.seed)
    model = kind(words, classes, e.embed, e.hidden, e.layers, e.bidirectional, dropout)
    losses = trained(e, model, lines, whole=True)
    history = run(e)
    learnt = torch.cat([p.detach().flatten() for p in model.parameters()]).numpy()
    weights = np.frombuffer(history.checkpoints[-1].weights, np.float32)
    return {f"{e.epochs} losses": gap(history.losses, losses), "final weights": gap(weights, learnt)}


def dropouts(share: float) -> dict[str, float]:
    return dict.fromkeys(("dropout_embed", "dropout", "dropout_head"), share)


def preset_lstm_classifier(seed: int) -> Differences:
    e = Experiment(preset="lstm-classifier", seed=seed, packed=False, **dropouts(0.5))
    return classified(e, Classifier, 0.5)


def preset_bilstm(seed: int) -> Differences:
    e = Experiment(preset="bilstm", seed=seed, packed=False, layers=2, epochs=10)
    return classified(e, LastStepClassifier, 0.0)


def preset_text_classification(seed: int) -> Differences:
    """Lines of one length, so that padding to a fixed length or to the batch's longest is one thing."""
    e = Experiment(preset="text-classification", seed=seed, packed=False, **dropouts(0.3))
    lines = [line for line in e.text.splitlines() if len(line.partition("|")[2].split()) == 8]
    return classified(e.model_copy(update={"text": "\n".join(lines)}), Classifier, 0.3)


def preset_hello_world(seed: int) -> Differences:
    """The toy data, padded to the longest of a batch."""
    return classified(Experiment(preset="hello-world", seed=seed), Classifier, 0.3)


def preset_gru_tagger(seed: int) -> Differences:
    e = Experiment(preset="gru-tagger", seed=seed, packed=False, layers=2, epochs=5, **dropouts(0.0))
    lines, words, tags = numbered(e)
    torch.manual_seed(seed)
    losses = trained(e, Tagger(words, tags, e.embed, e.hidden, e.layers), lines, whole=False)
    return {"5 losses": gap(run(e).losses, losses)}


def preset_packed(seed: int) -> Differences:
    """Lengths 10, 8, 6 and 4: the losses, and the final states of a padded, a packed and a lone reading."""
    e = Experiment(preset="packed", seed=seed)
    lines, words, classes = numbered(e)
    torch.manual_seed(seed)
    model = PackedClassifier(words, classes, e.embed, e.hidden, 1, False, 0.0)
    losses = trained(e, model, lines, whole=True)
    history = run(e)
    found = packing(e, history.checkpoints[-1].weights, 1)
    ids, lengths, _ = padded(lines)
    with torch.no_grad():
        x = model.embedding(ids)
        states = {
            "padded": model.lstm(x)[1][0][-1],
            "alone": torch.stack([model.lstm(row[None, :n])[1][0][-1, 0] for row, n in zip(x, lengths, strict=True)]),
            "packed": model.lstm(
                torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            )[1][0][-1],
        }
    return {
        "10 losses": gap(history.losses, losses),
        "final states, three ways": max(gap(found.hidden[name], state) for name, state in states.items()),
        "batch_sizes": unequal(found.batch_sizes.tolist(), [4, 4, 4, 4, 3, 3, 2, 2, 1, 1]),
    }


def translator_losses(e: Experiment, packed: bool, masked: bool) -> list[float]:
    """The tutorial's program for encoder and decoder, over the lab's pairs, by its numbers; all else is its own."""
    data = Trainer(e).data
    lines = [(pair.inputs, pair.targets) for pair in data.pairs]
    torch.manual_seed(e.seed)
    attends = e.attention == "additive"
    model = Seq2Seq(len(data.vocabulary), len(data.classes), e.embed, e.hidden, attends, packed, masked)

    def loss_of(chosen: list[Line]) -> Tensor:
        ids, lengths, classes = padded(chosen)
        logits = model(ids, lengths, classes.clamp(min=0), e.teacher)
        return F.cross_entropy(logits.flatten(0, 1), classes.flatten())

    return train(model.parameters(), loss_of, lines, e.seed, epochs=e.epochs, batch=e.batch, lr=e.lr, clip=e.clip)


def translated(e: Experiment, packed: bool, masked: bool) -> float:
    return gap(run(e).losses, translator_losses(e, packed, masked))


def preset_seq2seq(seed: int) -> Differences:
    found = {}
    for teacher in (0.0, 0.5, 1.0):
        e = Experiment(preset="seq2seq", seed=seed, teacher=teacher, packed=False, epochs=3)
        found[f"3 losses, teacher {teacher:g}"] = translated(e, packed=False, masked=False)
    e = Experiment(preset="seq2seq", seed=seed, epochs=3)
    return found | {"3 losses, as the preset is (packed)": translated(e, packed=True, masked=False)}


def preset_attention(seed: int) -> Differences:
    """The tutorial's decoder has no mask and does not pack: equal where no source is padded."""
    e = Experiment(preset="attention", seed=seed, epochs=3)
    even = "\n".join(f"{' '.join(word)} | {' '.join(reversed(word))}" for word in ("abcd", "badc", "cdab", "dcba"))
    same = e.model_copy(update={"data": "text", "text": even, "packed": False, "held_out": 0.0, "epochs": 20})
    return {
        "20 losses, no mask, no packing, sources of one length": translated(same, packed=False, masked=False),
        "3 losses, as the preset is (mask, packed)": translated(e, packed=True, masked=True),
    }
