"""Runs as a table in the terminal, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from amal_attention.record import RunRecord

__all__ = ["print_sweep", "print_table"]


def print_table(records: Sequence[RunRecord], console: Console | None = None) -> None:
    """One line a run: accuracy with its 95 % interval, entropies, parameters, seconds of training, epochs."""
    console = console or Console()
    for record in records:
        console.print(f"{record.question}: {record.title}", highlight=False)
    first = records[0]
    console.print(
        f"{first.source}, {first.embeddings} embeddings, {first.test_reviews:,} test reviews", highlight=False
    )
    table = _table("", "accuracy", "95 %", "H nats", "H/log n", "exp H", "params", "s", "ep")
    extra = [name for name in ("evidence", "faithfulness") if any(getattr(record, name) for record in records)]
    for name in extra:
        table.add_column({"evidence": "evidence", "faithfulness": "tau"}[name], justify="right", no_wrap=True)
    for record in records:
        low, high = record.accuracy_interval
        table.add_row(
            record.question,
            f"{record.accuracy:.4f}",
            f".{low * 1000:03.0f}–.{high * 1000:03.0f}" if high < 0.9995 else f"{low:.3f}–{high:.3f}",
            _number(record.entropy, 2),
            _number(record.normalised_entropy, 3),
            _number(record.effective_words, 1),
            _count(record.parameters),
            f"{record.seconds:.1f}",
            str(record.epochs),
            *(_extra(record, name) for name in extra),
        )
    console.print(table)
    if "evidence" in extra:
        console.print(
            "evidence: share of the attention on the words that carry the label (and by chance)", highlight=False
        )
    if "faithfulness" in extra:
        console.print("tau: Kendall's, between attention and leave-one-out", highlight=False)


def print_sweep(records: Sequence[RunRecord], console: Console | None = None) -> None:
    """One line a strength; nothing if there are none."""
    if not records:
        return
    table = _table("strength", "accuracy", "H/log n", "exp H")
    for record in records:
        table.add_row(
            f"{record.strength:g}",
            f"{record.accuracy:.4f}",
            _number(record.normalised_entropy, 3),
            _number(record.effective_words, 1),
        )
    console = console or Console()
    console.print(f"{records[0].title}: what the strength does", highlight=False)
    console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 0, 0, 1), header_style="underline")
    for name in columns:
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    return table


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _count(number: int) -> str:
    for size, sign in ((1_000_000, "M"), (10_000, "k")):
        if number >= size:
            return f"{number / (size if sign == 'M' else 1000):.1f}{sign}"
    return str(number)


def _extra(record: RunRecord, name: str) -> str:
    if name == "evidence" and record.evidence is not None:
        return f"{record.evidence.attention:.2f} ({record.evidence.chance:.2f})"
    if name == "faithfulness" and record.faithfulness is not None:
        return _number(record.faithfulness.tau, 2)
    return "–"
