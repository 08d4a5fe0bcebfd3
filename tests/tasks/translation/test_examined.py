"""What a notebook shows of a model that writes: here one that copies short strings of digits, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from lightning import LightningModule
from torch import Tensor
from torch.nn import functional as F

from amal_attention.language import speak
from amal_attention.tasks.translation import END, CopyData
from amal_attention.tasks.translation.examined import Examined, examine

COPIED = 6  # digits


class Model(LightningModule):
    """With a teacher it always says END."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.tokens = tokens

    def forward(self, source: Tensor, mask: Tensor, teacher: Tensor) -> Tensor:
        return F.one_hot(torch.full_like(teacher, END), self.tokens).float()

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self.log("val_loss", 1.5, batch_size=1)


def copy(model: Model, source: Tensor, mask: Tensor, max_length: int) -> Tensor:
    """The source with its END; nothing of a source that is too long."""
    lengths = mask.sum(dim=1, keepdim=True)
    written = F.pad(source * mask, (0, max_length - source.shape[1])).scatter(1, lengths, END)
    return written * (lengths <= COPIED)


@pytest.fixture(scope="module")
def data() -> CopyData:
    return CopyData(shortest=5, longest=8)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_lines_are_right_by_their_length_on_either_split(data: CopyData, split: str) -> None:
    examined = examine(Model(data.num_tokens), data, split, copy)
    assert examined.by_group.x == [5, 6, 7, 8]
    assert examined.by_group.y == [100, 100, 0, 0]
    lengths = [len(line.source) for line in data.lines(split)]
    share = sum(length <= COPIED for length in lengths) / len(lengths)
    assert examined.value("exact_match") == pytest.approx(share)
    assert examined.value("token_accuracy") == pytest.approx(len(lengths) / (sum(lengths) + len(lengths)))


def test_errors_are_told_apart_by_what_stands_before_them(data: CopyData) -> None:
    examined = examine(Model(data.num_tokens), data, "validation", copy)
    lengths = [len(line.source) for line in data.lines("validation")]
    wrong = sum(length > COPIED for length in lengths)
    right = sum(length + 1 for length in lengths if length <= COPIED)
    assert examined.value("wrong_after_right") == pytest.approx(wrong / (wrong + right))
    assert examined.value("wrong_after_wrong") == 1


def test_the_cross_entropy_is_that_of_the_test_lines(data: CopyData) -> None:
    assert examine(Model(data.num_tokens), data, "test", copy).value("cross_entropy") == 1.5


def test_groups_are_named_in_the_language_that_is_spoken(data: CopyData) -> None:
    speak("fr")
    group = examine(Model(data.num_tokens), data, "validation", copy).by_group
    assert group.across == "nombre de chiffres"


def test_what_was_not_measured_is_no_number() -> None:
    assert math.isnan(Examined({"exact_match": (None, None, None)}, {}).value("exact_match"))
