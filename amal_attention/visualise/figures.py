"""Figures of training and of attention, in one style: colour-blind-safe, readable in a notebook, a report or a slide.

Every function gives a matplotlib ``Figure`` made without pyplot, so nothing is kept between two calls. The n-th record
has the same colour and marker in every figure (:func:`run_colour`).
"""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from amal_attention.errors import explain
from amal_attention.visualise.words import printable

if TYPE_CHECKING:
    from amal_attention.record import EntropyHistogram, RunRecord

__all__ = [
    "accuracy_bars",
    "attention_matrix",
    "entropy_histograms",
    "figure_svg",
    "run_colour",
    "run_label",
    "strength_curve",
    "training_curves",
]

# Okabe & Ito (2008), in an order whose neighbours differ in lightness too, without the yellow that fades on white.
_PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#4D4D4D")
_MARKERS = ("o", "s", "^", "D", "v")

_INK = "#222222"
_QUIET = "#6B6B6B"
_ATTENTION_COLOURS = "YlOrBr"
_EPOCH_COLOURS = "viridis_r"

_WIDTH = 6.4
_HILL_HEIGHT = 0.92
_LABEL_WIDTH = 26
_WRITTEN_CELLS = 120

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial"],
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 11,
    "axes.edgecolor": _QUIET,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "text.color": _INK,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
}


class _InlineFigure(Figure):
    """A figure that a notebook shows by itself, whether or not pyplot was imported there."""

    def _repr_svg_(self) -> str:
        return figure_svg(self)


def run_label(record: RunRecord) -> str:
    """How a run is called in figures and tables: its title, and its strength when it has one."""
    return record.title if record.strength is None else f"{record.title} (strength {record.strength:g})"


def run_colour(position: int) -> str:
    """The colour, ``#rrggbb``, of the record at this position; seven differ, and markers tell them apart beyond."""
    return _PALETTE[position % len(_PALETTE)]


@matplotlib.rc_context(_STYLE)
def training_curves(records: Sequence[RunRecord]) -> Figure:
    """Validation accuracy (%), and training and validation loss (nats a review), after each epoch of every record.

    A value that was not measured leaves a gap. A record without curves only keeps its colour.
    """
    figure = _figure(height=6.0 + 0.18 * len(records))
    accuracy, loss = figure.subplots(2, 1, sharex=True)
    for position, record in enumerate(records):
        epochs = [point.epoch for point in record.curves]
        look = {"color": run_colour(position), "marker": _MARKERS[position % len(_MARKERS)]}
        accuracy.plot(epochs, _measured([point.val_accuracy for point in record.curves], scale=100), **look)
        loss.plot(epochs, _measured([point.val_loss for point in record.curves]), **look)
        train_loss = _measured([point.train_loss for point in record.curves])
        loss.plot(epochs, train_loss, **look, linestyle=":", markersize=2.5)
    accuracy.set(title="Is it still learning?", ylabel="validation accuracy (%)")
    loss.set(title="Does it learn by heart?", ylabel="cross-entropy (nats)", xlabel="epoch")
    loss.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _name_runs(figure, records)
    _name_losses(loss)
    return figure


