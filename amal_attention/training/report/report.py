"""The report of a comparison: one HTML page that needs nothing beside itself, made from run records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from amal_attention.lab import Lab, Sweep
from amal_attention.record import Exhibit, Reading, RunRecord, by_data
from amal_attention.tasks.pictures import best_bars, monitor_curves, spread_hills, sweep_panels
from amal_attention.tasks.task import Measure, Task
from amal_attention.visualise.exhibits import exhibit_html
from amal_attention.visualise.figures import run_colour, scores_by_group, series_curves
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.words import ATTENTION_RGB

__all__ = ["render_report"]

_NOT_MEASURED = "–"


def render_report(
    lab: Lab,
    task: Task,
    records: Sequence[RunRecord],
    sweep: Sequence[RunRecord] = (),
    details: Mapping[str, str] = {},
) -> str:
    """One self-contained HTML page: the table, the figures and the same texts as each model takes them.

    A part that no record feeds is left out. All text of records and details is escaped; the page holds no script and no
    link, and equal arguments give an equal page.

    Args:
        lab: whose title and sweep it has.
        task: what the questions ask of a model: its measures are the columns, its words stand around them.
        records: the runs that are compared, in their order.
        sweep: runs that differ in the option that the lab varies; those without a value of it are left out.
        details: command, versions, machine ...: they close the page.
    """
    by_value = _by_value(sweep)
    measures = [m for m in task.measures if not m.optional or any(m.name in record.metrics for record in records)]
    return (
        _template_environment()
        .get_template("report.html.j2")
        .render(
            title=lab.title,
            task=task,
            measures=[measure for measure in measures if not measure.optional],
            optional=[measure for measure in measures if measure.optional],
            swept=lab.sweep,
            setting=_setting(task, [*records, *(record for _, record in by_value)]),
            parts=[_part(task, lab.sweep, number, part) for number, part in enumerate(by_data(records))],
            sweep=by_value,
            sweep_picture=_sweep_picture(task, lab.sweep, by_value),
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
    """One text as one run takes it."""

    run: _Run
    exhibit: Exhibit
    html: Markup


@dataclass(frozen=True)
class _TextShown:
    """One text, and every run that takes it, in the order of the comparison."""

    row: int
    name: str
    label: str
    length: int | None
    read_by: list[_ReadBy]


@dataclass(frozen=True)
class _Part:
    """The runs that were tested on the same data, and what is drawn of them; ``mark`` ends the ids of its elements."""

    data: str
    mark: str
    runs: list[_Run]
    best_picture: _Picture | None
    training_picture: _Picture | None
    spreads: list[_SpreadShown]
    series: list[_Picture]
    texts: list[_TextShown]

    @property
    def has_readings(self) -> bool:
        """Whether its texts are shown as words that are coloured."""
        return any(isinstance(read.exhibit, Reading) for text in self.texts for read in text.read_by)


@dataclass(frozen=True)
class _SpreadShown:
    """The histograms of all runs of one quantity."""

    name: str
    title: str
    told: str
    hills: list[_Picture]


def _part(task: Task, swept: Sweep | None, number: int, records: Sequence[RunRecord]) -> _Part:
    runs = _numbered(records, swept)
    return _Part(
        data=records[0].data,
        mark=f"-{number + 1}" if number else "",
        runs=runs,
        best_picture=_best_picture(task, runs),
        training_picture=_training_picture(task, runs),
        spreads=_spreads(task, runs),
        series=_series(runs),
        texts=_texts(runs),
    )


def _template_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("amal_attention.training.report", package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(decimal=_decimal, percent=_percent)
    environment.globals.update(cell=_cell, beside=_beside)
    return environment


def _decimal(value: float | None, places: int = 2) -> str:
    return _NOT_MEASURED if value is None or not math.isfinite(value) else f"{value:,.{places}f}"


def _percent(share: float | None) -> str:
    return _decimal(None if share is None else 100 * share, places=1)


def _cell(measure: Measure, record: RunRecord) -> str:
    """The value of a metric as the report shows it."""
    value = record.value(measure.name)
    return _decimal(value if value is None or not measure.percent else 100 * value, measure.places)


def _beside(measure: Measure, record: RunRecord) -> str:
    """What stands under the value: its interval, or what the measure says; "" if nothing does."""
    value, low, high = record.metrics.get(measure.name, (None, None, None))
    if value is None:
        return ""
    scale = 100 if measure.percent else 1
    if low is not None and high is not None:
        return f"{_decimal(scale * low, measure.places)} – {_decimal(scale * high, measure.places)}"
    return measure.beside.format(**{name: scale * (each or 0) for name, (each, _, _) in record.metrics.items()})


def _setting(task: Task, records: Sequence[RunRecord]) -> dict[str, str]:
    """What the runs were made on, each value once."""
    return {
        "Lab": _distinct(record.lab for record in records),
        task.texts.capitalize(): _distinct(record.data or record.source for record in records),
        "Embeddings": _distinct(record.embeddings for record in records),
        f"Test {task.texts}": _distinct(f"{record.tested:,}" for record in records),
        "Seed": _distinct(str(record.seed) for record in records),
    }


def _distinct(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _numbered(records: Sequence[RunRecord], sweep: Sweep | None) -> list[_Run]:
    """The records with their colours and with labels that all differ, as the figures need them."""
    runs: dict[str, _Run] = {}
    for position, record in enumerate(records):
        label = _label(record, sweep)
        while label in runs:
            label = f"{label} [{position + 1}]"
        runs[label] = _Run(record, label, run_colour(position))
    return list(runs.values())


def _label(record: RunRecord, sweep: Sweep | None) -> str:
    """The title of a run, and the value of the option that the lab varies when it has one."""
    if record.swept is None or sweep is None:
        return record.title
    return f"{record.title} ({sweep.name} {record.swept:g})"


def _best_picture(task: Task, runs: Sequence[_Run]) -> _Picture | None:
    if not runs:
        return None
    first = task.measures[0]
    metrics = {run.label: run.record.metrics.get(first.name, (None, None, None)) for run in runs}
    each = (f"{run.label} {_with_unit(first, run.record)}" for run in runs)
    return _Picture.of(best_bars(task, metrics), f"Bar chart of the test {first.title}: {'; '.join(each)}.")


def _with_unit(measure: Measure, record: RunRecord) -> str:
    return f"{_cell(measure, record)} %" if measure.percent else _cell(measure, record)


def _training_picture(task: Task, runs: Sequence[_Run]) -> _Picture | None:
    if not any(run.record.curves for run in runs):
        return None
    figure = monitor_curves(task, {run.label: run.record.curves for run in runs})
    return _Picture.of(figure, _training_in_words(task, runs))


def _training_in_words(task: Task, runs: Sequence[_Run]) -> str:
    def monitored(run: _Run, epoch: int) -> str:
        value = run.record.curves[epoch].measured.get(task.monitor)
        return f"{_percent(value)} %" if task.monitored_share else _decimal(value)

    each = "; ".join(
        f"{run.label} from {monitored(run, 0)} to {monitored(run, -1)}" for run in runs if run.record.curves
    )
    name = task.monitored.removesuffix(" (%)").capitalize()
    return f"Line charts, one point an epoch. {name}: {each}. Below, the losses."


def _spreads(task: Task, runs: Sequence[_Run]) -> list[_SpreadShown]:
    shown = []
    for spread in task.spreads:
        hills = [
            _Picture.of(
                spread_hills(spread, run.record.histograms, run.label),
                f"Histograms of {run.label} on the validation {task.texts}, "
                f"one for each of {len(run.record.histograms[spread.name])} epochs: {spread.axis}.",
            )
            for run in runs
            if run.record.histograms.get(spread.name)
        ]
        if hills:
            shown.append(_SpreadShown(spread.name, spread.title, spread.told, hills))
    return shown


def _series(runs: Sequence[_Run]) -> list[_Picture]:
    """One picture for each series, with the curves of all runs that have it."""
    pictures = []
    for name in dict.fromkeys(name for run in runs for name in run.record.series):
        having = {run.label: run.record.series[name] for run in runs if name in run.record.series}
        first = next(iter(having.values()))
        kind, draw = ("Dot plot", scores_by_group) if first.names else ("Line chart", series_curves)
        words = f"{kind} of {first.measured} against {first.across}: {', '.join(having)}."
        pictures.append(_Picture.of(draw(having), words))
    return pictures


def _by_value(sweep: Sequence[RunRecord]) -> list[tuple[float, RunRecord]]:
    return sorted(((run.swept, run) for run in sweep if run.swept is not None), key=itemgetter(0))


def _sweep_picture(task: Task, swept: Sweep | None, by_value: Sequence[tuple[float, RunRecord]]) -> _Picture | None:
    drawn = [measure for measure in task.measures if measure.sweep]
    if not by_value or swept is None or not drawn:
        return None
    values = [value for value, _ in by_value]
    measured = {m.name: [_number(run.value(m.name)) for _, run in by_value] for m in drawn}
    each = (
        f"{swept.name} {value:g}: " + ", ".join(f"{m.title} {_with_unit(m, run)}" for m in drawn)
        for value, run in by_value
    )
    names = " and ".join(measure.title for measure in drawn)
    words = f"Line charts of {names} against the {swept.name}: {'; '.join(each)}."
    return _Picture.of(sweep_panels(task, values, measured, swept.label or swept.name), words)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _texts(runs: Sequence[_Run]) -> list[_TextShown]:
    """The texts that any run takes, in the order they are first met."""
    gathered: dict[int, list[_ReadBy]] = {}
    for run in runs:
        for exhibit in run.record.exhibits:
            html = Markup(exhibit_html(exhibit))
            gathered.setdefault(exhibit.row, []).append(_ReadBy(run, exhibit, html))
    return [_shown(row, read_by) for row, read_by in gathered.items()]


def _shown(row: int, read_by: list[_ReadBy]) -> _TextShown:
    first = read_by[0].exhibit
    words = len(first.tokens) if isinstance(first, Reading) else None
    return _TextShown(row, first.name, first.label if isinstance(first, Reading) else "", words, read_by)
