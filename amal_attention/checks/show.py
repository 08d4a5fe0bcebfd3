"""How a check is shown: coloured in a notebook, plain in a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from amal_attention.language import Language, message, spoken
from amal_attention.outcome import REPORT_TYPE, Outcome, Report, State, together

__all__ = [
    "Printed",
    "report_html",
    "report_text",
    "show_printed",
    "show_report",
    "show_summary",
    "summary_html",
    "summary_text",
]


_SIGNS = {State.MET: "✓", State.MISSED: "✗", State.TO_DO: "…"}
_COLOURS = {State.MET: "#1a7f37", State.MISSED: "#c93c0a", State.TO_DO: "#8a6d00"}
_NAMES = (message("sent"), message("came"), message("expected"), message("likely"), message("at"))
"""What :meth:`Outcome.details` calls what is known."""
_FEW_LINES = 10
_FIRST_LINES = 4
_FULL = 2
"""How many mistakes are told with all that is known of them; of further ones the expectation alone."""
_MOST_PRINTED = 20_000  # characters


class Printed(io.StringIO):
    """What code prints, in place of standard output: the beginning of it, and how many lines there were.

    Attributes:
        lines: how many lines were begun.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept = 0
        self._ended = True
        self.lines = 0

    def write(self, text: str) -> int:
        """Keep the text, or as much of it as there is room for."""
        if text:
            self.lines += text.count("\n") + (not text.endswith("\n")) - (not self._ended)
            self._ended = text.endswith("\n")
        room = max(0, _MOST_PRINTED - self._kept)
        self._kept += len(text[:room])
        super().write(text[:room])
        return len(text)


def report_text(report: Report, language: Language | None = None) -> str:
    """A report for a terminal: a headline, and below each miss what is known of it.

    What is met has a line each only where nothing is missed: else the headline says how much it is.

    Args:
        report: what is told, in English.
        language: the language of the words; the one that is spoken here if it is not given.
    """
    said = language or spoken()
    lines = [f"{_SIGNS[report.state]} {said.say('{name}:', name=report.question)} {said.retold(report.headline)}"]
    for told in _told(report, said):
        lines.append(f"  {_SIGNS[told.outcome.state]} {said.retold(told.outcome.expectation)}")
        lines += [f"      {said.say(name):<9} {said.retold(text)}" for name, text in told.details]
        lines += [f"      {_depend(told.more, said)}" for _ in range(bool(told.more))]
    return "\n".join(lines)


def report_html(report: Report) -> str:
    """A report for a notebook: the same, coloured, and what is folded can be opened; everything in it is escaped."""
    said = spoken()
    rows = [_told_html(told, said) for told in _told(report, said)]
    rows += [_met_html(others, said) for others in [_met_elsewhere(report)] if others]
    return Markup(
        '<div style="border-left:4px solid {colour};padding:.4em .9em;margin:.3em 0;max-width:52em;'
        'line-height:1.45;font-family:var(--jp-ui-font-family,system-ui,sans-serif)">'
        '<div><b style="color:{colour}">{sign} {question}</b> <span style="opacity:.75">{headline}</span></div>'
        "{rows}</div>"
    ).format(
        colour=_COLOURS[report.state],
        sign=_SIGNS[report.state],
        question=report.question,
        headline=said.retold(report.headline),
        rows=Markup("").join(rows),
    )


def summary_text(reports: Sequence[Report]) -> str:
    """A line a question."""
    width = max((len(report.question) for report in reports), default=0)
    said = spoken()
    lines = [f"{_SIGNS[report.state]} {report.question:<{width}}  {said.retold(report.headline)}" for report in reports]
    return "\n".join(lines) or said.say("no check was run yet")


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
            headline=spoken().retold(report.headline),
        )
        for report in reports
    )
    return Markup("<table>{}</table>").format(Markup("").join(rows)) if reports else escape(summary_text(reports))


def show_report(report: Report) -> None:
    """Show a report where the code runs: as an output of the notebook's cell, or on standard output."""
    data = {REPORT_TYPE: report.to_dict(), "text/html": report_html(report), "text/plain": report_text(report)}
    _show(data)


