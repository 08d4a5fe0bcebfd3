"""A classifier whose answers and attention are known, for tests of what is said of it."""

from __future__ import annotations

import math

import numpy as np
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.tasks.classification import ReviewData


class Counting(LightningModule):
    """Says pos (1) when a review has an odd number of tokens; attends to the last token alone."""

    class Last(nn.Module):
        def forward(self, tokens, mask):
            last = torch.zeros(mask.shape).scatter(1, mask.sum(dim=1, keepdim=True) - 1, 1.0)
            return mask.sum(dim=1), last

    def __init__(self) -> None:
        super().__init__()
        self.pooling = self.Last()

    def forward(self, tokens, mask):
        lengths, _ = self.pooling(tokens, mask)
        return nn.functional.one_hot(lengths % 2, 2) * math.log(3.0)


def lengths_of(data: ReviewData, rows) -> np.ndarray:
    return np.array([data.reviews.store.offsets[row + 1] - data.reviews.store.offsets[row] for row in rows])


def entropy(weights, mask):
    return torch.special.entr(weights).sum(dim=1)
