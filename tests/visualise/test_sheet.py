"""The parts of a diagram, judged on what matplotlib is told to draw."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import PathPatch, Polygon, Rectangle

from amal_attention.visualise.sheet import VECTOR_HEIGHT, Sheet, shortened
from amal_attention.visualise.style import STYLE


@pytest.fixture(autouse=True)
def style() -> object:
    with matplotlib.rc_context(STYLE):
        yield


def measured(text: str, size: float) -> float:
    """How wide a renderer draws it, in inches."""
    sheet = Sheet(20, 1)
    sheet.figure.set_dpi(720)  # letters are not moved to whole pixels
    sheet.write(10, 0.5, text, size=size)
    (drawn,) = sheet.figure.axes[0].texts
    return drawn.get_window_extent(FigureCanvasAgg(sheet.figure).get_renderer()).width / sheet.figure.dpi


@pytest.mark.parametrize("text", ["a", "film", "W" * 40, "i" * 40, "incomprehensibilities", "$" * 30, "x" * 10_000])
@pytest.mark.parametrize("size", [9, 14])
def test_a_text_is_cut_no_more_than_it_must(text: str, size: float) -> None:
    width = 0.9
    cut = shortened(text, width, size)
    assert measured(cut, size) <= width + 0.02
    if cut != text:
        assert cut.endswith("…") and text.startswith(cut[:-1])
        assert measured(text[: len(cut)] + "…", size) > width - 0.02


def test_a_text_of_which_nothing_fits_becomes_an_ellipsis() -> None:
    assert shortened("WWWW", 0.05, 11) == "…"


def test_nothing_is_no_longer_when_cut() -> None:
    assert shortened("", 1.0, 11) == ""


def test_control_characters_of_a_text_never_reach_the_figure() -> None:
    assert shortened("a\x1bb\n", 5.0, 11) == "a\ufffdb\ufffd"


def test_the_cells_of_a_vector_grow_darker_with_its_shades() -> None:
    sheet = Sheet(2, 2)
    sheet.vector(1, 1, np.array([0.0, 0.3, 0.6, 1.0]), "#0072B2")
    cells = [patch for patch in sheet.figure.axes[0].patches if isinstance(patch, Rectangle)]
    light = [sum(cell.get_facecolor()[:3]) for cell in cells]
    assert light == sorted(light, reverse=True) and len(set(light)) == 4
    assert matplotlib.colors.to_hex(cells[-1].get_facecolor()).upper() == "#0072B2"
    bottoms = [cell.get_y() for cell in cells]
    assert bottoms == pytest.approx([1 - VECTOR_HEIGHT / 2 + i * VECTOR_HEIGHT / 4 for i in range(4)])


def test_a_flow_leaves_and_arrives_upward_where_it_was_told_to() -> None:
    sheet = Sheet(6, 4)
    sheet.flow((1, 0.5), (4, 3), width=5, colour="#E69F00", strength=1.0)
    (band,) = (patch for patch in sheet.figure.axes[0].patches if isinstance(patch, PathPatch))
    (head,) = (patch for patch in sheet.figure.axes[0].patches if isinstance(patch, Polygon))
    corners = band.get_path().vertices
    assert tuple(corners[0]) == (1, 0.5) and corners[1][0] == 1
    assert corners[-1][0] == corners[-2][0] == 4
    assert list(corners[:, 1]) == sorted(corners[:, 1]), "it never turns down"
    tip = head.get_xy()[:, 1].max()
    assert tip == 3 and head.get_xy()[:, 1].min() == pytest.approx(corners[-1][1]), "the head stands on the band"
    assert head.get_xy()[:, 0].mean() == pytest.approx(4, abs=0.1)
    assert np.ptp(head.get_xy()[:, 0]) > 5 / 72, "the head is wider than the band"


def test_an_arrow_goes_by_its_corners_without_touching_them() -> None:
    sheet = Sheet(4, 4)
    sheet.arrow((1, 1), (2, 1), (2, 3))
    (arrow,) = sheet.figure.axes[0].patches
    path = arrow._path_original
    assert [tuple(path.vertices[0]), tuple(path.vertices[-1])] == [(1, 1), (2, 3)]
    drawn = path.interpolated(1).to_polygons(closed_only=False)[0]
    distance = np.hypot(*(drawn - (2, 1)).T).min()
    assert 0 < distance < 0.1


def test_an_arrow_over_others_leaves_a_white_gap_below_itself() -> None:
    sheet = Sheet(4, 4)
    sheet.arrow((1, 2), (3, 2))
    sheet.arrow((2, 1), (2, 3), over=True)
    below, gap, above = sheet.figure.axes[0].patches
    assert matplotlib.colors.to_hex(gap.get_edgecolor()) == "#ffffff"
    assert gap.get_linewidth() > above.get_linewidth()
    assert below.get_zorder() < gap.get_zorder() <= above.get_zorder()
