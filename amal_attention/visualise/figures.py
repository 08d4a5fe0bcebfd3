"""Figures of training and of attention, in one style: colour-blind-safe, readable in a notebook, a report or a slide.

Every function takes plain data, by title where it compares models, and gives a matplotlib ``Figure`` made without
pyplot, so nothing is kept between two calls. The n-th model has the same colour and marker in every figure
(:func:`run_colour`). Titles and axes are in the language that is spoken.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import INK, PALETTE, QUIET, STYLE, blank_figure, plain
from amal_attention.visualise.words import printable

if TYPE_CHECKING:
    from amal_attention.record import EpochPoint, Histogram, Metric, Series

__all__ = [
    "Panel",
    "attention_matrix",
    "histogram_hills",
    "metric_bars",
    "run_colour",
    "scores_by_group",
    "series_curves",
    "sweep_curves",
    "training_curves",
]

_MARKERS = ("o", "s", "^", "D", "v")

_ATTENTION_COLOURS = "YlOrBr"
_EPOCH_COLOURS = "viridis_r"

_WIDTH = 6.4
_HILL_HEIGHT = 0.92
_LABEL_WIDTH = 26
_WRITTEN_CELLS, _WRITTEN_COLUMNS = 120, 20
_SMALL_CELLS = 40  # columns from which on cells are drawn smaller


def run_colour(position: int) -> str:
    """The colour, ``#rrggbb``, of the model at this position; seven differ, and markers tell them apart beyond."""
    return PALETTE[position % len(PALETTE)]


@matplotlib.rc_context(STYLE)
def training_curves(
    curves: Mapping[str, Sequence[EpochPoint]], *, monitor: str, monitored: str, percent: bool, loss: str
) -> Figure:
    """What the best epoch is chosen by, and training and validation loss, after each epoch of every model.

    A value that was not measured leaves a gap. A model without points only keeps its colour.

    Args:
        curves: the points of each model by its title.
        monitor: name of what the best epoch is chosen by; where no model has it, the losses are drawn alone.
        monitored: what its axis says.
        percent: whether it is a share, drawn in %.
        loss: what the axis of the losses says.
    """
    measured = {name for points in curves.values() for point in points for name in point.measured}
    chosen = monitor in measured or not measured
    figure = blank_figure(height=(6.0 if chosen else 3.4) + 0.18 * len(curves))
    *above, below = figure.subplots(2 if chosen else 1, 1, sharex=True, squeeze=False)[:, 0]
    for position, points in enumerate(curves.values()):
        epochs = [point.epoch for point in points]
        look = {"color": run_colour(position), "marker": _MARKERS[position % len(_MARKERS)]}
        for axes in above:
            axes.plot(epochs, _measured(points, monitor, scale=100 if percent else 1), **look)
        below.plot(epochs, _measured(points, "val_loss"), **look)
        below.plot(epochs, _measured(points, "train_loss"), **look, linestyle=":", markersize=2.5)
    say = spoken().say
    for axes in above:
        axes.set(title=say("Is it still learning?"), ylabel=monitored)
    below.set(title=say("Does it learn by heart?"), ylabel=loss, xlabel=say("epoch"))
    below.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _name_runs(figure, curves)
    _name_losses(below)
    return figure


