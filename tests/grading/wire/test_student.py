from __future__ import annotations

import pytest
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.checks.subjects.subject import LocalSubject
from amal_attention.grading.wire.student import LocalStudent, NotAnswered


class Doubling(nn.Module):
    def forward(self, x):
        return 2 * x


class Around(LightningModule):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x) + 1

    def training_step(self, batch, batch_idx):
        return batch.sum()


STUDENT = LocalStudent({"Doubling": Doubling, "Around": Around, "half": lambda x: x / 2})


def test_a_class_of_theirs_becomes_a_handle_that_computes():
    handle = STUDENT.Doubling()
    assert type(handle) is LocalSubject
    assert handle(torch.tensor([3.0])).tolist() == [6.0]


def test_a_lightning_module_becomes_a_handle_too():
    handle = STUDENT.Around(STUDENT.Doubling())
    assert type(handle) is LocalSubject
    assert handle(torch.tensor([3.0])).tolist() == [7.0]


def test_a_handle_can_be_given_to_another_class():
    assert STUDENT.Around(inner=STUDENT.Doubling())(torch.tensor([3.0])).tolist() == [7.0]


def test_a_function_of_theirs_is_called_as_it_is():
    assert STUDENT.half(5) == 2.5


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(NotAnswered, match="Tripling is not in the notebook"):
        _ = STUDENT.Tripling
