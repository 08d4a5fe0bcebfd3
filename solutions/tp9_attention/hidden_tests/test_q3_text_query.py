"""Hidden tests of exercise 3: a query that is a function of the mean alone, and a value of each word."""

import pytest

from amal_attention.checks import (
    depends_on_mean_alone,
    depends_on_text,
    gradient_reaches,
    ignores_padding,
    keeps_weights_of_words,
    learns_to_find,
    log_weights_affine,
    reads_each_alone,
    registers_everything,
    shapes,
    simplex,
    sums_by_weights,
)


def some_sizes(draws):
    """The width of the words and that of the values."""
    dim, value_dim = draws.sizes(2, 9, 13)
    return {"dim": dim, "value_dim": value_dim + 5}


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="weights of a softmax over the words; pooled has value_dim numbers",
)
def test_weights(student, draws):
    sizes = some_sizes(draws)
    pooling = student.TextQueryPooling(**sizes)
    shapes(
        pooling, sizes["dim"], sizes["value_dim"], lengths=draws.lengths(3), seed=draws.seed()
    )
    simplex(pooling, sizes["dim"], lengths=draws.lengths(4), seed=draws.seed())


@pytest.mark.question(
    "q3-text-query", points=0.25, hint="is the query's mean taken over the words alone?"
)
def test_padding(student, draws):
    sizes = some_sizes(draws)
    ignores_padding(
        student.TextQueryPooling(**sizes),
        sizes["dim"],
        lengths=draws.lengths(3),
        longest=draws.between(10, 60),
        under=10.0,
        seed=draws.seed(),
        hint="is the query's mean taken over the words alone?",
    )


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="the mean, the softmax and the sum go over the words, dim=1",
)
def test_one_review_does_not_change_another(student, draws):
    sizes, (count, length) = some_sizes(draws), draws.sizes(2, 3, 7)
    pooling = student.TextQueryPooling(**sizes)
    reads_each_alone(pooling, sizes["dim"], lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="sum the values v(x) of the words, by the weights you return",
)
def test_values(student, draws):
    sizes, (count, length) = some_sizes(draws), draws.sizes(2, 2, 7)
    hint = "sum the values v(x) of the words, by the weights you return"
    pooling = student.TextQueryPooling(**sizes)
    sums_by_weights(
        pooling, sizes["dim"], lengths=[length] * count, seed=draws.seed(), hint=hint
    )


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="the query is the same for all texts: compute it from the mean",
)
def test_query_from_the_text(student, draws):
    sizes = some_sizes(draws)
    hint = "the query is the same for all texts, as in question 2"
    depends_on_text(
        student.TextQueryPooling(**sizes), sizes["dim"], seed=draws.seed(), hint=hint
    )


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="the query is a function of the mean of the words, and of nothing else",
)
def test_query_from_the_mean_alone(student, draws):
    sizes = some_sizes(draws)
    pooling = student.TextQueryPooling(**sizes)
    depends_on_mean_alone(pooling, sizes["dim"], seed=draws.seed())
    for lengths in (draws.lengths(3), [draws.between(520, 600)]):
        keeps_weights_of_words(
            pooling,
            sizes["dim"],
            lengths=lengths,
            seed=draws.seed(),
            hint="the query is a function of the mean: the place of a word does not count",
        )
    learns_to_find(student.TextQueryPooling(**sizes), sizes["dim"], seed=draws.seed())


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="log-weights are a constant plus q · x: nothing bends the scores",
)
def test_law(student, draws):
    sizes = some_sizes(draws)
    log_weights_affine(student.TextQueryPooling(**sizes), sizes["dim"], seed=draws.seed())


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    hint="every layer is registered, and a gradient reaches each parameter",
)
def test_what_learns(student, draws):
    sizes, lengths = some_sizes(draws), draws.lengths(3)
    pooling = student.TextQueryPooling(**sizes)
    registers_everything(
        lambda: student.TextQueryPooling(**sizes),
        sizes["dim"],
        lengths=lengths,
        seed=draws.seed(),
    )
    gradient_reaches(pooling, sizes["dim"], lengths=lengths, seed=draws.seed())
