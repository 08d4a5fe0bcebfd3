"""A lab of two questions that no one but these tests knows, and one cache for all tests of training."""

from __future__ import annotations

from pathlib import Path

import pytest
from lightning import Callback

from amal_attention.lab import Lab
from amal_attention.training.recipe import Recipe


class Elsewhere(Callback):
    """A callback of no package that a recipe may name; it remembers whether one was built."""

    built = False

    def __init__(self) -> None:
        type(self).built = True


MODULE = """
import torch
from lightning import LightningModule
from torch import nn
from torch.nn import functional as F


class Even(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True)
        return torch.einsum("bl,bld->bd", weights, x), weights


class Sharp(Even):
    def __init__(self, dim):
        super().__init__(dim)
        self.query = nn.Parameter(torch.zeros(dim))

    def forward(self, x, mask):
        weights = (x @ self.query).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.einsum("bl,bld->bd", weights, x), weights


class Toy(LightningModule):
    def __init__(
        self, embeddings, pooling: nn.Module, lr: float = 0.05, freeze_embeddings: bool = True, grip: float = 0.0
    ):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, 2)
        self.lr = lr

    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens), mask)[0])

    def training_step(self, batch, index):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.labels))
        return loss

    def validation_step(self, batch, index):
        logits = self(batch.tokens, batch.mask)
        right = (logits.argmax(dim=1) == batch.labels).float().mean()
        loss = F.cross_entropy(logits, batch.labels)
        self.log_dict({"val_loss": loss, "val_accuracy": right}, batch_size=len(batch.labels))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)


def spread(weights, mask):
    return torch.special.entr(weights).sum(dim=1)


def evenly(tokens, mask):
    return mask.float()
"""
MANIFEST = """
title = "A toy lab"
task = "classification"
uses.entropy = "spread"
[questions]
even.title = "every word alike"
sharp.title = "some words more"
[links]
"data.embeddings" = "model.init_args.embeddings"
[sizes]
dim = "model.init_args.pooling.init_args.dim"
[sweep]
question = "sharp"
option = "model.init_args.grip"
values = [0.0, 0.5]
"""
RECIPE = """
model:
  class_path: {lab}.Toy
  init_args:
    pooling:
      class_path: {lab}.{pooling}
      init_args:
        dim: 3
trainer:
  max_epochs: 2
"""


@pytest.fixture(autouse=True)
def shared_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The sample is prepared once for all tests, and for all workers of pytest-xdist."""
    monkeypatch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


def write_lab(folder: Path, name: str) -> Lab:
    (folder / name / "recipes").mkdir(parents=True)
    (folder / name / f"{name}.py").write_text(MODULE)
    (folder / name / "lab.toml").write_text(MANIFEST)
    for question, pooling in (("even", "Even"), ("sharp", "Sharp")):
        recipe = RECIPE.format(lab=name, pooling=pooling)
        (folder / name / "recipes" / f"{question}.yaml").write_text(recipe)
    return Lab.find(name, folder)


@pytest.fixture(scope="session")
def toy_lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_lab(tmp_path_factory.mktemp("labs"), "toy")


@pytest.fixture
def toy_recipe(toy_lab: Lab) -> Recipe:
    """The question with a learned query, on the sample."""
    return Recipe(toy_lab, "sharp", source="sample")
