"""Expectations on how a classifier uses its attention, which may be the answer to an earlier question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.penalty import BY_STEP
from amal_attention.checks.expectations.classifiers.reading import (
    Attention,
    Module,
    handed,
    in_bits,
    other_mask,
    received,
    unless_inherited,
)
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same

__all__ = ["decides_by_pooling", "follows_attention", "hands_over_in_training"]


@expectation("the logits are made of what the pooling gives")
def decides_by_pooling(model: Module, attention: Attention, batch: Any, words: int, *, hint: str = "") -> None:
    """Around a pooling that gives the first word, another first word changes the logits, and no other word does.

    Args:
        model: a classifier around ``attention``.
        attention: it keeps what it was handed.
        batch: reviews of several words.
        words: V, how many words it knows.
        hint: the likely mistake, told with a miss.
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
    """A gradient reaches the attention; or a narrower attention gives another loss, and the same one the same.

    Args:
        build: makes a classifier around a :class:`FixedAttention` of given weights; the same start each time.
        batch: labelled reviews, the first of them of two words at least.
        weights: ``(B, L)``.
        hint: the likely mistake, told with a miss.
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


@expectation("in training the pooling is handed the mask as it is")
def hands_over_in_training(model: Module, batch: Any, *, plain: Callable[[], Module] | None = None) -> None:
    """A step of training hands on the mask of its batch, whatever tokens stand on padding.

    Args:
        model: a classifier around a :class:`FixedAttention`.
        batch: labelled reviews.
        plain: builds a classifier that ``model`` may inherit its step from: what is wrong there too is not charged.
    """

    def look(one: Subject) -> None:
        one.steps([batch])
        read = received(one)
        sent = f"in training, tokens {batch.tokens.tolist()}, mask {in_bits(batch.mask)}"
        missed = None if read is None else other_mask(read.mask, batch, sent)
        if missed is not None:
            raise missed

    unless_inherited(look, subject(model), plain)


def _first_step(model: Module, batch: Any) -> tuple[Tensor, list[Tensor | None]]:
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    ((loss, gradients),) = looked_at.steps([batch])
    return loss, list(gradients.values())


def _uneven(gradient: Tensor, mask: Tensor) -> bool:
    """Whether a gradient pulls at two words of a review in two ways, or is not a number."""
    rows = (row[words] for row, words in zip(gradient, mask, strict=True))
    return any(bool(row.isnan().any()) or not same(row, row[:1].expand_as(row), 1e-6) for row in rows)
