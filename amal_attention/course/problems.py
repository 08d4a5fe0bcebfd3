"""What is wrong with a lab, file by line, told all at once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from amal_attention.errors import LabError, explain

__all__ = ["TOOLS", "Problem", "grade_extra", "not_installed", "refuse"]

TOOLS = ("distributed", "jupytext", "nbgrader", "nh3", "pygments", "pytest", "regex", "yaml")
"""What the extra ``grade`` brings, as it is imported."""

_SLOW = "rfc3987_syntax"  # with it jsonschema builds a grammar for a second, to check IRIs, which no notebook has


@dataclass(frozen=True, order=True)
class Problem:
    """Something to put right at a line of a file."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def refuse(problems: Iterable[Problem], *, expected: str, do: str) -> None:
    """Raise one error that names all ``problems``, each on a line of its own; do nothing where there is none.

    Raises:
        LabError: there is a problem.
    """
    lines = [str(problem) for problem in sorted(set(problems))]
    if lines:
        got = "this problem" if len(lines) == 1 else f"these {len(lines)} problems"
        raise LabError("\n".join([explain(expected=expected, got=got, do=f"{do}:"), *lines]))


def not_installed(error: ImportError) -> LabError:
    """What to say where a library of the course is missing."""
    advice = "pip install 'amal-attention[grade]'"
    return LabError(explain(expected="the tools of the course (nbgrader, jupytext)", got=str(error), do=advice))


@contextlib.contextmanager
def grade_extra() -> Iterator[None]:
    """Import what only the course needs in this context: where it is missing, the error says how to install it.

    What it needs in turn is imported without one part that takes longer than all the rest.
    """
    unwanted = {_SLOW} - set(sys.modules)
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type]
    try:
        yield
    except ImportError as error:
        raise not_installed(error) from error
    finally:
        for name in unwanted:
            del sys.modules[name]
