"""Curves against something else than epochs."""

from __future__ import annotations

import pytest

from amal_attention.record import Series
from amal_attention.visualise.figures import series_curves


@pytest.mark.parametrize(("x", "whole"), [([1, 2, 3], True), ([4, 20], True), ([2.5, 7.5, 12.5], False)])
def test_what_is_counted_has_whole_ticks(x: list[float], whole: bool) -> None:
    (axes,) = series_curves({"plain": Series(x, [50.0] * len(x), "number of dates", "exact match (%)")}).axes
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert all(float(tick).is_integer() for tick in ticks) == whole
    assert len(ticks) > 1
