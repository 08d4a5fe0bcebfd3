"""How the check of a notebook is shown in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from amal_attention.checks.show import report_text
from amal_attention.language import Language, message
from amal_attention.notebook.check import CellError, Manual, NotebookCheck, QuestionCheck
from amal_attention.outcome import State

__all__ = ["notebook_text", "print_notebook_check"]

_WORDS = {State.MET: message("done"), State.TO_DO: message("to do"), State.MISSED: message("missed")}
_COLOURS = {"✓": "green", "✗": "red", "…": "yellow"}  # of a line that begins with this sign
_LONGEST_WHY = 160
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # a notebook must not drive the terminal


def notebook_text(result: NotebookCheck) -> str:
    """All of it, in the notebook's language: each report, what other cells raised, remarks, and a line a question."""
    said = Language(result.language)
    parts = [report_text(each.report, said) for each in result.questions]
    parts += ["\n".join(_error_line(each, said) for each in result.errors)] if result.errors else []
    notes = (said.say("note: {remark}", remark=said.retold(remark)) for remark in result.remarks)
    parts += ["\n".join(notes)] if result.remarks else []
    parts.append("\n".join(_summary(result, said)))
    return _UNPRINTABLE.sub("�", "\n\n".join(parts))


def print_notebook_check(result: NotebookCheck) -> None:
    """Print it on standard output, coloured where that is a terminal."""
    console = Console()
    for line in notebook_text(result).split("\n"):
        console.print(Text(line, style=_COLOURS.get(line.lstrip()[:1], "")), soft_wrap=True)


def _error_line(error: CellError, said: Language) -> str:
    name = f" ({error.question})" if error.question else ""
    place = said.say("cell {number}", number=error.cell)
    return f"✗ {said.say('{name}:', name=place + name)} {said.retold(error.text)}"


def _summary(result: NotebookCheck, said: Language) -> Iterator[str]:
    names = [each.question for each in result.questions] + [each.grade_id for each in result.manual]
    width = max(map(len, names), default=0)
    yield from (_question_line(each, width, said) for each in result.questions)
    yield from (_manual_line(each, width, said) for each in result.manual)
    counting = [each for each in result.questions if each.counts]
    met = sum(each.report.state is State.MET for each in counting)
    yield said.say_count("{met} of {count} check met", "{met} of {count} checks met", len(counting), met=met)


def _question_line(each: QuestionCheck, width: int, said: Language) -> str:
    sign, state = report_text(each.report)[0], said.say(_WORDS[each.report.state])
    *titles, last = map(said.retold, each.reasons or ("",))
    why = " ".join(" ".join([*(said.say("{name}:", name=title) for title in titles), last]).split())
    why = why if len(why) <= _LONGEST_WHY else f"{why[: _LONGEST_WHY - 1]}…"
    told = "; ".join(filter(None, ("" if each.counts else said.say("a later cell takes its place"), why)))
    line = f"{sign} {each.question:<{width}}  {state:<{_width(said)}}  {_points(each.points, said):<10}"
    return f"{line}  {told}".rstrip()


def _manual_line(each: Manual, width: int, said: Language) -> str:
    told = said.say("answered in words, marked by a person")
    return f"  {each.grade_id:<{width}}  {'':<{_width(said)}}  {_points(each.points, said):<10}  {told}"


def _width(said: Language) -> int:
    return max(len(said.say(word)) for word in _WORDS.values())


def _points(points: float | None, said: Language) -> str:
    return "" if points is None else said.say_count("{count} point", "{count} points", points)
