"""Hidden tests of exercise 1.2: what goes into the pooling, what comes out, and what learns."""

import pytest
import torch

from amal_attention.checks import (
    costs_cross_entropy,
    decides_by_pooling,
    decides_linearly,
    follows_its_loss,
    gives_logits,
    hands_over,
    keeps_embeddings,
    logs_accuracy,
    optimises_everything,
    steady_in_evaluation,
    steps_by_lr,
    tunes_embeddings,
)
from amal_attention.tasks.classification import TextBatch


def some_batch(draws, words, classes):
    """Seven reviews of at most three words; 1 is a word like any other, and numbers of words stand on the padding."""
    generator = draws.generator()
    tokens = torch.randint(2, words, (7, 3), generator=generator)
    lengths = [3, 1, 2, *(draws.between(1, 3) for _ in range(4))]
    mask = torch.arange(3) < torch.tensor(lengths).unsqueeze(1)
    tokens[0, 1] = tokens[1, 0] = 1
    labels = torch.randint(0, classes, (7,), generator=generator)
    labels[2] = classes - 1
    order = torch.randperm(7, generator=generator)
    return TextBatch(tokens[order], mask[order], labels)


def some_model(student, draws, classes=2, least=10, times=1, **options):
    """A classifier around an attention that is known, that attention, its vectors, and a batch.

    What the attention gives is so many times as wide as the vectors.

    The vector of word 4 is halfway between those of words 2 and 3.
    """
    words, dim = draws.sizes(2, 8, 14)
    words += least
    vectors = torch.randn(words, dim, generator=draws.generator())
    vectors[4] = (vectors[2] + vectors[3]) / 2
    weights = torch.rand(7, 3, generator=draws.generator())
    attention = student.FixedAttention(weights, dim=dim, times=times)
    model = student.TextClassifier(vectors, attention, num_classes=classes, **options)
    return model, attention, vectors, some_batch(draws, words, classes)


@pytest.mark.question(
    "q1-classifier",
    points=0,
    alive=True,
    hint="forward: vectors of the tokens, then the pooling, then the linear layer",
)
def test_logits_are_made_of_what_is_pooled(student, draws):
    model, attention, vectors, batch = some_model(student, draws)
    decides_by_pooling(model, attention, batch, len(vectors))


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    requires=("handed",),
    hint="self.pooling(vectors of the tokens, mask): the mask as it is",
)
def test_what_the_pooling_is_handed(student, draws):
    model, attention, vectors, batch = some_model(student, draws, least=2048)
    batch.tokens[0, 0] = (
        len(vectors) - 1 - len(vectors) % 2
    )  # a number that half precision does not know
    for each in (batch, TextBatch(*(part.roll(1, 0) for part in batch))):  # nothing is kept
        hands_over(model, attention, vectors, each)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    essential=True,
    requires=("logits",),
    hint="logits (B, C): no softmax and no sigmoid in the model",
)
def test_logits(student, draws):
    classes = draws.between(3, 5)
    model, _, vectors, batch = some_model(
        student, draws, classes, times=2, freeze_embeddings=True
    )
    gives_logits(model, batch, classes, seed=draws.seed())
    decides_linearly(model, batch, vectors, (2, 3, 4), seed=draws.seed())


@pytest.mark.question(
    "q1-classifier",
    points=0.5,
    essential=True,
    requires=("loss", "handed"),
    hint="F.cross_entropy of the logits, the mean over the batch",
)
def test_loss(student, draws):
    model, _, _, batch = some_model(
        student, draws, draws.between(3, 5), freeze_embeddings=False
    )
    costs_cross_entropy(model, batch, seed=draws.seed())
    follows_its_loss(model, batch, seed=draws.seed())


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    requires=("evaluation",),
    hint="the same text, the same logits: dropout is off in evaluation",
)
def test_evaluation(student, draws):
    model, _, _, batch = some_model(student, draws)
    steady_in_evaluation(model, batch)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    requires=("frozen",),
    hint="freeze_embeddings=True: the vectors stay as they are; False: they learn",
)
def test_vectors(student, draws):
    for frozen in (True, False):
        options = (
            {} if frozen else {"freeze_embeddings": False}
        )  # it is True if it is not given
        model, attention, _, batch = some_model(student, draws, **options)
        (keeps_embeddings if frozen else tunes_embeddings)(model, attention, batch)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    essential=True,
    requires=("optimiser",),
    hint="Adam with step size lr, on all that learns, the vectors too if not frozen",
)
def test_steps(student, draws):
    lr = 0.01 * draws.between(2, 6)
    model, attention, _, batch = some_model(student, draws, lr=lr, freeze_embeddings=False)
    optimises_everything(model, attention)
    first, second = (
        TextBatch(*(each[rows] for each in batch)) for rows in (slice(4), slice(4, 7))
    )
    steps_by_lr(model, [first, second, first], lr=lr)


@pytest.mark.question(
    "q1-classifier",
    points=0.25,
    requires=("validation", "evaluation"),
    hint="val_accuracy is over all reviews: see torchmetrics",
)
def test_accuracy(student, draws):
    model, _, _, batch = some_model(student, draws, draws.between(3, 5))
    logs_accuracy(model, batch)
