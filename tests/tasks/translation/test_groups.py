"""Exact match by what tells lines apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from amal_attention.tasks.translation.groups import exact_match_by_group


class Data:
    """Lines of these sources, told apart by one thing."""

    def __init__(self, sources: list[str], **groups: list[object]) -> None:
        self.sources, self.told = sources, groups

    def lines(self, split: str) -> list[SimpleNamespace]:
        assert split == "test"
        return [SimpleNamespace(source=source) for source in self.sources]

    def groups(self, split: str) -> dict[str, list[object]]:
        assert split == "test"
        return self.told


def shares(data: Data, *right: bool) -> dict[str, dict[object, float]]:
    """By group, in the order of the series."""
    found = exact_match_by_group(data, np.array(right))
    return {name: dict(zip(each.names or each.x, each.y, strict=True)) for name, each in found.items()}


def test_named_groups_stand_in_the_order_of_their_size() -> None:
    data = Data(["aa"] * 6, kind=["b", "a", "b", "c", "b", "a"])
    found = shares(data, True, True, False, False, False, False)
    assert list(found["kind"].items()) == [("b", pytest.approx(100 / 3)), ("a", 50), ("c", 0)]


def test_numbers_are_a_curve_from_the_smallest_up() -> None:
    data = Data(["aa"] * 4, dates=[3, 1, 1, 2])
    assert list(shares(data, False, True, False, True)["dates"].items()) == [(1, 50), (2, 100), (3, 0)]


def test_lines_are_told_apart_by_their_length_too() -> None:
    data = Data(["a", "aaa", "aaa"], kind=["x", "x", "x"])
    assert shares(data, True, True, False) == {"number of characters": {1: 100, 3: 50}}, "one kind is no comparison"


def test_a_length_that_the_data_tell_themselves_stands_there_once() -> None:
    assert list(shares(Data(["a", "bb"], digits=[1, 2]), True, True)) == ["digits"]


def test_many_lengths_are_put_together_in_steps() -> None:
    data = Data(["a" * length for length in range(4, 84)])
    found = shares(data, *([True] * 80))["number of characters"]
    assert list(found)[:2] == [2, 7] and len(found) == 17