def show_printed(printed: Printed) -> None:
    """Show what a student's code printed: as it is if it is short, else folded."""
    text = printed.getvalue()
    if printed.lines <= _FEW_LINES:
        sys.stdout.write(text)
        return
    said = spoken()
    headline = said.say_count("your code printed {count} line", "your code printed {count} lines", printed.lines)
    first = "\n".join(text.splitlines()[:_FIRST_LINES])
    html = Markup("<details><summary>{}</summary><pre>{}</pre></details>").format(headline, text)
    _show({"text/html": html, "text/plain": f"{said.say('{name}:', name=headline)}\n{first}\n…"})


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


@dataclass(frozen=True)
class _Told:
    """An outcome that is told, and those that are folded below it.

    Attributes:
        outcome: what is told.
        more: misses of the same cause, or that cannot be judged before this one is mended.
        full: whether all that is known of it is told.
    """

    outcome: Outcome
    more: Sequence[Outcome] = ()
    full: bool = True

    @property
    def details(self) -> list[tuple[str, str]]:
        return self.outcome.details() if self.full else []


def _told(report: Report, said: Language) -> list[_Told]:
    """The outcomes worth a line.

    Of an answer that is not written at all that is the first. Where something is missed, that is what is missed: the
    first miss of form alone, since it may be the cause of all others, else each mistake once: a lab's own hint is told
    in the notebook's language already, and one of ours in English until it is shown.
    """

    def in_words(outcome: Outcome) -> Outcome:
        return replace(outcome, hint=said.retold(outcome.hint))

    if report.state is not State.MISSED:
        nothing_yet = all(each.state is State.TO_DO for each in report.outcomes)
        worth = report.outcomes[:1] if nothing_yet else report.outcomes
        return [_Told(first, more) for first, *more in together(worth, in_words)]
    missed = [each for each in report.outcomes if each.state is State.MISSED]
    to_do = [each for each in report.outcomes if each.state is State.TO_DO]
    groups = together(missed, in_words)
    form = next((each for each in missed if each.structural), None)
    if form is not None:
        groups = [[form, *(each for each in missed if each is not form)]]
    return [
        *(_Told(first, more, place < _FULL) for place, (first, *more) in enumerate(groups)),
        *(_Told(first, more) for first, *more in together(to_do, in_words)),
    ]


def _met_elsewhere(report: Report) -> list[Outcome]:
    """What is met where something is missed."""
    missed = report.state is State.MISSED
    return [each for each in report.outcomes if missed and each.state is State.MET]


def _depend(others: Sequence[Outcome], said: Language) -> str:
    return said.say_count("{count} more depends on this", "{count} more depend on this", len(others))


def _told_html(told: _Told, said: Language) -> Markup:
    details = Markup("").join(
        Markup(
            '<div style="display:flex;gap:.7em;margin-left:1.4em"><span style="flex:0 0 4.6em;opacity:.7">{}</span>'
            '<span style="overflow-wrap:anywhere{}">{}</span></div>'
        ).format(said.say(name), Markup(";font-weight:600") if name == "likely" else "", str(said.retold(text)))
        for name, text in told.details
    )
    folded = _details_html(escape(_depend(told.more, said)), told.more, "1.4em", said) if told.more else Markup("")
    return _line_html(told.outcome.state, escape(str(said.retold(told.outcome.expectation)))) + details + folded


def _met_html(others: Sequence[Outcome], said: Language) -> Markup:
    met = said.say_count("{count} met", "{count} met", len(others))
    return _details_html(_sign_html(State.MET) + met, others, "0", said)


def _details_html(summary: Markup, folded: Sequence[Outcome], margin: str, said: Language) -> Markup:
    lines = Markup("").join(Markup("<div>{}</div>").format(str(said.retold(each.expectation))) for each in folded)
    return Markup('<details style="margin-left:{}"><summary>{}</summary>{}</details>').format(margin, summary, lines)


def _line_html(state: State, text: Markup) -> Markup:
    return Markup("<div>{}{}</div>").format(_sign_html(state), text)


def _sign_html(state: State) -> Markup:
    return Markup('<span style="color:{}">{}</span> ').format(_COLOURS[state], _SIGNS[state])
