"""How a check is shown: coloured in a notebook, plain in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from amal_attention.checks.outcome import Outcome, Report, State

__all__ = ["REPORT_TYPE", "report_html", "report_text", "show_report", "show_summary", "summary_html", "summary_text"]

REPORT_TYPE = "application/vnd.amal.check+json"
"""The type under which a notebook's output also holds a report as data."""

_SIGNS = {State.MET: "✓", State.MISSED: "✗", State.TO_DO: "…"}
_COLOURS = {State.MET: "#1a7f37", State.MISSED: "#c93c0a", State.TO_DO: "#8a6d00"}


def report_text(report: Report) -> str:
    """A report for a terminal: a headline, a line an expectation, and below each miss what is known of it."""
    lines = [f"{_SIGNS[report.state]} {report.question}: {report.headline}"]
    for outcome in _told(report):
        lines.append(f"  {_SIGNS[outcome.state]} {outcome.expectation}")
        lines += [f"      {name:<9} {text}" for name, text in outcome.details()]
    return "\n".join(lines)


def report_html(report: Report) -> str:
    """A report for a notebook: the same, coloured; everything in it is escaped."""
    rows = Markup("").join(_outcome_html(outcome) for outcome in _told(report))
    return Markup(
        '<div style="border-left:4px solid {colour};padding:.4em .9em;margin:.3em 0;max-width:52em;'
        'line-height:1.45;font-family:var(--jp-ui-font-family,system-ui,sans-serif)">'
        '<div><b style="color:{colour}">{sign} {question}</b> <span style="opacity:.75">{headline}</span></div>'
        "{rows}</div>"
    ).format(
        colour=_COLOURS[report.state],
        sign=_SIGNS[report.state],
        question=report.question,
        headline=report.headline,
        rows=rows,
    )


def summary_text(reports: Sequence[Report]) -> str:
    """A line a question."""
    width = max((len(report.question) for report in reports), default=0)
    lines = [f"{_SIGNS[report.state]} {report.question:<{width}}  {report.headline}" for report in reports]
    return "\n".join(lines) or "no check was run yet"


def summary_html(reports: Sequence[Report]) -> str:
    """A row a question, coloured; everything in it is escaped."""
    row = Markup(
        '<tr><td style="color:{colour};text-align:left"><b>{sign}</b></td><td style="text-align:left">{question}</td>'
        '<td style="text-align:left;opacity:.75">{headline}</td></tr>'
    )
    rows = (
        row.format(
            colour=_COLOURS[report.state],
            sign=_SIGNS[report.state],
            question=report.question,
            headline=report.headline,
        )
        for report in reports
    )
    return Markup("<table>{}</table>").format(Markup("").join(rows)) if reports else escape(summary_text(reports))


def show_report(report: Report) -> None:
    """Show a report where the code runs: as an output of the notebook's cell, or on standard output."""
    data = {REPORT_TYPE: report.to_dict(), "text/html": report_html(report), "text/plain": report_text(report)}
    _show(data)


def show_summary(reports: Sequence[Report]) -> None:
    """Show where every question stands."""
    _show({"text/html": str(summary_html(reports)), "text/plain": summary_text(reports)})


def _show(data: dict[str, Any]) -> None:
    if _in_notebook():
        from IPython.display import display

        display(data, raw=True)  # type: ignore[no-untyped-call]
    else:
        print(data["text/plain"])


def _in_notebook() -> bool:
    """Whether a kernel shows what this process displays; a terminal's IPython shows text as well as print does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def _told(report: Report) -> Sequence[Outcome]:
    """The outcomes worth a line: of an answer that is not written at all, only the first."""
    nothing_yet = report.state is State.TO_DO and all(each.state is State.TO_DO for each in report.outcomes)
    return report.outcomes[:1] if nothing_yet else report.outcomes


def _outcome_html(outcome: Outcome) -> Markup:
    details = Markup("").join(
        Markup(
            '<div style="display:flex;gap:.7em;margin-left:1.4em"><span style="flex:0 0 4.6em;opacity:.7">{}</span>'
            '<span style="overflow-wrap:anywhere{}">{}</span></div>'
        ).format(name, Markup(";font-weight:600") if name == "likely" else "", str(text))
        for name, text in outcome.details()
    )
    return Markup('<div><span style="color:{}">{}</span> {}</div>{}').format(
        _COLOURS[outcome.state], _SIGNS[outcome.state], outcome.expectation, details
    )
