"""What diagrams are made of: boxes, vectors, nodes and arrows on a blank sheet, all placed in inches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from amal_attention.visualise.style import INK, QUIET, blank_figure, plain
from amal_attention.visualise.words import printable

__all__ = ["BOX_HEIGHT", "NODE_RADIUS", "VECTOR_HEIGHT", "VECTOR_WIDTH", "Point", "Sheet", "shortened"]

Point = tuple[float, float]

BOX_HEIGHT = 0.36
NODE_RADIUS = 0.13
VECTOR_WIDTH = 0.19
VECTOR_HEIGHT = 0.68

_POINTS_AN_INCH = 72
_FAINT = "#9A9A9A"
_TURN = 0.1
_RISE = 0.42
_LONGEST = 60
_LINES, _SHAPES, _TEXTS = 1, 3, 4


class Sheet:
    """A figure to draw on, from the lower left corner; sizes in inches, those of lines and letters in points."""

    def __init__(self, width: float, height: float) -> None:
        self.figure: Figure = blank_figure(width=width, height=height)
        self.figure.set_layout_engine("none")
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set(xlim=(0, width), ylim=(0, height))
        self._axes.set_axis_off()

    def write(
        self, x: float, y: float, text: str, *, size: float = 11, align: str = "center", colour: str = INK
    ) -> None:
        """A line of text, letter by letter, its capitals centred on ``y``."""
        self._text(x, y, plain(text), size, align, colour)

    def symbol(
        self, x: float, y: float, symbol: str, *, size: float = 12, align: str = "center", colour: str = INK
    ) -> None:
        """A symbol, mathtext without dollars."""
        self._text(x, y, f"${symbol}$", size, align, colour)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        colour: str = QUIET,
        fill: str = "white",
        void: bool = False,
    ) -> None:
        """A rounded box around a text that is cut to fit; ``void`` is dashed and grey."""
        shape = FancyBboxPatch(
            (x - width / 2 + _TURN, y - BOX_HEIGHT / 2 + _TURN),
            width - 2 * _TURN,
            BOX_HEIGHT - 2 * _TURN,
            boxstyle=f"round,pad={_TURN},rounding_size={_TURN}",
            facecolor="white" if void else fill,
            edgecolor=_FAINT if void else colour,
            linestyle="--" if void else "-",
            linewidth=1.2,
        )
        self._add(shape, _SHAPES)
        self.write(x, y, shortened(text, width - 0.14, size=11), colour=QUIET if void else INK)

    def tag(self, x: float, y: float, symbol: str, *, colour: str) -> None:
        """A small box around a symbol, on a line."""
        height = 0.27
        shape = FancyBboxPatch(
            (x - 0.11, y - height / 2),
            0.22,
            height,
            boxstyle="round,pad=0.04,rounding_size=0.06",
            facecolor="white",
            edgecolor=colour,
            linewidth=1.2,
        )
        self._add(shape, _SHAPES)
        self.symbol(x, y, symbol, size=11)

    def panel(self, left: float, right: float, bottom: float, top: float, fill: str) -> None:
        """A pale ground for what stands on it."""
        shape = FancyBboxPatch(
            (left + _TURN, bottom + _TURN),
            right - left - 2 * _TURN,
            top - bottom - 2 * _TURN,
            boxstyle=f"round,pad={_TURN},rounding_size={_TURN}",
            facecolor=fill,
            edgecolor="none",
        )
        self._add(shape, 0)

    def vector(self, x: float, y: float, shades: npt.NDArray[np.float64] | None, colour: str) -> None:
        """A column of cells, one for each shade in [0, 1]; ``None`` draws the dashed outline of a void one."""
        left, bottom = x - VECTOR_WIDTH / 2, y - VECTOR_HEIGHT / 2
        if shades is None:
            void = Rectangle((left, bottom), VECTOR_WIDTH, VECTOR_HEIGHT, facecolor="white", edgecolor=_FAINT)
            void.set(linestyle="--", linewidth=1.2)
            self._add(void, _SHAPES)
            return
        height = VECTOR_HEIGHT / len(shades)
        for place, shade in enumerate(shades):
            tint = _tint(colour, 0.12 + 0.88 * float(shade))
            cell = Rectangle((left, bottom + place * height), VECTOR_WIDTH, height, facecolor=tint, edgecolor=colour)
            self._add(cell, _SHAPES)

    def node(self, x: float, y: float, sign: str, colour: str) -> None:
        """A circle with the sign of an operation; ``"."`` is the dot of a dot product."""
        self._add(Circle((x, y), NODE_RADIUS, facecolor="white", edgecolor=colour, linewidth=1.4), _SHAPES)
        if sign == ".":
            self._add(Circle((x, y), 0.035, facecolor=colour, edgecolor="none"), _TEXTS)
        else:
            self.write(x, y, sign, size=12, colour=colour)

    def dot(self, x: float, y: float, colour: str) -> None:
        """Where one line leaves another."""
        self._add(Circle((x, y), 0.04, facecolor=colour, edgecolor="none"), _SHAPES)

    def bar(self, x: float, bottom: float, height: float, colour: str) -> None:
        """A bar of a chart."""
        self._add(Rectangle((x - 0.12, bottom), 0.24, height, facecolor=colour, edgecolor="none"), _SHAPES)

    def arrow(self, *corners: Point, colour: str = QUIET, head: bool = True, over: bool = False) -> None:
        """An arrow along corners, which it rounds; ``over`` leaves a gap in the lines it passes."""
        path = _rounded(corners)
        if over:
            self._line(path, "white", 5.0, head=False, order=_LINES + 0.5)
        self._line(path, colour, 1.4, head=head, order=_LINES + 0.5 if over else _LINES)

    def flow(self, begin: Point, end: Point, *, width: float, colour: str, strength: float) -> None:
        """A band that leaves upward, bends over and arrives upward with a head, in a tint of its colour."""
        (x, y), (u, v) = begin, end
        tall = 0.09 + 0.5 * width / _POINTS_AN_INCH
        low, high = y + _RISE, v - tall - 0.04
        bend = (low + high) / 2
        corners = [(x, y), (x, low), (x, bend), (u, bend), (u, high), (u, v - tall)]
        path = Path(corners, [Path.MOVETO, Path.LINETO, *[Path.CURVE4] * 3, Path.LINETO])
        tint = _tint(colour, strength)
        self._add(PathPatch(path, facecolor="none", edgecolor=tint, linewidth=width, capstyle="butt"), _LINES)
        wide = 0.05 + 0.8 * width / _POINTS_AN_INCH
        self._add(Polygon([(u - wide, v - tall), (u + wide, v - tall), (u, v)], color=tint, linewidth=0), _LINES)

    def _line(self, path: Path, colour: str, width: float, *, head: bool, order: float) -> None:
        line = FancyArrowPatch(
            path=path,
            arrowstyle="-|>" if head else "-",
            mutation_scale=8 + 1.2 * width,
            color=colour,
            linewidth=width,
            joinstyle="round",
            capstyle="butt",
        )
        self._add(line, order)

    def _text(self, x: float, y: float, text: str, size: float, align: str, colour: str) -> None:
        baseline = y - 0.36 * size / _POINTS_AN_INCH
        self._axes.text(x, baseline, text, fontsize=size, ha=align, va="baseline", color=colour, zorder=_TEXTS)

    def _add(self, patch: Patch, order: float) -> None:
        patch.set_zorder(order)
        self._axes.add_patch(patch)


def shortened(text: str, width: float, size: float) -> str:
    """The text, printable, cut with an ellipsis until it is at most ``width`` inches wide in letters of ``size``."""
    text = printable(text)
    kept = min(len(text), _LONGEST)
    while kept and _inches(text[:kept] + "…" * (kept < len(text)), size) > width:
        kept -= 1
    return text if kept == len(text) else text[:kept] + "…"


def _inches(text: str, size: float) -> float:
    outline = TextPath((0, 0), plain(text), size=size, prop=FontProperties())
    return float(np.ptp(outline.vertices[:, 0])) / _POINTS_AN_INCH if len(outline.vertices) else 0.0


def _tint(colour: str, strength: float) -> tuple[float, ...]:
    """The colour on white: white at strength 0, itself at 1."""
    return tuple(1 - (1 - part) * strength for part in to_rgb(colour))


def _rounded(corners: Sequence[Point]) -> Path:
    """A path along corners, each rounded with the same radius."""
    points, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        points += [_toward(corner, before), corner, _toward(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*points, corners[-1]], [*codes, Path.LINETO])


def _toward(begin: Point, end: Point) -> Point:
    span = float(np.hypot(end[0] - begin[0], end[1] - begin[1]))
    share = min(_TURN, span / 2) / span
    return begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1])
