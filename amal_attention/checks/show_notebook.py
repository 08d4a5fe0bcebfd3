"""How the check of a notebook is shown in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from amal_attention.checks.notebook import CellError, Manual, NotebookCheck, QuestionCheck
from amal_attention.checks.outcome import State
from amal_attention.checks.show import report_text

__all__ = ["notebook_text", "print_notebook_check"]

_WORDS = {State.MET: "done", State.TO_DO: "to do", State.MISSED: "missed"}
_COLOURS = {"✓": "green", "✗": "red", "…": "yellow"}  # of a line that begins with this sign
_LONGEST_WHY = 160
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # a notebook must not drive the terminal


def notebook_text(result: NotebookCheck) -> str:
    """All of it: each report, what other cells raised, remarks, and a line a question."""
    parts = [report_text(each.report) for each in result.questions]
    parts += ["\n".join(map(_error_line, result.errors))] if result.errors else []
    parts += ["\n".join(f"note: {remark}" for remark in result.remarks)] if result.remarks else []
    parts.append("\n".join(_summary(result)))
    return _UNPRINTABLE.sub("�", "\n\n".join(parts))


def print_notebook_check(result: NotebookCheck) -> None:
    """Print it on standard output, coloured where that is a terminal."""
    console = Console()
    for line in notebook_text(result).split("\n"):
        console.print(Text(line, style=_COLOURS.get(line.lstrip()[:1], "")), soft_wrap=True)


def _error_line(error: CellError) -> str:
    name = f" ({error.question})" if error.question else ""
    return f"✗ cell {error.cell}{name}: {error.text}"


def _summary(result: NotebookCheck) -> Iterator[str]:
    names = [each.question for each in result.questions] + [each.grade_id for each in result.manual]
    width = max(map(len, names), default=0)
    yield from (_question_line(each, width) for each in result.questions)
    yield from (_manual_line(each, width) for each in result.manual)
    counting = [each for each in result.questions if each.counts]
    yield f"{sum(each.report.state is State.MET for each in counting)} of {len(counting)} checks met"


def _question_line(each: QuestionCheck, width: int) -> str:
    sign = report_text(each.report)[0]
    why = each.why if len(each.why) <= _LONGEST_WHY else f"{each.why[: _LONGEST_WHY - 1]}…"
    told = "; ".join(filter(None, ("" if each.counts else "a later cell takes its place", why)))
    line = f"{sign} {each.question:<{width}}  {_WORDS[each.report.state]:<6}  {_points(each.points):<10}"
    return f"{line}  {told}".rstrip()


def _manual_line(each: Manual, width: int) -> str:
    return f"  {each.grade_id:<{width}}  {'':<6}  {_points(each.points):<10}  answered in words, marked by a person"


def _points(points: float | None) -> str:
    if points is None:
        return ""
    return f"{points:g} point" if points == 1 else f"{points:g} points"
