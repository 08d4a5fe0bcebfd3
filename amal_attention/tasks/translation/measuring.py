"""Whether a model writes the lines that it should, and how wrong it is with a teacher and without."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from lightning import LightningModule
from torch import Tensor

from amal_attention.tasks.bare import bare
from amal_attention.tasks.task import Measured
from amal_attention.tasks.translation.data.batch import END, PairBatch

__all__ = ["Decode", "measure_lines", "written_lines"]


class Decode(Protocol):
    """A function that writes lines with a model."""

    def __call__(self, model: Any, source: Tensor, source_mask: Tensor, max_length: int, /) -> Tensor:
        """``source`` int ``(B, S)``, ``source_mask`` bool ``(B, S)`` -> what is written, int ``(B, max_length)``."""


@torch.inference_mode()
def measure_lines(model: LightningModule, batch: PairBatch, decode: Decode) -> Measured:
    """What is measured of each line of a batch.

    With a teacher, tokens that are right. Without, whether the line is right as a whole; and, place by place, tokens
    that are wrong where all before them were right, and where one was wrong (exposure bias).
    """
    batch = _where_the_model_is(model, batch)
    teachers_right = (model(batch.source, batch.source_mask, batch.teacher).argmax(dim=2) == batch.target).int()
    written, right = written_lines(model, batch, decode)
    wrong = (written[:, :-1] != batch.target) & batch.target_mask
    spoilt = wrong.int().cumsum(dim=1) > wrong.int()
    sound, spoilt = batch.target_mask & ~spoilt, batch.target_mask & spoilt
    return {
        "exact_match": (right, torch.ones_like(right)),
        "token_accuracy": ((teachers_right * batch.target_mask).sum(dim=1), batch.target_mask.sum(dim=1)),
        "wrong_after_right": ((wrong & sound).sum(dim=1), sound.sum(dim=1)),
        "wrong_after_wrong": ((wrong & spoilt).sum(dim=1), spoilt.sum(dim=1)),
    }


@torch.inference_mode()
def written_lines(model: LightningModule, batch: PairBatch, decode: Decode) -> tuple[Tensor, Tensor]:
    """What a model writes of a batch, one token more than the longest target, and which lines are right, bool ``(B,)``.

    A line is right if it says the same up to its END.
    """
    batch = _where_the_model_is(model, batch)
    written = decode(bare(model), batch.source, batch.source_mask, batch.target.shape[1] + 1)
    pairs = zip(written.tolist(), batch.target.tolist(), strict=True)
    right = [_said(line) == _said(target) for line, target in pairs]
    return written, torch.tensor(right, device=written.device)


def _said(tokens: list[int]) -> list[int]:
    """A line up to its END, or all of it where it has none."""
    return tokens[: tokens.index(END) + 1] if END in tokens else tokens


def _where_the_model_is(model: LightningModule, batch: PairBatch) -> PairBatch:
    return PairBatch(*(each.to(model.device) for each in batch))
