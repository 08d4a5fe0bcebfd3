"""What a notebook shows of a model over a split: which texts it got right, and how widely it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from lightning import LightningModule

from amal_attention.tasks.classification.data.module import ReviewData
from amal_attention.tasks.classification.histograms import Entropy
from amal_attention.tasks.classification.task import TASK

__all__ = ["Examination", "examine"]


@dataclass(frozen=True)
class Examination:
    """What a model says of some reviews.

    Attributes:
        rows: the reviews, int64 ``(n,)``.
        right: whether the model says what is true of each, bool ``(n,)``.
        accuracy: their share.
        spread: means of the entropies by name, if they were asked for.
    """

    rows: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]
    accuracy: float
    spread: dict[str, float]


def examine(
    model: LightningModule, data: ReviewData, split: str, entropy: Entropy | None, progress: bool = False
) -> Examination:
    """What a notebook shows of a model over a split (``validation`` or ``test``)."""
    per_review = TASK.measured(model, data, split, {"entropy": entropy} if entropy is not None else {}, progress)
    means = {name: value for name, (value, _, _) in TASK.metrics(per_review).items() if value is not None}
    right, _ = per_review["accuracy"]
    return Examination(data.rows(split), right == 1, means.pop("accuracy"), means)
