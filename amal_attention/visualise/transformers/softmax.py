"""What a scale does to a softmax: weights at several temperatures, and where they go as queries and keys grow wider."""

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
from amal_attention.visualise.style import PALETTE, STYLE, blank_figure, plain

__all__ = ["saturation_maps", "temperature_bars"]

_COLOURS = "YlOrBr"


@matplotlib.rc_context(STYLE)
def temperature_bars(weights: Mapping[str, Sequence[float]], names: Sequence[str]) -> Figure:
    """Weights of the same places side by side, a panel for each temperature, all from 0 to 1.

    Args:
        weights: the weights by the title of the panel, one for each place.
        names: the names of the places.

    Raises:
        ValueError: there is no panel, or one has not a weight for each name.
    """
    if not weights or any(len(each) != len(names) for each in weights.values()):
        got = {title: len(each) for title, each in weights.items()}
        raise ValueError(
            explain(
                expected=f"{len(names)} weights in each panel",
                got=str(got or "no panel"),
                do="give a weight for each name",
            )
        )
    figure = blank_figure(width=max(6.4, 2.2 * len(weights)), height=2.6)
    drawn = figure.subplots(1, len(weights), sharey=True, squeeze=False)[0]
    for axes, (title, each) in zip(drawn, weights.items(), strict=True):
        axes.bar(range(len(names)), each, color=PALETTE[0], width=0.65)
        for place, weight in enumerate(each):
            axes.annotate(f"{weight:.2f}", (place, weight), (0, 3), textcoords="offset points", ha="center")
        axes.set(title=plain(title), ylim=(0, 1.12))
        axes.set_xticks(range(len(names)), list(map(plain, names)))
        axes.grid(visible=False, axis="x")
    drawn[0].set_ylabel(spoken().say("attention weight"))
    return figure


@matplotlib.rc_context(STYLE)
def saturation_maps(weights: Mapping[str, npt.ArrayLike], widths: Sequence[int]) -> Figure:
    """Where the attention of a query goes: a row for each width of its keys, the key of largest weight on the left.

    Args:
        weights: the weights by the title of the map, ``(n_widths, n_keys)``: mean weight of the key of each rank.
        widths: K, one for each row.

    Raises:
        ValueError: there is no map, or one has not a row for each width.
    """
    maps = {title: np.asarray(each, dtype=float) for title, each in weights.items()}
    if not maps or any(each.ndim != 2 or len(each) != len(widths) for each in maps.values()):
        got = {title: each.shape for title, each in maps.items()}
        raise ValueError(
            explain(
                expected=f"maps of {len(widths)} rows",
                got=str(got or "no map"),
                do="give a row of weights for each width",
            )
        )
    figure = blank_figure(width=4.2 * len(maps) + 0.4, height=1.6 + 0.3 * len(widths))
    drawn = figure.subplots(1, len(maps), sharey=True, squeeze=False)[0]
    image = [_draw_map(axes, title, each) for axes, (title, each) in zip(drawn, maps.items(), strict=True)][-1]
    drawn[0].set_yticks(np.arange(len(widths)) + 0.5, [f"K = {width}" for width in widths])
    drawn[0].invert_yaxis()
    figure.colorbar(image, ax=list(drawn), label=spoken().say("attention weight"))
    return figure


def _draw_map(axes: Axes, title: str, weights: npt.NDArray[np.float64]) -> QuadMesh:
    image = axes.pcolormesh(weights, cmap=_COLOURS, vmin=0, vmax=1, edgecolors="white", linewidth=0.5)
    axes.set(title=plain(title), xlabel=spoken().say("keys, from the heaviest to the lightest"))
    last = weights.shape[1] - 1
    axes.set_xticks([0.5, last + 0.5], ["1", str(last + 1)])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return image
