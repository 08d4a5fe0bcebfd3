"""Accuracy against the size of an attack, as a function of the lab measures it."""

import torch

from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.robustness import accuracy_by_size
from tests.tasks.classification.counting import Counting


def share_that_is_longer(model, batches):
    """Of an attack that removes words: the share of reviews that have more words than its size."""
    lengths = torch.cat([batch.mask.sum(dim=1) for batch in batches])
    return {"words removed": [(float(size), float((lengths > size).float().mean())) for size in (0, 8)]}


def needs_gradients(model, batches):
    x = torch.ones(1, requires_grad=True)
    (slope,) = torch.autograd.grad(3 * x, x)
    return {"slope": [(0.0, float(slope) / 3)]}


def test_a_curve_is_in_percent_by_the_name_of_the_attack(tmp_path):
    data = ReviewData("sample", cache_dir=str(tmp_path))
    found = accuracy_by_size(share_that_is_longer, Counting(), data, "validation")
    curve = found["words removed"]
    lengths = data.reviews.lengths[data.rows("validation")]
    assert curve.x == [0.0, 8.0]
    assert curve.y[0] == 100.0
    assert abs(curve.y[1] - 100 * (lengths > 8).mean()) < 1e-3


def test_an_attack_may_ask_for_gradients_where_they_are_switched_off(tmp_path):
    with torch.no_grad():
        found = accuracy_by_size(needs_gradients, Counting(), ReviewData("sample", cache_dir=str(tmp_path)))
    assert found["slope"].y == [100.0]
