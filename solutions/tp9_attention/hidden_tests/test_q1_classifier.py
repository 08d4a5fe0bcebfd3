"""Hidden tests of exercise 1.2: what goes into the pooling, what comes out, and what learns."""

import pytest
import torch

from amal_attention.checks import (
    costs_cross_entropy,
    gives_logits,
    hands_over,
    keeps_embeddings,
    learns_labels,
    logs_accuracy,
    optimises_everything,
    steady_in_evaluation,
    steps_by_lr,
    tunes_embeddings,
)
from amal_attention.data import ReviewBatch


def some_batch(draws, words, classes):
    """Seven reviews of at most three words; 1 is a word like any other, and numbers of words stand on the padding."""
    generator = draws.generator()
    tokens = torch.randint(2, words, (7, 3), generator=generator)
    lengths = [3, 1, 2, *(draws.between(1, 3) for _ in range(4))]
    mask = torch.arange(3) < torch.tensor(lengths).unsqueeze(1)
    tokens[0, 1] = 1
    labels = torch.randint(0, classes, (7,), generator=generator)
    labels[2] = classes - 1
    order = torch.randperm(7, generator=generator)
    return ReviewBatch(tokens[order], mask[order], labels)


def some_model(student, draws, classes=2, **options):
    """A classifier around an attention that is known, that attention, its vectors, and a batch."""
    words, dim = draws.sizes(2, 8, 14)
    words += 10
    vectors = torch.randn(words, dim, generator=draws.generator())
    attention = student.FixedAttention(torch.rand(7, 3, generator=draws.generator()), dim=dim)
    model = student.TextClassifier(vectors, attention, num_classes=classes, **options)
    return model, attention, vectors, some_batch(draws, words, classes)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    hint="self.pooling(vectors of the tokens, mask): the mask as it is",
)
def test_what_the_pooling_is_handed(student, draws):
    hands_over(*some_model(student, draws))


@pytest.mark.question(
    "q1-classifier", points=0.25, hint="logits (B, C): no softmax and no sigmoid in the model"
)
def test_logits(student, draws):
    classes = draws.between(3, 5)
    model, _, _, batch = some_model(student, draws, classes)
    gives_logits(model, batch, classes, seed=draws.seed())


@pytest.mark.question(
    "q1-classifier", points=0.25, hint="F.cross_entropy of the logits, the mean over the batch"
)
def test_loss(student, draws):
    model, _, _, batch = some_model(student, draws, draws.between(3, 5))
    costs_cross_entropy(model, batch)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    hint="the same text, the same logits: dropout is off in evaluation",
)
def test_evaluation(student, draws):
    model, _, _, batch = some_model(student, draws)
    steady_in_evaluation(model, batch)


@pytest.mark.question(
    "q1-classifier", points=0.25, hint="freeze_embeddings=True: the vectors stay as they are"
)
def test_frozen_vectors(student, draws):
    model, attention, _, batch = some_model(student, draws, freeze_embeddings=True)
    keeps_embeddings(model, attention, batch)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    hint="all that learns is in the optimiser, the vectors too if not frozen",
)
def test_what_learns(student, draws):
    model, attention, _, batch = some_model(student, draws, freeze_embeddings=False)
    optimises_everything(model, attention)
    tunes_embeddings(model, attention, batch)


@pytest.mark.question(
    "q1-classifier", points=0.25, hint="val_accuracy is over all reviews: see torchmetrics"
)
def test_accuracy(student, draws):
    model, _, _, batch = some_model(student, draws, draws.between(3, 5))
    logs_accuracy(model, batch)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    hint="training_step, and Adam with step size lr on all that learns",
)
def test_training(student, draws):
    model, attention, vectors, batch = some_model(student, draws)
    steps_by_lr(lambda lr: student.TextClassifier(vectors, attention, lr=lr), batch, lr=0.03)
    *batches, fresh = told_by_the_first_word(vectors, draws)
    weights = torch.rand(fresh.mask.shape, generator=draws.generator())
    attention = student.FixedAttention(weights, dim=vectors.shape[1])
    model = student.TextClassifier(vectors, attention, lr=0.05)
    learns_labels(model, batches, fresh, steps=draws.between(100, 120))


def told_by_the_first_word(vectors, draws):
    """Six batches whose labels are the side of a plane on which the first word lies, clearly."""
    generator = draws.generator()
    sides = vectors[1:] @ torch.randn(vectors.shape[1], generator=generator)
    apart = 1 + sides.argsort()[torch.tensor([0, 1, 2, -3, -2, -1])]
    batches = []
    for _ in range(6):
        tokens = torch.randint(1, len(vectors), (30, 5), generator=generator)
        first = torch.randint(0, len(apart), (30,), generator=generator)
        tokens[:, 0] = apart[first]
        batches.append(
            ReviewBatch(tokens, torch.ones(30, 5, dtype=torch.bool), (first > 2).long())
        )
    return batches
