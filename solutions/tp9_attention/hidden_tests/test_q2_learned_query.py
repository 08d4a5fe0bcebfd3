"""Hidden tests of exercise 2.1: a softmax over the words of q · x, with one q that is learned."""

import pytest

from amal_attention.checks import (
    follows_large_scores,
    gradient_reaches,
    ignores_padding,
    keeps_weights_of_words,
    learns_to_find,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
    registers_everything,
    shapes,
    simplex,
    sums_by_weights,
    survives_large_scores,
)


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    hint="one vector and L weights a review, in a batch of one too",
)
def test_shapes(student, draws):
    dim = draws.between(9, 12)
    shapes(
        student.LearnedQueryPooling(dim=dim),
        dim,
        dim,
        lengths=draws.lengths(3),
        seed=draws.seed(),
    )


@pytest.mark.question(
    "q2-learned-query",
    points=0.5,
    hint="a softmax over the words, dim=1, that padding has no part in",
)
def test_weights(student, draws):
    dim = draws.between(9, 12)
    simplex(
        student.LearnedQueryPooling(dim=dim), dim, lengths=draws.lengths(4), seed=draws.seed()
    )


@pytest.mark.question(
    "q2-learned-query",
    points=0.5,
    hint="scores on padding are -inf, or as low as -1e9, before the softmax",
)
def test_padding(student, draws):
    dim = draws.between(9, 12)
    pooling, lengths, longest = (
        student.LearnedQueryPooling(dim=dim),
        draws.lengths(3),
        draws.between(10, 60),
    )
    ignores_padding(
        pooling, dim, lengths=lengths, longest=longest, under=10.0, seed=draws.seed()
    )


@pytest.mark.question(
    "q2-learned-query", points=0.25, hint="the softmax and the sum go over the words, dim=1"
)
def test_one_review_does_not_change_another(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 3, 7)
    pooling = student.LearnedQueryPooling(dim=dim)
    reads_each_alone(pooling, dim, lengths=[length] * count, seed=draws.seed())
    keeps_weights_of_words(pooling, dim, lengths=[length] * count, seed=draws.seed())
    keeps_weights_of_words(pooling, dim, lengths=[draws.between(520, 600)], seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    hint="pooled is the sum of the words by the weights that you return",
)
def test_sum_by_the_weights(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 2, 7)
    sums_by_weights(
        student.LearnedQueryPooling(dim=dim), dim, lengths=[length] * count, seed=draws.seed()
    )


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    hint="log-weights are a constant plus q · x: nothing bends the scores",
)
def test_law(student, draws):
    dim = draws.between(9, 12)
    log_weights_affine(student.LearnedQueryPooling(dim=dim), dim, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query", points=0.25, hint="the query is the same for all texts"
)
def test_one_query(student, draws):
    dim = draws.between(9, 12)
    pooling = student.LearnedQueryPooling(dim=dim)
    one_query_for_all(pooling, dim, seed=draws.seed())
    follows_large_scores(pooling, dim, length=draws.between(10, 14), seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    hint="exp overflows: use softmax, or subtract the largest score",
)
def test_large_scores(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 3, 7)
    pooling = student.LearnedQueryPooling(dim=dim)
    survives_large_scores(pooling, dim, lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query", points=0.25, hint="the query is a parameter, and a gradient reaches it"
)
def test_parameter(student, draws):
    dim, lengths = draws.between(9, 12), draws.lengths(3)
    pooling = student.LearnedQueryPooling(dim=dim)
    registers_everything(
        lambda: student.LearnedQueryPooling(dim=dim), dim, lengths=lengths, seed=draws.seed()
    )
    gradient_reaches(pooling, dim, lengths=lengths, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    hint="the query is learned: a gradient moves it towards words that tell",
)
def test_training(student, draws):
    dim = draws.between(5, 8)
    learns_to_find(student.LearnedQueryPooling(dim=dim), dim, seed=draws.seed())
