"""Points of the plane and what a model answers there, judged on what is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from amal_attention.visualise.plane import points_figure
from amal_attention.visualise.style import figure_svg

FEW = np.array([[0.0, 1.0], [2.0, -1.0]])
MANY = np.random.default_rng(0).uniform(-3, 3, (200, 2))


def dots(figure: Figure, panel: int) -> list[PathCollection]:
    return [each for each in figure.axes[panel].collections if isinstance(each, PathCollection)]


def to_the_right(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(-points[:, 0]))


def test_each_panel_holds_its_groups_on_the_same_square() -> None:
    figure = points_figure({"step 0": {"real": FEW, "made": FEW + 5}, "5 $": {"real": FEW}})
    first, second = figure.axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["step 0", r"5 \$"]
    assert first.get_xlim() == second.get_xlim() and first.get_ylim() == second.get_ylim()
    assert np.allclose(dots(figure, 0)[1].get_offsets(), FEW + 5)
    low, high = first.get_xlim()
    assert low < 0 and high > 7


def test_a_group_has_one_colour_in_every_panel_and_stands_in_the_legend() -> None:
    figure = points_figure({"a": {"real": FEW, "made": FEW}, "b": {"made": FEW}})
    (_, made), (alone,) = dots(figure, 0), dots(figure, 1)
    assert to_hex(made.get_facecolor()[0]) == to_hex(alone.get_facecolor()[0])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["real", "made"]


def test_many_points_are_small_and_behind_few() -> None:
    few, many = dots(points_figure({"": {"few": FEW, "many": MANY}}), 0)
    assert few.get_sizes()[0] > many.get_sizes()[0]
    assert few.get_zorder() > many.get_zorder()


def test_the_plane_is_coloured_by_the_answer_between_0_and_1() -> None:
    figure = points_figure({"with": {"few": FEW}, "without": {"few": FEW}}, answers={"with": to_the_right})
    (mesh,) = [each for each in figure.axes[0].collections if isinstance(each, QuadMesh)]
    assert not [each for each in figure.axes[1].collections if isinstance(each, QuadMesh)]
    assert mesh.get_clim() == (0, 1)
    shares = np.asarray(mesh.get_array())
    assert np.all(np.diff(shares, axis=1) > 0) and np.allclose(np.diff(shares, axis=0), 0)
    assert figure.axes[-1].get_ylabel() == "probability of the second class"


def test_panels_that_are_odd_in_number_leave_a_place_empty() -> None:
    figure = points_figure({str(number): {"few": FEW} for number in range(3)})
    assert [axes.axison for axes in figure.axes] == [True, True, True, False]


def test_nothing_leaves_the_figure_and_it_is_the_same_each_time() -> None:
    def draw() -> Figure:
        return points_figure({"one": {"few": FEW, "many": MANY}, "two": {}}, answers={"one": to_the_right})

    figure = draw()
    FigureCanvasAgg(figure).draw()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.get_figwidth() and box.y1 <= figure.get_figheight()
    assert figure_svg(draw()) == figure_svg(draw())


def test_what_is_no_point_of_the_plane_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 3\) in 'real'"):
        points_figure({"a": {"real": np.zeros((2, 3))}})
    with pytest.raises(ValueError, match="got none"):
        points_figure({"a": {}})
