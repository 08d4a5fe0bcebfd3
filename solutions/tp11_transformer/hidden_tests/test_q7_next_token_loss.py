"""Hidden tests of exercise 7.2: the mean over the pairs of neighbours that are both words, in closed form."""

import math

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to


def some_texts(draws):
    """Logits, tokens and where they are; token 0 is a word too, and tokens stand under the padding."""
    lengths, generator = draws.lengths(3, 6), draws.generator()
    num_tokens = draws.between(8, 12)
    mask = torch.arange(7) < torch.tensor([*lengths, 7]).unsqueeze(1)
    tokens = torch.randint(num_tokens, mask.shape, generator=generator)
    tokens[-1, 2] = tokens[-1, -1] = 0
    return 2 * torch.randn(*mask.shape, num_tokens, generator=generator), tokens, mask


def costs(logits, tokens):
    """Minus the log-probability of each token by the logits at its place, in float64."""
    by_place = [
        [
            math.log(math.fsum(math.exp(x - row[token]) for x in row))
            for row, token in zip(rows, line, strict=True)
        ]
        for rows, line in zip(logits.double().tolist(), tokens.tolist(), strict=True)
    ]
    return torch.tensor(by_place, dtype=torch.float64)


def over(each, counts):
    """The mean of the numbers that count."""
    return (each * counts).sum() / counts.sum()


@pytest.mark.question(
    "q7-next-token-loss",
    points=0,
    alive=True,
    hint="the loss hangs on the logits and on the tokens",
)
def test_it_hangs_on_logits_and_tokens(student, draws):
    logits, tokens, mask = some_texts(draws)
    loss, what = student.next_token_loss, "the loss hangs on the logits and on the tokens"
    first = loss(logits, tokens, mask)
    differ(
        first,
        loss(logits.flip(2), tokens, mask),
        what=what,
        sent="texts, then the same with other logits",
    )
    other = (tokens + 1) % logits.shape[2]
    differ(
        first,
        loss(logits, other, mask),
        what=what,
        sent="texts, then others with the same logits",
    )


@pytest.mark.question(
    "q7-next-token-loss",
    points=0.75,
    essential=True,
    requires=("shifted-mean-over-words", "padding"),
    hint="logits[:, :-1] tell tokens[:, 1:]; the mean is over the pairs whose two places are words",
)
def test_the_mean_over_pairs_of_words(student, draws):
    for rows in (slice(None), slice(-1, None)):
        logits, tokens, mask = (each[rows] for each in some_texts(draws))
        words, later = mask.double(), costs(logits[:, :-1], tokens[:, 1:])
        pairs = (mask[:, :-1] & mask[:, 1:]).double()  # given: pairs of words
        here, before = costs(logits, tokens), costs(logits[:, 1:], tokens[:, :-1])
        twice = costs(logits[:, :-2], tokens[:, 2:])
        of_words = pairs * (tokens[:, 1:] != 0)
        by_text = (later * pairs).sum(dim=1)[pairs.any(dim=1)]
        close_to(
            student.next_token_loss(logits, tokens, mask),
            over(later, pairs),
            what="the mean of minus the log-probability of each next token",
            mistakes={
                "place i tells token i + 1: shift, logits[:, :-1] and tokens[:, 1:]": over(
                    here, words
                ),
                "the other way round: place i tells token i + 1, not i - 1": over(
                    before, pairs
                ),
                "shifted twice: place i tells token i + 1, not i + 2": over(
                    twice, pairs[:, 1:]
                ),
                "the mask tells what is a word, not the number: no ignore_index=0": over(
                    later, of_words
                ),
                "padding is counted: only pairs of two words cost something": later.mean(),
                "the mask is True on words: this is the mean over the pairs with padding": over(
                    later, 1 - pairs
                ),
                "this is the sum: divide by the number of pairs": (later * pairs).sum(),
                "divide by the number of pairs of words, not by that of all places": (
                    later * pairs
                ).sum()
                / later.numel(),
                "divide by the number of pairs, not by that of words: the first of a text is not told": (
                    (later * pairs).sum() / words.sum()
                ),
                "each pair counts as much as any other: no mean of the means of texts": (
                    by_text / pairs.sum(dim=1)[pairs.any(dim=1)]
                ).mean(),
                "divide by the number of pairs, not by that of texts": (later * pairs).sum()
                / len(later),
                "no softmax before: cross_entropy takes the logits, and applies its own": over(
                    costs(logits[:, :-1].softmax(dim=2), tokens[:, 1:]), pairs
                ),
                "the loss is asked for, not the perplexity: leave out the exp": over(
                    later, pairs
                ).exp(),
            },
            sent=f"{len(mask)} texts of up to 7 tokens, {int(pairs.sum())} pairs of neighbours",
        )


@pytest.mark.question(
    "q7-next-token-loss",
    points=0.25,
    requires=("finite", "calls"),
    hint="the logits go into cross_entropy as they are, and the loss stays a tensor to learn from",
)
def test_large_logits_and_the_gradient(student, draws):
    logits, tokens, mask = some_texts(draws)
    pairs = (mask[:, :-1] & mask[:, 1:]).unsqueeze(2)  # given: pairs of words
    loss, (gradient, *_) = (
        student.next_token_loss,
        student.next_token_loss.gradients((logits, tokens, mask))[1],
    )
    equal_to(
        gradient is not None,
        True,
        what="the loss carries a gradient",
        hint="no detach, no item: the loss stays a tensor that the logits can learn from",
    )
    right = torch.zeros_like(logits)
    missed = logits[:, :-1].softmax(dim=2) - torch.eye(logits.shape[2])[tokens[:, 1:]]
    right[:, :-1] = missed * pairs / pairs.sum()
    close_to(
        gradient,
        right,
        what="the gradient is that of the mean, and 0 on padding and at the last place",
        sent="texts, and a gradient of the loss",
    )
    large = torch.where(torch.rand(logits.shape, generator=draws.generator()) < 0.5, -1e5, 1e5)
    large[:, :, 0] = 1e5  # one is the largest everywhere
    below = (1e5 - large[:, :-1].gather(2, tokens[:, 1:, None])).double()
    as_large = (large[:, :-1] == 1e5).sum(dim=2, keepdim=True).double()
    close_to(
        loss(large, tokens, mask),
        over(below + as_large.log(), pairs),
        what="logits of ±100000 cost what they should",
        sent="logits that are 100000 or -100000",
        hint="the exp of a large logit is infinite: F.cross_entropy subtracts the largest logit first",
    )
    equal_to(
        str(loss(logits, tokens, mask).dtype), "torch.float32", what="the loss is of float32"
    )
    before = (logits, tokens, mask)
    equal_to(
        all(map(torch.equal, before, loss.inputs_after(*before))),
        True,
        what="a call leaves what it is given as it is",
        hint="what ends in _ changes in place what others go on from: make a new one",
    )
