"""Matrices side by side, judged on what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from amal_attention.record import Grid
from amal_attention.visualise.matrices import attention_heads, attention_matrices
from amal_attention.visualise.style import figure_svg


def grid(columns: str = "2 mai", rows: int = 3) -> Grid:
    weights = np.full((rows, len(columns)), 1 / len(columns))
    return Grid(-1, "line", [*map(str, range(rows - 1)), "END"], list(columns), weights.tolist())


def test_each_matrix_stands_under_its_title_with_the_names_of_its_own() -> None:
    first, second, scale = attention_matrices({"dot, 5 $": grid(), "additive": grid("3/12", rows=2)}).axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == [r"dot, 5 \$", "additive"]
    assert [label.get_text() for label in first.get_xticklabels()] == list("2 mai")
    assert [label.get_text() for label in second.get_yticklabels()] == ["0", "END"]
    assert scale.get_ylabel() == "attention weight"


def test_all_have_one_scale_from_0_to_1_and_the_first_row_is_on_top() -> None:
    *drawn, _ = attention_matrices({name: grid() for name in "abcd"}).axes
    maps = [axes.collections[0] for axes in drawn if axes.collections]
    assert len(maps) == 4
    assert {each.get_clim() for each in maps} == {(0, 1)}
    assert all(axes.yaxis_inverted() for axes in drawn if axes.collections)


@pytest.mark.parametrize(
    ("count", "columns", "shape"),
    [(1, "2 mai", (1, 1)), (3, "2 mai", (1, 3)), (4, "2 mai", (2, 3)), (3, 30 * "a", (3, 1))],
)
def test_as_many_stand_in_a_row_as_the_page_is_wide(count: int, columns: str, shape: tuple[int, int]) -> None:
    figure = attention_matrices({str(place): grid(columns) for place in range(count)})
    assert figure.axes[0].get_subplotspec().get_gridspec().get_geometry() == shape
    assert figure.get_figwidth() <= 10.5


def test_no_label_leaves_the_figure_and_it_is_the_same_each_time() -> None:
    figure = attention_matrices({name: grid("March 12th, 1998", rows=11) for name in ("dot", "general", "additive")})
    FigureCanvasAgg(figure).draw()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.get_figwidth() and box.y1 <= figure.get_figheight()
    assert figure_svg(attention_matrices({"a": grid()})) == figure_svg(attention_matrices({"a": grid()}))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        attention_matrices({})
    wrong = Grid(-1, "line", ["a"], ["b"], [[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"a matrix of shape \(1, 2\) in 'dot'"):
        attention_matrices({"dot": wrong})


def test_each_head_has_a_matrix_of_its_own_under_its_number() -> None:
    weights = np.stack([np.eye(2, 3), np.full((2, 3), 1 / 3)])
    first, second, _ = attention_heads(weights, ["a", "b"], ["x", "y", "z"]).axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["head 1", "head 2"]
    assert np.allclose(first.collections[0].get_array(), weights[0])
    assert [label.get_text() for label in second.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in second.get_xticklabels()] == ["x", "y", "z"]


def test_weights_that_are_not_those_of_heads_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected weights of shape \(h, L, S\); got shape \(2, 3\)"):
        attention_heads(np.eye(2, 3), ["a", "b"], ["x", "y", "z"])
