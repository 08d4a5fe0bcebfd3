"""Each recipe of TP 12 trains, and its checkpoint is read again: adversaries and readers are built anew from it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from amal_attention.lab import Lab
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.recipe import Recipe
from amal_attention.training.run import Run, train

LAB = Lab.find("tp12_adversarial", Path(__file__).parents[3] / "solutions")
SHORT = ["--trainer.max_epochs=1", "--trainer.limit_train_batches=2", "--trainer.limit_val_batches=1"]


@pytest.mark.parametrize("question", LAB.tasks)
def test_what_a_recipe_trains_is_read_again(question: str, tmp_path: Path, cache: Path) -> None:
    run = Run(Recipe(LAB, question, source="sample", options=SHORT), tmp_path / "run")
    record = train(run, progress=False)
    again = load_trained(run.best, LAB.folder.parent).model
    kept = torch.load(run.best, map_location="cpu", weights_only=True)["state_dict"]
    assert all(torch.equal(value, kept[name]) for name, value in again.state_dict().items())
    assert 0 <= record.value("accuracy") <= 1
    shown = {name: [x for x, _ in zip(each.x, each.y, strict=True)] for name, each in record.series.items()}
    assert ("accuracy under FGSM" in shown) == ("series" in LAB.uses.get(question, {}))