@matplotlib.rc_context(STYLE)
def histogram_hills(
    histograms: Sequence[Histogram], title: str, axis: str, bounds: tuple[float, float] | None = None
) -> Figure:
    """How a quantity is spread over the validation texts, one hill an epoch, the first epoch on top.

    Each hill is scaled to its own height: compare where hills stand and how wide they are. The dot marks the mean, read
    off the bins.

    Args:
        histograms: one an epoch.
        title: the title of the figure.
        axis: what the horizontal axis shows.
        bounds: its ends; where the bins end by default.

    Raises:
        ValueError: there is no histogram.
    """
    if not histograms:
        raise ValueError(
            explain(
                expected=f"a histogram for each epoch of {title!r}",
                got="none",
                do="train it with a model that gives its attention weights",
            )
        )
    epochs = len(histograms)
    figure = blank_figure(height=1.6 + 0.42 * min(epochs, 8) + 0.2 * max(epochs - 8, 0))
    axes = figure.subplots()
    colours = matplotlib.colormaps[_EPOCH_COLOURS](np.linspace(0.2, 0.95, epochs))
    for row, (histogram, colour) in enumerate(zip(histograms, colours, strict=True)):
        _draw_hill(axes, histogram, baseline=float(epochs - 1 - row), colour=tuple(colour))
    shown = range(epochs - 1, -1, -(1 + epochs // 11))
    axes.set_yticks([epochs - 1 - row for row in shown], [str(histograms[row].epoch) for row in shown])
    axes.set_ylim(-0.25, epochs)
    axes.grid(visible=False, axis="y")
    axes.set(title=_wrapped(title, width=50), xlabel=axis, ylabel=spoken().say("epoch"))
    if bounds is not None:
        axes.set_xlim(*bounds)
    return figure


@dataclass(frozen=True)
class Panel:
    """One curve of :func:`sweep_curves`: ``values`` in the order of the sweep; ``bounds``, the ends of its axis."""

    title: str
    axis: str
    values: Sequence[float]
    bounds: tuple[float, float] | None = None


@matplotlib.rc_context(STYLE)
def sweep_curves(swept: Sequence[float], panels: Sequence[Panel], axis: str) -> Figure:
    """What an option changes: one curve below the other, against its values.

    The values come in any order. Their axis is linear between 0 and the smallest one, and logarithmic beyond, so that 0
    has its place.
    """
    order = np.argsort(swept)
    values = np.asarray(swept, dtype=float)[order]
    figure = blank_figure(height=0.6 + 2.5 * len(panels))
    drawn: list[Axes] = list(np.atleast_1d(figure.subplots(len(panels), 1, sharex=True)))
    lowest = drawn[-1]
    positive = values[values > 0]
    if positive.size:
        lowest.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
    for position, (panel, axes) in enumerate(zip(panels, drawn, strict=True)):
        colour, marker = PALETTE[4 * position % len(PALETTE)], _MARKERS[position % len(_MARKERS)]
        axes.plot(values, np.asarray(panel.values, dtype=float)[order], color=colour, marker=marker)
        axes.set(title=panel.title, ylabel=panel.axis)
        if panel.bounds is not None:
            axes.set_ylim(*panel.bounds)
    lowest.set_xlabel(axis)
    lowest.set_xticks(values, [f"{value:g}" for value in values])
    lowest.set_xticks([], minor=True)
    return figure


@matplotlib.rc_context(STYLE)
def series_curves(series: Mapping[str, Series]) -> Figure:
    """A metric of each model, by its title, against something else than epochs, such as the length of a text.

    Raises:
        ValueError: there is none.
    """
    if not series:
        raise ValueError(explain(expected="a series of a model", got="none", do="give one or more"))
    first = next(iter(series.values()))
    figure = blank_figure(height=3.6 + 0.18 * len(series))
    axes = figure.subplots()
    for position, each in enumerate(series.values()):
        axes.plot(each.x, each.y, color=run_colour(position), marker=_MARKERS[position % len(_MARKERS)])
    measured, across = map(spoken().translated, (first.measured, first.across))
    axes.set(title=_of_one_against_other(measured, across), xlabel=plain(across))
    axes.set_ylabel(plain(measured))
    if all(float(x).is_integer() for each in series.values() for x in each.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _name_runs(figure, series)
    return figure


@matplotlib.rc_context(STYLE)
def scores_by_group(scores: Mapping[str, Series]) -> Figure:
    """A metric of each model, by its title, on groups of texts, such as those of one kind: a row for each group.

    A model has its own height within each row, so that equal scores do not hide one another; a group that a model was
    not measured on has no dot of it.

    Raises:
        ValueError: there is none.
    """
    if not scores:
        raise ValueError(explain(expected="the scores of a model", got="none", do="give one or more"))
    groups = list(dict.fromkeys(name for each in scores.values() for name in each.names))
    figure = blank_figure(height=1.4 + len(groups) * (0.3 + 0.11 * len(scores)) + 0.18 * len(scores))
    axes = figure.subplots()
    for position, each in enumerate(scores.values()):
        shift = 0.7 * ((position + 0.5) / len(scores) - 0.5)
        rows = [groups.index(name) + shift for name in each.names]
        dots = Line2D(each.y, rows, color=run_colour(position), marker=_MARKERS[position % len(_MARKERS)])
        dots.set(linestyle="none", clip_on=False, zorder=3)
        axes.add_line(dots)
    for row in range(len(groups) - 1):
        axes.axhline(row + 0.5, color="#E4E4E4", linewidth=1)
    first = next(iter(scores.values()))
    measured, across = map(spoken().translated, (first.measured, first.across))
    axes.set(title=_of_one_against_other(measured, across), xlabel=plain(measured), ylim=(len(groups) - 0.5, -0.5))
    axes.autoscale_view()
    axes.set_xlim(min(0.0, *axes.get_xlim()), None)
    axes.set_yticks(range(len(groups)), [_wrapped(spoken().translated(name)) for name in groups])
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    _name_runs(figure, scores)
    return figure


@matplotlib.rc_context(STYLE)
def attention_matrix(weights: npt.ArrayLike, rows: Sequence[str], columns: Sequence[str]) -> Figure:
    """A heat map of attention weights ``(n_queries, n_keys)``, from 0 (pale yellow) to the largest of them (brown).

    ``rows`` name the queries and ``columns`` the keys; names of columns are turned where they are words. A small matrix
    has its weights written in the cells. Raises ``ValueError`` when the names and the matrix do not fit.
    """
    matrix = np.asarray(weights, dtype=float)
    if matrix.shape != (len(rows), len(columns)) or matrix.size == 0:
        raise ValueError(
            explain(
                expected=f"a weight for each of the {len(rows)} rows and {len(columns)} columns",
                got=f"a matrix of shape {matrix.shape}",
                do="give one name for each query and each key",
            )
        )
    written = matrix.size <= _WRITTEN_CELLS and len(columns) <= _WRITTEN_COLUMNS
    cell = 0.45 if written else 0.3 if len(columns) <= _SMALL_CELLS else 0.2
    figure = blank_figure(width=max(_WIDTH, 2.6 + cell * len(columns)), height=2.0 + cell * len(rows))
    axes = figure.subplots()
    image = axes.pcolormesh(
        matrix, cmap=_ATTENTION_COLOURS, vmin=0, vmax=max(np.nanmax(matrix), 1e-12), edgecolors="white"
    )
    say = spoken().say
    axes.set(title=say("Where does each query look?"), xlabel=say("key"), ylabel=say("query"), aspect="equal")
    axes.set_xticks(np.arange(len(columns)) + 0.5, list(map(plain, columns)))
    axes.set_yticks(np.arange(len(rows)) + 0.5, list(map(plain, rows)))
    axes.xaxis.set(ticks_position="top", label_position="top")
    if max(map(len, columns)) > 1:
        for name in axes.get_xticklabels():
            name.set(rotation=55, horizontalalignment="left", rotation_mode="anchor")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.colorbar(image, ax=axes, label=say("attention weight"), shrink=0.8)
    if written:
        _write_cells(axes, matrix)
    return figure


@matplotlib.rc_context(STYLE)
def metric_bars(metrics: Mapping[str, Metric], *, title: str, axis: str, percent: bool) -> Figure:
    """One metric of every model, by its title, with its interval as a whisker where it is known.

    Args:
        metrics: value and interval; one without a value has no bar.
        title: the title of the figure.
        axis: what the axis of values says.
        percent: whether they are shares, drawn in % from 0 to 100.
    """
    figure = blank_figure(height=1.3 + 0.62 * max(len(metrics), 1))
    axes = figure.subplots()
    scale = 100 if percent else 1
    for position, (value, low, high) in enumerate(metrics.values()):
        if value is None:
            continue
        axes.barh(position, scale * value, height=0.6, color=run_colour(position))
        if low is not None and high is not None:
            whisker = Line2D([scale * low, scale * high], [position, position], color=INK, linewidth=1.5)
            whisker.set(marker="|", markersize=10, markeredgewidth=1.5)
            axes.add_line(whisker)
        axes.annotate(
            f"{scale * value:.1f}" if percent else f"{value:.3g}",
            (scale * (value if high is None else high), position),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.set_yticks(range(len(metrics)), [_wrapped(name) for name in metrics])
    axes.set(title=title, xlabel=axis)
    if percent:
        axes.set_xlim(0, 112)
        axes.set_xticks(range(0, 101, 20))
    else:
        axes.margins(x=0.15)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    return figure


def _measured(points: Sequence[EpochPoint], name: str, scale: float = 1.0) -> list[float]:
    return [scale * point.measured.get(name, float("nan")) for point in points]


def _wrapped(text: str, width: int = _LABEL_WIDTH) -> str:
    return "\n".join(map(plain, textwrap.wrap(printable(text), width)))


def _of_one_against_other(measured: str, across: str) -> str:
    """A title, which begins with a capital letter."""
    title = spoken().say("{one} against {other}", one=measured, other=across)
    return _wrapped(title[:1].upper() + title[1:], width=50)


def _name_runs(figure: Figure, titles: Iterable[str]) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=run_colour(position),
            marker=_MARKERS[position % len(_MARKERS)],
            label=_wrapped(title),
        )
        for position, title in enumerate(titles)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)


def _name_losses(axes: Axes) -> None:
    solid, dotted = (Line2D([], [], color=QUIET, linestyle=style) for style in ("-", ":"))
    say = spoken().say
    axes.legend([solid, dotted], [say("validation"), say("training")], loc="best")


def _draw_hill(axes: Axes, histogram: Histogram, *, baseline: float, colour: tuple[float, ...]) -> None:
    """One histogram as a hill that stands on ``baseline``; a count of 0 leaves the baseline alone."""
    edges, counts = np.asarray(histogram.edges, dtype=float), np.asarray(histogram.counts, dtype=float)
    heights = counts * (_HILL_HEIGHT / max(counts.max(), 1.0))
    axes.stairs(baseline + heights, edges, baseline=baseline, fill=True, color=colour)
    axes.plot(edges[[0, -1]], [baseline, baseline], color=colour, linewidth=1)
    if counts.any():
        mean = np.average((edges[:-1] + edges[1:]) / 2, weights=counts)
        axes.plot(mean, baseline, "o", color=INK, markeredgecolor="white", markersize=7, clip_on=False)


def _write_cells(axes: Axes, matrix: npt.NDArray[np.float64]) -> None:
    dark_from = 0.55 * np.nanmax(matrix)
    for (row, column), weight in np.ndenumerate(matrix):
        colour = "white" if weight > dark_from else INK
        axes.text(column + 0.5, row + 0.5, f"{weight:.2f}", ha="center", va="center", color=colour, fontsize=9)
