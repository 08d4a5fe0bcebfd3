"""Expectations on a classifier whose loss counts the entropy of its attention."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import (
    AT_STRENGTH_0,
    LEARNS_TOO,
    UNREGISTERED,
    Module,
    are_alike,
    labels_sent,
    or_zeros,
)
from amal_attention.checks.subjects.subject import function_subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["BY_STEP", "OwnEntropy", "charges_entropy", "pulls_by_entropy"]

_LOG_OF_0 = (
    "0 · log 0 on padding, or on a word without weight: fill weights of 0 with a number whose log is finite before you "
    "take it"
)
_ONE_SIGN = "a negative strength takes off the loss, below 0 too: no abs, relu, clamp or max on either"
BY_STEP = (
    "the loss hangs on the batch alone: neither on its number, batch_idx, nor on chance, nor on what was kept from "
    "before"
)
_CUT_OFF_WEIGHTS = "the entropy is cut off from the weights: no detach, no item"
_PENALTY = "the penalty is the strength times the mean over the reviews of their entropies, in nats"
_EPSILONS = (0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001)


class OwnEntropy(NamedTuple):
    """What the student's own entropy gives for some attention: a mistake there is not charged again.

    Attributes:
        mean: over the reviews.
        gradient: the gradient of the sum over the reviews, for the weights; zeros where it is cut off.
    """

    mean: Tensor
    gradient: Tensor

    @classmethod
    def of(cls, function: Callable[..., Any], weights: Tensor, mask: Tensor) -> OwnEntropy | None:
        """What ``function`` gives; None where it gives no numbers, or zeros alone."""
        try:
            asked = function_subject(function)
            values, (_, (gradient, _)) = asked(weights, mask).detach().double(), asked.gradients((weights, mask))
        except Exception:
            return None
        if not values.any():
            return None
        found = torch.zeros_like(weights) if gradient is None else gradient
        return cls(values.mean(), found * (len(weights) / values.numel()))

    def is_right(self, weights: Tensor) -> bool:
        """Whether this is the mean entropy of these weights, ``(B, L)``, with a gradient that is finite everywhere."""
        mean = torch.special.entr(weights.double()).sum(dim=1).mean()
        if not (are_alike(self.mean, mean) and self.gradient.isfinite().all()):
            return False
        rises = (self.gradient + weights.log()).masked_fill(weights == 0, torch.nan)  # one constant for each review
        return all(same(row, row.nanmean().expand_as(row), 1e-3) for row in (each[~each.isnan()] for each in rises))


@expectation("the loss counts the mean entropy of the attention, times the strength")
def charges_entropy(
    build: Callable[[float], Module], batch: Any, mean_entropy: float, *, own: OwnEntropy | None = None
) -> None:
    """What a strength of 2 adds to the loss, that its gradient reaches the attention, and what one of -4 takes off.

    Args:
        build: makes a classifier of a given strength around a :class:`FixedAttention`; the same start each time.
        batch: labelled reviews.
        mean_entropy: the mean entropy of that attention on these reviews, in nats.
        own: the student's own entropy on these reviews; what it gives is right here.
    """
    (free, idle, attention), (dear, gradient, _) = (_first_step(build(strength), batch) for strength in (0.0, 2.0))
    added = dear - free
    excused = own is not None and are_alike(added, 2 * own.mean)
    if own is not None and excused and not (own.gradient.isfinite().all() and own.gradient.any()):
        return
    if not excused and not same(added, torch.tensor(2 * mean_entropy)):
        mistakes = {
            "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper": -added,
            "the sum over the batch: the entropy is a mean over the reviews": added / len(batch.labels),
            "the strength counts twice: once is asked for, neither its square nor its double": added / 2,
            "the entropy multiplies the cross-entropy: it is added to it": added / free,
            "the cross-entropy stays whole: no factor 1 - strength before it": added + 2 * free,
            "the logarithm is in base 2: nats are asked, the natural logarithm": added * math.log(2),
        }
        likely = (hint for hint, mended in mistakes.items() if same(mended, torch.tensor(2 * mean_entropy)))
        hint = (
            _mistake_of_penalty(added, free, attention)
            or (AT_STRENGTH_0 if idle is not None and idle.any() else "")
            or (_mistake_of_half(build, batch, free, added) if same(added, torch.tensor(mean_entropy)) else "")
            or next(likely, "")
            or _other_than_mean_entropy(added / 2, attention, batch.mask)
            or "add the strength times the mean entropy of the attention, the weights that the pooling returns"
        )
        raise Missed(
            f"{2 * mean_entropy:.4g} more at strength 2 than at strength 0",
            f"{added:.4g} more",
            hint,
            labels_sent(batch),
        )
    if gradient is None or not bool((gradient != 0).any()):
        raise Missed("a gradient for the attention", "none", _CUT_OFF_WEIGHTS)
    if not gradient.isfinite().all():
        raise Missed("a finite gradient for the attention", numbers(gradient), _LOG_OF_0, labels_sent(batch))
    taken = free - _first_step(build(-4.0), batch)[0]
    if not same(taken, 2 * added):
        raise Missed(f"{2 * added:.4g} less at strength -4", f"{taken:.4g} less", _ONE_SIGN, labels_sent(batch))


@expectation("the penalty pulls at the attention as the gradient of its mean entropy does")
def pulls_by_entropy(
    build: Callable[[float], Module], batch: Any, weights: Tensor, *, own: OwnEntropy | None = None
) -> None:
    """The gradient that a strength of 2 adds is 2 / B times that of the entropies, up to a constant in each review.

    A constant moves no attention, since its weights sum to 1 whatever happens.

    Args:
        build: see :func:`charges_entropy`.
        batch: labelled reviews.
        weights: the weights of the :class:`FixedAttention`, ``(B, L)``, above 0 on every word.
        own: see :func:`charges_entropy`.
    """
    (free, before, _), (dear, after, _) = (_first_step(build(strength), batch) for strength in (0.0, 2.0))
    pull = or_zeros(after, weights) - or_zeros(before, weights)
    if own is not None and are_alike(dear - free, 2 * own.mean) and _pulls_as(own, pull, batch.mask):
        return
    expected = _centred(-2 / len(weights) * (weights.clamp(min=1e-30).log() + 1), batch.mask)
    came = _centred(pull, batch.mask) if pull.isfinite().all() else pull
    if not same(came, expected, 1e-3):
        raise Missed(
            f"{numbers(expected)}, up to a constant in each review",
            numbers(came),
            _mistake_of_pull(came, expected),
            labels_sent(batch),
        )


def _mistake_of_half(build: Callable[[float], Module], batch: Any, free: Tensor, added: Tensor) -> str:
    """Why a strength of 2 adds the entropy once."""
    if same(free - _first_step(build(-4.0), batch)[0], 2 * added):
        return "half of the strength times the entropy is added: the strength counts whole"
    return "the strength is not used: twice the strength, twice the entropy"


def _mistake_of_penalty(added: Tensor, free: Tensor, weights: Tensor) -> str:
    if added.isnan():
        return _LOG_OF_0
    if free == 0:
        return "the strength multiplies the whole loss: it multiplies the entropy alone"
    if added == 0 and weights[0].amax() == 1:
        return (
            "the strength changes nothing; or it counts the entropy of the first review alone, which is 0: "
            "the mean over all reviews is asked for"
        )
    return "the strength changes nothing: keep it, and add it times the entropy to the loss" if added == 0 else ""


def _other_than_mean_entropy(added: Tensor, weights: Tensor, mask: Tensor) -> str:
    """What is added in place of the mean of the entropies of these weights, ``(B, L)``."""
    counts, longest = mask.sum(dim=1), mask.shape[1]
    each = torch.special.entr(weights).sum(dim=1)
    others = {
        "this is the exp of the entropies: their mean is asked for, in nats": each.exp().mean(),
        "these are entropies over log n: they are asked for as they are": (each / counts.clamp(min=2).log()).mean(),
        "the entropy of the first review alone: the mean over all reviews is asked for": each[0],
        "the largest entropy of the batch: the mean over all reviews is asked for": each.max(),
        "the median of the entropies: their mean is asked for": each.median(),
        "a mean over the words: the entropy of each review counts once, however long it is": (each * counts).sum()
        / counts.sum(),
        "an entropy is a sum over the words: it is divided by the length here": each.mean() / longest,
        "one entropy of the mean attention: the mean of the entropies of all reviews is asked for": torch.special.entr(
            weights.mean(dim=0)
        ).sum(),
    }
    return next((hint for hint, other in others.items() if same(added, other)), "") or _mistake_of_epsilon(
        added, weights
    )


def _mistake_of_epsilon(added: Tensor, weights: Tensor) -> str:
    for epsilon in _EPSILONS:
        for logs in ((weights + epsilon).log(), weights.clamp(min=epsilon).log()):
            if same(added, -(weights * logs).sum(dim=1).mean()):
                return f"an epsilon of {epsilon:g} in the logarithm is too large: it must be tiny, 1e-10"
    return ""


def _first_step(model: Module, batch: Any) -> tuple[Tensor, Tensor | None, Tensor]:
    """The loss of a batch, its gradient for the weights of the :class:`FixedAttention` that is inside, and these.

    Raises:
        Missed: the second step, or one after a step with another attention, finds another loss than the first.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    start = looked_at.parameters()
    names = [name for name, each in start.items() if each.shape == batch.mask.shape]
    if not names:
        frozen = [name for name in looked_at.frozen() if looked_at.state()[name].shape == batch.mask.shape]
        hint = LEARNS_TOO if frozen else UNREGISTERED
        raise Missed("the parameters of the pooling among those that learn", "none of them", hint)
    narrower = start | {name: start[name] ** 2 / (start[name] ** 2).sum(dim=1, keepdim=True) for name in names}
    (loss, gradients), *others = looked_at.steps([batch] * 4, [start, start, narrower, start])
    for again in (others[0][0], others[2][0]):
        if not are_alike(loss, again):
            raise Missed(f"{loss:.4g} at each step", f"{again:.4g} at another", BY_STEP, "the same batch again")
    return loss, gradients[names[0]], start[names[0]]


def _pulls_as(own: OwnEntropy, pull: Tensor, mask: Tensor) -> bool:
    """Whether a pull is that of the student's own entropy on the words, and finite wherever that one is."""
    expected = 2 / len(mask) * own.gradient
    return are_alike(pull[mask], expected[mask]) and bool((pull.isfinite() | ~expected.isfinite()).all())


def _mistake_of_pull(came: Tensor, expected: Tensor) -> str:
    if not came.isfinite().all():
        return _LOG_OF_0
    if not came.any():
        return "the entropy is cut off from the weights, or not added: no detach, no no_grad"
    if same(-came, expected, 1e-3):
        return "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper"
    times = float((came * expected).sum() / (expected * expected).sum())
    if times > 0 and same(came, times * expected, 1e-3):
        return (
            f"the pull is {times:.3g} times what it should be: the penalty is the strength times the mean over the "
            "reviews of their entropies, in nats"
        )
    return _PENALTY


def _centred(rows: Tensor, mask: Tensor) -> Tensor:
    """The rows less their means over the words, 0 on padding."""
    words = rows.masked_fill(~mask, 0)
    return (words - words.sum(dim=1, keepdim=True) / mask.sum(dim=1, keepdim=True)).masked_fill(~mask, 0)
