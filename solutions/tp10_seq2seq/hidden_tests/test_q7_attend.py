"""Hidden tests of exercise 7.3: a masked softmax, and the sum by it."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, passes_gradient
from amal_attention.checks.wording import tensors_sent


def drawn(draws, lengths=None, size=1.0):
    """Scores, values and a mask; all sizes differ, so that no two axes can be confused."""
    lengths, generator = lengths or draws.lengths(4), draws.generator()
    count, longest = len(lengths), max(lengths)
    steps, width = draws.sizes(2, 2, 9)
    steps = steps if steps not in (count, longest) else 10
    scores = size * torch.randn(count, steps, longest, generator=generator)
    values = torch.randn(count, longest, width + 10, generator=generator)
    return scores, values, torch.arange(longest) < torch.tensor(lengths).unsqueeze(1)


def softmax(scores, mask, dim=2):
    """Over the places where the mask is True."""
    return (
        scores.double()
        .masked_fill(~mask.unsqueeze(1), -torch.inf)
        .softmax(dim=dim)
        .nan_to_num(0)
    )


def mistakes(scores, mask):
    """The weights that likely mistakes lead to."""
    seen = mask.unsqueeze(1)
    plain = scores.double().softmax(dim=2)
    return {
        "there is no mask: scores on padding are -inf before the softmax": plain,
        "the mask comes before the softmax, not after it: what is left no longer sums to 1": plain
        * seen,
        "a score of 0 on padding still weighs something: it is -inf there": (
            scores * seen
        ).softmax(dim=2),
        "a score of -10 on padding still weighs something: it is -inf there": scores.masked_fill(
            ~seen, -10
        ).softmax(dim=2),
        "the mask is inverted: it is True where the source is": softmax(scores, ~mask),
        "the softmax goes over the places of the source, dim=2, not over the steps": softmax(
            scores, mask, 1
        ),
        "the softmax goes over the places of the source, dim=2, not over the batch": softmax(
            scores, mask, 0
        ),
        "scores become weights by a softmax": scores.masked_fill(~seen, 0),
        "these are logarithms of weights: softmax in place of log_softmax": plain.log(),
    }


def pair(student, inputs):
    """What attend gives; it must be two tensors."""
    reply = student.attend(*inputs)
    is_pair = isinstance(reply, (tuple, list)) and len(reply) == 2
    equal_to(
        is_pair and all(isinstance(each, torch.Tensor) for each in reply),
        True,
        what="two tensors come back",
        hint="return both, the context first: return context, weights",
    )
    return reply


@pytest.mark.question(
    "q7-attend",
    points=0,
    alive=True,
    hint="weights follow the scores, and the context the values",
)
def test_weights_follow_scores(student, draws):
    scores, values, mask = drawn(draws, [4, 4, 4])
    raised = scores.clone()
    raised[1, 0, 2] += 1
    sent = tensors_sent((scores, values, mask))
    (context, weights), (_, others) = (
        pair(student, (scores, values, mask)),
        pair(student, (raised, values, mask)),
    )
    differ(
        weights,
        others,
        what="weights follow the scores",
        sent=f"{sent}; then with one score that is larger",
    )
    other, _ = pair(student, (scores, 1 - values, mask))
    differ(
        context,
        other,
        what="the context follows the values",
        sent=f"{sent}; then with other values",
    )


@pytest.mark.question(
    "q7-attend",
    points=0.5,
    essential=True,
    requires=("masked-softmax",),
    hint="a softmax over the places of the source, with scores of -inf on padding before it",
)
def test_masked_softmax(student, draws):
    for lengths in (None, None, [1], [draws.between(2, 5)]):
        scores, values, mask = drawn(draws, lengths)
        _, weights = pair(student, (scores, values, mask))
        close_to(
            weights,
            softmax(scores, mask),
            what="the weights are the softmax over the places of the source",
            mistakes=mistakes(scores, mask),
            sent=tensors_sent((scores, values, mask)),
        )
        on_padding = weights.masked_fill(mask.unsqueeze(1), 0)
        close_to(
            1e6 * on_padding,
            torch.zeros_like(on_padding),
            what="the weights are exactly 0 on padding",
            sent=tensors_sent((scores, values, mask)),
            hint="padding still weighs something: scores there are -inf, or as low as -1e9",
        )


@pytest.mark.question(
    "q7-attend",
    points=0.25,
    essential=True,
    requires=("context",),
    hint="the context is the sum of the values by the weights that come back",
)
def test_context(student, draws):
    for lengths in (None, [draws.between(3, 5)] * 2, [1]):
        scores, values, mask = inputs = drawn(draws, lengths)
        context, weights = pair(student, inputs)
        close_to(
            context,
            weights.double() @ values.double(),
            what="the context is the sum of the values by the weights",
            mistakes={
                "sum by the weights: this is their mean": values.mean(
                    dim=1, keepdim=True
                ).expand_as(context),
                "the values are counted by the scores: by the weights": scores.masked_fill(
                    ~mask.unsqueeze(1), 0
                )
                @ values,
                "this is the sum divided by the length": weights @ values / values.shape[1],
            },
            sent=tensors_sent(inputs),
        )


@pytest.mark.question(
    "q7-attend",
    points=0.25,
    requires=("large", "padding", "calls"),
    hint="large scores overflow nothing, and padding has no part, in gradients neither",
)
def test_large_scores_and_padding(student, draws):
    scores, values, mask = drawn(draws)
    seen = mask.unsqueeze(1)
    noisy = (
        torch.where(seen, scores, 1e4 + scores),
        torch.where(mask.unsqueeze(2), values, 1e4 * values),
        mask,
    )
    sent = f"{tensors_sent(noisy)}; large numbers under the padding"
    (context, weights), (other, beside) = (
        pair(student, (scores, values, mask)),
        pair(student, noisy),
    )
    for name, first, second in (("weights", weights, beside), ("context", context, other)):
        close_to(
            second,
            first,
            what="what stands under the padding changes nothing",
            sent=sent,
            hint="the largest score is that of the places of the source"
            if name == "weights"
            else "padding is summed",
        )
    far = 1000 * scores, values, mask
    close_to(
        pair(student, far)[1],
        softmax(far[0], mask),
        what="large scores do no harm",
        sent=f"{tensors_sent(far)}, scores of some thousands",
        hint="exp overflows above 88: subtract the largest score first, as softmax does",
    )
    passes_gradient(student.attend, noisy, parts=(0, 1), seed=draws.seed())
