"""Training in bfloat16 with autocast, as on a GPU: it learns what single precision learns, as far as its digits go."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from torch import Tensor, nn
from torch.utils.data import DataLoader

from amal_attention.tasks.classification import TextBatch
from amal_attention.training.precision import lstms_that_work
from tests.solutions.tp9_attention.conftest import DIM, HIDDEN, POOLINGS

WORDS, STEPS = 9, 6
PLAIN = ("mean", "learned-query", "text-query", "gru-2-both-ways", "lstm-2-both-ways")
QUIET: dict[str, Any] = {
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "num_sanity_val_steps": 0,
}
Build = Callable[[ModuleType, Tensor], LightningModule]


def tuned(pooling: Callable[[ModuleType], nn.Module], classifier: str = "TunedClassifier") -> Build:
    """A classifier of the recipes, in which vectors learn and entropy costs."""
    return lambda lab, table: getattr(lab, classifier)(table, pooling(lab), strength=0.1, freeze_embeddings=False)


MODELS: dict[str, Build] = {
    **{name: lambda lab, table, make=POOLINGS[name]: lab.TextClassifier(table, make(lab)) for name in PLAIN},
    "bags, learned query": tuned(lambda lab: lab.BagQueryPooling(DIM), "BagClassifier"),
    "bags, text query": tuned(lambda lab: lab.BagTextQueryPooling(DIM, 6), "BagClassifier"),
    "fast, gru": tuned(lambda lab: lab.FastContextualPooling(DIM, HIDDEN, cell="gru", bidirectional=True)),
    "fast, lstm": tuned(lambda lab: lab.FastContextualPooling(DIM, HIDDEN, cell="lstm", bidirectional=True)),
}


def batches(counted: bool) -> DataLoader[Any]:
    """Reviews of different lengths whose first word tells the label; as bags with counts, or as texts."""
    generator = torch.Generator().manual_seed(1)
    made = []
    for _ in range(STEPS):
        tokens = torch.randint(1, WORDS, (8, 7), generator=generator)
        mask = torch.arange(7) < torch.randint(2, 8, (8, 1), generator=generator)
        weights = mask * torch.randint(1, 4, (8, 7), generator=generator).float() if counted else mask
        made.append(TextBatch(tokens * mask, weights, (tokens[:, 0] > WORDS // 2).long()))
    return DataLoader(made, batch_size=None)


def losses(model: LightningModule, precision: Any, counted: bool) -> tuple[float, float]:
    """Of training and of validation after three epochs."""
    clipped = {"gradient_clip_val": 1.0} if hasattr(model, "embedding_lr") else {}  # as the recipes do it
    trainer = Trainer(accelerator="cpu", max_epochs=3, precision=precision, **clipped, **QUIET)
    with lstms_that_work(model, precision):
        trainer.fit(model, batches(counted), batches(False))
    return float(trainer.callback_metrics["train_loss"]), float(trainer.callback_metrics["val_loss"])


@pytest.mark.parametrize("name", MODELS)
def test_bfloat16_learns_what_single_precision_learns(lab, name) -> None:
    table = torch.randn(WORDS, DIM)
    table[0] = 0
    single = MODELS[name](lab, table)
    half = MODELS[name](lab, table)
    half.load_state_dict(single.state_dict())
    expected = losses(single, "32-true", counted=name.startswith("bags"))
    assert losses(half, "bf16-mixed", counted=name.startswith("bags")) == pytest.approx(expected, rel=0.03)
