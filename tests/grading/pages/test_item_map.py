"""The picture of the tests puts each where its numbers say, and tells it to those who cannot see it."""

from __future__ import annotations

import pytest

from amal_attention.grading.pages.item_analysis import TestStatistics
from amal_attention.grading.pages.item_map import ItemMap


def test(name: str, met: int, discrimination: float | None, best_missed: tuple[str, ...] = ()) -> TestStatistics:
    return TestStatistics("q1", f"test_{name}", "", 20, met, discrimination, best_missed)


test.__test__ = False  # type: ignore[attr-defined]


def test_the_corners_are_where_the_axes_end():
    found = ItemMap.of([test("low", 0, -1.0), test("high", 20, 1.0), test("middle", 10, 0.0)])
    assert found is not None
    low, high, middle = found.dots
    assert (low.x, low.y) == (found.left, found.bottom) and (high.x, high.y) == (found.right, found.top)
    assert (middle.x, middle.y) == ((found.left + found.right) / 2, (found.top + found.bottom) / 2)
    assert [x for x, label in found.across if label in ("0 %", "100 %")] == [found.left, found.right]


def test_those_to_be_looked_at_are_numbered_in_their_order_and_told():
    found = ItemMap.of([test("a", 9, -0.2, ("ada",)), test("b", 9, 0.5, ("ada",)), test("c_d", 4, 0.0, ("bob",))])
    assert found is not None
    assert [(dot.suspect, dot.number) for dot in found.dots] == [(True, 1), (False, 0), (True, 2)]
    assert "q1, c d: met by 4 of 20, discrimination 0" in found.words and "q1, b" not in found.words


def test_a_test_without_a_discrimination_is_not_drawn():
    found = ItemMap.of([test("a", 20, None), test("b", 9, 0.5)])
    assert found is not None and len(found.dots) == 1 and "none of them is to be looked at" in found.words


@pytest.mark.parametrize("tests", [[], [test("a", 20, None)]])
def test_without_any_there_is_no_picture(tests):
    assert ItemMap.of(tests) is None
