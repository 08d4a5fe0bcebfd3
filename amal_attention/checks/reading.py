"""How a pooling is read: several times with other parameters and words, and its reply in the shape of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.advice import NO_LIST
from amal_attention.checks.diagnosis import UNSTEADY, mistake_of_nan
from amal_attention.checks.expectation import Missed, sending
from amal_attention.checks.inputs import some_reviews
from amal_attention.checks.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, reviews_sent, shape

__all__ = ["KEPT", "looks", "mistake_of_order", "read", "read_each", "unsteady"]

KEPT = "something is kept from one call to the next: an answer, a mask or a state"
"""What the answer to another batch hints at."""

_BATCH_AS_TIME = (
    "the order of the reviews in the batch counts: a recurrent layer without batch_first=True reads them one after "
    "the other; or the first review stands for all"
)


def looks(
    pooling: nn.Module | Subject, dim: int, lengths: Sequence[int], times: int = 3, seed: int = 0
) -> Iterator[tuple[Subject, Tensor, Tensor]]:
    """The pooling with random parameters, and reviews of these lengths; other ones each time.

    One look can miss a mistake, or see one that is none: the ReLU of a narrow layer may be 0 on every word. Another
    ``seed`` gives other looks.
    """
    looked_at = subject(pooling)
    for look in range(seed, seed + times):  # other seeds for words than for parameters: a query must be no word again
        x, mask = some_reviews(dim, lengths, times + look)
        looked_at.materialise(x, mask)
        yield randomised(looked_at, look), x, mask


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
    pooling: Subject, texts: Sequence[tuple[Tensor, Tensor]], *, finite: bool = True, mend: bool = True
) -> Iterator[tuple[Tensor, Tensor]]:
    """What a pooling gives for several batches ``(x, mask)``, as :func:`read` gives it, asked at once.

    With ``mend`` an axis of length 1 that is left over, or squeezed away, is put right: one expectation looks at
    shapes, and the others at the numbers.

    Raises:
        Missed: in its turn, it gives something else.
    """
    replies = pooling.each(texts)
    for x, mask in texts:
        with sending(reviews_sent(x, mask)):
            reply = next(replies)
        yield _answer(_mended(reply, mask) if mend else reply, x, mask, finite)


def _mended(reply: Any, mask: Tensor) -> Any:
    """The reply, with the axes of its tensors that it should have, where only axes of length 1 are wrong."""
    if not (isinstance(reply, (tuple, list)) and len(reply) == 2 and all(isinstance(each, Tensor) for each in reply)):
        return reply
    pooled, weights = reply
    if weights.shape != mask.shape and weights.squeeze().shape == mask.squeeze().shape:
        weights = weights.reshape(mask.shape)
    rows = pooled.squeeze() if len(mask) > 1 else pooled.squeeze().unsqueeze(0)
    if pooled.ndim != 2 and rows.ndim == 2 and len(rows) == len(mask):
        pooled = rows
    return pooled, weights


def _answer(reply: Any, x: Tensor, mask: Tensor, finite: bool) -> tuple[Tensor, Tensor]:
    """The pooled vectors and the weights, if the reply is such a pair."""
    sent = reviews_sent(x, mask)
    if not (isinstance(reply, (tuple, list)) and len(reply) == 2 and all(isinstance(each, Tensor) for each in reply)):
        hint = _mistake_of_reply(reply)
        raise Missed("the pair of tensors (pooled, weights)", kind(reply), hint, sent)
    pooled, weights = (each.detach() for each in reply)
    if weights.shape != mask.shape:
        raise Missed(
            f"weights of shape {shape(mask)}", f"shape {shape(weights)}", _mistake_of_weights(weights, pooled, x), sent
        )
    if pooled.ndim != 2 or len(pooled) != len(x):
        raise Missed(
            f"pooled of shape ({len(x)}, out_features)",
            f"shape {shape(pooled)}",
            _mistake_of_pooled(pooled, *x.shape[:2]),
            sent,
        )
    if finite and not (pooled.isfinite().all() and weights.isfinite().all()):
        hint = mistake_of_nan(weights, mask, pooled)
        raise Missed("finite numbers", f"pooled {numbers(pooled)}, weights {numbers(weights)}", hint, sent)
    return pooled, weights


def unsteady(looked_at: Subject, sent: tuple[Tensor, Tensor], answer: tuple[Tensor, Tensor]) -> str:
    """What it hints at that the same batch now gives another answer; empty if it does not."""
    again = read(looked_at, *sent, finite=False)
    return "" if all(same(one, other) for one, other in zip(answer, again, strict=True)) else UNSTEADY


def mistake_of_order(looked_at: Subject, x: Tensor) -> str:
    """What it hints at that reviews without padding, x ``(B, L, D)``, give other answers from last to first."""
    x = torch.cat([x, x[:, :1]], dim=1)  # another shape: a mask that is kept for the one before has no say
    mask = torch.ones(x.shape[:2], dtype=torch.bool)
    (pooled, _), (turned, _) = read_each(looked_at, [(x, mask), (x.flip(0), mask)], finite=False)
    if same(turned.flip(0), pooled):
        return ""
    return KEPT if same(turned, pooled) else _BATCH_AS_TIME


def _mistake_of_reply(reply: Any) -> str:
    if reply is None:
        return "does forward end with return?"
    if isinstance(reply, (tuple, list)) and any(isinstance(each, list) for each in reply):
        return NO_LIST
    return "return both, pooled first: return pooled, weights"


def _mistake_of_weights(weights: Tensor, pooled: Tensor, x: Tensor) -> str:
    batch, longest, _ = x.shape
    if weights.ndim == 2 and pooled.shape == (batch, longest):
        return "the pair is the other way round: pooled first, then weights"
    if weights.shape == (longest, batch):
        return "its axes are swapped: reviews come first, then words"
    if weights.numel() == batch * longest:
        return "the numbers are there: an axis of length 1 is left over, or squeeze() took one too many; give it a dim"
    if longest == 1 and weights.shape == (batch, batch):
        return "squeeze() also takes off the axis of the words where there is one word a review; give it a dim"
    if weights.shape == (batch, longest, batch):
        return "each word is compared with the queries of all reviews: bmm compares it with that of its own review"
    if weights.shape == x.shape:
        return "one weight for each number of a word: first reduce each word to one score"
    return "one weight a word"


def _mistake_of_pooled(pooled: Tensor, batch: int, longest: int) -> str:
    if pooled.ndim < 2 and batch == 1:
        return "the batch axis is gone: squeeze() also squeezes a batch of one; give it a dim"
    if pooled.ndim < 2:
        return "the batch axis is gone: sum over the words, dim=1, and keep the reviews"
    if pooled.ndim > 2:
        return "an axis is left over: sum over the words, dim=1, and squeeze what is left of that axis"
    if len(pooled) == longest:
        return (
            "another number of reviews than was sent, as many as words: sum over the words, dim=1, not over the batch, "
            "dim=0; or is a batch size written into the code?"
        )
    return "another number of reviews than was sent: is a batch size written into the code?"
