"""Hidden tests of exercise 1: attention equals that of torch, called here; what is hidden is hidden from the softmax."""

import math

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks import (
    agrees_with,
    close_to,
    differentiates,
    equal_to,
    hangs_on,
    hides_from_softmax,
    leaves_arguments_alone,
)
from amal_attention.checks.wording import tensors_sent

NAMES = ("query", "key", "value")
HIDDEN = "masked places get a score of -inf before the softmax; what is left sums to 1"
DIVIDE = "divide by √K: the variance of q · k is K"


def drawn(draws, *leading):
    """A query, a key and a value; L, S, K and M all differ, so that no two axes can be confused."""
    places, looked_at, width, read = draws.sizes(4, 6, 13)
    sizes = ((places, width), (looked_at, width), (looked_at, read))
    generator = draws.generator()
    return [torch.randn(*leading, *each, generator=generator) for each in sizes]


def looked_up(query, key, value, mask=None):
    """What torch reads, and its weights: what it reads of values that are 1 at one place each."""
    places = torch.eye(key.shape[-2]).expand(*key.shape[:-1], -1)
    return tuple(
        F.scaled_dot_product_attention(query, key, each, attn_mask=mask)
        for each in (value, places)
    )


def weighed(score, weigh=lambda scores: scores.softmax(dim=-1)):
    """A mistake: attention with other scores, or with other weights."""

    def attend(query, key, value, mask=None):
        weights = weigh(score(query, key))
        return weights @ value, weights

    return attend


def scaled(query, key):
    return query @ key.mT * key.shape[-1] ** -0.5


def over(axis):
    return weighed(scaled, lambda scores: scores.softmax(dim=axis))


MISTAKES = {
    DIVIDE: weighed(lambda query, key: query @ key.mT),
    "divided by K: by √K, the root of the width of a key": weighed(
        lambda query, key: query @ key.mT / key.shape[-1]
    ),
    "multiplied by √K: divide by it": weighed(
        lambda query, key: query @ key.mT * key.shape[-1] ** 0.5
    ),
    "divided by √S: by √K, the root of the width of a key, not of the number of keys": weighed(
        lambda query, key: query @ key.mT / key.shape[-2] ** 0.5
    ),
    "divided by √L: by √K, the root of the width of a key": weighed(
        lambda query, key: query @ key.mT / query.shape[-2] ** 0.5
    ),
    "the softmax goes over the queries: rows sum to 1 over the keys, dim=-1": over(-2),
    "the softmax goes over the batch: over the keys, the last axis, dim=-1": over(0),
    "the scores come back: the weights are what the softmax makes of them": lambda *inputs: (
        looked_up(*inputs)[0],
        scaled(*inputs[:2]),
    ),
    "the scores count the values: the weights do, after the softmax": weighed(
        scaled, lambda scores: scores
    ),
    "the pair is swapped: states first, then the weights": lambda *inputs: looked_up(*inputs)[
        ::-1
    ],
    "log_softmax gives logarithms of weights: softmax": weighed(
        scaled, lambda scores: scores.log_softmax(dim=-1)
    ),
    "this is the mean of the values, not the sum by the weights": lambda query, key, value: (
        value.mean(dim=-2, keepdim=True).expand(  # given: no answer by itself
            *query.shape[:-1], -1
        ),
        looked_up(query, key, value)[1],
    ),
    "the sum is divided by the number of keys: the weights sum to 1 already": lambda *inputs: (
        looked_up(*inputs)[0] / inputs[1].shape[-2],
        looked_up(*inputs)[1],
    ),
}


@pytest.mark.question(
    "q1-attention",
    points=0,
    alive=True,
    hint="weights by how well each key fits the query, written with products and a softmax",
)
def test_it_is_written_by_hand_and_hangs_on_all_three(by_products, student, draws):
    by_products(
        "attention", hint="write it with products and a softmax: no attention of torch's"
    )
    inputs = drawn(draws, 3)
    mask = some_mask(draws, 3, inputs[0].shape[1], inputs[1].shape[1])
    for place, name in enumerate(NAMES):
        others = [each.flip(-1) if place == at else each for at, each in enumerate(inputs)]
        hangs_on(student.attention, [*inputs, mask], [*others, mask], name=name)


