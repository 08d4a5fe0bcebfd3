"""Hidden tests of exercise 2.2: the entropy in closed form, and its gradient."""

import math

import pytest
import torch

from amal_attention.checks import close_to, differ, gradient_flows, some_texts


def some_attention(draws, lengths, zeros=True):
    """Attention on reviews of these lengths; with ``zeros`` some words have none of it."""
    generator = draws.generator()
    _, mask = some_texts(1, lengths)
    weights = (0.1 + torch.rand(mask.shape, generator=generator)) * mask
    if zeros:
        weights[:, 1:] *= torch.rand(weights[:, 1:].shape, generator=generator) > 0.3
    return weights / weights.sum(dim=1, keepdim=True), mask


def once_more(weights):
    """The entropies of a softmax of the weights."""
    return torch.tensor(entropies(weights.softmax(dim=1)))


def entropies(weights):
    return [math.fsum(-p * math.log(p) for p in row if p > 0) for row in weights.tolist()]


@pytest.mark.question(
    "q2-entropy", points=0, alive=True, hint="the entropy hangs on the weights"
)
def test_it_hangs_on_the_weights(student, draws):
    even, mask = torch.full((1, 4), 0.25), torch.ones(1, 4, dtype=torch.bool)
    uneven, _ = some_attention(draws, [4], zeros=False)
    first, second = (student.attention_entropy(weights, mask) for weights in (even, uneven))
    sent = "even attention on 4 words, then uneven attention"
    differ(first, second, what="the entropy hangs on the weights", sent=sent)


@pytest.mark.question(
    "q2-entropy",
    points=0.5,
    essential=True,
    requires=("value", "zero"),
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
        "take the weights as they come: no softmax of them": once_more(weights),
        "take the weights as they come: no masked softmax of them": once_more(
            weights.masked_fill(~mask, -torch.inf)
        ),
    }
    close_to(
        student.attention_entropy(weights, mask),
        by_hand,
        what="the entropies of random attention, 0 on some words and on padding",
        mistakes=mistakes,
        sent=f"attention on {len(count)} reviews of up to {mask.shape[1]} words",
        hint="take the weights as they come; an epsilon in the logarithm must be tiny, 1e-10",
        tolerance=3e-5,
    )
    close_to(
        student.attention_entropy(weights.flip(0), mask.flip(0)),
        by_hand.flip(0),
        what="the same reviews from last to first: nothing is kept from one call to the next",
    )


@pytest.mark.question(
    "q2-entropy",
    points=0.25,
    requires=("value", "zero"),
    hint="0 when all is on one word, log n when it is even; 0 log 0 = 0",
)
def test_extremes(student, draws):
    many = torch.full((1, draws.between(1000, 1100)), 1e-7)
    many[0, draws.between(0, 999)] = 1 - 1e-7 * (many.shape[1] - 1)
    by_hand = torch.tensor(entropies(many))
    mistakes = {
        f"an epsilon of {size:g}, in the logarithm or as a least weight, is too large: 1e-8 at most": other
        for size in (1e-6, 1e-5, 1e-4, 1e-3)
        for other in (-many * (many + size).log(), -many * many.clamp(min=size).log())
    }
    known = {hint: each.sum(dim=1) for hint, each in mistakes.items()}
    known["take the weights as they come: no softmax of them"] = once_more(many)
    close_to(
        student.attention_entropy(many, torch.ones_like(many, dtype=torch.bool)),
        by_hand,
        what="every word counts, however little attention it has",
        mistakes=known,
        sent=f"{many.shape[1] - 1} words of weight 1e-7, and one that has the rest",
        hint="each weight counts as it is: no threshold, and an epsilon of 1e-8 at most",
    )
    n, length = draws.between(900, 950), draws.between(960, 1000)
    weights, mask = (
        torch.zeros(3, length),
        torch.arange(length) < torch.tensor([length, n, 1]).unsqueeze(1),
    )
    weights[0, draws.between(0, length - 1)], weights[1, :n], weights[2, 0] = 1, 1 / n, 1
    expected = torch.tensor([0.0, math.log(n), 0.0])
    close_to(
        student.attention_entropy(weights, mask),
        expected,
        what="0 when all is on one word, log n when it is even over n words",
        sent=f"all on one of {length} words; even over {n} words, then padding; a review of one word",
        hint="0 log 0 = 0, and the logarithm of the statement is the natural one",
        tolerance=3e-5,
    )
    close_to(
        student.attention_entropy(weights[1:2], mask[1:2]),
        expected[1:2],
        what="one number a review, in a batch of one too",
        sent="one review",
    )


@pytest.mark.question(
    "q2-entropy",
    points=0.25,
    requires=("gradient",),
    hint="no detach, no item, and the logarithm never sees a 0: question 5 differentiates the entropy",
)
def test_gradient(student, draws):
    weights, mask = some_attention(draws, [*draws.lengths(3, 9), 9])
    weights[-1] = torch.rand(9, generator=draws.generator()) + 0.1
    weights[-1, draws.between(0, 8)] = 0  # on a word
    weights[-1] /= weights[-1].sum()
    gradient_flows(student.attention_entropy, weights, mask)
    gradient_flows(student.attention_entropy, weights, mask)
    _, (came, _) = student.attention_entropy.gradients((weights, mask))
    by_hand, seen = -weights.log(), weights > 0
    close_to(
        centred(came, seen),
        centred(by_hand, seen),
        what="the gradient of the sum of the entropies, up to a constant in each review, where weights are not 0",
        tolerance=1e-3,
    )


def centred(rows, seen):
    """The numbers that are seen, less their mean in each row; 0 elsewhere."""
    kept = rows.masked_fill(~seen, 0)
    return (kept - kept.sum(dim=1, keepdim=True) / seen.sum(dim=1, keepdim=True)).masked_fill(
        ~seen, 0
    )
