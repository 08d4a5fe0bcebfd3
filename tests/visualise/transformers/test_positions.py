"""Maps of positions, judged on what their artists hold."""

from __future__ import annotations

import numpy as np
import pytest

from amal_attention.language import speak
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.transformers.positions import position_map

VECTORS = np.array([[0.0, 1.0, -0.5], [0.8, 0.5, 0.0]])


def test_the_vectors_stand_on_the_left_and_their_dot_products_on_the_right() -> None:
    left, right = (axes.images[0] for axes in position_map(VECTORS).axes[:2])
    assert np.array_equal(left.get_array(), VECTORS)
    assert np.allclose(right.get_array(), VECTORS @ VECTORS.T)


def test_0_is_in_the_middle_of_both_scales_and_places_count_from_0_on_top() -> None:
    for axes in position_map(VECTORS).axes[:2]:
        low, high = axes.images[0].get_clim()
        assert low == -high < 0
        assert axes.get_ylim() == (1.5, -0.5)


def test_it_is_the_same_each_time_and_speaks_the_language() -> None:
    speak("fr")
    left, right = position_map(VECTORS).axes[:2]
    assert (left.get_xlabel(), left.get_ylabel(), right.get_xlabel()) == ("colonne", "place", "place")
    assert figure_svg(position_map(VECTORS)) == figure_svg(position_map(VECTORS))


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((2, 3, 4)), np.zeros((0, 4))])
def test_another_shape_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"expected vectors of shape \(L, D\)"):
        position_map(wrong)
