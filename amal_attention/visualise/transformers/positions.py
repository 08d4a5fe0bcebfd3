"""Vectors of positions: what stands in each column, and how much two places resemble each other."""

from __future__ import annotations

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import STYLE, blank_figure

__all__ = ["position_map"]

_COLOURS = "RdBu_r"


@matplotlib.rc_context(STYLE)
def position_map(positions: npt.ArrayLike) -> Figure:
    """The vectors ``(L, D)`` as a heat map, and beside it the dot products of all pairs of them.

    Zero is white in both; red is positive, blue negative.

    Raises:
        ValueError: this is no matrix.
    """
    vectors = np.asarray(positions, dtype=float)
    if vectors.ndim != 2 or vectors.size == 0:
        raise ValueError(
            explain(
                expected="vectors of shape (L, D)",
                got=f"shape {vectors.shape}",
                do="give a row of numbers for each place",
            )
        )
    figure = blank_figure(width=8.8, height=3.9)
    left, right = figure.subplots(1, 2)
    say = spoken().say
    left.set(title=say("A vector for each place"), xlabel=say("column"), ylabel=say("place"))
    right.set(title=say("Dot products of two places"), xlabel=say("place"), ylabel=say("place"))
    _draw(figure, left, vectors)
    _draw(figure, right, vectors @ vectors.T)
    right.set_aspect("equal")
    return figure


def _draw(figure: Figure, axes: Axes, matrix: npt.NDArray[np.float64]) -> None:
    """A heat map, places from 0 on, the first one on top."""
    rows, columns = matrix.shape
    bound = max(float(np.abs(matrix).max()), 1e-12)
    image = axes.imshow(
        matrix, cmap=_COLOURS, vmin=-bound, vmax=bound, aspect="auto", extent=(-0.5, columns - 0.5, rows - 0.5, -0.5)
    )
    axes.grid(visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    figure.colorbar(image, ax=axes, shrink=0.8)
