"""Hidden tests of exercise 4.2: the mean over the tokens that the mask says there are, in closed form."""

import math

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to


def some_lines(draws, least=1):
    """Logits, targets from ``least`` on, and where they are; on padding stands what is a token elsewhere."""
    lengths, generator = draws.lengths(3, 6), draws.generator()
    num_tokens = draws.between(8, 12)
    mask = torch.arange(7) < torch.tensor([*lengths, 7]).unsqueeze(1)
    target = torch.randint(least, num_tokens, mask.shape, generator=generator)
    return 2 * torch.randn(*mask.shape, num_tokens, generator=generator), target, mask


def costs(logits, target):
    """Minus the log-probability of each target, in float64."""
    return [
        [
            math.log(math.fsum(math.exp(x - row[token]) for x in row))
            for row, token in zip(rows, tokens, strict=True)
        ]
        for rows, tokens in zip(logits.double().tolist(), target.tolist(), strict=True)
    ]


@pytest.mark.question(
    "q4-loss", points=0, alive=True, hint="the loss hangs on the logits and on the targets"
)
def test_it_hangs_on_logits_and_targets(student, draws):
    logits, target, mask = some_lines(draws)
    loss, num_tokens = student.sequence_loss, logits.shape[2]
    first = loss(logits, target, mask)
    what = "the loss hangs on the logits and on the targets"
    differ(
        first,
        loss(logits.flip(2), target, mask),
        what=what,
        sent="lines, then others with other logits",
    )
    other = torch.where(2 * target == num_tokens, 1, num_tokens - target)
    differ(
        first,
        loss(logits, other, mask),
        what=what,
        sent="lines, then others with other targets",
    )


@pytest.mark.question(
    "q4-loss",
    points=0.5,
    essential=True,
    requires=("mean-over-real-tokens",),
    hint="the sum over the tokens where the mask is True, divided by their number",
)
def test_mean_over_the_tokens(student, draws):
    for lines in (4, 1):
        logits, target, mask = (each[:lines] for each in some_lines(draws))
        each, tokens = torch.tensor(costs(logits, target), dtype=torch.float64), mask.double()
        total = (each * tokens).sum()
        by_line = (each * tokens).sum(dim=1) / tokens.sum(dim=1)
        mixed = logits.reshape(len(logits), logits.shape[2], -1).transpose(1, 2)
        later = torch.tensor(costs(logits[:, :-1], target[:, 1:]), dtype=torch.float64)
        mistakes = {
            "padding is counted: only the places where the mask is True cost something": each.mean(),
            "divide by the number of tokens, not by that of all places": total / each.numel(),
            "this is the mean of the means of the lines: each token counts as much as any other": by_line.mean(),
            "the mask is True on tokens: this is the mean over the padding": (
                (each * (1 - tokens)).sum() / (1 - tokens).sum()
            ),
            "nll_loss takes log-probabilities: cross_entropy takes the logits": (
                -logits.gather(2, target.unsqueeze(2)).squeeze(2)[mask].double().mean()
            ),
            "this is the sum: divide by the number of tokens": total,
            "divide by the number of tokens, not by that of lines": total / len(each),
            "the axes: cross_entropy wants (B, V, T), by transpose(1, 2); reshape mixes the numbers": (
                torch.tensor(costs(mixed, target), dtype=torch.float64) * tokens
            ).sum()
            / tokens.sum(),
            "place by place: the teacher is one place late already, so that nothing is shifted here": (
                later * tokens[:, 1:]
            ).sum()
            / tokens[:, 1:].sum(),
            "no softmax before: cross_entropy takes the logits, and applies its own": (
                torch.tensor(costs(logits.softmax(dim=2), target), dtype=torch.float64) * tokens
            ).sum()
            / tokens.sum(),
        }
        close_to(
            student.sequence_loss(logits, target, mask),
            total / tokens.sum(),
            what="the mean of minus the log-probabilities of the tokens",
            mistakes=mistakes,
            sent=f"{len(mask)} lines of up to 7 tokens, {int(tokens.sum())} tokens in all",
        )


@pytest.mark.question(
    "q4-loss",
    points=0.25,
    requires=("token-0", "finite", "calls"),
    hint="the mask tells what counts, not the number of a token; the logits go into cross_entropy as they are",
)
def test_token_0_and_large_logits(student, draws):
    logits, target, mask = some_lines(draws, least=0)
    target[0, 0] = target[-1, -1] = 0
    each, tokens = torch.tensor(costs(logits, target), dtype=torch.float64), mask.double()
    others = tokens * (target != 0)
    close_to(
        student.sequence_loss(logits, target, mask),
        (each * tokens).sum() / tokens.sum(),
        what="token 0 counts where the mask is True",
        mistakes={
            "the mask tells what counts, not token 0: no ignore_index=0": (each * others).sum()
            / others.sum()
        },
        sent="lines with token 0 among their targets",
    )
    _, (gradient, _, _) = student.sequence_loss.gradients((logits, target, mask))
    right = (
        (logits.softmax(dim=2) - torch.eye(logits.shape[2])[target])
        * mask.unsqueeze(2)  # given: no answer by itself
        / tokens.sum()
    )
    equal_to(
        gradient is not None,
        True,
        what="the loss carries a gradient",
        hint="no detach, no item: the loss stays a tensor that the logits can learn from",
    )
    close_to(
        gradient,
        right,
        what="the gradient is that of the mean, and 0 on padding",
        sent="lines with token 0 among their targets, and a gradient of the loss",
    )
    large = torch.where(torch.rand(logits.shape, generator=draws.generator()) < 0.5, -1e5, 1e5)
    large[:, :, 0] = 1e5  # one is the largest everywhere
    below = (1e5 - large.gather(2, target.unsqueeze(2)).squeeze(2)).double()
    as_large = (large == 1e5).sum(dim=2).double()
    by_hand = ((below + as_large.log()) * tokens).sum() / tokens.sum()
    close_to(
        student.sequence_loss(large, target, mask),
        by_hand,
        what="logits of ±100000 cost what they should",
        sent="logits that are 100000 or -100000",
        hint="the exp of a large logit is infinite: F.cross_entropy subtracts the largest logit first",
    )
    loss = student.sequence_loss(logits, target, mask)
    equal_to(str(loss.dtype), "torch.float32", what="the loss is of float32")
    before = (logits, target, mask)
    equal_to(
        all(map(torch.equal, before, student.sequence_loss.inputs_after(*before))),
        True,
        what="a call leaves what it is given as it is",
        hint="what ends in _ changes in place what others go on from: make a new one",
    )