@pytest.mark.question(
    "q1-attention",
    points=0.5,
    essential=True,
    requires=("scaled-softmax-over-keys",),
    hint="the weights are the softmax over the keys of query · key / √K, the output the sum of the values by them",
)
def test_it_equals_the_formula(student, draws):
    for leading in ((draws.between(2, 3),), (), (2, 3), (2, 1)):
        inputs = drawn(draws, *leading)
        if not leading:  # many keys, as a review has
            inputs[1:] = [
                torch.cat([each, each.flip(0), each.roll(1, 0)]) for each in inputs[1:]
            ]
        agrees_with(
            student.attention,
            looked_up,
            inputs,
            mistakes=MISTAKES,
            what="without a mask: the sum of the values by softmax(query · key / √K), and these weights",
            hint="softmax(query · key / √K) over all keys, no more and no less; two tensors come back, states first, then weights",
        )


def hiding(hide):
    """A mistake: the softmax of scores that a mask has changed otherwise."""

    def weigh(query, key, value, mask):
        scores = query @ key.mT / math.sqrt(key.shape[-1])
        return hide(scores.double(), mask).softmax(dim=-1)

    return weigh


MASKED = {
    "the mask is inverted: True is where one may look": hiding(
        lambda scores, mask: scores.masked_fill(mask, -1e300)
    ),
    "a score of 0 still weighs e⁰ = 1: a hidden score is -inf": hiding(
        lambda scores, mask: scores * mask
    ),
    "each query has a row of the mask of its own: this is the first one for all": hiding(
        lambda scores, mask: scores.masked_fill(~mask[..., :1, :], -1e300)
    ),
    "a score of -20 still weighs something: -inf, or the smallest number of the dtype": hiding(
        lambda scores, mask: scores.masked_fill(~mask, -20)
    ),
}


def some_mask(draws, *sizes):
    """A random mask in each row of which something is seen, and something is hidden."""
    shares = torch.rand(sizes, generator=draws.generator())
    return (shares > 0.5).where(
        (shares > 0.5).any(dim=-1, keepdim=True), shares == shares.amax(dim=-1, keepdim=True)
    ) & (shares > shares.amin(dim=-1, keepdim=True))


@pytest.mark.question(
    "q1-attention",
    points=0.5,
    essential=True,
    requires=("masked-before-the-softmax",),
    hint="the mask hides scores before the softmax, and broadcasts to (…, L, S)",
)
def test_what_is_hidden_is_hidden_from_the_softmax(student, draws):
    rows, heads = draws.sizes(2, 2, 4)
    for leading, seen in (
        ((rows,), lambda places, looked_at: (rows, places, looked_at)),
        ((rows,), lambda places, looked_at: (rows, 1, looked_at)),
        ((rows, heads), lambda places, looked_at: (rows, 1, 1, looked_at)),
        ((rows, heads), lambda places, looked_at: (1, 1, looked_at)),
        ((rows, heads), lambda places, looked_at: (heads, places, looked_at)),
        ((heads,), lambda places, looked_at: (places, looked_at)),
        ((), lambda places, looked_at: (places, looked_at)),
    ):
        inputs = drawn(draws, *leading)
        query, key, value = inputs
        mask = some_mask(draws, *seen(query.shape[-2], key.shape[-2]))
        hides_from_softmax(student.attention, inputs, mask, mistakes=MASKED, hint=HIDDEN)
        output, weights = student.attention(*inputs, mask)
        close_to(
            output,
            weights.double() @ value.double(),
            what="the output is the sum of the values by the weights that come back",
            sent=tensors_sent([*inputs, mask]),
            hint="what is hidden is not summed: the states are made of the masked weights",
        )


