"""How a pooling is read: several times with other parameters and words, and its reply in the shape of an answer.

:class:`PoolingProbe` is the probe of this kind; :func:`read` and its like serve expectations on poolings alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.advice import NO_LIST
from amal_attention.checks.expectation import Missed
from amal_attention.checks.expectations.poolings.diagnosis import (
    MEAN_FOR_SUM,
    OF_MASK,
    mistake_among_others,
    mistake_of_mean,
    mistake_of_nan,
    mistake_of_weights,
    mistake_of_zeros,
    permuted,
)
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.probes.probe import KEPT, UNSTEADY, Change, Seen, answers, probed, steady
from amal_attention.checks.probes.texts import TextProbe
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape

__all__ = ["PoolingProbe", "looks", "mistake_of_order", "read", "read_each", "unsteady"]

_BATCH_AS_TIME = (
    "the order of the reviews in the batch counts: a recurrent layer without batch_first=True reads them one after "
    "the other; or the first review stands for all"
)


class PoolingProbe(TextProbe):
    """Poolings: they give pooled vectors ``(B, out_features)`` and weights ``(B, L)``."""

    has_empty_rows = True

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """Any width of the pooled vectors will do: -1 stands for it."""
        return {"pooled": (len(inputs[0]), -1), "weights": tuple(inputs[1].shape)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Weights are on the words."""
        return {"weights": inputs[1]}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The pooled vectors: weights may stand by themselves."""
        return ["pooled"]

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The pooled vectors and the weights; ``mend`` puts axes of length 1 right, where only they are wrong."""
        x, mask = inputs
        pooled, weights = _answer(_mended(reply, mask) if mend else reply, x, mask, finite)
        return {"pooled": pooled, "weights": weights}

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """How many reviews, of how many words."""
        return reviews_sent(*inputs)

    def same_as(self, change: Change) -> str:
        """The pooled vector, or the weights."""
        if change.name == "weights":
            return super().same_as(change)
        seen = numbers(change.expected, change.came)
        return f"the same pooled vector, {seen}"

    def alone(self, change: Change) -> str:
        """The pooled vector of a batch of one, or the weights."""
        if change.name == "weights":
            return super().alone(change)
        seen = numbers(change.expected, change.came)
        return f"what it gives alone, {seen}"

    def came(self, change: Change) -> str:
        """The pooled vector of a review, or the weights."""
        seen, review = numbers(change.came, change.expected), change.row + 1
        return f"weights {seen} for review {review}" if change.name == "weights" else f"{seen} for review {review}"

    def came_in_batch(self, change: Change) -> str:
        """The pooled vector of a review of the batch, or the weights."""
        if change.name == "weights":
            return super().came_in_batch(change)
        seen, review = numbers(change.came, change.expected), change.row + 1
        return f"{seen} for review {review} of the batch"

    def with_gradient(self, inputs: tuple[Any, ...]) -> str:
        """The reviews, and a gradient that is sent back."""
        return f"{reviews_sent(*inputs)}, and a gradient of the pooled vectors"

    def longer(self, length: int) -> str:
        """A further text."""
        return f"beside one more text, of {length} words"

    def unused(self, name: str) -> str:
        """The pooled vector does not hang on it."""
        return f"{name} is not used in the pooled vector, or cut off from it by a detach or a no_grad"

    def with_a_zero_vector(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The second word of the longest review is zeros."""
        x, mask = inputs
        x[int(mask.sum(dim=1).argmax()), 1:2] = 0
        return x, mask

    def weighs_every_word(self, weights: Tensor, inputs: tuple[Any, ...]) -> None:
        """No weight of a softmax is 0, be the word's vector zeros.

        Raises:
            Missed: one is 0.
        """
        x, mask = inputs
        if (weights[mask] == 0).any():
            review = int((mask & (weights == 0)).any(dim=1).nonzero()[0])
            raise Missed(
                "a weight above 0 for each word",
                f"weights {numbers(weights[review])} for review {review + 1}",
                mistake_of_zeros(weights, mask, x),
                f"{reviews_sent(x, mask)}; the vector of the second word of the longest is zeros",
            )

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """What weights on padding show, or a mean that counts padding, or reviews that come back in another order."""
        (inputs, expected), (sent, came) = before, after
        pair, other = _pair(expected), _pair(came)
        return (
            _mistake_beside(pair, other, *sent)
            or known
            or mistake_among_others(pair, other, otherwise=mistake_of_order(looked_at, inputs[0]))
        )

    def mistake_in_batch(self, looked_at: Subject, inputs: tuple[Any, ...], together: Seen, apart: list[Seen]) -> str:
        """The likely mistake: what reviews have of each other."""
        by_itself = torch.cat([each["pooled"] for each in apart]), torch.cat([each["weights"] for each in apart])
        return mistake_among_others(by_itself, _pair(together), otherwise=mistake_of_order(looked_at, inputs[0]))

    def mistake_of_order(self, looked_at: Subject, inputs: tuple[Any, ...]) -> str:
        """The likely mistake, seen on reviews without padding from last to first."""
        return mistake_of_order(looked_at, inputs[0]) or KEPT

    def mistake_of_weights(self, weights: Tensor, places: Tensor, hint: str) -> str:
        """What the sums show; where that speaks of a softmax and the module has none, ``hint`` in its place."""
        likely = mistake_of_weights(weights, places)
        return hint if hint and "softmax" in likely and likely != OF_MASK else likely


_ANY_WIDTH = PoolingProbe(dim=0)
"""Reads replies; it makes no inputs."""


def looks(
    pooling: nn.Module | Subject, dim: int, lengths: Sequence[int], times: int = 3, seed: int = 0
) -> Iterator[tuple[Subject, Tensor, Tensor]]:
    """The pooling with random parameters, and reviews of these lengths; other ones each time, see :func:`probed`."""
    probe = PoolingProbe(dim)
    for looked_at, at in probed(pooling, probe, lengths, times, seed):
        yield looked_at, *probe.inputs(lengths, at)


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
    return map(_pair, answers(pooling, _ANY_WIDTH, texts, finite=finite, mend=mend))


def _pair(seen: Seen) -> tuple[Tensor, Tensor]:
    return seen["pooled"], seen["weights"]


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
    if not (isinstance(reply, (tuple, list)) and len(reply) == 2 and all(isinstance(each, Tensor) for each in reply)):
        hint = _mistake_of_reply(reply)
        raise Missed("the pair of tensors (pooled, weights)", kind(reply), hint, reviews_sent(x, mask))
    pooled, weights = (each.detach() for each in reply)
    if weights.shape != mask.shape:
        raise Missed(
            f"weights of shape {shape(mask)}",
            f"shape {shape(weights)}",
            _mistake_of_weights(weights, pooled, x),
            reviews_sent(x, mask),
        )
    if pooled.ndim != 2 or len(pooled) != len(x):
        raise Missed(
            f"pooled of shape ({len(x)}, out_features)",
            f"shape {shape(pooled)}",
            _mistake_of_pooled(pooled, *x.shape[:2]),
            reviews_sent(x, mask),
        )
    if finite and not (pooled.isfinite().all() and weights.isfinite().all()):
        hint = mistake_of_nan(weights, mask, pooled)
        raise Missed(
            "finite numbers", f"pooled {numbers(pooled)}, weights {numbers(weights)}", hint, reviews_sent(x, mask)
        )
    return pooled, weights


def unsteady(looked_at: Subject, sent: tuple[Tensor, Tensor], answer: tuple[Tensor, Tensor]) -> str:
    """What it hints at that the same batch now gives another answer; empty if it does not."""
    seen = dict(zip(("pooled", "weights"), answer, strict=True))
    return "" if steady(looked_at, _ANY_WIDTH, sent, seen) else UNSTEADY


def mistake_of_order(looked_at: Subject, x: Tensor) -> str:
    """What it hints at that reviews without padding, x ``(B, L, D)``, give other answers from last to first."""
    x = torch.cat([x, x[:, :1]], dim=1)  # another shape: a mask that is kept for the one before has no say
    mask = torch.ones(x.shape[:2], dtype=torch.bool)
    (pooled, _), (turned, _) = read_each(looked_at, [(x, mask), (x.flip(0), mask)], finite=False)
    if same(turned.flip(0), pooled):
        return ""
    return KEPT if same(turned, pooled) else _BATCH_AS_TIME


def _mistake_beside(expected: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor], x: Tensor, mask: Tensor) -> str:
    """The mistake that an answer shows by itself, or by the order in which reviews come back in it."""
    pooled, weights = other
    padding, words = (weights * ~mask).abs(), (weights * mask).sum(dim=1)
    if padding.max() > 1e-4 or not same(words, torch.ones_like(words)):
        return mistake_of_weights(weights, mask)
    if permuted(expected[0], pooled):
        return mistake_among_others(expected, other)
    likely = mistake_of_mean(pooled, x, mask) if pooled.shape[1] == x.shape[2] else ""
    shorter = same(mask.shape[1] * pooled[: len(expected[0])], expected[1].shape[1] * expected[0])
    return likely or (MEAN_FOR_SUM if shorter else "")


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
