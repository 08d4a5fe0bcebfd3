"""Images cut in squares, and how much a model attends to each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import INK, STYLE, blank_figure, plain

__all__ = ["patches_attended"]

_Numbers = npt.NDArray[np.float64]

_COLOURS = "YlOrBr"
_SIDE = 1.7  # inches
_LARGEST_WRITTEN = 5  # squares a side up to which each weight is written
_WHITE_FROM = 0.55  # of the largest weight: letters on a dark square are white


@matplotlib.rc_context(STYLE)
def patches_attended(images: npt.ArrayLike, weights: Mapping[str, npt.ArrayLike], titles: Sequence[str]) -> Figure:
    """Each image in a column: on top the image, below it the weight of each of its squares.

    All weights have one scale of colours, from 0 (pale yellow) to the largest (brown); where squares are few, their
    weights are written in percent.

    Args:
        images: ``(n, H, W)``, from black (the least) to white.
        weights: ``(n, rows, columns)``, those of the squares, by the name of what looks at them.
        titles: one an image.

    Raises:
        ValueError: there is no image, or one lacks a title or weights.
    """
    shown = np.asarray(images, dtype=float)
    looks = {name: np.asarray(each, dtype=float) for name, each in weights.items()}
    _check(shown, looks, titles)
    figure = blank_figure(width=_SIDE * len(shown) + 1.4, height=_SIDE * (1 + len(looks)) + 0.5)
    axes = figure.subplots(1 + len(looks), len(shown), squeeze=False)
    highest = max(each.max() for each in looks.values())
    for column, (image, title) in enumerate(zip(shown, titles, strict=True)):
        axes[0, column].imshow(image, cmap="gray", interpolation="nearest")
        axes[0, column].set_title(plain(title), loc="center")
        for row, each in enumerate(looks.values(), start=1):
            _draw_cuts(axes[0, column], each.shape[1:], image.shape)
            drawn = _draw_weights(axes[row, column], each[column], highest)
    for row, name in enumerate(looks, start=1):
        axes[row, 0].set_ylabel(plain(name))
    for each in axes.flat:
        each.set(xticks=[], yticks=[], aspect="equal")
        each.grid(visible=False)
        each.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axes[1:, :], label=spoken().say("attention weight"))
    return figure


def _check(
    images: npt.NDArray[np.float64], looks: Mapping[str, npt.NDArray[np.float64]], titles: Sequence[str]
) -> None:
    """Refuse what cannot be drawn side by side."""
    fit = images.ndim == 3 and images.size > 0 and len(titles) == len(images)
    if not fit or not looks or any(each.ndim != 3 or len(each) != len(images) for each in looks.values()):
        shapes = ", ".join(f"weights {each.shape}" for each in looks.values()) or "no weights"
        raise ValueError(
            explain(
                expected="images (n, H, W), n titles, and weights (n, rows, columns)",
                got=f"images {images.shape}, {len(titles)} titles, {shapes}",
                do="give a title and the weights of the squares for each image",
            )
        )


def _draw_cuts(axes: Axes, squares: tuple[int, ...], pixels: tuple[int, ...]) -> None:
    """The lines along which an image is cut."""
    for count, side, line in zip(squares, pixels, (axes.axhline, axes.axvline), strict=True):
        for cut in np.linspace(0, side, count + 1)[1:-1]:
            line(cut - 0.5, color="#56B4E9", linewidth=1)


def _draw_weights(axes: Axes, weights: npt.NDArray[np.float64], highest: float) -> QuadMesh:
    """The squares of one image, coloured by their weights."""
    drawn = axes.pcolormesh(weights, cmap=_COLOURS, vmin=0, vmax=highest, edgecolors="white", linewidth=1)
    axes.invert_yaxis()
    if max(weights.shape) <= _LARGEST_WRITTEN:
        for (row, column), weight in np.ndenumerate(weights):
            colour = "white" if weight > _WHITE_FROM * highest else INK
            axes.text(
                column + 0.5, row + 0.5, f"{100 * weight:.0f}", ha="center", va="center", color=colour, fontsize=8
            )
    return drawn
