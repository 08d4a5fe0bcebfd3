"""Figures of classifiers, in the words of reviews, for a notebook; the report draws the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from amal_attention.language import message, spoken
from amal_attention.record import EpochPoint, Histogram
from amal_attention.tasks.classification.task import TASK
from amal_attention.tasks.pictures import best_bars, monitor_curves, spread_hills, sweep_panels
from amal_attention.visualise.figures import histogram_hills

__all__ = ["accuracy_bars", "entropy_histograms", "strength_curve", "training_curves"]


def training_curves(curves: Mapping[str, Sequence[EpochPoint]]) -> Figure:
    """Validation accuracy (%), and training and validation loss (nats a review), after each epoch of every model.

    ``curves`` gives the points of each model by its title.
    """
    return monitor_curves(TASK, curves)


def entropy_histograms(
    histograms: Mapping[str, Sequence[Histogram]],
    title: str | None = None,
    *,
    normalised: bool = True,
) -> Figure:
    """How the attention entropies of the validation reviews are spread, one hill an epoch, the first epoch on top.

    Args:
        histograms: what :class:`EntropyHistograms` keeps.
        title: the title of the figure.
        normalised: show H / log n in [0, 1], which does not grow with the length n of a review; otherwise H in nats.

    Raises:
        ValueError: there is no histogram.
    """
    title = title or spoken().say("How widely does it look?")
    if normalised:
        return spread_hills(TASK.spreads[0], histograms, title)
    return histogram_hills(histograms.get("entropy", ()), title, spoken().say("entropy H (nats)"))


def strength_curve(strengths: Sequence[float], accuracies: Sequence[float], entropies: Sequence[float]) -> Figure:
    """Accuracy and normalised entropy (H / log n) against the strength of the entropy penalty, all shares in [0, 1].

    The strengths come in any order.
    """
    measured = {"accuracy": accuracies, "normalised_entropy": entropies}
    return sweep_panels(TASK, strengths, measured, message("strength of the entropy penalty"))


def accuracy_bars(accuracies: Mapping[str, tuple[float, tuple[float, float]]]) -> Figure:
    """Test accuracy (%) of every model, with its 95 % interval as a whisker.

    ``accuracies`` gives the accuracy of each model and the bounds of its interval, all in [0, 1], by its title.
    """
    return best_bars(TASK, {title: (value, *interval) for title, (value, interval) in accuracies.items()})
