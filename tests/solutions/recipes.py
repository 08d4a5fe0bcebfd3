"""A short training by a recipe of a lab, and its checkpoint, for the tests of the recipes of each lab."""

from __future__ import annotations

from pathlib import Path

import torch

from amal_attention.lab import Lab
from amal_attention.record import RunRecord
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.recipe import Recipe
from amal_attention.training.run import Run, train

__all__ = ["trained_and_read_again"]

SHORT = ["--trainer.max_epochs=1", "--trainer.limit_train_batches=2", "--trainer.limit_val_batches=1"]


def trained_and_read_again(lab: Lab, question: str, folder: Path) -> RunRecord:
    """Train a question on what comes with the package; the model that is built anew from its checkpoint is the same."""
    run = Run(Recipe(lab, question, source="sample", options=SHORT), folder)
    record = train(run, progress=False)
    again = load_trained(run.best, lab.folder.parent).model
    kept = torch.load(run.best, map_location="cpu", weights_only=True)["state_dict"]
    assert all(torch.equal(value, kept[name]) for name, value in again.state_dict().items())
    return record
