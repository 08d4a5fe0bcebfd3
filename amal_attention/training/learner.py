"""Training a model that is no LightningModule: what it learns to make small is a function beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from lightning import Callback, LightningModule
from torch import Tensor, nn

from amal_attention.errors import LabError, explain
from amal_attention.training.callbacks import OneCycle
from amal_attention.training.epoch_means import EpochMeans

__all__ = ["Learner"]


class Learner(LightningModule):
    """Trains any module by AdamW (Loshchilov & Hutter 2019), with a warm-up and a cosine after it.

    It logs ``train_loss`` and ``val_loss``, means over the texts; what else is measured, a task's callbacks log. To
    call it is to call the model.

    Args:
        model: what learns, with any arguments.
        cost: ``cost(model, batch) -> number``, the mean over a batch of what the model learns to make small.
        lr: the largest step size.
        weight_decay: what a step takes of each parameter, as a share of ``lr`` times it.
        warmup: share of all steps in which the step size rises; it then falls to almost nothing along a cosine. With
            None it stays.
        clip: the largest norm of the gradient; a longer one is scaled down to it. A trainer's own
            ``gradient_clip_val`` goes before.
    """

    def __init__(
        self,
        model: nn.Module,
        cost: Callable[..., Any],
        lr: float = 1e-3,
        weight_decay: float = 0.01,
        warmup: float | None = 0.1,
        clip: float = 1.0,
    ) -> None:
        super().__init__()
        if not lr > 0 or not weight_decay >= 0 or not clip > 0:
            raise LabError(
                explain(
                    expected="lr and clip of more than 0, weight_decay of 0 or more",
                    got=f"lr={lr}, weight_decay={weight_decay}, clip={clip}",
                    do="change them",
                )
            )
        self.model = model
        self.cost = cost
        self.lr, self.weight_decay, self.clip = lr, weight_decay, clip
        self._schedule = [] if warmup is None else [OneCycle(warmup)]
        self._means = EpochMeans()

    @property
    def bare(self) -> nn.Module:
        """The model: a task hands it to functions that call its parts."""
        return self.model

    def forward(self, *inputs: Any) -> Any:
        """What the model says of its inputs."""
        return self.model(*inputs)

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        """The cost of a batch, a named tuple of tensors whose first axis numbers its texts."""
        loss: Tensor = self.cost(self.model, batch)
        self._means.add(self, batch_idx, len(batch[0]), train_loss=loss)
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """Log the cost."""
        self.log("val_loss", self.cost(self.model, batch), batch_size=len(batch[0]), prog_bar=True, sync_dist=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW, which leaves parameters without a gradient as they are."""
        return torch.optim.AdamW(self.parameters(), lr=self.lr, weight_decay=self.weight_decay, fused=True)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule of the step size."""
        return list(self._schedule)

    def configure_gradient_clipping(
        self,
        optimizer: Any,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Shorten a gradient that is too long."""
        longest = self.clip if gradient_clip_val is None else gradient_clip_val
        self.clip_gradients(optimizer, longest, gradient_clip_algorithm or "norm")
