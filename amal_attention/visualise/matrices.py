"""Several matrices of attention weights on one figure, with one scale of colours, so that they can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import STYLE, blank_figure, plain

__all__ = ["Matrix", "attention_matrices"]

_COLOURS = "YlOrBr"
_SPACE = "␣"

# Inches.
_CELL = 0.19
_LEAST = 1.6
_MARGINS = 0.75, 1.0
_SCALE = 1.0
_WIDEST = 10.5


@dataclass(frozen=True)
class Matrix:
    """Weights ``(n_queries, n_keys)`` from 0 to 1; ``rows`` name the queries, ``columns`` the keys."""

    weights: npt.ArrayLike
    rows: Sequence[str]
    columns: Sequence[str]

    def checked(self, title: str) -> npt.NDArray[np.float64]:
        """The weights as an array.

        Raises:
            ValueError: the names and the matrix do not fit.
        """
        weights = np.asarray(self.weights, dtype=float)
        if weights.shape != (len(self.rows), len(self.columns)) or weights.size == 0:
            raise ValueError(
                explain(
                    expected=f"a weight for each of the {len(self.rows)} rows and {len(self.columns)} columns",
                    got=f"a matrix of shape {weights.shape} in {title!r}",
                    do="give one name for each query and each key",
                )
            )
        return weights


@matplotlib.rc_context(STYLE)
def attention_matrices(matrices: Mapping[str, Matrix], *, across: int = 3) -> Figure:
    """Heat maps side by side, each under its title; from 0 (pale yellow) to 1 (brown) in all of them.

    Args:
        matrices: by title.
        across: how many stand in a row, if the page is wide enough for them.

    Raises:
        ValueError: there is none, or the names and a matrix do not fit.
    """
    if not matrices:
        raise ValueError(explain(expected="a matrix of attention weights", got="none", do="give one or more"))
    checked = {title: matrix.checked(title) for title, matrix in matrices.items()}
    cells = max(weights.shape[1] for weights in checked.values())
    wide = max(_LEAST, _CELL * cells) + _MARGINS[0]
    across = max(1, min(across, len(checked), int((_WIDEST - _SCALE) // wide)))
    rows = [dict(islice(checked.items(), start, start + across)) for start in range(0, len(checked), across)]
    heights = [_CELL * max(weights.shape[0] for weights in row.values()) + _MARGINS[1] for row in rows]
    figure = blank_figure(width=across * wide + _SCALE, height=sum(heights))
    grid = figure.subplots(len(rows), across, squeeze=False, height_ratios=heights)
    for axes, title in zip(grid.flat, checked, strict=False):
        image = _draw(axes, title, matrices[title], checked[title])
    for axes in grid.flat[len(checked) :]:
        axes.set_axis_off()
    figure.colorbar(image, ax=grid, label=spoken().say("attention weight"), shrink=0.8 if len(rows) == 1 else 0.4)
    return figure


def _draw(axes: Axes, title: str, matrix: Matrix, weights: npt.NDArray[np.float64]) -> matplotlib.collections.QuadMesh:
    image = axes.pcolormesh(weights, cmap=_COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=0.5)
    axes.set(title=plain(title), aspect="equal", anchor="NW")
    axes.set_xticks(np.arange(len(matrix.columns)) + 0.5, [plain(_shown(name)) for name in matrix.columns], fontsize=9)
    axes.set_yticks(np.arange(len(matrix.rows)) + 0.5, [plain(_shown(name)) for name in matrix.rows], fontsize=9)
    if any(len(name) > 1 for name in matrix.columns):
        axes.tick_params(axis="x", labelrotation=90)
    axes.xaxis.set(ticks_position="top", label_position="top")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return image


def _shown(name: str) -> str:
    """A name that can be seen: a space has none."""
    return name if name.strip() else _SPACE * max(1, len(name))
