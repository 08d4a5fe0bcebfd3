"""Runs as a table in the terminal, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from amal_attention.record import RunRecord, by_data
from amal_attention.tasks.task import Measure, Task

__all__ = ["print_sweep", "print_table", "setting_in_words"]

_NONE = "–"


def print_table(task: Task, records: Sequence[RunRecord], console: Console | None = None) -> None:
    """One line a run: what the task measures, parameters, seconds of training, epochs; one table a kind of data."""
    console = console or Console()
    extra = [m for m in task.measures if m.optional and any(m.name in record.metrics for record in records)]
    for number, part in enumerate(by_data(records)):
        if number:
            console.print()
        _print_part(task, extra, part, console)
    for measure in extra:
        console.print(measure.note, highlight=False)


def _print_part(task: Task, extra: Sequence[Measure], records: Sequence[RunRecord], console: Console) -> None:
    for record in records:
        console.print(f"{record.question}: {record.title}", highlight=False)
    console.print(setting_in_words(records[0], task), highlight=False)
    usual = [measure for measure in task.measures if not measure.optional]
    table = _table("", *_headings(usual), "params", "s", "ep", *_headings(extra))
    for record in records:
        table.add_row(
            record.question,
            *_cells(usual, record),
            _count(record.parameters),
            f"{record.seconds:.1f}",
            str(record.epochs),
            *_cells(extra, record),
        )
    console.print(table)


def print_sweep(task: Task, option: str, records: Sequence[RunRecord], console: Console | None = None) -> None:
    """One line a value of the option that a lab varies; nothing if there are none."""
    if not records:
        return
    shown = [measure for measure in task.measures if measure.in_sweeps and not measure.optional]
    table = _table(option, *(measure.column for measure in shown))
    for record in records:
        table.add_row(f"{record.swept:g}", *(_value(measure, record) for measure in shown))
    console = console or Console()
    console.print(f"{records[0].title}: what the {option} does", highlight=False)
    console.print(table)


def setting_in_words(record: RunRecord, task: Task) -> str:
    """Where the texts of a run come from, whether vectors learn, and on how many texts it was tested."""
    embeddings = f"{record.embeddings} embeddings" if record.embeddings else ""
    return ", ".join(filter(None, [record.data or record.source, embeddings, f"{record.tested:,} test {task.texts}"]))


def _headings(measures: Sequence[Measure]) -> list[str]:
    return [
        heading
        for measure in measures
        for heading in ([measure.column, "95 %"] if measure.share or measure.interval else [measure.column])
    ]


def _cells(measures: Sequence[Measure], record: RunRecord) -> list[str]:
    cells = []
    for measure in measures:
        cells.append(_value(measure, record))
        if measure.share or measure.interval:
            cells.append(_interval(measure, record))
    return cells


def _value(measure: Measure, record: RunRecord) -> str:
    value = record.value(measure.name)
    if value is None:
        return _NONE
    beside = measure.column_beside.format(**{name: each for name, (each, _, _) in record.metrics.items()})
    return f"{value:.{measure.digits}f} {beside}".rstrip()


def _interval(measure: Measure, record: RunRecord) -> str:
    _, low, high = record.metrics.get(measure.name, (None, None, None))
    if low is None or high is None:
        return _NONE
    if not measure.share:
        return f"{low:.{measure.digits}f}–{high:.{measure.digits}f}"
    return f".{low * 1000:03.0f}–.{high * 1000:03.0f}" if high < 0.9995 else f"{low:.3f}–{high:.3f}"


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 0, 0, 1), header_style="underline")
    for name in columns:
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    return table


def _count(number: int) -> str:
    for size, sign in ((1_000_000, "M"), (10_000, "k")):
        if number >= size:
            return f"{number / (size if sign == 'M' else 1000):.1f}{sign}"
    return str(number)
