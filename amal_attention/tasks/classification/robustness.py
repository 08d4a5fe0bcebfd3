"""How well reviews are still read when an adversary moves their vectors: a function of the lab's module measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from lightning import LightningModule

from amal_attention.language import message
from amal_attention.record import Series
from amal_attention.tasks.classification.data.batch import DomainBatch, TextBatch
from amal_attention.tasks.classification.data.module import ReviewData

__all__ = ["accuracy_by_size", "batches_on"]

_Attack = Callable[[LightningModule, Iterable[TextBatch | DomainBatch]], dict[str, list[tuple[float, float]]]]
"""Of a model and batches, by the name of the attack: its sizes, and the accuracy from 0 to 1 under each of them."""


def accuracy_by_size(
    attack: _Attack, model: LightningModule, data: ReviewData, split: str = "test"
) -> dict[str, Series]:
    """Accuracy in % against the size of the attack, by the name of the attack, on the reviews of a split."""
    with torch.enable_grad():  # an adversary asks the model for gradients
        found = attack(model, batches_on(model.device, data, split))
    across, measured = message("size of the attack, ε"), message("accuracy (%)")
    return {
        name: Series([x for x, _ in pairs], [100 * y for _, y in pairs], across, measured)
        for name, pairs in found.items()
    }


def batches_on(device: Any, data: ReviewData, split: str) -> Iterator[TextBatch | DomainBatch]:
    """The reviews of a split in batches on a device, with their domains where the data has them."""
    for _, batch in data.batches(split):
        yield type(batch)(*(each.to(device) for each in batch))
