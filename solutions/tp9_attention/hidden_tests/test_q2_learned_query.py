"""Hidden tests of exercise 2.1: a softmax over the words of q · x, with one q that is learned."""

import pytest

from amal_attention.checks import (
    answers_afresh,
    carries_gradient,
    follows_its_parameters,
    follows_large_scores,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    keeps_weights_of_words,
    learns_to_find,
    leaves_inputs_alone,
    leaves_its_start,
    leaves_parameters_alone,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    sums_by_weights,
    survives_large_scores,
    weighs_words_apart,
    weights_carry_gradient,
)


@pytest.mark.question(
    "q2-learned-query",
    points=0,
    alive=True,
    hint="a word weighs as its q · x tells, not as all others do",
)
def test_words_weigh_differently(student, draws):
    dim = draws.between(9, 12)
    weighs_words_apart(student.LearnedQueryPooling(dim=dim), dim, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    requires=("shapes",),
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
    points=0.25,
    requires=("weights",),
    hint="a softmax over the words, dim=1, that padding has no part in",
)
def test_weights(student, draws):
    dim = draws.between(9, 12)
    lengths = [*draws.lengths(4), draws.between(12, 40)]
    pooling = student.LearnedQueryPooling(dim=dim)
    simplex(pooling, dim, lengths=lengths, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    requires=("padding",),
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
    "q2-learned-query",
    points=0.25,
    requires=("alone", "calls"),
    hint="the softmax and the sum go over the words, dim=1",
)
def test_a_call_and_the_other_reviews_leave_no_trace(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 3, 7)
    pooling = student.LearnedQueryPooling(dim=dim)
    answers_afresh(pooling, dim, seed=draws.seed())
    leaves_inputs_alone(pooling, dim, seed=draws.seed())
    leaves_parameters_alone(pooling, dim, seed=draws.seed())
    keeps_types(pooling, dim, seed=draws.seed())
    same_in_training(pooling, dim, seed=draws.seed())
    reads_each_alone(pooling, dim, lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    essential=True,
    requires=("sum",),
    hint="pooled is the sum of the words by the weights that you return",
)
def test_sum_by_the_weights(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 2, 7)
    pooling = student.LearnedQueryPooling(dim=dim)
    for lengths in ([length] * count, [draws.between(12, 14)]):
        sums_by_weights(pooling, dim, lengths=lengths, of_words=True, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.5,
    essential=True,
    requires=("law",),
    hint="log-weights are a constant plus q · x: nothing bends the scores",
)
def test_law(student, draws):
    dim = draws.between(9, 12)
    pooling = student.LearnedQueryPooling(dim=dim)
    log_weights_affine(pooling, dim, seed=draws.seed())
    follows_its_parameters(pooling, dim, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.5,
    essential=True,
    requires=("query", "law"),
    hint="the query is the same for all texts",
)
def test_one_query(student, draws):
    dim = draws.between(9, 12)
    pooling = student.LearnedQueryPooling(dim=dim)
    one_query_for_all(pooling, dim, seed=draws.seed())
    for length in (draws.between(3, 7), draws.between(520, 600)):
        keeps_weights_of_words(pooling, dim, lengths=[length], seed=draws.seed())
    follows_large_scores(pooling, dim, length=draws.between(10, 14), seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    requires=("large",),
    hint="exp overflows: use softmax, or subtract the largest score",
)
def test_large_scores(student, draws):
    dim, count, length = draws.between(9, 12), *draws.sizes(2, 3, 7)
    pooling = student.LearnedQueryPooling(dim=dim)
    survives_large_scores(pooling, dim, lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    essential=True,
    requires=("learned", "gradient"),
    hint="the query is a parameter, and a gradient reaches it",
)
def test_parameter(student, draws):
    dim, lengths = draws.between(9, 12), draws.lengths(3)
    pooling = student.LearnedQueryPooling(dim=dim)
    registers_everything(
        lambda: student.LearnedQueryPooling(dim=dim), dim, lengths=lengths, seed=draws.seed()
    )
    gradient_reaches(pooling, dim, lengths=lengths, seed=draws.seed())
    weights_carry_gradient(pooling, dim, seed=draws.seed())
    carries_gradient(pooling, dim, lengths=draws.lengths(6), times=3, seed=draws.seed())
    leaves_its_start(student.LearnedQueryPooling(dim=dim), dim, seed=draws.seed())


@pytest.mark.question(
    "q2-learned-query",
    points=0.25,
    essential=True,
    requires=("learned",),
    hint="the query is learned: a gradient moves it towards words that tell",
)
def test_training(student, draws):
    dim = draws.between(5, 8)
    learns_to_find(student.LearnedQueryPooling(dim=dim), dim, seed=draws.seed())