@pytest.mark.question(
    "q1-attention",
    points=0.25,
    requires=("nothing-to-see", "large"),
    hint="a query that may look nowhere gets zeros, never nan, and large scores do not overflow",
)
def test_nothing_to_see_and_large_scores(student, draws):
    inputs = query, key, value = drawn(draws, 2)
    mask = some_mask(draws, 2, query.shape[1], key.shape[1])
    mask[0, 1] = mask[1] = False
    sent = f"{tensors_sent([*inputs, mask])}, in which some rows are False everywhere"
    nowhere = ~mask.any(dim=2)
    for each in student.attention(*inputs, mask):
        hint = "nothing to see: zeros for states and weights, never nan"
        what = "a query that may look nowhere gets zeros"
        equal_to(bool(each.isfinite().all()), True, what=what, sent=sent, hint=hint)
        zeros = torch.zeros_like(each[nowhere])
        close_to(each[nowhere], zeros, what=what, sent=sent, hint=hint)
    upstream = torch.ones_like(query @ key.mT @ value)
    _, gradients = student.attention.gradients((*inputs, mask), upstream)
    for name, each in zip(NAMES, gradients, strict=False):
        equal_to(
            each is not None,
            True,
            what=f"a gradient reaches the {name} under a mask",
            sent=sent,
            hint="something is cut off: no detach, no no_grad, no item, no numpy on the way to the answer",
        )
        equal_to(
            bool(each.isfinite().all()),
            True,
            what=f"the gradient of the {name} is finite",
            sent=sent,
            hint="a row of -inf gives nan in the gradient, even behind a where: the smallest number of the dtype does not",
        )
    follows_large_scores(student, draws)


def follows_large_scores(student, draws):
    """Look whether all of the weight falls on the largest score of those that are seen, the gaps being wide."""
    query, key, value = drawn(draws, 2)
    ranks = torch.stack(
        [torch.randperm(key.shape[1], generator=draws.generator()) for _ in range(2)]
    )
    key[..., 0] = 4 + ranks  # one number decides
    query = torch.zeros_like(query)
    query[..., 0] = (
        5000 * math.sqrt(key.shape[2]) * (1 - 2 * (torch.arange(query.shape[1]) % 2))
    )
    mask = some_mask(draws, 2, 1, key.shape[1])
    for seen in (mask, None):
        follows_the_largest(student, (query, key, value), seen)


def follows_the_largest(student, inputs, mask):
    query, key, _ = inputs
    given = inputs if mask is None else (*inputs, mask)
    scores = query @ key.mT
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    _, weights = student.attention(*given)
    sent = f"{tensors_sent(given)}, scores of tens of thousands, below 0 and above"
    equal_to(
        bool(weights.isfinite().all()),
        True,
        what="large scores give finite weights",
        sent=sent,
        hint="exp overflows above 88, and is 0 below -104: subtract the largest score of each row first, as softmax does",
    )
    close_to(
        weights,
        F.one_hot(scores.argmax(dim=2), key.shape[1]),
        what="all of the weight falls on the largest score by far, of those that are seen",
        sent=sent,
        hint="a hidden score is -inf, or the smallest number of the dtype: -1e4 is not low enough",
    )


@pytest.mark.question(
    "q1-attention",
    points=0.25,
    requires=("calls", "masked-before-the-softmax"),
    hint="new tensors of the type of what is given, and nothing cut off from the gradient",
)
def test_gradients_and_calls(student, draws):
    inputs = drawn(draws, 2, 2)
    mask = some_mask(draws, 2, 1, 1, inputs[1].shape[-2])
    for each in ((*inputs, mask), (*drawn(draws), None)):
        leaves_arguments_alone(student.attention, each, names=(*NAMES, "mask"))
    differentiates(student.attention, (*inputs, mask), names=NAMES, seed=draws.seed())
    replies = student.attention(*inputs, torch.ones_like(mask)), student.attention(*inputs)
    for under, without in zip(*replies, strict=True):
        close_to(
            under,
            without,
            what="a mask that hides nothing changes nothing",
            sent=f"{tensors_sent([*inputs, mask])}, all True; then without a mask",
            hint="with a mask or without: the same scores, the same softmax, the same sum",
        )
    differentiates(student.attention, drawn(draws), names=NAMES, seed=draws.seed())
