"""Does attention tell which words the decision hangs on? Measured as Jain & Wallace did (NAACL 2019)."""

from __future__ import annotations

import numpy as np
import torch
from lightning import LightningModule
from scipy.stats import kendalltau
from torch import Tensor
from tqdm.auto import tqdm

from amal_attention.record import Faithfulness
from amal_attention.tasks.classification import ReviewBatch, ReviewData
from amal_attention.tasks.classification.examination import read_batch

__all__ = ["faithfulness", "leave_one_out"]

_PLACES = 1 << 16


def faithfulness(
    model: LightningModule, data: ReviewData, reviews: int = 200, seed: int = 0, progress: bool = False
) -> Faithfulness:
    """Mean Kendall's τ-b, over test reviews, between the attention on each word and the effect of leaving it out.

    The effect is the total variation distance between the predictions with and without the word. Reviews whose
    attention or effects are all equal have no τ and are left out; so are those of one token.

    Args:
        model: a trained model with a ``pooling``.
        data: its reviews.
        reviews: how many of the test reviews to draw.
        seed: of the draw.
        progress: show a progress bar.
    """
    drawn = np.random.default_rng(seed).permutation(data.rows("test"))[:reviews]
    taus = []
    for row in tqdm(drawn, desc="leaving words out", disable=not progress, leave=False):
        batch = data.reviews.whole(np.array([row]))
        _, weights = read_batch(model, batch)
        tau = kendalltau(weights[0].numpy(), leave_one_out(model, batch.tokens[0]).numpy()).statistic
        if not np.isnan(tau):
            taus.append(tau)
    if not taus:
        return Faithfulness(None, None, 0)
    return Faithfulness(float(np.mean(taus)), float(np.std(taus)), len(taus))


def leave_one_out(model: LightningModule, tokens: Tensor) -> Tensor:
    """Total variation distance, for each token of one review ``(n,)``, between predictions with and without it."""
    length = len(tokens)
    whole, _ = read_batch(model, _batch(tokens.unsqueeze(0)))
    kept = ~torch.eye(length, dtype=torch.bool)
    shortened = tokens.expand(length, length)[kept].view(length, length - 1)
    parts = torch.split(shortened, max(1, _PLACES // max(1, length - 1)))
    logits = torch.cat([read_batch(model, _batch(part))[0] for part in parts])
    return (logits.softmax(dim=1) - whole.softmax(dim=1)).abs().sum(dim=1) / 2


def _batch(tokens: Tensor) -> ReviewBatch:
    return ReviewBatch(tokens, torch.ones_like(tokens, dtype=torch.bool), torch.zeros(len(tokens), dtype=torch.int64))
