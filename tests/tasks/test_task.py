"""What tasks share: how measures of texts become metrics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from amal_attention.tasks.classification.task import TASK
from amal_attention.tasks.task import share_interval

ONE = np.ones(4)


def test_a_metric_is_the_sum_over_all_texts_by_the_sum_of_the_counts() -> None:
    metrics = TASK.metrics({"normalised_entropy": (np.array([1.0, 5.0, 0.0, 3.0]), np.array([2.0, 8.0, 0.0, 2.0]))})
    assert metrics == {"normalised_entropy": (0.75, None, None)}


def test_a_share_has_an_interval_and_another_measure_has_none() -> None:
    metrics = TASK.metrics({"accuracy": (np.array([1.0, 1.0, 0.0, 1.0]), ONE), "entropy": (ONE, ONE)})
    assert metrics["accuracy"] == (0.75, *share_interval(0.75, 4))
    assert metrics["entropy"] == (1.0, None, None)


@pytest.mark.parametrize("sums", [np.zeros(0), np.array([math.nan, 1.0]), np.array([math.inf, 1.0])])
def test_a_mean_that_is_no_finite_number_is_none(sums: np.ndarray) -> None:
    assert TASK.metrics({"accuracy": (sums, np.ones(len(sums)))}) == {"accuracy": (None, None, None)}


def test_the_interval_of_a_share_is_wilsons() -> None:
    p, n, z = 0.8, 250, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert share_interval(p, n) == pytest.approx((centre - half, centre + half))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_interval_of_a_share_stays_between_0_and_1(share: float) -> None:
    low, high = share_interval(share, 7)
    assert 0 <= low < high <= 1 and share in (pytest.approx(low), pytest.approx(high))
