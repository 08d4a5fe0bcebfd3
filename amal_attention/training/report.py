"""The report of a comparison: one HTML page that needs nothing beside itself, made from run records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from amal_attention.record import Reading, RunRecord
from amal_attention.visualise.figures import (
    accuracy_bars,
    entropy_histograms,
    run_colour,
    strength_curve,
    training_curves,
)
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.words import ATTENTION_RGB, attended_html

__all__ = ["render_report"]

_NOT_MEASURED = "–"


def render_report(
    records: Sequence[RunRecord],
    *,
    title: str,
    sweep: Sequence[RunRecord] = (),
    details: Mapping[str, str] = {},
) -> str:
    """One self-contained HTML page: the table, the figures and the same reviews as each model reads them.

    ``records`` are compared in their order. ``sweep`` holds runs that differ in their ``strength``; those without one
    are left out. ``details`` (command, versions, machine, ...) close the page. A part that no record feeds is left out.
    All text of records and details is escaped; the page holds no script and no link, and equal arguments give an equal
    page.
    """
    by_strength = _by_strength(sweep)
    runs = _numbered(records)
    return (
        _template_environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            setting=_setting([*records, *(record for _, record in by_strength)]),
            runs=runs,
            sweep=by_strength,
            accuracy_picture=_accuracy_picture(runs),
            training_picture=_training_picture(runs),
            hills=_hills(runs),
            strength_picture=_strength_picture(by_strength),
            reviews=_reviews(runs),
            details=details,
            attention_rgb=",".join(map(str, ATTENTION_RGB)),
        )
    )


@dataclass(frozen=True)
class _Run:
    """A record with its place in the comparison: its name and colour are the same in every part of the page."""

    record: RunRecord
    label: str
    colour: str


@dataclass(frozen=True)
class _Picture:
    """A figure as it stands in the page, and what it shows in words, for those who cannot see it."""

    svg: Markup
    words: str

    @classmethod
    def of(cls, figure: Figure, words: str) -> _Picture:
        return cls(Markup(figure_svg(figure)), words)


@dataclass(frozen=True)
class _ReadBy:
    """One review as one run reads it."""

    run: _Run
    reading: Reading
    words: Markup


@dataclass(frozen=True)
class _Review:
    """One review, and every run that reads it, in the order of the comparison."""

    number: int
    label: str
    length: int
    read_by: list[_ReadBy]


def _template_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("amal_attention.training", package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(decimal=_decimal, percent=_percent, interval=_interval)
    return environment


def _decimal(value: float | None, places: int = 2) -> str:
    return _NOT_MEASURED if value is None or not math.isfinite(value) else f"{value:,.{places}f}"


def _percent(share: float | None) -> str:
    return _decimal(None if share is None else 100 * share, places=1)


def _interval(bounds: tuple[float, float]) -> str:
    return f"{_percent(bounds[0])} – {_percent(bounds[1])}"


def _setting(records: Sequence[RunRecord]) -> dict[str, str]:
    """What the runs were made on, each value once."""
    return {
        "Lab": _distinct(record.lab for record in records),
        "Reviews": _distinct(record.source for record in records),
        "Embeddings": _distinct(record.embeddings for record in records),
        "Test reviews": _distinct(f"{record.test_reviews:,}" for record in records),
        "Seed": _distinct(str(record.seed) for record in records),
    }


def _distinct(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _numbered(records: Sequence[RunRecord]) -> list[_Run]:
    """The records with their colours and with labels that all differ, as the figures need them."""
    runs: dict[str, _Run] = {}
    for position, record in enumerate(records):
        label = _label(record)
        while label in runs:
            label = f"{label} [{position + 1}]"
        runs[label] = _Run(record, label, run_colour(position))
    return list(runs.values())


def _label(record: RunRecord) -> str:
    """The title of a run, and its strength when it has one."""
    return record.title if record.strength is None else f"{record.title} (strength {record.strength:g})"


def _accuracy_picture(runs: Sequence[_Run]) -> _Picture | None:
    if not runs:
        return None
    accuracies = {run.label: (run.record.accuracy, run.record.accuracy_interval) for run in runs}
    return _Picture.of(accuracy_bars(accuracies), _accuracies_in_words(runs))


def _training_picture(runs: Sequence[_Run]) -> _Picture | None:
    if not any(run.record.curves for run in runs):
        return None
    return _Picture.of(training_curves({run.label: run.record.curves for run in runs}), _training_in_words(runs))


def _hills(runs: Sequence[_Run]) -> list[_Picture]:
    return [
        _Picture.of(entropy_histograms(run.record.histograms, run.label), _hills_in_words(run))
        for run in runs
        if run.record.histograms
    ]


def _by_strength(sweep: Sequence[RunRecord]) -> list[tuple[float, RunRecord]]:
    return sorted(((run.strength, run) for run in sweep if run.strength is not None), key=itemgetter(0))


def _strength_picture(by_strength: Sequence[tuple[float, RunRecord]]) -> _Picture | None:
    if not by_strength:
        return None
    strengths, runs = zip(*by_strength, strict=True)
    figure = strength_curve(strengths, [run.accuracy for run in runs], [run.normalised_entropy for run in runs])
    return _Picture.of(figure, _sweep_in_words(by_strength))


def _accuracies_in_words(runs: Sequence[_Run]) -> str:
    each = (f"{run.label} {_percent(run.record.accuracy)} %" for run in runs)
    return f"Bar chart of the test accuracy: {'; '.join(each)}."


def _training_in_words(runs: Sequence[_Run]) -> str:
    each = (
        f"{run.label} from {_percent(run.record.curves[0].val_accuracy)} % "
        f"to {_percent(run.record.curves[-1].val_accuracy)} %"
        for run in runs
        if run.record.curves
    )
    return f"Line charts, one point an epoch. Validation accuracy: {'; '.join(each)}. Below, the losses."


def _hills_in_words(run: _Run) -> str:
    return (
        f"Histograms of the normalised attention entropy of {run.label} on the validation reviews, "
        f"one for each of {len(run.record.histograms)} epochs."
    )


def _sweep_in_words(by_strength: Sequence[tuple[float, RunRecord]]) -> str:
    each = (
        f"strength {strength:g}: accuracy {_percent(run.accuracy)} %, H / log n {_decimal(run.normalised_entropy)}"
        for strength, run in by_strength
    )
    return f"Line charts of accuracy and normalised entropy against the strength: {'; '.join(each)}."


def _reviews(runs: Sequence[_Run]) -> list[_Review]:
    """The reviews that any run reads, in the order they are first met."""
    gathered: dict[int, list[_ReadBy]] = {}
    for run in runs:
        for reading in run.record.readings:
            words = Markup(attended_html(reading.tokens, reading.weights))
            gathered.setdefault(reading.review, []).append(_ReadBy(run, reading, words))
    return [
        _Review(number, read_by[0].reading.label, len(read_by[0].reading.tokens), read_by)
        for number, read_by in gathered.items()
    ]
