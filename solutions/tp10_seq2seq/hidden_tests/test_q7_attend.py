"""Hidden tests of exercise 7.3: a masked softmax, and the sum by it."""

import pytest
import torch

from amal_attention.checks import close_to, differ, differentiates, equal_to
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


def softmax(scores, mask):
    """Over the places where the mask is True."""
    return (
        scores.double().masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2).nan_to_num(0)
    )


def mistakes(scores, mask):
    """The weights that likely mistakes lead to, where a call before was handed the lines in the other order."""
    seen = mask.unsqueeze(1)
    plain = scores.double().softmax(dim=2)
    low = scores.double().masked_fill(~seen, -1e9)
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
        "the mask is inverted: it is True where the source is": scores.masked_fill(
            seen, -1e9
        ).softmax(dim=2),
        "the softmax goes over the places of the source, dim=2, not over the steps": low.softmax(
            dim=1
        ),
        "the softmax goes over the places of the source, dim=2, not over the batch": low.softmax(
            dim=0
        ),
        "the softmax goes over the places of the source alone: here it goes over the steps too": low.flatten(
            1
        )
        .softmax(dim=1)  # given: no answer by itself
        .view_as(low),
        "the softmax goes over an axis of length 1: every weight is 1": seen.expand_as(
            scores
        ).double(),
        "scores become weights by a softmax": scores.masked_fill(~seen, 0),
        "these are logarithms of weights: softmax in place of log_softmax": plain.log(),
        "the mask of an earlier call is kept: each call answers for itself": softmax(
            scores, mask.flip(0)
        ),
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
    scores, values, mask = drawn(draws, [4, 2, 3])
    raised = scores.flip(2)
    first, by_score, by_values = (
        pair(student, inputs)
        for inputs in (
            (scores, values, mask),
            (raised, values, mask),
            (scores, 1 - values, mask),
        )
    )
    sent = tensors_sent((scores, values, mask))
    if not is_ones(first[1], mask):
        differ(
            moved(first, by_score),
            "nothing",
            what="weights follow the scores",
            sent=f"{sent}; then with the scores from last to first",
        )
    differ(
        moved(first, by_values),
        "nothing",
        what="the context follows the values",
        sent=f"{sent}; then with other values",
    )


def is_ones(weights, mask):
    """Whether each place of the source weighs 1, as after a softmax over an axis of length 1."""
    rows, longest = mask.shape
    if weights.ndim != 3 or weights.shape[::2] != (rows, longest):
        return False
    seen = mask.unsqueeze(1).expand_as(weights)
    return bool((weights[seen] == 1).all())


def moved(first, second):
    """Whether something changed, in whatever order it comes back."""
    alike = (
        one.shape == other.shape and torch.allclose(one, other, atol=1e-6)
        for one, other in zip(first, second, strict=False)
    )
    return "nothing" if all(alike) else "something"


@pytest.mark.question(
    "q7-attend",
    points=0.5,
    essential=True,
    requires=("masked-softmax", "calls"),
    hint="a softmax over the places of the source, with scores of -inf on padding before it",
)
def test_masked_softmax(student, draws):
    some = draws.lengths(4)
    for lengths in (some, some[::-1], [1], [draws.between(2, 5)]):
        scores, values, mask = drawn(draws, lengths)
        _, weights = pair(student, (scores, values, mask))
        equal_to(
            bool(weights.isfinite().all()),
            True,
            what="the weights are finite",
            sent=tensors_sent((scores, values, mask)),
            hint="nan: the mask is inverted, or a softmax goes over nothing but -inf",
        )
        close_to(
            weights,
            softmax(scores, mask),
            what="the weights are the softmax over the places of the source",
            mistakes=mistakes(scores, mask),
            sent=tensors_sent((scores, values, mask)),
        )
        on_padding = weights.masked_fill(mask.unsqueeze(1), 0).abs().max()
        equal_to(
            round(float(on_padding), 10),
            0.0,
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
        equal_to(
            list(weights.shape),
            list(scores.shape),
            what="as many weights come back as there are scores",
            sent=tensors_sent(inputs),
            hint="weights are (B, T, S): nothing is squeezed away",
        )
        close_to(
            context,
            weights.double() @ values.double(),
            what="the context is the sum of the values by the weights",
            mistakes={
                "sum by the weights: this is their mean": values.mean(
                    dim=1,
                    keepdim=True,  # given: no answer by itself
                ).expand_as(context),
                "the values are counted by the scores: by the weights": scores.masked_fill(
                    ~mask.unsqueeze(1), 0
                )
                @ values,
                "this is the sum divided by the length": weights @ values / values.shape[1],
            },
            sent=tensors_sent(inputs),
            hint="the context is the sum of the values by the weights that come back",
        )
    scores, values, mask = drawn(draws, [4, 4])
    others = pair(student, (scores.flip(2), values, mask))
    differ(
        moved(pair(student, (scores, values, mask))[:1], others[:1]),
        "nothing",
        what="the context follows the scores",
        sent="scores, then the same from last to first",
    )


@pytest.mark.question(
    "q7-attend",
    points=0.25,
    requires=("large", "padding", "calls"),
    hint="large scores overflow nothing, and padding has no part, in gradients neither",
)
def test_large_scores_and_padding(student, draws):
    scores, values, mask = drawn(draws, [draws.between(3, 6)] * 2, size=1000)
    sent = f"{tensors_sent((scores, values, mask))}, scores of some thousands"
    hint = "exp overflows above 88: subtract the largest score first, as softmax does; and nothing is cut off"
    _, weights = pair(student, (scores, values, mask))
    expected = softmax(scores, mask)
    are_close(weights, expected, what="large scores do no harm", sent=sent, hint=hint)
    scores, values, mask = drawn(draws)
    far = 1e4 * ~mask
    noisy = scores + far.unsqueeze(1), values * (1 + far.unsqueeze(2)), mask
    sent = f"{tensors_sent(noisy)}; large numbers under the padding"
    hints = (
        "what stands under the padding is summed",
        "the mask hides scores before the softmax, and before the largest is looked for",
    )
    what = "what stands under the padding changes nothing"
    replies = pair(student, noisy), pair(student, (scores, values, mask))
    for came, before, hint in reversed([*zip(*replies, hints, strict=True)]):
        are_close(came, before, what=what, sent=sent, hint=hint)
    differentiates(student.attend, noisy, parts=(0, 1), seed=draws.seed())
    low = scores - 5000, values, mask
    sent = f"{tensors_sent(low)}, scores of some thousands below 0"
    are_close(
        pair(student, low)[1],
        softmax(low[0], mask),
        what="large scores do no harm",
        sent=sent,
        hint=hints[1],
    )
    types = [str(each.dtype) for each in replies[0]]
    equal_to(types, ["torch.float32"] * 2, what="what comes back has the type of the values")
    after = student.attend.inputs_after(scores, values, mask)
    same = [
        torch.equal(one, other)  # given: no answer by itself
        for one, other in zip(after, (scores, values, mask), strict=True)
    ]
    equal_to(
        same,
        [True] * 3,
        what="a call leaves scores, values and mask as they are",
        hint="what ends in _ changes a tensor in place: make a new one",
    )


def are_close(came, expected, *, what, sent, hint):
    """Look whether numbers are those that are expected; nan has the same hint."""
    equal_to(bool(came.isfinite().all()), True, what=what, sent=sent, hint=hint)
    close_to(came, expected, what=what, sent=sent, hint=hint)
