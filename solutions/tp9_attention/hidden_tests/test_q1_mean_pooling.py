"""Hidden tests of exercise 1.1: the mean counts words, each of them once, and nothing else."""

import pytest

from amal_attention.checks import (
    answers_afresh,
    carries_gradient,
    close_to,
    gives_zeros_without_words,
    ignores_padding,
    keeps_types,
    keeps_weights_of_words,
    leaves_inputs_alone,
    moves_with_words,
    reads_each_alone,
    same_in_training,
    shapes,
    simplex,
    some_texts,
)
from amal_attention.checks.expectations.poolings.diagnosis import wrong_means
from amal_attention.checks.expectations.poolings.probe import read


@pytest.mark.question(
    "q1-mean-pooling",
    points=0,
    alive=True,
    hint="pooled is made of the words of the text, of each in the same way",
)
def test_the_mean_moves_with_the_words(student, draws):
    dim = draws.between(9, 12)
    moves_with_words(student.MeanPooling(dim=dim), dim, seed=draws.seed())


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.25,
    requires=("shapes",),
    hint="one vector and L weights a review, in a batch of one too",
)
def test_shapes(student, draws):
    dim = draws.between(9, 12)
    shapes(student.MeanPooling(dim=dim), dim, dim, lengths=draws.lengths(3), seed=draws.seed())


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.5,
    essential=True,
    requires=("mean", "weights"),
    hint="the mean of the words; each of n words weighs 1/n",
)
def test_mean_without_padding(student, draws):
    dim, lengths = draws.between(9, 12), [draws.between(520, 600)] * 2
    x, mask = some_texts(dim, lengths, draws.seed())
    pooling = student.MeanPooling(dim=dim)
    hint = "divide by the number of words, so that each weighs 1/n"
    simplex(pooling, dim, lengths=lengths, seed=draws.seed(), times=1, hint=hint)
    pooled, weights = read(pooling, x, mask)
    mistakes = {"this is the sum: divide by the number of words": x.sum(dim=1)}
    close_to(pooled, x.mean(dim=1), what="pooled is the mean of the words", mistakes=mistakes)
    close_to(
        1000 * weights,
        1000 * mask / lengths[0],
        what="each of the n words weighs 1/n",
        tolerance=1e-3,
    )


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.5,
    essential=True,
    requires=("mean", "padding"),
    hint="divide by the number of words, not by the length",
)
def test_mean(student, draws):
    dim, lengths = draws.between(9, 12), [*draws.lengths(3), draws.between(30, 60)]
    x, mask = some_texts(dim, lengths, draws.seed())
    pooled, _ = read(student.MeanPooling(dim=dim), x, mask)
    mean = (x * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    mistakes = wrong_means(x, mask)
    close_to(pooled, mean, what="pooled is the mean of the words", mistakes=mistakes)


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.25,
    requires=("weights",),
    hint="each of the n words weighs 1/n, padding 0",
)
def test_weights(student, draws):
    dim, lengths = draws.between(9, 12), [*draws.lengths(3), 11]
    pooling = student.MeanPooling(dim=dim)
    hint = "divide by the number of words, so that each weighs 1/n"
    simplex(pooling, dim, lengths=lengths, seed=draws.seed(), hint=hint)
    x, mask = some_texts(dim, lengths, draws.seed())
    close_to(
        read(pooling, x, mask)[1],
        mask / mask.sum(dim=1, keepdim=True),
        what="each of the n words weighs 1/n, padding 0",
        tolerance=1e-5,
    )


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.25,
    requires=("padding", "gradient"),
    hint="mask is True on words: use it, and the number of True",
)
def test_padding(student, draws):
    dim, lengths = draws.between(9, 12), draws.lengths(3)
    pooling, longest = student.MeanPooling(dim=dim), draws.between(10, 60)
    ignores_padding(
        pooling, dim, lengths=lengths, longest=longest, under=1000.0, seed=draws.seed()
    )
    carries_gradient(pooling, dim, lengths=lengths, seed=draws.seed())


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.125,
    requires=("alone", "calls"),
    hint="sum over the words of each review, dim=1",
)
def test_a_call_and_the_other_reviews_leave_no_trace(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 2, 7)
    pooling = student.MeanPooling(dim=dim)
    answers_afresh(pooling, dim, seed=draws.seed())
    leaves_inputs_alone(pooling, dim, seed=draws.seed())
    keeps_types(pooling, dim, seed=draws.seed())
    same_in_training(pooling, dim, seed=draws.seed())
    reads_each_alone(pooling, dim, lengths=[length] * count, seed=draws.seed())
    keeps_weights_of_words(pooling, dim, lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q1-mean-pooling",
    points=0.125,
    requires=("empty",),
    hint="a text without words gives zeros, not nan",
)
def test_a_text_without_words(student, draws):
    dim = draws.between(9, 12)
    gives_zeros_without_words(student.MeanPooling(dim=dim), dim, seed=draws.seed())
