"""How a pooling is read: several times with other parameters and words, and its reply in the shape of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

from amal_attention.checks.expectation import Missed
from amal_attention.checks.inputs import some_reviews
from amal_attention.checks.subject import Subject, randomised
from amal_attention.checks.wording import kind, numbers, reviews_sent, shape

__all__ = ["NOT_FINITE", "looks", "read", "read_each"]

NOT_FINITE = "there is a nan or an infinite number: softmax over nothing but -inf, 0 / 0, or an exp that overflows"
"""What such a number hints at."""


def looks(
    pooling: nn.Module | Subject, dim: int, lengths: Sequence[int], times: int = 3, seed: int = 0
) -> Iterator[tuple[Subject, Tensor, Tensor]]:
    """The pooling with random parameters, and reviews of these lengths; other ones each time.

    One look can miss a mistake, or see one that is none: the ReLU of a narrow layer may be 0 on every word. Another
    ``seed`` gives other looks.
    """
    for look in range(seed, seed + times):  # other seeds for words than for parameters: a query must be no word again
        yield randomised(pooling, look), *some_reviews(dim, lengths, times + look)


def read(pooling: Subject, x: Tensor, mask: Tensor, *, finite: bool = True) -> tuple[Tensor, Tensor]:
    """What a pooling gives: pooled ``(B, out_features)`` and weights ``(B, L)``.

    Args:
        pooling: the pooling.
        x: float ``(B, L, D)``.
        mask: bool ``(B, L)``.
        finite: whether all numbers must be.

    Raises:
        Missed: it gives something else.
    """
    (answer,) = read_each(pooling, [(x, mask)], finite=finite)
    return answer


def read_each(
    pooling: Subject, texts: Sequence[tuple[Tensor, Tensor]], *, finite: bool = True
) -> Iterator[tuple[Tensor, Tensor]]:
    """What a pooling gives for several batches ``(x, mask)``, as :func:`read` gives it, asked at once.

    Raises:
        Missed: in its turn, it gives something else.
    """
    for reply, (x, mask) in zip(pooling.each(texts), texts, strict=True):
        yield _answer(reply, x, mask, finite)


def _answer(reply: Any, x: Tensor, mask: Tensor, finite: bool) -> tuple[Tensor, Tensor]:
    """The pooled vectors and the weights, if the reply is such a pair."""
    sent = reviews_sent(x, mask)
    if not (isinstance(reply, (tuple, list)) and len(reply) == 2 and all(isinstance(each, Tensor) for each in reply)):
        raise Missed("the pair of tensors (pooled, weights)", kind(reply), "return both, pooled first", sent)
    pooled, weights = (each.detach() for each in reply)
    if weights.shape != mask.shape:
        raise Missed(
            f"weights of shape {shape(mask)}", f"shape {shape(weights)}", _mistake_of_weights(weights, pooled, x), sent
        )
    if pooled.ndim != 2 or len(pooled) != len(x):
        raise Missed(
            f"pooled of shape ({len(x)}, out_features)",
            f"shape {shape(pooled)}",
            _mistake_of_pooled(pooled, len(x)),
            sent,
        )
    if finite and not (pooled.isfinite().all() and weights.isfinite().all()):
        raise Missed("finite numbers", f"pooled {numbers(pooled)}, weights {numbers(weights)}", NOT_FINITE, sent)
    return pooled, weights


def _mistake_of_weights(weights: Tensor, pooled: Tensor, x: Tensor) -> str:
    batch, longest, _ = x.shape
    if weights.ndim == 2 and pooled.shape == (batch, longest):
        return "the pair is the other way round: pooled first, then weights"
    if weights.shape == (longest, batch):
        return "its axes are swapped: reviews come first, then words"
    if weights.numel() == batch * longest:
        return "the numbers are there: an axis of length 1 is left over, or squeeze() took one too many; give it a dim"
    if weights.shape == x.shape:
        return "one weight for each number of a word: first reduce each word to one score"
    return "one weight a word"


def _mistake_of_pooled(pooled: Tensor, batch: int) -> str:
    if pooled.ndim < 2 and batch == 1:
        return "the batch axis is gone: squeeze() also squeezes a batch of one; give it a dim"
    if pooled.ndim < 2:
        return "the batch axis is gone: sum over the words, dim=1, and keep the reviews"
    if pooled.ndim > 2:
        return "an axis is left over: sum over the words, dim=1, and squeeze what is left of that axis"
    return "another number of reviews than was sent: is a batch size written into the code?"
