"""Expectations on classifiers: LightningModules that embed tokens, pool them and decide.

A batch has ``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` and ``labels`` int ``(B,)``, and is a named tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import (
    SQUASHED,
    UNREGISTERED,
    Attention,
    Module,
    drawn_parameters,
    handed,
    in_bits,
    logits_of,
    mistake_of_logits,
    other_mask,
    other_vectors,
    received,
    type_of,
    unless_inherited,
)
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers

__all__ = ["decides_linearly", "gives_logits", "hands_over", "steady_in_evaluation"]

_CUT_OFF = "no ReLU on the logits: a class that is unlikely has a negative one"


@expectation("the pooling is handed the words' vectors, and the mask as it came")
def hands_over(
    model: Module,
    attention: Attention,
    embeddings: Tensor,
    batch: Any,
    *,
    plain: Callable[[], Module] | None = None,
) -> None:
    """What the pooling of ``model`` receives: the rows of ``embeddings`` on the tokens, and the mask of the batch.

    It is kept in the attribute ``pooling``.

    Args:
        model: a classifier around ``attention``.
        attention: a :class:`FixedAttention`.
        embeddings: the vectors that ``model`` was given.
        batch: reviews.
        plain: builds a classifier that ``model`` may inherit ``forward`` from: what is wrong there too is not charged.
    """

    def look(one: Subject) -> None:
        one.eval()(batch.tokens, batch.mask)
        by_itself = handed(attention, one)
        inside = received(one)
        x, mask = by_itself if inside is None else inside[:2]
        sent = f"tokens {batch.tokens.tolist()}, mask {in_bits(batch.mask)}"
        missed = other_mask(mask, batch, sent) or other_vectors(x, embeddings[batch.tokens], batch, sent)
        if missed is not None:
            raise missed
        if "pooling.weights" not in one.state():
            raise Missed("the pooling in the attribute pooling", "none there", UNREGISTERED)

    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    unless_inherited(look, looked_at, plain)


@expectation("forward gives logits (B, C), one row a review")
def gives_logits(model: Module, batch: Any, num_classes: int, *, seed: int = 0) -> None:
    """The shape and type of the logits, and that nothing squeezes them, nor cuts them off at 0."""
    looked_at = subject(model).eval()
    for count in (len(batch.labels), 1):
        logits = looked_at(batch.tokens[:count], batch.mask[:count])
        if not isinstance(logits, Tensor) or logits.shape != (count, num_classes):
            likely = mistake_of_logits(logits, count, num_classes)
            raise Missed(f"logits of shape {(count, num_classes)}", kind(logits), likely)
    if logits.dtype != torch.float32:
        raise Missed("logits of float32, as the vectors are", type_of(logits), "let nothing become float64")
    looks = []
    for look in range(seed, seed + 3):
        large = {name: 20 * each for name, each in randomised(looked_at, look).parameters().items()}
        looked_at.load(large)
        looks.append(looked_at(batch.tokens, batch.mask).detach().flatten())
    seen, sent = torch.cat(looks), "parameters at random, of size 10"
    if (seen.abs() <= 1).all():
        raise Missed("logits, any real numbers", f"all in [{seen.min():.3g}, {seen.max():.3g}]", SQUASHED, sent)
    if (seen >= 0).all():
        raise Missed("logits, negative ones too", f"none below {seen.min():.3g}", _CUT_OFF, sent)


@expectation("the logits are a linear layer of what the pooling gives")
def decides_linearly(model: Module, batch: Any, embeddings: Tensor, middle: Sequence[int], *, seed: int = 0) -> None:
    """The logits of a text are halfway between those of two others where its pooled vector is.

    Args:
        model: a classifier around a :class:`FixedAttention`, its vectors frozen.
        batch: any reviews, three at least.
        embeddings: the vectors that it was given.
        middle: the numbers of three words, the vector of the third halfway between those of the others.
        seed: another seed, other parameters.
    """
    looked_at = subject(model).eval()
    tokens = batch.tokens.clone()
    tokens[:3, 0] = torch.tensor(middle)
    for look in range(seed, seed + 3):
        drawn = drawn_parameters(looked_at, look, (embeddings.shape, batch.mask.shape), 3.0)
        looked_at.load({name: embeddings if each.shape == embeddings.shape else each for name, each in drawn.items()})
        first, last, halfway = looked_at(tokens[:3], batch.mask[:3]).detach()
        if not same(halfway, (first + last) / 2, 1e-3):
            raise Missed(
                f"{numbers((first + last) / 2)}, the mean of {numbers(first)} and {numbers(last)}",
                numbers(halfway),
                _mistake_of_decision(torch.stack([first, last, halfway])),
                "a text whose first word lies halfway between those of two others; the pooling gives the first word",
            )


@expectation("in evaluation the same text gives the same logits: dropout is off")
def steady_in_evaluation(model: Module, batch: Any) -> None:
    """Two calls in evaluation mode agree."""
    looked_at = subject(model).eval()
    looked_at.materialise(batch.tokens, batch.mask)
    randomised(looked_at)
    first, second = (logits_of(looked_at, batch) for _ in range(2))
    if not same(first, second):
        raise Missed(
            "the same logits twice",
            "other ones",
            "F.dropout(x, p) also drops in evaluation: nn.Dropout, or F.dropout(x, p, self.training)",
        )


def _mistake_of_decision(logits: Tensor) -> str:
    shares, logarithms = logits.sum(dim=1), logits.exp().sum(dim=1)
    if ((logits > 0) & (logits <= 1)).all() or any(
        same(each, torch.ones(len(each)), 1e-3) for each in (shares, logarithms)
    ):
        return SQUASHED
    if (logits >= 0).all():
        return _CUT_OFF
    return "one nn.Linear on the pooled vectors, and nothing after it"
