"""A lab whose task, data and model stand in its own script: nothing of the package but the frame is used.

Its model adds one to each number of a line. What labs of a task of the package show, their own tests look at.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amal_attention.cli import app

SCRIPT = """
import numpy as np
import torch
from lightning import LightningDataModule, LightningModule
from torch import nn
from torch.utils.data import DataLoader

from amal_attention.errors import DataError
from amal_attention.record import Texts
from amal_attention.tasks.task import Measure, Task


class Numbers(LightningDataModule):
    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.count = 1
        self.x = torch.randn(12, 1, generator=torch.Generator().manual_seed(seed))

    def rows(self, split):
        return np.arange(12)

    def batches(self, split):
        yield np.arange(12), self.x

    def train_dataloader(self):
        return DataLoader(self.x, batch_size=4)

    val_dataloader = train_dataloader


class Adder(LightningModule):
    def __init__(self, num_numbers: int, lr: float) -> None:
        super().__init__()
        self.lr, self.bias = lr, nn.Parameter(torch.zeros(num_numbers))

    def forward(self, x):
        return x + self.bias

    def training_step(self, batch, index):
        return (self(batch) - batch - 1).square().mean()

    def validation_step(self, batch, index):
        self.log("val_error", (self(batch) - batch - 1).abs().mean())

    def configure_optimizers(self):
        return torch.optim.RMSprop(self.parameters(), lr=self.lr)


class Adding(Task):
    name, text, texts, data, example = "adding", "line", "lines", "adds.Numbers", "2"
    monitor, mode, monitored = "val_error", "min", "validation error"
    measures = (Measure("error", "error", "distance", "error"),)

    def measure(self, model, batch, uses):
        return {"error": ((model(batch) - batch - 1).abs().squeeze(1), torch.ones(len(batch)))}

    def exhibits(self, model, data, rows, uses):
        return [self._shown(model, float(data.x[row]), int(row)) for row in rows]

    def kept(self, data):
        return {"unit": "euro"}

    def read(self, model, kept, text, uses):
        if not text.isdigit():
            raise DataError(f"expected a number; got {text!r}; give digits")
        return self._shown(model, float(text), -1, kept["unit"])

    def _shown(self, model, number, row, unit=""):
        with torch.inference_mode():
            return Texts(row, str(row), {"read": str(number), "sum": f"{float(model(torch.tensor([number])))} {unit}"})


TASK = Adding()
"""
MANIFEST = """
title = "Add one"
task = "adds.TASK"
[questions]
q1.title = "Adding"
[sizes]
count = "model.init_args.num_numbers"
[sweep]
question = "q1"
option = "model.init_args.lr"
values = [0.0, 0.2]
"""
RECIPE = """
model:
  class_path: adds.Adder
  init_args: {num_numbers: 3, lr: 0.2}
trainer: {max_epochs: 2}
"""


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labs")
    (folder / "adds" / "recipes").mkdir(parents=True)
    (folder / "adds" / "adds.py").write_text(SCRIPT)
    (folder / "adds" / "lab.toml").write_text(MANIFEST)
    (folder / "adds" / "recipes" / "q1.yaml").write_text(RECIPE)
    return folder


def amal(labs: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--labs", str(labs)])


@pytest.fixture(scope="module")
def compared(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    folder = tmp_path_factory.mktemp("compared") / "out"
    result = amal(labs, "compare", "adds", "--jobs", "1", "--out", str(folder), "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), folder


def test_it_is_trained_and_measured_as_its_task_says(compared: tuple[dict, Path]) -> None:
    still, learning = (record["metrics"]["error"][0] for record in compared[0]["sweep"])
    assert learning < still == 1.0
    assert compared[0]["records"][0]["metrics"] == compared[0]["sweep"][1]["metrics"], "0.2 is what its recipe says"


def test_the_report_shows_its_measure_and_its_lines(compared: tuple[dict, Path]) -> None:
    page = (compared[1] / "report.html").read_text("utf-8")
    assert "error" in page and page.count("<dt>sum</dt>") == 6


def test_attend_reads_a_text_with_what_the_checkpoint_keeps(labs: Path, compared: tuple[dict, Path]) -> None:
    checkpoint = str(compared[1] / "q1" / "checkpoints" / "best.ckpt")
    result = amal(labs, "attend", checkpoint, "2")
    assert result.exit_code == 0 and "euro" in result.stdout
    refused = amal(labs, "attend", checkpoint, "two")
    assert refused.exit_code != 0 and "got 'two'" in str(refused.exception) + refused.output


@pytest.mark.parametrize(("option", "told"), [(["--data", "sample"], "has one"), (["--tuned"], "no pretrained")])
def test_what_the_task_does_not_have_is_told_in_a_line(
    labs: Path, tmp_path: Path, option: list[str], told: str
) -> None:
    result = amal(labs, "train", "adds", "q1", *option, "--out", str(tmp_path / "run"))
    assert result.exit_code != 0 and told in str(result.exception) + result.output
    assert not (tmp_path / "run").exists()
