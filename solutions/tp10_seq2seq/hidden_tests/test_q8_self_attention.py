"""Hidden tests of exercise 8.2: attention of a line to itself, by an additive score without a query."""

import pytest

from amal_attention.checks import (
    differentiates,
    equal_to,
    gradient_reaches,
    ignores_padding,
    reads_each_alone,
    registers_everything,
    scores_by_perceptron,
    shapes,
    simplex,
    some_texts,
    sums_by_weights,
    weighs_words_apart,
    weights_carry_gradient,
)


@pytest.mark.question(
    "q8-self-attention",
    points=0,
    alive=True,
    hint="a word weighs as its v · tanh(W x) tells, not as all others do",
)
def test_words_of_a_line_weigh_differently(attending, student, draws):
    dim = draws.between(5, 8)
    attention = student.AdditiveSelfAttention(dim=dim, hidden_size=4)
    attending.look(lambda weigh, smooth: weighs_words_apart(attention, dim, seed=draws.seed()))


@pytest.mark.question(
    "q8-self-attention",
    points=0.25,
    essential=True,
    requires=("closed-form", "padding", "learned", "calls"),
    hint="scores v · tanh(W x), their softmax over the line, and the sum of the x by it",
)
def test_a_line_attends_to_itself(attending, student, draws):
    dim, hidden_size = draws.sizes(2, 4, 8)
    build = lambda: student.AdditiveSelfAttention(dim=dim, hidden_size=hidden_size)  # noqa: E731

    def look(weigh, smooth):
        registers_everything(build, dim, seed=draws.seed(), times=1)
        shapes(build(), dim, dim, lengths=draws.lengths(3), seed=draws.seed())
        sums_by_weights(build(), dim, of_words=True, seed=draws.seed())
        padded = {"lengths": draws.lengths(3), "longest": draws.between(9, 12), "under": 10.0}
        ignores_padding(build(), dim, **padded, seed=draws.seed(), times=1)
        reads_each_alone(build(), dim, seed=draws.seed(), times=1)
        attending.answers_each_call(build(), dim, "pooled and weights are of float32")
        if smooth:
            scores_and_learns(build, dim, hidden_size, draws)

    attending.look(look)


def scores_and_learns(build, dim, hidden_size, draws):
    """Look at the scores, and at what becomes of them."""
    simplex(build(), dim, lengths=draws.lengths(4), seed=draws.seed(), times=1)
    scores_by_perceptron(build(), dim, seed=draws.seed())
    weights_carry_gradient(build(), dim, seed=draws.seed())
    gradient_reaches(build(), dim, lengths=draws.lengths(3), seed=draws.seed())
    differentiates(build(), some_texts(dim, (4, 2, 3)), seed=draws.seed())
    attention = build()
    attention.materialise(*some_texts(dim, (2,)))
    equal_to(
        any(hidden_size in each.shape for each in attention.parameters().values()),
        True,
        what="the hidden layer is as wide as hidden_size says",
        hint="W goes from dim to hidden_size, and v from hidden_size to one number",
    )
