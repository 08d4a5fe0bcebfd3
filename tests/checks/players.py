"""Two players that are trained by hand, rightly and wrongly."""

from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor, nn


class Players(LightningModule):
    """A maker that pulls its points up, and a judge that pushes made points down; each has its own SGD."""

    def __init__(self, maker: nn.Module, judge: nn.Module, wrong: str = "") -> None:
        super().__init__()
        self.maker, self.judge, self.wrong = maker, judge, wrong
        self.automatic_optimization = False

    def training_step(self, batch: Tensor, batch_idx: int) -> None:
        of_maker, of_judge = self.optimizers()
        of_judge.zero_grad()
        made = self.maker(torch.randn(len(batch), 3))
        gap = self.judge(made.detach()).mean() - self.judge(batch).mean()
        self.manual_backward(gap)
        of_judge.step()
        if self.wrong == "stands":
            return
        if self.wrong != "keeps":
            of_maker.zero_grad()
        self.manual_backward(-self.judge(made).mean())
        of_maker.step()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [torch.optim.SGD(each.parameters(), lr=0.5) for each in (self.maker, self.judge)]


def expected_of(weight: Tensor, point: Tensor, batches: list[Tensor], kept: bool = False) -> dict[str, Tensor]:
    """Where they stand in the end; the bias never moves."""
    gathered = torch.zeros_like(point)
    for batch in batches:
        weight = weight - 0.5 * (point - batch.mean(dim=0))
        gathered = (gathered if kept else 0) - weight[0]
        point = point - 0.5 * gathered
    return {"judge.weight": weight, "judge.bias": torch.zeros(1), "maker.point": point}
