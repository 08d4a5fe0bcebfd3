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


def moved(sizes: tuple[int, ...], place: tuple[int, ...], value: float) -> Tensor:
    tensor = torch.zeros(sizes)
    tensor[place] = value
    return tensor


@pytest.mark.parametrize(
    ("sizes", "place", "told"),
    [
        ((3, 8), (2, 1), "[[0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0.5, 0, 0, 0, 0, 0, 0]]"),
        ((5, 5), (3, 1), "(5, 5)[3] = [0, 0.5, 0, 0, 0]"),
        ((8, 8, 8), (7, 6, 1), "(8, 8, 8)[7, 6] = [0, 0.5, 0, 0, 0, 0, 0, 0]"),
        ((2, 3, 4, 9), (1, 2, 3, 8), "(2, 3, 4, 9)[1, 2, 3, 8] = 0.5"),
        ((30,), (17,), "(30,)[17] = 0.5"),
    ],
)
def test_of_many_numbers_those_are_told_that_differ_most(
    sizes: tuple[int, ...], place: tuple[int, ...], told: str
) -> None:
    came, expected = moved(sizes, place, 0.5), moved(sizes, (0,) * len(sizes), 0.1)
    assert numbers(came, beside=expected) == told
    assert numbers(expected, beside=came) == (told.replace("0.5", "0") if place != (2, 1) else numbers(expected))


def test_what_is_no_number_differs_most():
    came = moved((5, 5), (4, 2), float("nan"))
    assert numbers(came, beside=torch.arange(25.0).reshape(5, 5)) == numbers(came) == "(5, 5)[4] = [0, 0, nan, 0, 0]"


@pytest.mark.parametrize("beside", [None, torch.zeros(5, 4)])
def test_of_many_numbers_with_none_beside_them_the_first_are_told(beside: Tensor | None) -> None:
    assert numbers(torch.arange(25.0).reshape(5, 5), beside) == "(5, 5)[0] = [0, 1, 2, 3, 4]"


def test_of_many_axes_one_row_is_told():
    assert numbers(torch.zeros([2] * 8)) == f"{tuple([2] * 8)}[0, 0, 0, 0, 0, 0, 0] = [0, 0]"


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
