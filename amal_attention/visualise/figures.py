"""Figures of training and of attention, in one style: colour-blind-safe, readable in a notebook, a report or a slide.

Every function takes plain data, by title where it compares models, and gives a matplotlib ``Figure`` made without
pyplot, so nothing is kept between two calls. The n-th model has the same colour and marker in every figure
(:func:`run_colour`). Titles and axes are in the language that is spoken.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
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
    from amal_attention.record import EntropyHistogram, EpochPoint

__all__ = [
    "accuracy_bars",
    "attention_matrix",
    "entropy_histograms",
    "run_colour",
    "strength_curve",
    "training_curves",
]

_MARKERS = ("o", "s", "^", "D", "v")

_ATTENTION_COLOURS = "YlOrBr"
_EPOCH_COLOURS = "viridis_r"

_WIDTH = 6.4
_HILL_HEIGHT = 0.92
_LABEL_WIDTH = 26
_WRITTEN_CELLS = 120


def run_colour(position: int) -> str:
    """The colour, ``#rrggbb``, of the model at this position; seven differ, and markers tell them apart beyond."""
    return PALETTE[position % len(PALETTE)]


@matplotlib.rc_context(STYLE)
def training_curves(curves: Mapping[str, Sequence[EpochPoint]]) -> Figure:
    """Validation accuracy (%), and training and validation loss (nats a review), after each epoch of every model.

    ``curves`` gives the points of each model by its title. A value that was not measured leaves a gap. A model without
    points only keeps its colour.
    """
    figure = blank_figure(height=6.0 + 0.18 * len(curves))
    accuracy, loss = figure.subplots(2, 1, sharex=True)
    for position, points in enumerate(curves.values()):
        epochs = [point.epoch for point in points]
        look = {"color": run_colour(position), "marker": _MARKERS[position % len(_MARKERS)]}
        accuracy.plot(epochs, _measured([point.val_accuracy for point in points], scale=100), **look)
        loss.plot(epochs, _measured([point.val_loss for point in points]), **look)
        train_loss = _measured([point.train_loss for point in points])
        loss.plot(epochs, train_loss, **look, linestyle=":", markersize=2.5)
    say = spoken().say
    accuracy.set(title=say("Is it still learning?"), ylabel=say("validation accuracy (%)"))
    loss.set(title=say("Does it learn by heart?"), ylabel=say("cross-entropy (nats)"), xlabel=say("epoch"))
    loss.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _name_runs(figure, curves)
    _name_losses(loss)
    return figure


