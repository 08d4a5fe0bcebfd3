"""Lines, and models whose every token is known."""

from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor, nn

from amal_attention.tasks.translation.data.batch import END, PAD, START, PairBatch
from amal_attention.tasks.translation.data.lines import Line, Splits
from amal_attention.tasks.translation.data.module import PairData

AFTER = {START: 4, 4: 5, 5: END, 6: 7, 7: 5}
"""What follows each token for certain: "ab" is what is written, with a = 4, b = 5, c = 6 and d = 7."""


class Lines(PairData):
    """Lines of a to d; the second half of those of validation and test is to be written "ab"."""

    title = "some lines"

    def draw(self) -> Splits:
        lines = [Line("abcd", "dcba"), Line("ca", "ba"), Line("bab", "ab"), Line("bd", "ab")]
        return {"train": [*lines, Line("dd", "ccaa")], "validation": lines, "test": [*lines, Line("ddd", "ab")]}

    def groups(self, split: str) -> dict[str, list[str]]:
        return {"first letter": [line.source[0] for line in self.lines(split)]}


class Sure(LightningModule):
    """After each token comes that of ``AFTER``, with the given probability; all others share the rest."""

    def __init__(self, probability: float = 0.9, num_tokens: int = 9) -> None:
        super().__init__()
        self.probability, self.num_tokens = probability, num_tokens
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        following = torch.tensor([AFTER.get(token, PAD) for token in range(self.num_tokens)])[teacher]
        sure = nn.functional.one_hot(following, self.num_tokens)
        rest = (1 - self.probability) / (self.num_tokens - 1)
        return torch.log(sure * self.probability + (1 - sure) * rest) + self.weight

    def training_step(self, batch: PairBatch, batch_idx: int) -> Tensor:
        return self.weight**2

    def validation_step(self, batch: PairBatch, batch_idx: int) -> None:
        self.log("val_loss", 0.25, batch_size=len(batch.source))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Diagonal(nn.Module):
    """Each place of what is written looks at the same place of what is read; places beyond look at the first."""

    def forward(self, teacher: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        places = torch.arange(teacher.shape[1])
        looked = torch.where(places < mask.shape[1], places, 0)
        return teacher, nn.functional.one_hot(looked, mask.shape[1]).float().expand(len(teacher), -1, -1)


class Looking(Sure):
    """The same, with attention."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Diagonal()

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        self.attention(teacher, source_mask)
        return super().forward(source, source_mask, teacher)


def write_ab(model: LightningModule, source: Tensor, source_mask: Tensor, max_length: int) -> Tensor:
    """ "ab" for each line."""
    line = torch.full((max_length,), PAD)
    line[:3] = torch.tensor([4, 5, END])[:max_length]
    return line.expand(len(source), max_length)
