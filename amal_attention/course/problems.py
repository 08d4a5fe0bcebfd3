"""What is wrong with a lab, file by line, told all at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from amal_attention.errors import LabError, explain

__all__ = ["Problem", "grade_extra", "refuse"]


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


@contextlib.contextmanager
def grade_extra() -> Iterator[None]:
    """Import what only the course needs in this context: where it is missing, the error says how to install it."""
    try:
        yield
    except ImportError as error:
        raise LabError(
            explain(
                expected="the tools of the course (nbgrader, jupytext)",
                got=str(error),
                do="pip install 'amal-attention[grade]'",
            )
        ) from error
