"""Figures that know no task, judged on what their artists hold."""

from __future__ import annotations

import numpy as np
import pytest

from amal_attention.language import speak
from amal_attention.record import Series
from amal_attention.visualise.figures import attention_matrix, run_colour, scores_by_group, series_curves


def kinds(**shares: float) -> Series:
    """Scores of these groups."""
    return Series(list(range(len(shares))), list(shares.values()), "kind of line", "right (%)", list(shares))


def test_each_group_has_a_row_and_each_model_a_dot_of_its_colour_in_it() -> None:
    (axes,) = scores_by_group({"One": kinds(short=90, long=10), "Two": kinds(short=90, long=40)}).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["short", "long"]
    one, two = (line for line in axes.lines if line.get_linestyle() == "None")
    assert [one.get_color(), two.get_color()] == [run_colour(0), run_colour(1)]
    assert (list(one.get_xdata()), list(two.get_xdata())) == ([90, 10], [90, 40])
    assert np.round(one.get_ydata()).tolist() == np.round(two.get_ydata()).tolist() == [0, 1], "in their rows"
    assert not set(one.get_ydata()) & set(two.get_ydata()), "equal scores do not hide one another"


def test_a_group_that_a_model_was_not_measured_on_has_no_dot_of_it() -> None:
    (axes,) = scores_by_group({"One": kinds(short=90), "Two": kinds(long=40, short=5)}).axes
    two = [line for line in axes.lines if line.get_linestyle() == "None"][1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["short", "long"]
    assert dict(zip(np.round(two.get_ydata()), two.get_xdata(), strict=True)) == {1: 40, 0: 5}


def test_all_dots_are_within_the_axes_which_begin_at_0() -> None:
    (axes,) = scores_by_group({"One": kinds(short=97, long=99)}).axes
    assert axes.get_xlim()[0] == 0 and axes.get_xlim()[1] >= 99
    bottom, top = axes.get_ylim()
    assert all(top < row < bottom for line in axes.lines for row in line.get_ydata())


def test_groups_and_axes_are_in_the_language_that_is_spoken() -> None:
    speak("fr")
    series = Series([0], [97], "kind of date", "exact match (%)", ["English, day first"])
    (axes,) = scores_by_group({"One": series}).axes
    assert axes.get_xlabel() == "lignes exactes (%)"
    assert axes.get_title(loc="left") == "Lignes exactes (%) par sorte de date"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["anglais, jour d'abord"]


def test_there_must_be_a_model() -> None:
    with pytest.raises(ValueError, match="the scores of a model"):
        scores_by_group({})


@pytest.mark.parametrize(("names", "turned"), [("abc", 0), (["le", "chat", "dort"], 55)])
def test_names_of_columns_are_turned_where_they_are_words(names: list[str], turned: int) -> None:
    axes = attention_matrix(np.eye(3), list("xyz"), list(names)).axes[0]
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {turned}


@pytest.mark.parametrize(("columns", "written"), [(20, True), (21, False)])
def test_cells_of_many_columns_have_no_numbers(columns: int, written: bool) -> None:
    axes = attention_matrix(np.full((2, columns), 1 / columns), ["x", "y"], ["k"] * columns).axes[0]
    assert bool(axes.texts) is written


def test_a_long_line_makes_a_figure_that_still_fits_on_a_page() -> None:
    assert attention_matrix(np.full((2, 83), 1 / 83), ["x", "y"], ["k"] * 83).get_figwidth() < 20


@pytest.mark.parametrize(("x", "whole"), [([1.0, 2.0, 3.0], True), ([4.0, 20.0], True), ([0.25, 0.5, 0.75], False)])
def test_what_is_counted_has_whole_ticks(x: list[float], whole: bool) -> None:
    (axes,) = series_curves({"plain": Series(x, [50.0] * len(x), "number of dates", "exact match (%)")}).axes
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert all(float(tick).is_integer() for tick in ticks) == whole
    assert len(ticks) > 1
