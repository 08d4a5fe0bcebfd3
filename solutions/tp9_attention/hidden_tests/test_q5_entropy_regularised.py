"""Hidden tests of exercise 5: what the penalty adds to the loss, and how it pulls at the attention."""

import math

import pytest
import torch

from amal_attention.checks import charges_entropy, counts_labels, lowers_loss, pulls_by_entropy
from amal_attention.data import ReviewBatch


def some_attention(draws):
    """Labelled reviews, four of at most three words, and attention on them that is above 0 on every word."""
    generator = draws.generator()
    mask = torch.arange(3) < torch.tensor([3, *draws.sizes(3, 1, 3)])[
        torch.randperm(4, generator=generator)
    ].unsqueeze(1)
    weights = (0.1 + torch.rand(4, 3, generator=generator)) * mask
    tokens = torch.randperm(20, generator=generator)[:12].reshape(4, 3) + 1
    labels = torch.tensor([0, 1, 0, 1])[torch.randperm(4, generator=generator)]
    return ReviewBatch(tokens, mask, labels), weights / weights.sum(dim=1, keepdim=True)


def builder(student, draws, weights):
    """Builds a classifier of a strength around this attention, from the same start each time."""
    dim = draws.between(8, 12)
    vectors = torch.randn(21, dim, generator=draws.generator())

    def build(strength):
        attention = student.FixedAttention(weights, dim=dim)
        return student.EntropyRegularizedClassifier(
            vectors, attention, strength=strength, lr=0.1
        )

    start = build(0.0).state()

    def from_the_start(strength):
        model = build(strength)
        model.load(start)
        return model

    return from_the_start


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.75,
    hint="the loss is cross-entropy + strength · mean entropy, in nats",
)
def test_what_the_penalty_adds(student, draws):
    batch, weights = some_attention(draws)
    entropies = [math.fsum(-p * math.log(p) for p in row if p > 0) for row in weights.tolist()]
    charges_entropy(builder(student, draws, weights), batch, mean_entropy=sum(entropies) / 4)


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.5,
    hint="the entropy is that of the weights that the pooling returns: no detach",
)
def test_how_the_penalty_pulls(student, draws):
    batch, weights = some_attention(draws)
    pulls_by_entropy(builder(student, draws, weights), batch, weights)


@pytest.mark.question(
    "q5-entropy-regularised", points=0.5, hint="where is the cross-entropy of the logits?"
)
def test_labels_count(student, draws):
    batch, weights = some_attention(draws)
    counts_labels(builder(student, draws, weights)(0.0), batch, seed=draws.seed())


@pytest.mark.question(
    "q5-entropy-regularised",
    points=0.25,
    hint="with strength 0 it learns as the plain classifier does",
)
def test_training(student, draws):
    vectors = torch.randn(21, draws.between(8, 12), generator=draws.generator())
    *batches, fresh = told_by_the_first_word(vectors, draws)
    weights = torch.rand(fresh.mask.shape, generator=draws.generator())
    attention = student.FixedAttention(weights, dim=vectors.shape[1])
    model = student.EntropyRegularizedClassifier(vectors, attention, strength=0.0, lr=0.1)
    lowers_loss(model, batches, fresh, steps=draws.between(100, 120))


def told_by_the_first_word(vectors, draws):
    """Four batches whose labels are the side of a plane on which the first word lies, clearly."""
    generator = draws.generator()
    sides = vectors[1:] @ torch.randn(vectors.shape[1], generator=generator)
    apart = 1 + sides.argsort()[torch.tensor([0, 1, 2, 3, -4, -3, -2, -1])]
    batches = []
    for _ in range(4):
        tokens = torch.randint(1, len(vectors), (20, 4), generator=generator)
        first = torch.randint(0, len(apart), (20,), generator=generator)
        tokens[:, 0] = apart[first]
        batches.append(
            ReviewBatch(tokens, torch.ones(20, 4, dtype=torch.bool), (first > 3).long())
        )
    return batches
