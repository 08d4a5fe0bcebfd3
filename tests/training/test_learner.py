"""Any module is trained by a cost that is a function beside it."""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest
import torch
from lightning import Trainer
from torch import Tensor, nn
from torch.utils.data import DataLoader

from amal_attention.errors import LabError
from amal_attention.tasks.bare import bare
from amal_attention.training.learner import Learner

QUIET = {
    "accelerator": "cpu",
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
}


class Pairs(NamedTuple):
    x: Tensor
    y: Tensor


def squares(model: nn.Module, batch: Pairs) -> Tensor:
    return (model(batch.x) - batch.y).square().mean()


class Line(nn.Module):
    """A number times x; what the step sizes were."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))
        self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.slope * x * self.frozen


def batches(*sizes: int, slope: float = 3.0) -> DataLoader[Pairs]:
    drawn = torch.Generator().manual_seed(0)
    parts = [torch.randn(size, generator=drawn) for size in sizes]
    return DataLoader([Pairs(x, slope * x) for x in parts], batch_size=None)


def fitted(learner: Learner, epochs: int = 1, **options) -> Trainer:
    trainer = Trainer(max_epochs=epochs, **QUIET, **options)
    trainer.fit(learner, batches(5, 3), batches(4, 1))
    return trainer


def test_what_the_cost_measures_becomes_small():
    learner = Learner(Line(), squares, lr=0.3, weight_decay=0.0)
    trainer = fitted(learner, epochs=60)
    assert learner.model.slope.item() == pytest.approx(3.0, abs=0.1)
    assert learner.model.frozen.item() == 1.0
    assert trainer.callback_metrics["val_loss"] < 0.02


def test_losses_are_means_over_the_texts_of_an_epoch():
    learner = Learner(Line(), squares, lr=1e-30)
    logged = fitted(learner).callback_metrics
    train, validation = ([9 * batch.x.square() for batch in batches(*sizes)] for sizes in ((5, 3), (4, 1)))
    assert logged["train_loss"].item() == pytest.approx(torch.cat(train).mean().item(), rel=1e-5)
    assert logged["val_loss"].item() == pytest.approx(torch.cat(validation).mean().item(), rel=1e-5)


def test_to_call_it_is_to_call_the_model_which_tasks_find_in_it():
    line = Line()
    learner = Learner(line, squares)
    assert torch.equal(learner(torch.ones(2)), line(torch.ones(2)))
    assert bare(learner) is line and bare(line) is line


class Notes(Learner):
    """Keeps the step size and the length of the gradient of each step."""

    def configure_gradient_clipping(self, optimizer, **bounds):
        super().configure_gradient_clipping(optimizer, **bounds)
        group = optimizer.param_groups[0]
        self.steps = [*getattr(self, "steps", []), (group["lr"], self.model.slope.grad.norm().item())]


def test_the_step_size_rises_in_the_warm_up_and_falls_to_almost_nothing():
    learner = Notes(Line(), squares, lr=0.1, warmup=0.25)
    fitted(learner, epochs=20)
    sizes = [size for size, _ in learner.steps]
    peak = sizes.index(max(sizes))
    assert max(sizes) == pytest.approx(0.1, rel=0.02) and 8 <= peak <= 11
    assert sizes[0] < 0.01 and sizes[-1] < 0.001
    assert sizes[: peak + 1] == sorted(sizes[: peak + 1]) and sizes[peak:] == sorted(sizes[peak:], reverse=True)


def test_without_a_warm_up_it_stays():
    learner = Notes(Line(), squares, lr=0.1, warmup=None)
    fitted(learner, epochs=3)
    assert {size for size, _ in learner.steps} == {0.1}


@pytest.mark.parametrize(("options", "longest"), [({}, 0.5), ({"gradient_clip_val": 0.25}, 0.25)])
def test_a_long_gradient_is_shortened(options, longest):
    learner = Notes(Line(), squares, lr=0.001, clip=0.5)
    fitted(learner, **options)
    assert [length for _, length in learner.steps] == pytest.approx([longest] * 2, rel=1e-3)


@pytest.mark.parametrize("values", [{"lr": 0.0}, {"lr": math.nan}, {"weight_decay": -1.0}, {"clip": 0.0}])
def test_values_by_which_nothing_learns_are_refused(refusal, values):
    told = refusal(LabError, lambda: Learner(Line(), squares, **values))
    assert "lr and clip of more than 0" in told
