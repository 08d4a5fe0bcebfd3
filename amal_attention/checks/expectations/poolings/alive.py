"""Expectations that see whether an answer is alive: is the idea of its question attempted, be it with a mistake?

Texts stand in a batch with padding, and what is looked for may show on the words or, under a mask that is inverted, on
the padding.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.poolings.diagnosis import mistake_of_mean, mistake_of_nan, mistake_of_weights
from amal_attention.checks.expectations.poolings.probe import looks, read, read_each
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.probes.probe import UNSTEADY
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["compares_by_text", "moves_with_words", "weighs_words_apart"]

Module = nn.Module | Subject

_TRIES = 6
_LENGTHS = (5, 3, 3)  # of each row two words or two places of padding can be compared
_SAME_MEAN = torch.tensor([0.0, 1.0, -1.0, 1.0, -1.0])
"""What is added to each word: neither the mean of 3 words, nor that of all 5 places, nor the first word moves."""
_TINY = 1e-30
_BY_PLACE = "the weights do not hang on the words: they are drawn, told by the place, or kept from the call before"
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
            _not_of_one_call(looked_at, x, mask, before)
            or mistake_of_mean(before, x, mask)
            or hint
            or "pooled is made of all the words of the text, of each alike",
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
        _of_no_numbers(pooled, weights, mask)
        or ((_MEAN_ALONE if of_words else _BY_PLACE if same(weights, again) else UNSTEADY) if apart else "")
        or hint
        or _of_dead_weights(looked_at, weights, mask),
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


def _not_of_one_call(looked_at: Subject, x: Tensor, mask: Tensor, before: Tensor) -> str:
    """What it hints at that the same batch gives something else, or that a mean has parameters."""
    (first, _), _, (again, _) = read_each(looked_at, [(x, mask), (2 * x, mask), (x, mask)], finite=False)
    if not (same(first, before, nan=True) and same(again, first, nan=True)):
        return UNSTEADY
    return "a mean has nothing to learn: no parameter has a part in it" if looked_at.parameters() else ""


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


def _of_no_numbers(pooled: Tensor, weights: Tensor, mask: Tensor) -> str:
    """What it hints at that some of an answer are no numbers; empty if all are."""
    finite = pooled.isfinite().all() and weights.isfinite().all()
    return "" if finite else mistake_of_nan(weights, mask, pooled)


def _of_dead_weights(looked_at: Subject, weights: Tensor, mask: Tensor) -> str:
    if not looked_at.parameters():
        return "the module has no parameter: a query that is learned is an nn.Parameter"
    likely = mistake_of_weights(weights, mask)
    return f"q · x changes nothing in the weights; {likely}" if likely else "q · x changes nothing in the weights"
