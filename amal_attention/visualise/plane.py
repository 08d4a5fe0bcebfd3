"""Points of the plane, in groups, and behind them what a model answers everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import PALETTE, STYLE, blank_figure, plain

__all__ = ["points_figure"]

_Numbers = npt.NDArray[np.float64]
_Answer = Callable[[_Numbers], npt.ArrayLike]

_COLOURS = (PALETTE[0], PALETTE[1], PALETTE[6], *PALETTE[2:6])
_MARKERS = ("o", "s", ".", "^", "D", "v", "P")
_SHARES = LinearSegmentedColormap.from_list("shares", (PALETTE[0], "white", PALETTE[1]))
_PANEL = 3.1  # inches a side
_MANY = 60  # points of a group from which on each is drawn small
_MARGIN = 0.08  # of what the points take
_CELLS = 120  # a side, of what is coloured


@dataclass(frozen=True)
class _Extent:
    """The square of the plane that all panels show: its middle, and half its side."""

    middle: _Numbers
    half: float

    def centres(self) -> tuple[_Numbers, _Numbers]:
        """Where the cells lie along each axis."""
        steps = np.linspace(-self.half, self.half, _CELLS)
        return self.middle[0] + steps, self.middle[1] + steps


@matplotlib.rc_context(STYLE)
def points_figure(
    panels: Mapping[str, Mapping[str, npt.ArrayLike]],
    *,
    answers: Mapping[str, _Answer] | None = None,
    across: int = 2,
) -> Figure:
    """Groups of points, panel by panel, all panels on the same square of the plane.

    A group has the same colour and marker in every panel; one of many points is drawn small and behind the others.

    Args:
        panels: the groups of each panel by its title: the points ``(n, 2)`` of each group, by its name.
        answers: what a panel is coloured by, by its title: a function from points ``(n, 2)`` to the probability
            ``(n,)`` of the second class: the plane is coloured by it, in the colours of the first two groups.
        across: how many panels stand in a row.

    Raises:
        ValueError: there is no point, or a group is none of points of the plane.
    """
    drawn = {title: {name: _points(each, name) for name, each in groups.items()} for title, groups in panels.items()}
    extent = _extent([each for groups in drawn.values() for each in groups.values()])
    names = list(dict.fromkeys(name for groups in drawn.values() for name in groups))
    across = max(1, min(across, len(drawn)))
    rows = -(-len(drawn) // across)
    figure = blank_figure(width=_PANEL * across + (0.9 if answers else 0), height=_PANEL * rows + 0.5)
    axes = figure.subplots(rows, across, squeeze=False)
    for place, (title, groups) in enumerate(drawn.items()):
        panel = axes.flat[place]
        if answers and title in answers:
            coloured = _colour(panel, answers[title], extent)
        for name, points in groups.items():
            _scatter(panel, points, names.index(name))
        _frame(panel, title, extent)
    for left in axes.flat[len(drawn) :]:
        left.set_axis_off()
    if answers:
        figure.colorbar(coloured, ax=axes, label=spoken().say("probability of the second class"), shrink=0.8)
    _name_groups(figure, names)
    return figure


def _points(points: npt.ArrayLike, name: str) -> _Numbers:
    found = np.asarray(points, dtype=float)
    if found.ndim != 2 or found.shape[1] != 2:
        raise ValueError(
            explain(
                expected="points of shape (n, 2)", got=f"shape {found.shape} in {name!r}", do="give x and y of each"
            )
        )
    return found


def _extent(groups: Iterable[_Numbers]) -> _Extent:
    """The square around all points."""
    every = np.concatenate([np.empty((0, 2)), *groups])
    if not len(every):
        raise ValueError(explain(expected="points of the plane", got="none", do="give a group of points"))
    low, high = every.min(axis=0), every.max(axis=0)
    return _Extent((low + high) / 2, max(1e-6, float((high - low).max()) * (0.5 + _MARGIN)))


def _colour(axes: Axes, answer: _Answer, extent: _Extent) -> QuadMesh:
    """The plane, coloured by an answer."""
    x, y = extent.centres()
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    shares = np.asarray(answer(grid), dtype=float).reshape(len(y), len(x))
    coloured = axes.pcolormesh(x, y, shares, cmap=_SHARES, vmin=0, vmax=1, alpha=0.6, shading="nearest")
    coloured.set_rasterized(True)
    axes.contour(x, y, shares, levels=[0.5], colors="black", linewidths=1.2)
    return coloured


def _scatter(axes: Axes, points: _Numbers, place: int) -> PathCollection:
    many = len(points) > _MANY
    return axes.scatter(
        points[:, 0],
        points[:, 1],
        s=7 if many else 55,
        color=_COLOURS[place % len(_COLOURS)],
        marker="o" if many else _MARKERS[place % len(_MARKERS)],
        alpha=0.5 if many else 1.0,
        edgecolors="none" if many else "black",
        linewidths=0 if many else 0.8,
        zorder=2 if many else 3,
    )


def _frame(axes: Axes, title: str, extent: _Extent) -> None:
    (x, y), half = extent.middle, extent.half
    axes.set(title=plain(title), xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    axes.tick_params(labelsize=8)


def _name_groups(figure: Figure, names: Iterable[str]) -> None:
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=_MARKERS[place % len(_MARKERS)],
            color=_COLOURS[place % len(_COLOURS)],
            label=plain(name),
        )
        for place, name in enumerate(names)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
