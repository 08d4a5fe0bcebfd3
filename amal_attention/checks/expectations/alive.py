"""Expectations that see whether an answer is alive: is the idea of its question attempted, be it with a mistake?

Texts stand in a batch with padding, and what is looked for may show on the words or, under a mask that is inverted, on
the padding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.diagnosis import UNSTEADY, mistake_of_mean, mistake_of_weights
from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifier_penalty import BY_STEP
from amal_attention.checks.expectations.classifier_reading import Attention, handed, received
from amal_attention.checks.reading import looks, read, read_each
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers, reviews_sent

__all__ = ["compares_by_text", "decides_by_pooling", "follows_attention", "moves_with_words", "weighs_words_apart"]

Module = nn.Module | Subject

_TRIES = 6
_LENGTHS = (5, 3, 3)  # of each row two words or two places of padding can be compared
_SAME_MEAN = torch.tensor([0.0, 1.0, -1.0, 1.0, -1.0])
"""What is added to each word: neither the mean of 3 words, nor that of all 5 places, nor the first word moves."""
_TINY = 1e-30
_BY_PLACE = "the weights do not hang on the words: they are drawn, or told by the place"
_MEAN_ALONE = "pooled hangs on the mean of the words alone: sum the words by the weights"


@expectation("where a word moves, the pooled vector moves the same way, and the mask tells which are words")
def moves_with_words(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """What is added to any word of a text moves its pooled vector along, by one factor; another mask counts."""
    ((looked_at, x, mask),) = looks(pooling, dim, (4, 2), times=1, seed=seed)
    step = 1 + torch.rand(dim, generator=torch.Generator().manual_seed(seed))
    moved = [x.index_put((torch.tensor(1), torch.tensor(place)), x[1, place] + step) for place in range(4)]
    longer = torch.arange(4) < torch.tensor([[4], [3], [4]])  # another shape: a mask that is kept is no matter here
    batches = [(x, mask), *((each, mask) for each in moved), (torch.cat([x, x[:1]]), longer)]
    (before, weights), *answers, (beside, weights_beside) = read_each(looked_at, batches, finite=False)
    beside, weights_beside = beside[:2], weights_beside[:2]
    rises = [(pooled - before)[1] for pooled, _ in answers]
    factors = [_factor(rise, step) for rise in rises]
    if not (_even(factors[:2]) or _even(factors[2:])):
        raise Missed(
            "a pooled vector that moves along, as far for each word, as a mean or a sum does",
            f"one that moves by {numbers(rises[0])}, and by {numbers(rises[1])} for the other word",
            mistake_of_mean(before, x, mask) or hint or "pooled is made of all the words of the text, of each alike",
            f"a review of 2 words, padded to 4; then the same, {numbers(step)} added to its word 1, or to its word 2",
        )
    if same(before, beside) and same(weights, weights_beside):
        raise Missed(
            "another answer where the mask says that a third place is a word",
            f"the same, pooled {numbers(before[1])}, weights {numbers(weights[1])}",
            mistake_of_mean(before, x, mask) or "mask is True on words: as nothing hangs on it, padding is counted",
            "a review of 2 words, padded to 4; then the same numbers as a review of 3 words",
        )


@expectation("attention prefers some words to others")
def weighs_words_apart(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """In some look two words of a text have weights that differ, that hang on the words, and that have an effect.

    They have none where they are no shares, and pooled hangs on the mean of the words alone. Weights of 1 for every
    word count too, of a module that has parameters and sums words: a softmax over an axis of length 1.
    """
    for looked_at, x, mask in looks(pooling, dim, _LENGTHS, _TRIES, seed):
        x[0, 4] = x[0, 0]
        steps = torch.randn(len(x), 1, dim, generator=torch.Generator().manual_seed(seed))
        moved = x + _SAME_MEAN.unsqueeze(1) * steps
        answers = read_each(looked_at, [(x, mask), (moved, mask), (x, mask)], finite=False)
        (pooled, weights), (other, other_weights), (_, again) = answers
        ones = same(weights[mask], torch.ones_like(weights[mask])) and bool(looked_at.parameters())
        if ones and not same(pooled[1], pooled[2]):
            return
        apart = any(_apart(row) for row in _rows(weights, mask))
        of_words = not same(weights, other_weights) and _alike_for_like_words(weights, again)
        summed = not same(pooled, other) or bool((weights >= 0).all())
        if apart and of_words and summed:
            return
    raise Missed(
        "weights that differ from word to word, and follow the words",
        f"weights {numbers(weights[0])}, then {numbers(other_weights[0])}; pooled {numbers(pooled[0])}, then "
        f"{numbers(other[0])}",
        (_MEAN_ALONE if of_words else _BY_PLACE if same(weights, again) else UNSTEADY)
        if apart
        else hint or _of_dead_weights(looked_at, weights, mask),
        f"{reviews_sent(x, mask)}, then others of the same means; with random parameters",
    )


@expectation("attention depends on the text: the other words of a text change how two words compare")
def compares_by_text(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """In some look another first word changes the ratio of the weights of two others."""
    for looked_at, x, mask in looks(pooling, dim, _LENGTHS, _TRIES, seed):
        x[0, 4] = x[0, 1]
        other = torch.cat([1 - 2 * x[:, :1], x[:, 1:]], dim=1)
        answers = read_each(looked_at, [(x, mask), (other, mask), (x, mask)], finite=False)
        weights, beside, again = (each for _, each in answers)
        odds, others = _odds(weights), _odds(beside)
        known = odds.isfinite() & others.isfinite()
        if known.any() and not same(odds[known], others[known]) and _alike_for_like_words(weights, again, 1):
            return
    _, weights = read(looked_at, x, mask, finite=False)
    raise Missed(
        "another ratio of their weights beside another word",
        f"the same ratio, weights {numbers(weights[0])}",
        hint or "the query is the same for all texts: compute it from the text",
        f"{reviews_sent(x, mask)}, then the same with other first words; with random parameters",
    )


@expectation("the logits are made of what the pooling gives")
def decides_by_pooling(model: Module, attention: Attention, batch: Any, words: int, *, hint: str = "") -> None:
    """Around a pooling that gives the first word, another first word changes the logits, and no other word does.

    Args:
        model: a classifier around ``attention``.
        attention: it keeps what it was handed.
        batch: reviews of several words.
        words: V, how many words it knows.
        hint: for a miss.
    """
    others = torch.where(torch.arange(batch.tokens.shape[1]) == 0, batch.tokens, words - 1 - batch.tokens)
    texts = [batch.tokens, batch.tokens, others, words - 1 - batch.tokens]
    looked_at = subject(model).eval()
    looked_at.materialise(batch.tokens, batch.mask)
    logits, again, beside, by_first = randomised(looked_at).each([(tokens, batch.mask) for tokens in texts])
    if received(looked_at) is None:  # a copy would do here
        handed(attention)
    if same(logits, by_first) or (same(logits, again) and not same(logits, beside)):
        raise Missed(
            "logits that hang on the first word alone, as the pooling does",
            "the same for other words" if same(logits, by_first) else "other ones beside other words",
            hint or "self.pooling(x, mask) gives the pooled vectors that the linear layer decides by",
            "reviews, then the same words first and others behind them, then other words; the pooling gives the first",
        )


@expectation("the loss hangs on the attention")
def follows_attention(build: Callable[[Tensor], Module], batch: Any, weights: Tensor, *, hint: str = "") -> None:
    """A gradient reaches the attention, or a narrower one gives another loss, and the same one the same loss.

    Args:
        build: makes a classifier around a :class:`FixedAttention` of given weights; the same start each time.
        batch: labelled reviews, the first of them of two words at least.
        weights: ``(B, L)``.
        hint: for a miss.
    """
    loss, gradients = _first_step(build(weights), batch)
    if any(_uneven(each, batch.mask) for each in gradients if each is not None and each.shape == weights.shape):
        return
    narrower = weights**4 / (weights**4).sum(dim=1, keepdim=True)
    (other, _), (again, _) = (_first_step(build(each), batch) for each in (narrower, weights))
    steady = torch.allclose(loss, again, rtol=1e-3, equal_nan=True)
    if same(loss, other) or not steady:
        raise Missed(
            "another loss for a narrower attention, and the same for the same",
            f"{loss:.4g}, then {other:.4g}, and {again:.4g} for the first again",
            hint if steady else BY_STEP,
            "an attention, a narrower one, and the first again",
        )


def _first_step(model: Module, batch: Any) -> tuple[Tensor, list[Tensor | None]]:
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    ((loss, gradients),) = looked_at.steps([batch])
    return loss, list(gradients.values())


def _uneven(gradient: Tensor, mask: Tensor) -> bool:
    """Whether a gradient pulls at two words of a review in two ways, or is not a number."""
    rows = (row[words] for row, words in zip(gradient, mask, strict=True))
    return any(bool(row.isnan().any()) or not same(row, row[:1].expand_as(row), 1e-6) for row in rows)


def _factor(rise: Tensor, step: Tensor) -> float:
    """By what a vector rises, as a multiple of another one; 0 if in another direction, nan if there is a nan in it."""
    factor = float((rise / step).mean())
    along = rise.isnan().any() or (abs(factor) > 1e-4 and same(rise / factor, step, 5e-2))
    return factor if along else 0.0


def _even(factors: list[float]) -> bool:
    """Whether all that is known of them is one number, and not 0."""
    known = torch.tensor([each for each in factors if each == each])
    return bool((known != 0).all()) and same(known / known[:1], torch.ones_like(known), 5e-2)


def _rows(weights: Tensor, mask: Tensor) -> Iterator[Tensor]:
    """The weights on the words of each text, then those on its padding."""
    for row, words in zip(weights, mask, strict=True):
        yield from (row[words], row[~words])


def _apart(weights: Tensor) -> bool:
    return len(weights) > 1 and bool(weights.isfinite().all()) and not same(weights, weights[:1].expand_as(weights))


def _alike_for_like_words(weights: Tensor, again: Tensor, place: int = 0) -> bool:
    """Whether weights are not drawn: the same twice, or at least for the words at this place and at 4 of a text."""
    return same(weights, again) or same(weights[0, place], weights[0, 4], 1e-6)


def _odds(weights: Tensor) -> Tensor:
    """Log-ratios of the weights at the places 1 and 2, and 3 and 4; not finite where one is as good as 0."""
    logs = weights.double().abs().where(weights.abs() > _TINY, torch.nan).log()
    return torch.cat([logs[:, 1] - logs[:, 2], logs[:, 3] - logs[:, 4]])


def _of_dead_weights(looked_at: Subject, weights: Tensor, mask: Tensor) -> str:
    if not looked_at.parameters():
        return "the module has no parameter: a query that is learned is an nn.Parameter"
    likely = mistake_of_weights(weights, mask)
    return f"q · x changes nothing in the weights; {likely}" if likely else "q · x changes nothing in the weights"
