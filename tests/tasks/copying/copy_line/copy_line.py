"""A lab of another task than classification: copy a line of letters, each looked up by its place.

Data, model and task stand here; nothing of the package but the frame is used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from lightning import LightningDataModule, LightningModule
from torch import Tensor, nn
from torch.utils.data import DataLoader

from amal_attention.errors import DataError, explain
from amal_attention.record import Grid, Series, Texts
from amal_attention.tasks.tap import tapped_attention
from amal_attention.tasks.task import Measure, Task

LETTERS = "abcd"
LENGTHS = (2, 3, 4, 5)


class Lines(NamedTuple):
    """Lines of one length, int64 ``(B, L)``, to be read and to be written."""

    source: Tensor
    target: Tensor


class CopyData(LightningDataModule):
    """Random lines of letters, 256 to learn from, 64 to choose the epoch by, 64 to test, of four lengths each."""

    def __init__(self, seed: int = 0, lines: int = 256) -> None:
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        self.splits = {
            split: [torch.randint(len(LETTERS), (count // 4, length), generator=draw) for length in LENGTHS]
            for split, count in (("train", lines), ("validation", 64), ("test", 64))
        }

    @property
    def num_letters(self) -> int:
        """How many letters there are."""
        return len(LETTERS)

    def rows(self, split):
        """Lines are numbered by split."""
        return np.arange(sum(map(len, self.splits[split])))

    def batches(self, split):
        """One batch a length."""
        start = 0
        for lines in self.splits[split]:
            yield np.arange(start, start + len(lines)), Lines(lines, lines)
            start += len(lines)

    def lines(self, split):
        """All lines of a split, in the order of their rows."""
        return [line for lines in self.splits[split] for line in lines]

    def _loader(self, split, size):
        return DataLoader(
            [Lines(part, part) for lines in self.splits[split] for part in lines.split(size)], batch_size=None
        )

    def train_dataloader(self):
        """Batches of 8 lines."""
        return self._loader("train", 8)

    def val_dataloader(self):
        """The lines to choose the epoch by."""
        return self._loader("validation", 64)


class PlaceAttention(nn.Module):
    """Each place of the reply looks at places of the line."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(longest, longest))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)`` -> context ``(B, L, D)``, weights ``(B, L, L)``."""
        length = x.shape[1]
        weights = self.scores[:length, :length].softmax(dim=1).expand(len(x), length, length)
        return weights @ x, weights


class Copier(LightningModule):
    """Letters as unit vectors, moved by attention."""

    def __init__(self, num_letters: int, lr: float) -> None:
        super().__init__()
        self.num_letters, self.lr = num_letters, lr
        self.attention = PlaceAttention(max(LENGTHS))
        self.output = nn.Linear(num_letters, num_letters)

    def forward(self, source: Tensor) -> Tensor:
        """Logits ``(B, L, V)``."""
        context, _ = self.attention(nn.functional.one_hot(source, self.num_letters).float())
        return self.output(context)

    def training_step(self, batch: Lines, index: int) -> Tensor:
        """Cross-entropy over all letters."""
        loss = nn.functional.cross_entropy(self(batch.source).transpose(1, 2), batch.target)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.source))
        return loss

    def validation_step(self, batch: Lines, index: int) -> None:
        """The share of lines that are copied whole."""
        right = (self(batch.source).argmax(dim=2) == batch.target).all(dim=1).float().mean()
        self.log("val_exact", right, batch_size=len(batch.source))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """An optimiser of its own."""
        return torch.optim.RMSprop(self.parameters(), lr=self.lr)


class Copying(Task):
    """Write the line that is read."""

    name = "copying"
    text = "line"
    texts = "lines"
    data = "copy_line.CopyData"
    monitor = "val_exact"
    mode = "max"
    monitored = "validation exact match (%)"
    monitored_share = True
    example = "abcd"
    measures = (
        Measure("exact_match", "exact match", "%, 95 % interval", "exact", share=True, percent=True, sweep="How fast?"),
        Measure("letters", "letters", "share of the right ones", "letters", digits=3),
    )

    def measure(self, model, batch, uses):
        """Lines and letters that are right."""
        right = self._written(model, batch.source)[0] == batch.target
        length = torch.full((len(right),), right.shape[1])
        return {
            "exact_match": (right.all(dim=1), torch.ones(len(right))),
            "letters": (right.sum(dim=1), length),
        }

    def also(self, model, data, thorough, progress):
        """Exact match by length."""
        shares = [
            float(self.measure(model, batch, {})["exact_match"][0].float().mean()) for _, batch in data.batches("test")
        ]
        return {}, {"by length": Series(list(map(float, LENGTHS)), shares, "length", "exact match")}

    def exhibits(self, model, data, rows, uses):
        """What is written for these lines, and where the model looked."""
        lines = data.lines("test")
        return [self._shown(model, lines[row], int(row)) for row in rows]

    def kept(self, data):
        """The letters."""
        return {"letters": LETTERS}

    def read(self, model, kept, text, uses):
        """A line of one's own."""
        if not text or not set(text) <= set(kept["letters"]) or len(text) > max(LENGTHS):
            raise DataError(explain(expected=f"up to 5 letters of {kept['letters']}", got=repr(text), do="give such"))
        return self._shown(model, torch.tensor([kept["letters"].index(letter) for letter in text]), -1)

    def _shown(self, model, line, row):
        written, weights = self._written(model, line.unsqueeze(0))
        source, copy = ("".join(LETTERS[number] for number in each) for each in (line, written[0]))
        grid = Grid(row, f"line {row}", list(copy), list(source), weights[0].tolist())
        return Texts(row, f"line {row}", {"source": source, "written": copy}, grid)

    @torch.inference_mode()
    def _written(self, model, source):
        with tapped_attention(model) as tap:
            written = model(source).argmax(dim=2)
        return written, tap.last(dim=3)


TASK = Copying()
