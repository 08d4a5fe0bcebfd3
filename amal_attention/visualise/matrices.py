"""Several matrices of attention weights on one figure, with one scale of colours, so that they can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.record import Grid
from amal_attention.visualise.style import STYLE, blank_figure, plain

__all__ = ["attention_heads", "attention_matrices"]

_COLOURS = "YlOrBr"

# Inches.
_CELL = 0.13
_LEAST = 1.6
_BESIDE, _ABOVE = 0.5, 1.0
_SCALE = 0.95
_WIDEST = 8.8  # what a cell of JupyterLab shows in a window of 1280 pixels


@matplotlib.rc_context(STYLE)
def attention_matrices(grids: Mapping[str, Grid], *, across: int = 3) -> Figure:
    """Heat maps side by side, each under its title; from 0 (pale yellow) to 1 (brown) in all of them.

    Rows of a grid are queries, its columns keys.

    Args:
        grids: the grids by title.
        across: how many stand in a row, if the page is wide enough for them.

    Raises:
        ValueError: there is none, or the names and the weights of one do not fit.
    """
    if not grids:
        raise ValueError(explain(expected="a matrix of attention weights", got="none", do="give one or more"))
    weights = {title: _checked(grid, title) for title, grid in grids.items()}
    wide = max(_LEAST, _CELL * max(each.shape[1] for each in weights.values())) + _BESIDE
    across = max(1, min(across, len(grids), int((_WIDEST - _SCALE) // wide)))
    rows = [list(islice(weights.values(), start, start + across)) for start in range(0, len(grids), across)]
    heights = [_CELL * max(each.shape[0] for each in row) + _ABOVE for row in rows]
    figure = blank_figure(width=across * wide + _SCALE, height=sum(heights))
    axes = figure.subplots(len(rows), across, squeeze=False, height_ratios=heights)
    drawn = [_draw(axes.flat[place], title, grid, weights[title]) for place, (title, grid) in enumerate(grids.items())]
    for left in axes.flat[len(grids) :]:
        left.set_axis_off()
    shrink = 0.8 if len(rows) == 1 else 0.4
    figure.colorbar(drawn[-1], ax=axes, label=spoken().say("attention weight"), shrink=shrink, panchor=False)
    return figure


def attention_heads(weights: npt.ArrayLike, rows: Sequence[str], columns: Sequence[str], *, across: int = 3) -> Figure:
    """The matrices of several heads, ``(h, L, S)``, as :func:`attention_matrices` draws them; heads count from 1.

    Args:
        weights: the weights of each head.
        rows: names of the L queries, the same for all heads.
        columns: names of the S keys.
        across: how many stand in a row, if the page is wide enough for them.

    Raises:
        ValueError: these are not the weights of heads, or the names do not fit.
    """
    heads = np.asarray(weights, dtype=float)
    if heads.ndim != 3:
        raise ValueError(
            explain(expected="weights of shape (h, L, S)", got=f"shape {heads.shape}", do="give a matrix for each head")
        )
    names = [spoken().say("head {number}", number=number + 1) for number in range(len(heads))]
    grids = (Grid(-1, name, list(rows), list(columns), each.tolist()) for name, each in zip(names, heads, strict=True))
    return attention_matrices(dict(zip(names, grids, strict=True)), across=across)


def _checked(grid: Grid, title: str) -> npt.NDArray[np.float64]:
    weights = np.asarray(grid.weights, dtype=float)
    if weights.shape != (len(grid.rows), len(grid.columns)) or weights.size == 0:
        raise ValueError(
            explain(
                expected=f"a weight for each of the {len(grid.rows)} rows and {len(grid.columns)} columns",
                got=f"a matrix of shape {weights.shape} in {title!r}",
                do="give one name for each query and each key",
            )
        )
    return weights


def _draw(axes: Axes, title: str, grid: Grid, weights: npt.NDArray[np.float64]) -> QuadMesh:
    image = axes.pcolormesh(weights, cmap=_COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=0.5)
    axes.set(title=plain(title), aspect="equal", anchor="NW")
    turned = 90 if any(len(name) > 1 for name in grid.columns) else 0
    axes.set_xticks(np.arange(len(grid.columns)) + 0.5, list(map(plain, grid.columns)), fontsize=8, rotation=turned)
    axes.set_yticks(np.arange(len(grid.rows)) + 0.5, list(map(plain, grid.rows)), fontsize=8)
    axes.xaxis.set(ticks_position="top", label_position="top")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return image
