"""Hidden tests of exercise 2.2: the entropy in closed form, and its gradient."""

import math

import pytest
import torch

from amal_attention.checks import close_to, gradient_flows, some_reviews


def some_attention(draws, lengths, zeros=True):
    """Attention on reviews of these lengths; with ``zeros`` some words have none of it."""
    generator = draws.generator()
    _, mask = some_reviews(1, lengths)
    weights = (0.1 + torch.rand(mask.shape, generator=generator)) * mask
    if zeros:
        weights[:, 1:] *= torch.rand(weights[:, 1:].shape, generator=generator) > 0.3
    return weights / weights.sum(dim=1, keepdim=True), mask


def entropies(weights):
    return [math.fsum(-p * math.log(p) for p in row if p > 0) for row in weights.tolist()]


@pytest.mark.question(
    "q2-entropy",
    points=0.5,
    hint="H = - sum of p log p over the words, natural logarithm, 0 log 0 = 0",
)
def test_closed_form(student, draws):
    weights, mask = some_attention(draws, [*draws.lengths(4, 9), 10])
    by_hand, count = torch.tensor(entropies(weights)), mask.sum(dim=1)
    mistakes = {
        "a mean over the length, padding included: the entropy is a sum": by_hand
        / mask.shape[1],
        "a mean over the words: the entropy is a sum": by_hand / count,
        "this is H / log n: the exercise asks for H": by_hand / count.clamp(min=2).log(),
    }
    close_to(
        student.attention_entropy(weights, mask),
        by_hand,
        what="the entropies of random attention, 0 on some words and on padding",
        mistakes=mistakes,
        sent=f"attention on {len(count)} reviews of up to {mask.shape[1]} words",
        hint="take the weights as they come; an epsilon in the logarithm must be tiny, 1e-10",
    )


@pytest.mark.question(
    "q2-entropy",
    points=0.25,
    hint="0 when all is on one word, log n when it is even; 0 log 0 = 0",
)
def test_extremes(student, draws):
    n, length = sorted(draws.sizes(2, 200, 300))
    weights, mask = (
        torch.zeros(3, length),
        torch.arange(length) < torch.tensor([length, n, 1]).unsqueeze(1),
    )
    weights[0, draws.between(0, length - 1)], weights[1, :n], weights[2, 0] = 1, 1 / n, 1
    close_to(
        student.attention_entropy(weights, mask),
        [0.0, math.log(n), 0.0],
        what="0 when all is on one word, log n when it is even over n words",
        sent=f"all on one of {length} words; even over {n} words, then padding; a review of one word",
        hint="0 log 0 = 0, and the logarithm of the statement is the natural one",
    )


@pytest.mark.question(
    "q2-entropy",
    points=0.25,
    hint="no detach, no item: question 5 differentiates the entropy",
)
def test_gradient(student, draws):
    count, length = draws.sizes(2, 3, 7)
    weights, mask = some_attention(draws, [length] * count, zeros=False)
    gradient_flows(student.attention_entropy, weights, mask)
    came, by_hand = student.attention_entropy.gradient(weights, mask), -weights.log()
    close_to(
        came - came.mean(dim=1, keepdim=True),
        by_hand - by_hand.mean(dim=1, keepdim=True),
        what="the gradient of the sum of the entropies, up to a constant in each review",
        tolerance=1e-3,
    )
