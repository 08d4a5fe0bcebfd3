"""Means over an epoch that are logged once: those that Lightning makes of what is logged in each step."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from torch import Tensor, nn
from torch.utils.data import DataLoader

from amal_attention.training.epoch_means import EpochMeans

SIZES = (4, 4, 3, 1)


class Both(LightningModule):
    """Logs the same numbers in each step, and once an epoch; ``logged`` holds what is logged at the end of each."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 1)
        self.means = EpochMeans()
        self.logged: list[dict[str, float]] = []

    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        losses = self.layer(batch) ** 2
        for name, value in {"loss": losses.mean(), "size": losses.abs().max()}.items():
            self.log(f"each_{name}", value, on_step=False, on_epoch=True, batch_size=len(batch))
        self.means.add(self, batch_idx, len(batch), once_loss=losses.mean(), once_size=losses.abs().max())
        return losses.mean()

    def on_train_epoch_end(self) -> None:
        self.logged.append({name: float(value) for name, value in self.trainer.callback_metrics.items()})

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fitted(model: Both, **options: Any) -> Both:
    batches = DataLoader([torch.randn(size, 3) for size in SIZES], batch_size=None)
    quiet: dict[str, Any] = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    Trainer(accelerator="cpu", **quiet, **options).fit(model, batches)
    return model


@pytest.mark.parametrize("options", [{}, {"limit_train_batches": 3}, {"accumulate_grad_batches": 2}])
def test_each_epoch_has_the_means_that_lightning_makes_of_all_its_steps(options) -> None:
    logged = fitted(Both(), max_epochs=3, **options).logged
    assert len(logged) == 3
    for each in logged:
        assert each["once_loss"] == pytest.approx(each["each_loss"], rel=1e-5)
        assert each["once_size"] == pytest.approx(each["each_size"], rel=1e-5)


def test_what_an_epoch_that_was_cut_short_measured_is_in_no_mean() -> None:
    model = fitted(Both(), max_steps=2)
    assert "once_loss" not in model.logged[0]
    again = fitted(model, max_epochs=1).logged[1]
    assert again["once_loss"] == pytest.approx(again["each_loss"], rel=1e-5)


def test_no_graph_is_kept() -> None:
    model = fitted(Both(), max_steps=2)
    assert not any(each.requires_grad for each in model.means._sums.values())
