"""Cells of this notebook that ended in an error: a name that is missing later is told with the cell to mend first."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any

__all__ = ["cell_of", "failure_behind", "names_made", "older_than_written", "remember_failures"]

_MADE = re.compile(r"^(?:(?:async\s+)?def|class)\s+(\w+)|^(\w[\w, ]*?)\s*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_LONGEST = 200


@dataclass(frozen=True)
class _Failure:
    """How a cell ended.

    Attributes:
        cell: its name in the kernel.
        raised: class and first line of the error.
        line: the line of the cell, from 1.
        source: the source of that line.
        missing: the name that it missed, if that was the error; else empty.
        ran: whether any of it ran; no line of what is no Python does.
    """

    cell: str
    raised: str
    line: int
    source: str
    missing: str
    ran: bool


_failures: dict[str, _Failure] = {}
"""How the latest cell ended that makes a name, if in an error."""


def remember_failures() -> None:
    """Remember which cells end in an error, in a kernel: from now on, and the last that did so before."""
    shell = _shell()
    if shell is None or _remember in shell.events.callbacks["post_run_cell"]:
        return
    shell.events.register("post_run_cell", _remember)
    error = getattr(sys, "last_value", None)
    cell = _cell_behind(error) if isinstance(error, Exception) else ""
    if cell:
        _keep(cell, error, shell.user_ns["In"][int(cell[3:-1])])


def failure_behind(error: Exception) -> str:
    """Which cell must be mended first where a name is missing; empty where no cell that makes it ended in an error."""
    name = str(error.name) if isinstance(error, NameError) else ""
    failure, seen = _failures.get(name), {name}
    while failure is not None and failure.missing in _failures and failure.missing not in seen:
        seen.add(failure.missing)
        failure = _failures[failure.missing]
    if failure is None:
        return ""
    cell, raised, line, source = _told(failure)
    return f"cell {cell} ended in an error, so there is no {name} yet: {raised} (line {line}: {source})"


def older_than_written() -> str:
    """Which cell is no Python as it stands now, though the one that runs uses what it made before; empty if none."""
    shell = _shell()
    used = set(re.findall(r"\w+", shell.user_ns["In"][-1])) if shell is not None else set()
    for name in sorted(used & _failures.keys() & (shell.user_ns.keys() if shell is not None else set())):
        if not _failures[name].ran:
            cell, raised, line, source = _told(_failures[name])
            return f"cell {cell} ended in an error, so an older {name} is looked at: {raised} (line {line}: {source})"
    return ""


def names_made(source: str) -> set[str]:
    r"""The functions, classes and variables that the lines of a cell make, were it Python or not.

    >>> sorted(names_made("class A(nn.Module:\n    b = 1\nc, d = 2, 3"))
    ['A', 'c', 'd']
    """
    return {name for found in _MADE.findall(source) for name in re.findall(r"\w+", " ".join(found))}


def cell_of(file: str) -> str:
    """The cell of a notebook that is compiled under this name, as Jupyter numbers it; empty where there is none."""
    shell = _shell()  # elsewhere cells have no numbers that a student sees
    kind, name = (shell.compile.format_code_name(file) if shell is not None else None) or ("", "")
    return name if kind == "Cell" else ""


def _shell() -> Any:
    """The shell of this kernel; None where there is none."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return None if getattr(shell, "kernel", None) is None else shell


def _remember(result: Any) -> None:
    """After a cell was run."""
    _keep(f"In[{result.execution_count}]", result.error_before_exec or result.error_in_exec, result.info.raw_cell)


def _keep(cell: str, error: BaseException | None, source: str) -> None:
    """Keep how a cell ended, for each name that it makes."""
    made = names_made(source)
    for name in made:
        _failures.pop(name, None)
    if isinstance(error, Exception):
        _failures.update(dict.fromkeys(made, _failure(cell, error, source)))


def _cell_behind(error: Exception) -> str:
    """The cell that was run when an error was raised; empty where none was."""
    files = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        files = [error.filename or ""]
    return next(filter(None, map(cell_of, files)), "")


def _told(failure: _Failure) -> tuple[str, str, int, str]:
    return failure.cell, failure.raised, failure.line, failure.source


def _failure(cell: str, error: Exception, source: str) -> _Failure:
    missing = str(error.name) if isinstance(error, NameError) else ""
    if isinstance(error, SyntaxError):
        raised, line = f"{type(error).__name__}: {error.msg}", error.lineno or 1
    else:
        first = (str(error).splitlines() or [""])[0][:_LONGEST]
        raised, line = ": ".join(filter(None, (type(error).__name__, first))), _line(cell, error)
    told = "".join(source.strip("\n").splitlines()[line - 1 : line]).strip()
    return _Failure(cell, raised, line, told, missing, not isinstance(error, SyntaxError))


def _line(cell: str, error: Exception) -> int:
    """The innermost line of a cell on the way to an error."""
    frames = walk_tb(error.__traceback__)
    return [1, *(number for frame, number in frames if cell_of(frame.f_code.co_filename) == cell)][-1]
