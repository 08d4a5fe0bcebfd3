"""Hidden tests of exercise 8.2: attention of a line to itself, by an additive score without a query."""

import pytest
import torch

from amal_attention.checks import (
    agrees_with,
    answers_afresh,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    passes_gradient,
    reads_each_alone,
    registers_everything,
    same_in_training,
    scores_by_perceptron,
    shapes,
    simplex,
    some_reviews,
    sums_by_weights,
    weighs_words_apart,
    weights_carry_gradient,
)

LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)


def attended(scores, values, mask):
    """What exercise 7.3 asks for."""
    weights = scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2)
    return weights @ values, weights


def is_wrong_attend(student, draws):
    """Whether the answer to exercise 7.3 is wrong; that has cost there."""
    generator, sizes = draws.generator(), ((3, 2, 4), (1, 1, 4))
    try:
        for rows, steps, longest in sizes:
            scores = torch.randn(rows, steps, longest, generator=generator)
            values = torch.randn(rows, longest, 5, generator=generator)
            mask = torch.arange(longest) < torch.tensor([[4], [2], [3]])[-rows:]
            inputs = (scores, values, mask)
            agrees_with(student.attend, attended, inputs, tolerance=3e-6)
            passes_gradient(student.attend, inputs, parts=(0, 1), seed=draws.seed())
            after = student.attend.inputs_after(*inputs)
            if not all(map(torch.equal, after, inputs)):
                return True
            if any(each.dtype != torch.float32 for each in student.attend(*inputs)):
                return True
    except Exception:
        return True
    return False


@pytest.mark.question(
    "q8-self-attention",
    points=0,
    alive=True,
    hint="a word weighs as its v · tanh(W x) tells, not as all others do",
)
def test_words_of_a_line_weigh_differently(student, draws):
    dim = draws.between(5, 8)
    weights_apart = student.AdditiveSelfAttention(dim=dim, hidden_size=4)
    try:
        weighs_words_apart(weights_apart, dim, seed=draws.seed())
    except Exception:
        if not is_wrong_attend(student, draws):
            raise
        with student.standing_in(attend="best_place"):
            weighs_words_apart(weights_apart, dim, seed=draws.seed())


@pytest.mark.question(
    "q8-self-attention",
    points=0.25,
    essential=True,
    requires=("closed-form", "padding", "learned", "calls"),
    hint="scores v · tanh(W x), their softmax over the line, and the sum of the x by it",
)
def test_a_line_attends_to_itself(student, draws):
    dim, hidden_size = draws.sizes(2, 4, 8)
    build = lambda: student.AdditiveSelfAttention(dim=dim, hidden_size=hidden_size)  # noqa: E731
    try:
        is_attention(build, dim, draws)
        simplex(build(), dim, lengths=draws.lengths(4), seed=draws.seed(), times=1)
        scores_by_perceptron(build(), dim, seed=draws.seed())
        weights_carry_gradient(build(), dim, seed=draws.seed())
        gradient_reaches(build(), dim, lengths=draws.lengths(3), seed=draws.seed())
        passes_gradient(build(), some_reviews(dim, (4, 2, 3)), parts=(0, 1), seed=draws.seed())
    except Exception:
        if not is_wrong_attend(student, draws):
            raise
        with student.standing_in(attend="best_place"):
            is_attention(build, dim, draws)


def is_attention(build, dim, draws):
    """Look at all but the scores, and what becomes of them."""
    registers_everything(build, dim, seed=draws.seed(), times=1)
    shapes(build(), dim, dim, lengths=draws.lengths(3), seed=draws.seed())
    sums_by_weights(build(), dim, of_words=True, seed=draws.seed())
    padded = {"lengths": draws.lengths(3), "longest": draws.between(9, 12), "under": 10.0}
    ignores_padding(build(), dim, **padded, seed=draws.seed(), times=1)
    reads_each_alone(build(), dim, seed=draws.seed(), times=1)
    answers_each_call(build(), dim, draws)


def answers_each_call(module, probe, draws):
    """Look at what a call keeps and changes, at the type of its answer, and at the same call in training."""
    answers_afresh(module, probe, seed=draws.seed(), what=LINES_AFRESH)
    leaves_inputs_alone(module, probe, seed=draws.seed())
    same_in_training(module, probe, seed=draws.seed(), hint=LINE_IN_TRAINING)
    keeps_types(
        module,
        probe,
        seed=draws.seed(),
        what="pooled and weights are of float32",
    )
