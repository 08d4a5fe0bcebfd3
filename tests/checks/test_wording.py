"""How tensors are told."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks.wording import batch_sent, kind, numbers, shape, tensors_sent
from amal_attention.tasks.classification import TextBatch


@pytest.mark.parametrize(("sizes", "told"), [((), "()"), ((3,), "(3,)"), ((3, 0, 2), "(3, 0, 2)")])
def test_shapes_are_told_as_the_statement_writes_them(sizes: tuple[int, ...], told: str) -> None:
    assert shape(torch.zeros(sizes)) == told


class Words(Tensor):
    """A tensor of another class."""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (torch.zeros(2, 3), "a tensor (2, 3) of float32"),
        (torch.zeros(2, dtype=torch.bool), "a tensor (2,) of bool"),
        (torch.zeros(()).double(), "a tensor () of float64"),
        (nn.Parameter(torch.zeros(2)), "a tensor (2,) of float32"),
        (torch.zeros(2).as_subclass(Words), "a tensor (2,) of float32"),
        (None, "None"),
        (3, "a value of type int"),
        ("words", "a value of type str"),
        ((), "a tuple of 0: "),
        ((torch.zeros(2), None), "a tuple of 2: a tensor (2,) of float32, None"),
        ([1] * 9, "a list of 9: a value of type int"),
        ([("film", 0.5)] * 2, "a list of 2: a tuple of 2: a value of type str, a value of type float"),
        (nn.Linear(2, 3), "a value of type Linear"),
    ],
)
def test_a_value_is_told_by_its_kind(value: object, told: str) -> None:
    assert kind(value) == told


@pytest.mark.parametrize(
    ("tensor", "told"),
    [
        (torch.tensor(0.123456), "0.123"),
        (torch.tensor([1.0, 0.0, -2.5]), "[1, 0, -2.5]"),
        (torch.tensor([[1e-9], [1e12]]), "[[1e-09], [1e+12]]"),
        (torch.tensor([float("nan"), float("inf")]), "[nan, inf]"),
        (torch.tensor([True, False]), "[1, 0]"),
        (torch.tensor([3, 1000]), "[3, 1e+03]"),
        (torch.zeros(0), "[]"),
        (torch.zeros(2, 0), "[[], []]"),
        (torch.arange(8.0), "[0, 1, 2, 3, 4, 5, 6, 7]"),
        (torch.arange(9.0), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        (nn.Parameter(torch.tensor([0.5])), "[0.5]"),
        (torch.tensor([0.5]).half(), "[0.5]"),
    ],
)
def test_numbers_are_short_and_never_many(tensor: Tensor, told: str) -> None:
    assert numbers(tensor) == told


def test_of_many_axes_only_the_shape_is_told():
    assert numbers(torch.zeros([2] * 8)) == f"a tensor {tuple([2] * 8)} of float32"


def test_what_is_nested_deep_is_told_to_a_depth_alone():
    nested: object = 1
    for _ in range(14):
        nested = [nested, nested, nested]
    assert len(kind(nested)) < 400


def test_a_batch_is_told_by_the_shapes_of_its_fields() -> None:
    batch = TextBatch(torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2))
    assert batch_sent(batch) == "a batch of tokens (2, 3), mask (2, 3) and labels (2,)"


@pytest.mark.parametrize("value", [torch.zeros(2), (torch.zeros(2),), None, 3])
def test_what_is_no_batch_is_not_told(value: object) -> None:
    assert batch_sent(value) == ""


def test_the_tensors_among_values_are_told() -> None:
    assert tensors_sent([torch.zeros(2, 3), "gru", torch.ones(2, dtype=torch.bool)]) == (
        "a tensor (2, 3) of float32, a tensor (2,) of bool"
    )
