"""How well a model tells each next word, and how sure that number is."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from lightning import LightningModule
from torch import Tensor

from amal_attention.tasks.language.data.batch import StreamBatch
from amal_attention.tasks.task import Measured

__all__ = ["Loss", "measure_windows", "perplexity"]

_RESAMPLES = 1000


class Loss(Protocol):
    """A function that tells what the next words cost a model."""

    def __call__(self, logits: Tensor, tokens: Tensor, mask: Tensor, /) -> Tensor:
        """``logits`` ``(B, L, V)``, ``tokens`` and ``mask`` ``(B, L)`` -> the mean nats of all words but the first."""


@torch.inference_mode()
def measure_windows(model: LightningModule, batch: StreamBatch, loss: Loss) -> Measured:
    """The nats that the words of each window cost, its first one apart, and how many these are."""
    tokens, mask = (each.to(model.device) for each in batch)
    logits = model(tokens, mask).float()
    each = (loss(*(part[row : row + 1] for part in (logits, tokens, mask))) for row in range(len(tokens)))
    told = mask.sum(dim=1) - 1
    return {"perplexity": (torch.stack(list(each)) * told, told)}


def perplexity(
    nats: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], seed: int = 0
) -> tuple[float, float, float]:
    """The perplexity of all windows together, and its 95 % interval, by drawing windows anew (bootstrap, Efron 1979).

    Args:
        nats: what each window costs, ``(n,)``.
        counts: how many words that is of, ``(n,)``.
        seed: the seed of the draws.
    """
    generator = np.random.default_rng(seed)
    drawn = (generator.integers(len(nats), size=len(nats)) for _ in range(_RESAMPLES))
    low, high = np.percentile([nats[rows].sum() / counts[rows].sum() for rows in drawn], [2.5, 97.5])
    return float(np.exp(nats.sum() / counts.sum())), float(np.exp(low)), float(np.exp(high))
