"""Hidden tests of exercise 1.1: the mean counts words, each of them once, and nothing else."""

import pytest

from amal_attention.checks import (
    close_to,
    ignores_padding,
    keeps_weights_of_words,
    reads_each_alone,
    shapes,
    simplex,
    some_reviews,
)
from amal_attention.checks.reading import read


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.25,
    hint="one vector and L weights a review, in a batch of one too",
)
def test_shapes(student, draws):
    dim = draws.between(9, 12)
    shapes(student.MeanPooling(dim=dim), dim, dim, lengths=draws.lengths(3), seed=draws.seed())


@pytest.mark.question(
    "q1-mean-pooling", points=0.5, hint="each of the n words weighs 1/n, padding 0"
)
def test_weights(student, draws):
    dim, lengths = draws.between(9, 12), [*draws.lengths(3), 11]
    pooling = student.MeanPooling(dim=dim)
    simplex(
        pooling,
        dim,
        lengths=lengths,
        seed=draws.seed(),
        hint="divide by the number of words, so that each weighs 1/n",
    )
    x, mask = some_reviews(dim, lengths, draws.seed())
    close_to(
        read(pooling, x, mask)[1],
        mask / mask.sum(dim=1, keepdim=True),
        what="each of the n words weighs 1/n, padding 0",
        tolerance=1e-5,
    )


@pytest.mark.question(
    "q1-mean-pooling", points=0.5, hint="divide by the number of words, not by the length"
)
def test_mean(student, draws):
    dim, lengths = draws.between(9, 12), [*draws.lengths(3), draws.between(520, 600)]
    x, mask = some_reviews(dim, lengths, draws.seed())
    pooled, _ = read(student.MeanPooling(dim=dim), x, mask)
    words, everything, count = (
        (x * mask.unsqueeze(2)).sum(dim=1),
        x.sum(dim=1),
        mask.sum(dim=1, keepdim=True),
    )
    mistakes = {
        "padding is counted in the mean: divide by the number of words": x.mean(dim=1),
        "what stands under the padding is added in": everything / count,
        "the sum of the words is divided by the length": words / x.shape[1],
        "this is the sum: divide by the number of words": words,
    }
    close_to(pooled, words / count, what="pooled is the mean of the words", mistakes=mistakes)


@pytest.mark.question(
    "q1-mean-pooling", points=0.5, hint="mask is True on words: use it, and the number of True"
)
def test_padding(student, draws):
    dim = draws.between(9, 12)
    pooling, lengths, longest = (
        student.MeanPooling(dim=dim),
        draws.lengths(3),
        draws.between(10, 60),
    )
    ignores_padding(
        pooling, dim, lengths=lengths, longest=longest, under=1000.0, seed=draws.seed()
    )


@pytest.mark.question(
    "q1-mean-pooling", points=0.25, hint="sum over the words of each review, dim=1"
)
def test_one_review_does_not_change_another(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 2, 7)
    pooling = student.MeanPooling(dim=dim)
    reads_each_alone(pooling, dim, lengths=[length] * count, seed=draws.seed())
    keeps_weights_of_words(pooling, dim, lengths=[length] * count, seed=draws.seed())
