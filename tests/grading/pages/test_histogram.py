from __future__ import annotations

import random

import pytest

from amal_attention.grading.pages.histogram import Histogram


def counts(scores: list[float], most: float) -> list[int]:
    histogram = Histogram.of(scores, most)
    assert histogram is not None
    return [bar.count for bar in histogram.bars]


def test_a_bar_holds_its_left_end_and_the_last_one_both():
    assert counts([0, 0.9, 1, 1.25, 19, 20, 20], 20) == [2, 2, *[0] * 17, 3]


@pytest.mark.parametrize(
    "most, bars", [(0.5, 2), (4, 16), (5, 20), (6, 12), (15, 15), (20, 20), (100, 20), (7.3, 15), (5000, 20)]
)
def test_there_are_twenty_bars_at_most_and_they_reach_to_the_most_points(most: float, bars: int):
    assert len(counts([0], most)) == bars


def test_every_score_is_counted_once():
    draw = random.Random(0)
    scores = [draw.randrange(61) / 4 for _ in range(500)]
    found = counts(scores, 15)
    assert found == [sum(low <= score < low + 1 or score == low + 1 == 15 for score in scores) for low in range(15)]


def test_scores_beyond_the_ends_stand_in_the_outer_bars():
    assert counts([-1, 3, 99], 3)[0] == 1 and counts([-1, 3, 99], 3)[-1] == 2


def test_heights_are_as_the_numbers_and_bars_stand_side_by_side():
    histogram = Histogram.of([0, 1, 1, 1, 1, 2], 20)
    assert histogram is not None
    first, second, third = histogram.bars[:3]
    assert second.height == pytest.approx(4 * first.height) and third.height == first.height
    assert all(bar.y + bar.height == pytest.approx(histogram.bottom) for bar in histogram.bars)
    assert histogram.left < first.x and first.x + first.width < second.x
    assert histogram.bars[-1].x + histogram.bars[-1].width < histogram.right
    assert all(0 < bar.y <= histogram.bottom for bar in histogram.bars)


def test_ticks_and_the_median_stand_where_their_points_are():
    histogram = Histogram.of([0, 5, 20], 20)
    assert histogram is not None
    places = {label: x for x, label in histogram.ticks}
    assert places["0"] == histogram.left and places["20"] == histogram.right
    assert histogram.median_x == pytest.approx((3 * places["4"] + places["8"]) / 4)
    assert len(places) <= 11


def test_it_is_told_in_words():
    histogram = Histogram.of([0.5, 1, 2], 2)
    assert histogram is not None
    assert histogram.words == (
        "Histogram of 3 scores, median 1: 1 from 0.5 to less than 0.75; 1 from 1 to less than 1.25; 1 from 1.75 to 2."
    )


def test_without_scores_or_points_there_is_nothing_to_draw():
    assert Histogram.of([], 10) is None
    assert Histogram.of([0, 0], 0) is None
