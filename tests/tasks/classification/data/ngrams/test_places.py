from __future__ import annotations

import itertools

import pytest
import torch

from amal_attention.data.ngrams import Occurrences
from amal_attention.tasks.classification.data.ngrams.places import PLACE_CLASSES, place_classes


def class_of(first: int, last: int, count: int, length: int) -> int:
    where = Occurrences(*(torch.tensor([[[number]]]) for number in (first, last, count)))
    mask = torch.arange(400) < length
    return int(place_classes(where, mask.unsqueeze(0)))


def test_every_class_is_met_by_the_bounds_that_part_them():
    found = [
        class_of(first, 300, count, 301 + from_end)
        for from_end, first, count in itertools.product((0, 10, 20, 40, 80, 99), (0, 20, 60), (1, 2, 3))
        if from_end != 99
    ]
    found += [class_of(first, 100, count, 261) for first, count in itertools.product((0, 20, 60), (1, 2, 3))]
    assert sorted(found) == list(range(PLACE_CLASSES))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, 300, 1, 301), (19, 291, 1, 301)),
        ((60, 300, 3, 301), (250, 300, 9, 301)),
        ((20, 90, 2, 251), (59, 0, 2, 400)),
    ],
)
def test_places_between_the_same_bounds_are_alike(one, other):
    assert class_of(*one) == class_of(*other)
