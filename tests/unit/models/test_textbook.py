"""The lessons' models: the lessons' shapes at every stage, and modules that learn."""

import pytest
import torch
from torch import nn

from rnnlab.models.textbook import ARCHITECTURES, START, Classifier, Tagger, Translator, look

REFERENCE = {
    "lstm-classifier": {
        "ids": (32, 50),
        "embedded": (32, 50, 128),
        "output": (32, 50, 512),
        "final": (32, 512),
        "logits": (32, 2),
    },
    "bilstm": {"output": (32, 50, 512), "last": (32, 512), "logits": (32, 2)},
    "gru-tagger": {"ids": (32, 50), "output": (32, 50, 512), "logits": (32, 50, 10)},
    "seq2seq": {"source": (32, 20), "target": (32, 15), "encoded": (32, 20, 256), "logits": (32, 15, 10_000)},
    "attention": {
        "scores": (32, 15, 20),
        "weights": (32, 15, 20),
        "context": (32, 15, 256),
        "decoder_input": (32, 15, 384),
        "logits": (32, 15, 10_000),
    },
    "text-classification": {"ids": (2, 20), "embedded": (2, 20, 32), "output": (2, 20, 128), "logits": (2, 2)},
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_stage_of_a_model_has_the_lessons_shape(name):
    seen = look(name)
    shapes = {stage.name: stage.shape for stage in seen.stages}
    assert {stage: shapes[stage] for stage in REFERENCE[name]} == REFERENCE[name]
    assert all(len(stage.axes) == len(stage.shape) for stage in seen.stages)
    assert seen.parameters == sum(p.numel() for p in ARCHITECTURES[name].build().parameters())
    assert "class " in seen.source
    assert "def forward" in seen.source


def learns(model: nn.Module, loss_of, steps: int = 60, lr: float = 0.02) -> tuple[float, float]:
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


def test_a_classifier_and_a_tagger_can_be_trained():
    torch.manual_seed(0)
    ids, classes = torch.randint(20, (8, 6)), torch.randint(2, (8,))
    for read in ("final", "last"):
        model = Classifier(20, 8, 8, 2, 2, 0.1, read=read)
        first, last = learns(model, lambda model=model: nn.functional.cross_entropy(model(ids)["logits"], classes))
        assert last < 0.2 * first
    tagger = Tagger(20, 8, 8, 4)
    first, last = learns(
        tagger, lambda: nn.functional.cross_entropy(tagger(ids)["logits"].flatten(0, 1), (ids % 4).flatten())
    )
    assert last < 0.1 * first


@pytest.mark.parametrize("attention", [False, True])
def test_a_translator_can_be_trained_and_its_attention_is_what_it_says(attention):
    torch.manual_seed(0)
    source = torch.randint(2, 10, (8, 4))
    model = Translator(10, 10, 12, 16, attention=attention)

    def loss():
        return nn.functional.cross_entropy(model(source, source)["logits"].flatten(0, 1), source.flatten())

    first, last = learns(model, loss, steps=150)
    assert last < 0.5 * first
    stages = model(source, source)
    if attention:
        torch.testing.assert_close(stages["weights"].sum(-1), torch.ones(8, 4))
        torch.testing.assert_close(stages["weights"], stages["scores"].softmax(-1))
        context = torch.einsum("bts,bsh->bth", stages["weights"], stages["encoded"])
        torch.testing.assert_close(stages["context"], context)
        torch.testing.assert_close(stages["decoder_input"], torch.cat([stages["target_embedded"], context], -1))
        before = torch.cat([stages["h_n"].transpose(0, 1), stages["decoded"][:, :-1]], 1)  # h of the step before
        query = before.unsqueeze(2).expand(-1, -1, 4, -1)
        memory = stages["encoded"].unsqueeze(1).expand(-1, 4, -1, -1)
        scores = model.score_out(torch.tanh(model.score_in(torch.cat([query, memory], -1)))).squeeze(-1)
        torch.testing.assert_close(stages["scores"], scores)


def test_teacher_forcing_hands_over_the_true_token_and_free_running_its_own():
    torch.manual_seed(0)
    source, target = torch.randint(2, 10, (3, 5)), torch.randint(2, 10, (3, 4))
    model = Translator(10, 10, 6, 7, teacher=1.0)
    forced = model(source, target)
    read = torch.cat([torch.full((3, 1), START), target[:, :-1]], 1)
    torch.testing.assert_close(forced["target_embedded"], model.target_embedding(read))
    output, _ = model.decoder(model.target_embedding(read), (forced["h_n"], forced["c_n"]))
    torch.testing.assert_close(forced["logits"], model.linear(output))
    model.teacher = 0.0
    free = model(source, target)
    own = torch.cat([torch.full((3, 1), START), free["logits"].argmax(-1)[:, :-1]], 1)
    torch.testing.assert_close(free["target_embedded"], model.target_embedding(own))
    assert not torch.equal(read, own)


def test_padding_has_no_embedding():
    model = ARCHITECTURES["text-classification"].build()
    assert not model.embedding.weight[0].any()
