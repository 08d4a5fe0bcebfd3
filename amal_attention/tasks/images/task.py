"""Image classification as a task: how many images are told rightly, and at which squares of them a model looks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning import Callback, LightningModule
from torch import Tensor

from amal_attention.errors import DataError, explain
from amal_attention.language import message
from amal_attention.record import Exhibit, Grid, Texts
from amal_attention.tasks.classification.accuracy import Accuracy
from amal_attention.tasks.images.data.module import DigitData
from amal_attention.tasks.tap import AttentionTap, tapped_attention
from amal_attention.tasks.task import Measure, Measured, Task, Uses

__all__ = ["TASK", "ImageClassification"]


class ImageClassification(Task):
    """Which digit an image shows."""

    name = "images"
    text = "image"
    texts = "images"
    data = "amal_attention.tasks.images.DigitData"
    sources = ("digits", "mnist5k")
    embedded_source = "digits"
    monitor = "val_accuracy"
    mode = "max"
    monitored = message("validation accuracy (%)")
    monitored_share = True
    loss = message("cross-entropy (nats)")
    example = "12"
    measures = (
        Measure(
            "accuracy",
            "accuracy",
            "%, 95 % interval",
            "accuracy",
            digits=4,
            places=1,
            share=True,
            percent=True,
            best=message("Which model reads best?"),
            best_axis=message("test accuracy (%), whisker: 95 % interval"),
        ),
    )

    def measure(self, model: LightningModule, batch: Any, uses: Uses) -> Measured:
        """Whether each image is told rightly."""
        logits, _ = _looked(model, batch.images)
        right = logits.argmax(dim=1) == batch.labels
        return {"accuracy": (right, torch.ones_like(right))}

    def exhibits(
        self, model: LightningModule, data: DigitData, rows: npt.NDArray[np.int64], uses: Uses
    ) -> list[Exhibit]:
        """What each image shows, what the model says, and how much it looks at each square."""
        return [_shown(model, data, int(row)) for row in rows]

    def kept(self, data: DigitData) -> dict[str, Any]:
        """Where the images come from."""
        return {"source": data.hparams["source"]}

    def read(self, model: LightningModule, kept: dict[str, Any], text: str, uses: Uses) -> Exhibit:
        """A test image, by its place among them, from 0 on."""
        data = DigitData(kept["source"])
        rows = data.rows("test")
        if not text.strip().isdecimal() or int(text) >= len(rows):
            raise DataError(
                explain(
                    expected=f"the number of a test image, from 0 to {len(rows) - 1}",
                    got=repr(text.strip()[:40]),
                    do="give one",
                )
            )
        return _shown(model, data, int(rows[int(text)]))

    def places(self, kept: dict[str, Any], exhibit: Exhibit) -> list[list[str]]:
        """The squares, by row and column."""
        if not isinstance(exhibit, Texts) or exhibit.grid is None:
            return []
        return [[f"{row},{column}" for row in exhibit.grid.rows for column in exhibit.grid.columns]]

    def callbacks(self, uses: Uses) -> list[Callback]:
        """Accuracy after each epoch."""
        return [Accuracy()]


@torch.inference_mode()
def _looked(model: LightningModule, images: Tensor) -> tuple[Tensor, AttentionTap]:
    """The logits ``(B, C)`` of a model in evaluation mode, on the CPU, and what it looked at."""
    model.eval()
    with tapped_attention(model) as tap:
        logits = model(images.to(model.device))
    return logits.cpu(), tap


def _shown(model: LightningModule, data: DigitData, row: int) -> Texts:
    batch = data.whole(np.array([row]))
    logits, tap = _looked(model, batch.images)
    probability, prediction = logits.softmax(dim=1).max(dim=1)
    name, names = f"image {row}", data.label_names
    shown = {"image": f"number {row}, a {names[int(batch.labels)]}"}
    said, grid = names[int(prediction)], _squares(tap, row, name)
    return Texts(row, name, shown, grid, said, float(probability), names[int(batch.labels)])


def _squares(tap: AttentionTap, row: int, name: str) -> Grid | None:
    """How much the last layer looks at each square: as a place in front does, else as all squares do, mean of heads.

    ``None`` where no layer has heads, or its places are no square of squares.
    """
    heads = [weights for weights in tap.weights.values() if weights.dim() == 4 and weights.shape[2] == weights.shape[3]]
    if not heads:
        return None
    weights = heads[-1][0].float().mean(dim=0)
    in_front = math.isqrt(len(weights)) ** 2 != len(weights)
    looked = weights[0, 1:] if in_front else weights.mean(dim=0)
    side = math.isqrt(len(looked))
    if side**2 != len(looked):
        return None
    names = [str(number) for number in range(1, side + 1)]
    shares = looked / looked.sum().clamp(min=torch.finfo(looked.dtype).tiny)
    return Grid(row, name, names, names, shares.reshape(side, side).tolist())


TASK = ImageClassification()
