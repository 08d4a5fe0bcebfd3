"""Nests are walked, rebuilt and copied."""

from __future__ import annotations

from collections import namedtuple

import pytest
import torch

from amal_attention.checks.subjects.nests import copied, leaves, mapped

Pair = namedtuple("Pair", "first second")


@pytest.mark.parametrize(
    ("nest", "expected"),
    [
        (3, [3]),
        (None, [None]),
        ("ab", ["ab"]),
        ((), []),
        ((1, (2, [3, {"a": 4, "b": (5,)}]), []), [1, 2, 3, 4, 5]),
        (Pair(1, Pair(2, None)), [1, 2, None]),
    ],
)
def test_leaves_come_in_order(nest, expected):
    assert list(leaves(nest)) == expected


def test_a_nest_keeps_its_form_where_its_leaves_change():
    nest = (1, [2, Pair(3, (4,))], {"a": [5]}, ())
    changed = mapped(lambda leaf: -leaf, nest)
    assert changed == (-1, [-2, Pair(-3, (-4,))], {"a": [-5]}, ())
    assert type(changed[1][1]) is Pair


def test_a_tuple_of_torch_is_a_nest_too():
    found = torch.tensor([[1.0, 3.0]]).max(dim=1)
    assert [each.tolist() for each in leaves(found)] == [[3.0], [1]]
    assert mapped(lambda leaf: leaf.tolist(), found) == ([3.0], [1])


def test_what_is_done_to_a_copy_leaves_the_nest_as_it_is():
    nest = {"state": (torch.zeros(2), [torch.ones(1)]), "words": ["a"]}
    copy = copied(nest)
    copy["state"][0].add_(1)
    copy["state"][1][0].add_(1)
    copy["words"].append("b")
    assert nest["state"][0].tolist() == [0, 0] and nest["state"][1][0].tolist() == [1] and nest["words"] == ["a"]