@matplotlib.rc_context(STYLE)
def entropy_histograms(
    histograms: Sequence[EntropyHistogram], title: str | None = None, *, normalised: bool = True
) -> Figure:
    """How the attention entropies of the validation reviews are spread, one hill an epoch, the first epoch on top.

    ``normalised`` shows H / log n in [0, 1], which does not grow with the length n of a review; otherwise H in nats.
    Each hill is scaled to its own height: compare where hills stand and how wide they are. The dot marks the mean, read
    off the bins. Raises ``ValueError`` when there is no histogram.
    """
    say = spoken().say
    title = title or say("How widely does it look?")
    if not histograms:
        raise ValueError(
            explain(
                expected=f"an entropy histogram for each epoch of {title!r}",
                got="none",
                do="train it with a model that gives its attention weights",
            )
        )
    epochs = len(histograms)
    figure = blank_figure(height=1.6 + 0.42 * min(epochs, 8) + 0.2 * max(epochs - 8, 0))
    axes = figure.subplots()
    colours = matplotlib.colormaps[_EPOCH_COLOURS](np.linspace(0.2, 0.95, epochs))
    for row, (histogram, colour) in enumerate(zip(histograms, colours, strict=True)):
        _draw_hill(axes, *_bins(histogram, normalised), baseline=float(epochs - 1 - row), colour=tuple(colour))
    shown = range(epochs - 1, -1, -(1 + epochs // 11))
    axes.set_yticks([epochs - 1 - row for row in shown], [str(histograms[row].epoch) for row in shown])
    axes.set_ylim(-0.25, epochs)
    axes.grid(visible=False, axis="y")
    axes.set_ylabel(say("epoch"))
    axes.set_title(_wrapped(title, width=50))
    if normalised:
        axes.set_xlim(-0.02, 1.02)
    of_shares = say("entropy H / log n  (0: a single word, 1: every word alike)")
    axes.set_xlabel(of_shares if normalised else say("entropy H (nats)"))
    return figure


@matplotlib.rc_context(STYLE)
def strength_curve(strengths: Sequence[float], accuracies: Sequence[float], entropies: Sequence[float]) -> Figure:
    """Accuracy and normalised entropy (H / log n) against the strength of the entropy penalty, all shares in [0, 1].

    The strengths come in any order. Their axis is linear between 0 and the smallest one, and logarithmic beyond, so
    that strength 0 has its place.
    """
    order = np.argsort(strengths)
    strength, accuracy, entropy = (
        np.asarray(values, dtype=float)[order] for values in (strengths, accuracies, entropies)
    )
    figure = blank_figure(height=5.6)
    above, below = figure.subplots(2, 1, sharex=True)
    positive = strength[strength > 0]
    if positive.size:
        below.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
    above.plot(strength, 100 * accuracy, color=PALETTE[0], marker="o")
    say = spoken().say
    above.set(title=say("What does a sharper attention cost?"), ylabel=say("accuracy (%)"))
    below.plot(strength, entropy, color=PALETTE[4], marker="s")
    below.set(
        title=say("How sharp does it get?"),
        ylabel=say("entropy H / log n"),
        xlabel=say("strength of the entropy penalty"),
        ylim=(0, 1.05),
    )
    below.set_xticks(strength, [f"{value:g}" for value in strength])
    below.set_xticks([], minor=True)
    return figure


@matplotlib.rc_context(STYLE)
def attention_matrix(weights: npt.ArrayLike, rows: Sequence[str], columns: Sequence[str]) -> Figure:
    """A heat map of attention weights ``(n_queries, n_keys)``, from 0 (pale yellow) to the largest of them (brown).

    ``rows`` name the queries and ``columns`` the keys. A small matrix has its weights written in the cells. Raises
    ``ValueError`` when the names and the matrix do not fit.
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
    cell = 0.45 if matrix.size <= _WRITTEN_CELLS else 0.3
    figure = blank_figure(width=max(_WIDTH, 2.6 + cell * len(columns)), height=2.0 + cell * len(rows))
    axes = figure.subplots()
    image = axes.pcolormesh(
        matrix, cmap=_ATTENTION_COLOURS, vmin=0, vmax=max(np.nanmax(matrix), 1e-12), edgecolors="white"
    )
    say = spoken().say
    axes.set(title=say("Where does each query look?"), xlabel=say("key"), ylabel=say("query"), aspect="equal")
    axes.set_xticks(
        np.arange(len(columns)) + 0.5, list(map(plain, columns)), rotation=55, ha="left", rotation_mode="anchor"
    )
    axes.set_yticks(np.arange(len(rows)) + 0.5, list(map(plain, rows)))
    axes.xaxis.set(ticks_position="top", label_position="top")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.colorbar(image, ax=axes, label=say("attention weight"), shrink=0.8)
    if matrix.size <= _WRITTEN_CELLS:
        _write_cells(axes, matrix)
    return figure


@matplotlib.rc_context(STYLE)
def accuracy_bars(accuracies: Mapping[str, tuple[float, tuple[float, float]]]) -> Figure:
    """Test accuracy (%) of every model, with its 95 % interval as a whisker.

    ``accuracies`` gives the accuracy of each model and the bounds of its interval, all in [0, 1], by its title.
    """
    figure = blank_figure(height=1.3 + 0.62 * max(len(accuracies), 1))
    axes = figure.subplots()
    for position, (accuracy, interval) in enumerate(accuracies.values()):
        low, high = (100 * bound for bound in interval)
        axes.barh(position, 100 * accuracy, height=0.6, color=run_colour(position))
        axes.plot(
            [low, high], [position, position], color=INK, marker="|", markersize=10, markeredgewidth=1.5, linewidth=1.5
        )
        axes.annotate(
            f"{100 * accuracy:.1f}",
            (high, position),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.set_yticks(range(len(accuracies)), [_wrapped(title) for title in accuracies])
    say = spoken().say
    axes.set(
        title=say("Which model reads best?"), xlabel=say("test accuracy (%), whisker: 95 % interval"), xlim=(0, 112)
    )
    axes.set_xticks(range(0, 101, 20))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    return figure


def _measured(values: Sequence[float | None], scale: float = 1.0) -> list[float]:
    return [float("nan") if value is None else scale * value for value in values]


def _wrapped(text: str, width: int = _LABEL_WIDTH) -> str:
    return "\n".join(map(plain, textwrap.wrap(printable(text), width)))


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


def _bins(histogram: EntropyHistogram, normalised: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    edges, counts = (
        (histogram.normalised_edges, histogram.normalised_counts) if normalised else (histogram.edges, histogram.counts)
    )
    return np.asarray(edges, dtype=float), np.asarray(counts, dtype=float)


def _draw_hill(
    axes: Axes,
    edges: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
    *,
    baseline: float,
    colour: tuple[float, ...],
) -> None:
    """One histogram as a hill that stands on ``baseline``; a review count of 0 leaves the baseline alone."""
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
