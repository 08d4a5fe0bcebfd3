"""What a renderer draws of a diagram: texts, boxes, vectors, arrows, and what lies on what."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch, Rectangle


def texts(figure: Figure) -> list[str]:
    """All texts that can be seen, in the order of drawing."""
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def place_of(figure: Figure, text: str) -> tuple[float, float]:
    """Where the one text that reads so stands."""
    (found,) = (each for each in figure.axes[0].texts if each.get_text() == text)
    return found.get_position()


def arrows(figure: Figure) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Begin and end of every arrow that has a head."""
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    paths = [patch._path_original.vertices for patch in found if patch.get_arrowstyle().arrow == "-|>"]
    return [(tuple(path[0]), tuple(path[-1])) for path in paths]


def vectors(figure: Figure) -> list[tuple[float, float]]:
    """The lower left corner of every vector that is not void, from left to right."""
    cells = [
        patch
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle) and patch.get_width() == pytest.approx(0.19) and patch.get_height() < 0.3
    ]
    return sorted({(round(cell.get_x(), 6), round(cell.get_y(), 6)) for cell in cells[::4]})


def dashed(figure: Figure) -> list[Any]:
    """What is drawn in dashes."""
    return [patch for patch in figure.axes[0].patches if patch.get_linestyle() == "--"]


def flows(figure: Figure) -> list[float]:
    """How thick the bands are, from left to right."""
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    return [patch.get_linewidth() for patch in sorted(found, key=lambda patch: patch.get_path().vertices[0][0])]


def is_clear(figure: Figure) -> None:
    """No text lies on another or leaves the sheet, no symbol lies on a vector, and letters stand in their boxes."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    seen = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts if text.get_text()]
    for (one, first), (other, second) in combinations(seen, 2):
        assert not first.overlaps(second), f"{one} lies on {other}"
    patches = figure.axes[0].patches
    cells = [patch.get_window_extent(renderer) for patch in patches if isinstance(patch, Rectangle)]
    boxes = [
        patch.get_window_extent(renderer)
        for patch in patches
        if isinstance(patch, FancyBboxPatch) and patch.get_zorder() > 0
    ]
    for text, box in seen:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height, text
        assert not any(box.overlaps(cell) for cell in cells), f"{text} lies on a vector or a bar"
        touched = [each for each in boxes if each.overlaps(box)]
        assert all(each.x0 < box.x0 and box.x1 < each.x1 for each in touched), f"{text} does not fit its box"
