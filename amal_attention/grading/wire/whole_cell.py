"""Runs a cell to its end: a statement that raises or is no Python is passed over, as a marker strikes out a line."""

from __future__ import annotations

import ast
import re
from types import TracebackType
from typing import Any

__all__ = ["ODD_SPACES", "plain_python", "run_whole"]

ODD_SPACES = "no-break spaces, as they come with text from a page, were read as plain ones"
"""What is said of a cell that runs once its blanks are blanks."""

_ODD = re.compile("[\u00a0\u2007\u202f\u2060\u200b\ufeff\u3000]")
_OPENED = re.compile(r"on line (\d+)")  # "expected an indented block after 'if' statement on line 3"
_MOST_TRIES = 50
_AS_IN_A_NOTEBOOK = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def run_whole(shell: Any, source: str) -> BaseException | str | None:
    """Run a cell in IPython's shell; without statements of its top level that are no Python or that raise.

    Args:
        shell: the shell that runs it.
        source: the source of the cell.

    Returns:
        The first thing that was raised; or a sentence on what was mended; or None.
    """
    result = shell.run_cell(source)
    mended = None
    if isinstance(result.error_before_exec, SyntaxError) and _ODD.search(source):
        source, mended = _ODD.sub(" ", source), ODD_SPACES
        result = shell.run_cell(source)
    first = error = result.error_before_exec or result.error_in_exec
    lines = shell.transform_cell(source).split("\n") if error is not None else []
    if isinstance(result.error_before_exec, SyntaxError):
        lines = _python(lines)
        error = shell.run_cell("\n".join(lines)).error_in_exec if any(lines) else None
    for _ in range(_MOST_TRIES):
        end = _end_of_statement(lines, _line_of(error, shell)) if error is not None else 0
        if end == 0 or not any(line.strip() for line in lines[end:]):
            break
        lines[:end] = ["pass", *[""] * (end - 1)]  # what follows keeps its numbers: IPython drops leading blank lines
        error = shell.run_cell("\n".join(lines)).error_in_exec
    return first or mended


def plain_python(source: str) -> str:
    """A cell as it runs: without magics and odd blanks, and without statements that are no Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    transform: Any = TransformerManager
    return "\n".join(_python(transform().transform_cell(_ODD.sub(" ", source)).split("\n")))


def _python(lines: list[str]) -> list[str]:
    """The lines, blank where a statement is no Python; all blank where what is left is none after some tries."""
    lines = list(lines)
    for _ in range(_MOST_TRIES):
        try:
            compile("\n".join(lines), "cell", "exec", _AS_IN_A_NOTEBOOK)
        except SyntaxError as error:
            start, end = _broken(lines, error)
            if not any(lines[start:end]):
                break
            lines[start:end] = [""] * (end - start)
        except (ValueError, RecursionError, MemoryError):
            break
        else:
            return ["pass" if not lines[0].strip() else lines[0], *lines[1:]]  # IPython drops leading blank lines
    return [""] * len(lines)


def _broken(lines: list[str], error: SyntaxError) -> tuple[int, int]:
    """Where the lines of a broken statement begin and end: one line that is indented wrongly, else its whole block."""
    at = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    if isinstance(error, IndentationError):
        if opened := _OPENED.search(error.msg):
            at = int(opened[1]) - 1
        elif lines[at][:1].isspace():
            return at, at + 1
    while at > 0 and not lines[at].strip():
        at -= 1
    start, end = _beginning(lines, at), at + 1
    while end < len(lines) and not _begins(lines[end]):
        end += 1
    return start, end


def _beginning(lines: list[str], at: int) -> int:
    """Where the statement with a line begins, its decorators included."""
    while at > 0 and not _begins(lines[at]):
        at -= 1
    before = next((place for place in range(at - 1, -1, -1) if _begins(lines[place])), None)
    if before is not None and lines[before].startswith("@"):
        return _beginning(lines, before)
    return at


def _begins(line: str) -> bool:
    """Whether a statement of the top level may begin with a line."""
    return bool(line) and not line[0].isspace() and line[0] not in ")]}#"


def _line_of(error: BaseException, shell: Any) -> int:
    """The line of the cell's top level on which an error came up; 0 if it is none of the cell's."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name in ("<module>", "<cell line: 1>") and frame.f_globals is shell.user_ns:
            return trace.tb_lineno
        trace = trace.tb_next
    return 0


def _end_of_statement(lines: list[str], line: int) -> int:
    """The last line of the statement that stands on a line; 0 where there is none."""
    try:
        statements = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    ends = [each.end_lineno or 0 for each in statements if each.lineno <= line <= (each.end_lineno or 0)]
    decorated = [each for each in statements if getattr(each, "decorator_list", None)]
    ends += [each.end_lineno or 0 for each in decorated if each.decorator_list[0].lineno <= line <= each.lineno]  # type: ignore[attr-defined]
    return max(ends, default=0)