@matplotlib.rc_context(_STYLE)
def entropy_histograms(record: RunRecord, normalised: bool = True) -> Figure:
    """How the attention entropies of the validation reviews are spread, one hill an epoch, the first epoch on top.

    ``normalised`` shows H / log n in [0, 1], which does not grow with the length n of a review; otherwise H in nats.
    Each hill is scaled to its own height: compare where hills stand and how wide they are. The dot marks the mean, read
    off the bins. Raises ``ValueError`` when the record holds no histogram.
    """
    if not record.histograms:
        raise ValueError(
            explain(
                expected=f"an entropy histogram for each epoch of {record.title!r}",
                got="none",
                do="train it with a model that gives its attention weights",
            )
        )
    epochs = len(record.histograms)
    figure = _figure(height=1.6 + 0.42 * min(epochs, 8) + 0.2 * max(epochs - 8, 0))
    axes = figure.subplots()
    colours = matplotlib.colormaps[_EPOCH_COLOURS](np.linspace(0.2, 0.95, epochs))
    for row, (histogram, colour) in enumerate(zip(record.histograms, colours, strict=True)):
        _draw_hill(axes, *_bins(histogram, normalised), baseline=float(epochs - 1 - row), colour=tuple(colour))
    shown = range(epochs - 1, -1, -(1 + epochs // 11))
    axes.set_yticks([epochs - 1 - row for row in shown], [str(record.histograms[row].epoch) for row in shown])
    axes.set_ylim(-0.25, epochs)
    axes.grid(visible=False, axis="y")
    axes.set_ylabel("epoch")
    axes.set_title(_wrapped(run_label(record), width=50))
    if normalised:
        axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("entropy H / log n  (0: a single word, 1: every word alike)" if normalised else "entropy H (nats)")
    return figure


@matplotlib.rc_context(_STYLE)
def strength_curve(strengths: Sequence[float], accuracies: Sequence[float], entropies: Sequence[float]) -> Figure:
    """Accuracy and normalised entropy (H / log n) against the strength of the entropy penalty, all shares in [0, 1].

    The strengths come in any order. Their axis is linear between 0 and the smallest one, and logarithmic beyond, so
    that strength 0 has its place.
    """
    order = np.argsort(strengths)
    strength, accuracy, entropy = (
        np.asarray(values, dtype=float)[order] for values in (strengths, accuracies, entropies)
    )
    figure = _figure(height=5.6)
    above, below = figure.subplots(2, 1, sharex=True)
    positive = strength[strength > 0]
    if positive.size:
        below.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
    above.plot(strength, 100 * accuracy, color=_PALETTE[0], marker="o")
    above.set(title="What does a sharper attention cost?", ylabel="test accuracy (%)")
    below.plot(strength, entropy, color=_PALETTE[4], marker="s")
    below.set(
        title="How sharp does it get?",
        ylabel="entropy H / log n",
        xlabel="strength of the entropy penalty",
        ylim=(0, 1.05),
    )
    below.set_xticks(strength, [f"{value:g}" for value in strength])
    below.set_xticks([], minor=True)
    return figure


@matplotlib.rc_context(_STYLE)
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
    figure = _figure(width=max(_WIDTH, 2.6 + cell * len(columns)), height=2.0 + cell * len(rows))
    axes = figure.subplots()
    image = axes.pcolormesh(
        matrix, cmap=_ATTENTION_COLOURS, vmin=0, vmax=max(np.nanmax(matrix), 1e-12), edgecolors="white"
    )
    axes.set(title="Where does each query look?", xlabel="key", ylabel="query", aspect="equal")
    axes.set_xticks(np.arange(len(columns)) + 0.5, _plain(columns), rotation=55, ha="left", rotation_mode="anchor")
    axes.set_yticks(np.arange(len(rows)) + 0.5, _plain(rows))
    axes.xaxis.set(ticks_position="top", label_position="top")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.colorbar(image, ax=axes, label="attention weight", shrink=0.8)
    if matrix.size <= _WRITTEN_CELLS:
        _write_cells(axes, matrix)
    return figure


@matplotlib.rc_context(_STYLE)
def accuracy_bars(records: Sequence[RunRecord]) -> Figure:
    """Test accuracy (%) of every record, with its 95 % interval as a whisker."""
    figure = _figure(height=1.3 + 0.62 * max(len(records), 1))
    axes = figure.subplots()
    for position, record in enumerate(records):
        low, high = (100 * bound for bound in record.accuracy_interval)
        axes.barh(position, 100 * record.accuracy, height=0.6, color=run_colour(position))
        axes.plot(
            [low, high], [position, position], color=_INK, marker="|", markersize=10, markeredgewidth=1.5, linewidth=1.5
        )
        axes.annotate(
            f"{100 * record.accuracy:.1f}",
            (high, position),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.set_yticks(range(len(records)), [_wrapped(run_label(record)) for record in records])
    axes.set(title="Which model reads best?", xlabel="test accuracy (%), whisker: 95 % interval", xlim=(0, 112))
    axes.set_xticks(range(0, 101, 20))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    return figure


def figure_svg(figure: Figure) -> str:
    """The figure as an ``<svg>`` element to put into a page: equal figures give equal text.

    It holds no date, no XML prologue and no link; its words stay text; its ids begin with a digest of the picture, so
    that several figures can share a page.
    """
    page = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": "amal", "svg.fonttype": "none"}):
        figure.savefig(page, format="svg", metadata=nothing)
    drawing = page.getvalue()
    drawing = drawing[drawing.index("<svg") :].strip()
    prefix = f"f{hashlib.sha256(drawing.encode()).hexdigest()[:8]}-"
    return re.sub(r'((?:\bid="|xlink:href="#|url\(#))', rf"\g<1>{prefix}", drawing)


def _figure(*, height: float, width: float = _WIDTH) -> Figure:
    """An empty figure, sizes in inches."""
    return _InlineFigure(figsize=(width, height), layout="constrained", facecolor="white")


def _measured(values: Sequence[float | None], scale: float = 1.0) -> list[float]:
    return [float("nan") if value is None else scale * value for value in values]


def _plain(texts: Sequence[str]) -> list[str]:
    r"""Texts as matplotlib must be given them to be drawn letter by letter (``$`` begins no formula)."""
    return [printable(text).replace("$", r"\$") for text in texts]


def _wrapped(text: str, width: int = _LABEL_WIDTH) -> str:
    return "\n".join(_plain(textwrap.wrap(printable(text), width)))


def _name_runs(figure: Figure, records: Sequence[RunRecord]) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=run_colour(position),
            marker=_MARKERS[position % len(_MARKERS)],
            label=_wrapped(run_label(record)),
        )
        for position, record in enumerate(records)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)


def _name_losses(axes: Axes) -> None:
    solid, dotted = (Line2D([], [], color=_QUIET, linestyle=style) for style in ("-", ":"))
    axes.legend([solid, dotted], ["validation", "training"], loc="best")


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
        axes.plot(mean, baseline, "o", color=_INK, markeredgecolor="white", markersize=7, clip_on=False)


def _write_cells(axes: Axes, matrix: npt.NDArray[np.float64]) -> None:
    dark_from = 0.55 * np.nanmax(matrix)
    for (row, column), weight in np.ndenumerate(matrix):
        colour = "white" if weight > dark_from else _INK
        axes.text(column + 0.5, row + 0.5, f"{weight:.2f}", ha="center", va="center", color=colour, fontsize=9)
