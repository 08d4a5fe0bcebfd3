"""Does attention tell which words the decision hangs on? Measured as Jain & Wallace did (NAACL 2019)."""

from __future__ import annotations

import math

import numpy as np
import torch
from lightning import LightningModule
from torch import Tensor
from torchmetrics.functional.regression import kendall_rank_corrcoef
from tqdm.auto import tqdm

from amal_attention.tasks.classification.data.module import ReviewData
from amal_attention.tasks.classification.examination import read_batch, unlabelled

__all__ = ["faithfulness", "leave_one_out"]

_PLACES = 1 << 16


def faithfulness(
    model: LightningModule, data: ReviewData, reviews: int = 200, seed: int = 0, progress: bool = False
) -> dict[str, float | None]:
    """Mean Kendall's τ-b, over test reviews, between the attention on each word and the effect of leaving it out.

    The effect is the total variation distance between the predictions with and without the word. Reviews whose
    attention or effects are all equal have no τ and are left out; so are those of one token.

    Args:
        model: a trained model whose attention can be seen.
        data: its reviews.
        reviews: how many of the test reviews to draw.
        seed: the seed of the draw.
        progress: show a progress bar.

    Returns:
        ``faithfulness``, the mean, ``None`` if no review has a τ; then also ``faithfulness_deviation`` of the τ, and
        ``faithfulness_reviews``, over how many reviews.
    """
    drawn = np.random.default_rng(seed).permutation(data.rows("test"))[:reviews]
    taus = []
    for row in tqdm(drawn, desc="leaving words out", disable=not progress, leave=False):
        batch = data.reviews.whole(np.array([row]))
        _, weights = read_batch(model, batch)
        effects = leave_one_out(model, batch.tokens[0])
        tau = float(kendall_rank_corrcoef(weights[0], effects))  # type: ignore[arg-type]  # no pair without a t-test
        if not math.isnan(tau):
            taus.append(tau)
    if not taus:
        return {"faithfulness": None}
    mean, deviation = float(np.mean(taus)), float(np.std(taus))
    return {"faithfulness": mean, "faithfulness_deviation": deviation, "faithfulness_reviews": len(taus)}


def leave_one_out(model: LightningModule, tokens: Tensor) -> Tensor:
    """Total variation distance, for each token of one review ``(n,)``, between predictions with and without it."""
    length = len(tokens)
    whole, _ = read_batch(model, unlabelled(tokens.unsqueeze(0)))
    kept = ~torch.eye(length, dtype=torch.bool)
    shortened = tokens.expand(length, length)[kept].view(length, length - 1)
    parts = torch.split(shortened, max(1, _PLACES // max(1, length - 1)))
    logits = torch.cat([read_batch(model, unlabelled(part))[0] for part in parts])
    return (logits.softmax(dim=1) - whole.softmax(dim=1)).abs().sum(dim=1) / 2
