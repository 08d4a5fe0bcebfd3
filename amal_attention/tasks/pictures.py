"""Figures of what a task measures, in the task's own words and the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from amal_attention.language import spoken
from amal_attention.record import EpochPoint, Histogram, Metric
from amal_attention.tasks.task import Spread, Task
from amal_attention.visualise.figures import Panel, histogram_hills, metric_bars, sweep_curves, training_curves

__all__ = ["best_bars", "monitor_curves", "spread_hills", "sweep_panels"]


def monitor_curves(task: Task, curves: Mapping[str, Sequence[EpochPoint]]) -> Figure:
    """The monitor of the task and the losses after each epoch of every model, by its title."""
    return training_curves(
        curves,
        monitor=task.monitor,
        monitored=_said(task.monitored),
        percent=task.monitored_share,
        loss=_said(task.loss),
    )


def best_bars(task: Task, metrics: Mapping[str, Metric]) -> Figure:
    """The first measure of the task, of every model, by its title."""
    first = task.measures[0]
    return metric_bars(metrics, title=_said(first.best), axis=_said(first.best_axis), percent=first.percent)


def spread_hills(spread: Spread, histograms: Mapping[str, Sequence[Histogram]], title: str) -> Figure:
    """How a quantity is spread, one hill an epoch.

    Raises:
        ValueError: there is no histogram of it.
    """
    return histogram_hills(histograms.get(spread.name, ()), title, _said(spread.axis), spread.bounds)


def sweep_panels(task: Task, swept: Sequence[float], measured: Mapping[str, Sequence[float]], axis: str) -> Figure:
    """The measures of the task that a sweep is about, against the values of its option.

    Args:
        task: whose measures have a panel where their ``sweep`` says its title.
        swept: the values of the option, in any order.
        measured: the values of each of these measures, one for each value of the option, by the measure's name.
        axis: what the axis of the values says.
    """
    panels = [
        Panel(
            _said(measure.sweep),
            _said(measure.label or measure.title),
            [100 * value if measure.percent else value for value in measured[measure.name]],
            measure.bounds,
        )
        for measure in task.measures
        if measure.sweep
    ]
    return sweep_curves(swept, panels, _said(axis))


def _said(english: str) -> str:
    """Words of a task in the language that is spoken."""
    return spoken().translated(english)
