"""A Learner is trained by a recipe, and its checkpoint stands alone."""

from __future__ import annotations

import pytest
import torch

from amal_attention.errors import CheckpointError
from amal_attention.lab import Lab
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.learner import Learner
from amal_attention.training.recipe import Recipe
from amal_attention.training.run import Run, train

MODULE = """
from torch import nn
from torch.nn import functional as F


class Mean(nn.Module):
    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True)
        return (weights.unsqueeze(1) @ x).squeeze(1), weights


class Bare(nn.Module):
    def __init__(self, embeddings, pooling: nn.Module):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings)
        self.pooling = pooling
        self.output = nn.Linear(embeddings.shape[1], 2)

    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens), mask)[0])


def cost(model, batch):
    return F.cross_entropy(model(batch.tokens, batch.mask), batch.labels)
"""
MANIFEST = """
title = "A lab without a LightningModule"
task = "classification"
[questions.q1]
title = "bare"
links = { "data.embeddings" = "model.init_args.model.init_args.embeddings" }
"""
RECIPE = """
model:
  class_path: amal_attention.training.learner.Learner
  init_args:
    model:
      class_path: bare.Bare
      init_args:
        pooling:
          class_path: bare.Mean
    cost: bare.cost
    lr: 0.05
trainer:
  max_epochs: 1
  limit_train_batches: 4
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labs") / "bare"
    (folder / "recipes").mkdir(parents=True)
    (folder / "bare.py").write_text(MODULE)
    (folder / "lab.toml").write_text(MANIFEST)
    (folder / "recipes" / "q1.yaml").write_text(RECIPE)
    return Lab.find("bare", folder.parent)


def test_a_recipe_trains_it_and_its_checkpoint_builds_it_again(lab, tmp_path):
    run = Run(Recipe(lab, "q1", source="sample"), tmp_path / "run")
    record = train(run, progress=False)
    assert 0.4 < record.metrics["accuracy"][0] <= 1
    assert {"train_loss", "val_loss", "val_accuracy"} == set(record.curves[0].measured)
    trained = load_trained(run.best, lab.folder.parent)
    assert isinstance(trained.model, Learner) and trained.model.cost is lab.module().cost
    assert trained.model.lr == 0.05
    _check_refused(run.best, lab, tmp_path, "torch.save")
    _check_refused(run.best, lab, tmp_path, "bare.Bare")


def _check_refused(best, lab, folder, function):
    """A checkpoint whose cost is no function of its lab is not read."""
    checkpoint = torch.load(best, weights_only=True)
    checkpoint["amal_attention"]["model"]["init_args"]["cost"] = {"function": function}
    torch.save(checkpoint, folder / "other.ckpt")
    with pytest.raises(CheckpointError, match="is not a function of bare"):
        load_trained(folder / "other.ckpt", lab.folder.parent)
