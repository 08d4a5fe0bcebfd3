"""The spread of attention over a set of reviews, as a torchmetrics metric."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric

from amal_attention.record import Histogram
from amal_attention.tasks.task import Measured

__all__ = ["AttentionSpread", "looked"]


def looked(entropy: Tensor, lengths: Tensor) -> Measured:
    """Of each review how widely a model looks at it, for means over reviews.

    Args:
        entropy: H, float ``(B,)``, in nats; it grows with the length of the review.
        lengths: n, int ``(B,)``, in words.

    Returns:
        ``entropy``; ``normalised_entropy``, H / log n, 0 for one word and 1 for even attention, over reviews of two
        words or more; ``effective_words``, exp H, how many words share the attention.
    """
    entropy = entropy.detach().double()
    one, comparable = torch.ones_like(entropy), lengths >= 2
    normalised = (entropy / lengths.clamp(min=2).log()).where(comparable, 0.0)
    return {
        "entropy": (entropy, one),
        "normalised_entropy": (normalised, comparable),
        "effective_words": (entropy.exp(), one),
    }


class AttentionSpread(Metric):
    """Means and histograms of attention entropies, exact over batches of any size and over processes.

    ``update(entropy, lengths)`` takes the entropy H of each review, float ``(B,)`` in nats, and its length n in tokens,
    int ``(B,)``. ``compute()`` gives the means over reviews of

    - ``entropy``: H, in nats; it grows with the length of the review;
    - ``normalised_entropy``: H / log n, 0 for one word, 1 for uniform attention (over reviews of two tokens or more);
    - ``effective_words``: exp H, how many words share the attention.

    The histograms have fixed edges: 0 to 8 nats (larger values fall in the last bin), and 0 to 1.

    Args:
        options: the options of every ``torchmetrics.Metric``.
    """

    full_state_update = False
    bins = 40
    most_nats = 8.0

    reviews: Tensor
    comparable: Tensor
    sums: Tensor
    counts: Tensor
    normalised_counts: Tensor

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_state("reviews", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("comparable", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("sums", torch.zeros(3, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("counts", torch.zeros(self.bins, dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("normalised_counts", torch.zeros(self.bins, dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, entropy: Tensor, lengths: Tensor) -> None:
        """Count a batch: ``entropy`` float ``(B,)``, ``lengths`` int ``(B,)``."""
        measured = looked(entropy, lengths)
        entropy, _ = measured["entropy"]
        normalised = measured["normalised_entropy"][0][lengths >= 2]
        self.reviews += len(entropy)
        self.comparable += len(normalised)
        self.sums += torch.stack([values.sum() for values, _ in measured.values()])
        self.counts += _histogram(entropy, self.bins, self.most_nats)
        self.normalised_counts += _histogram(normalised, self.bins, 1.0)

    def compute(self) -> dict[str, Tensor]:
        """The three means; NaN where there was nothing to average."""
        counts = torch.stack([self.reviews, self.comparable, self.reviews])
        entropy, normalised, words = self.sums / counts
        return {"entropy": entropy, "normalised_entropy": normalised, "effective_words": words}

    def histograms(self, epoch: int) -> dict[str, Histogram]:
        """The histograms of ``entropy`` and ``normalised_entropy``, as those of one epoch."""
        return {
            "entropy": Histogram(epoch, _edges(self.bins, self.most_nats), self.counts.tolist()),
            "normalised_entropy": Histogram(epoch, _edges(self.bins, 1.0), self.normalised_counts.tolist()),
        }


def _histogram(values: Tensor, bins: int, top: float) -> Tensor:
    return torch.bincount((values / top * bins).long().clamp(0, bins - 1), minlength=bins)


def _edges(bins: int, top: float) -> list[float]:
    return [number * top / bins for number in range(bins + 1)]
