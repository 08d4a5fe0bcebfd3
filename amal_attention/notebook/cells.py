"""The cells of a notebook that may be damaged: what can be read is read, and the rest is told."""

from __future__ import annotations

import codecs
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.errors import LabError, explain
from amal_attention.language import ENGLISH, LANGUAGES

__all__ = ["NotebookCell", "ReadNotebook", "decoded", "object_in", "read_notebook"]

_LEFT_OUT = "active-ipynb"
_OLD_KINDS = {"heading": "markdown", "html": "markdown"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class NotebookCell:
    """A cell of a notebook.

    Attributes:
        number: its place, from 1.
        kind: "code", "markdown" or "raw".
        source: its text.
        grade_id: its name in the course, or empty.
        points: what it is worth, if it says so.
        is_test: whether its outcome is graded.
        is_manual: whether a person marks it.
        is_solution: whether it holds an answer that a test cell checks.
        is_locked: whether students are not to change it.
        tags: what it is tagged with.
        cell_id: its name in Jupyter, or empty: formats before 4.5 have none.
    """

    number: int
    kind: str
    source: str
    grade_id: str = ""
    points: float | None = None
    is_test: bool = False
    is_manual: bool = False
    is_solution: bool = False
    is_locked: bool = False
    tags: frozenset[str] = frozenset()
    cell_id: str = ""

    @classmethod
    def of(cls, number: int, values: Any) -> NotebookCell:
        """What can be read of a cell as JSON holds it, in format 4 of Jupyter or in one before; never an error."""
        values = object_in(values)
        metadata = object_in(values.get("metadata"))
        course = object_in(metadata.get("nbgrader"))
        tags, name, kind = metadata.get("tags"), course.get("grade_id"), _text_or_empty(values.get("cell_type"))
        by_hand = bool(course.get("task") or (course.get("grade") and course.get("solution")))
        return cls(
            number,
            _OLD_KINDS.get(kind, kind),
            _source(values.get("source", values.get("input"))),
            _text_or_empty(name),
            _points(course.get("points")),
            is_test=bool(course.get("grade") and isinstance(name, str) and not by_hand),
            is_manual=by_hand and isinstance(name, str),
            is_solution=bool(course.get("solution") and isinstance(name, str) and not by_hand),
            is_locked=bool(course.get("locked")),
            tags=frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset(),
            cell_id=_text_or_empty(values.get("id")),
        )

    @property
    def tagged(self) -> bool:
        """Whether it is tagged as one that trains or draws."""
        return _LEFT_OUT in self.tags

    @property
    def question(self) -> str:
        """The id of the solution cell that a test cell checks; else its own id."""
        return self.grade_id.removeprefix(TEST_PREFIX) if self.is_test else self.grade_id

    @property
    def is_code(self) -> bool:
        """Whether it can be run."""
        return self.kind == "code"

    @property
    def left_out(self) -> bool:
        """Whether it trains or draws: the tag of such cells stands on test cells too, which are run."""
        return self.tagged and not self.is_test

    @property
    def runs(self) -> bool:
        """Whether there is anything to run."""
        return self.is_code and not self.left_out and bool(self.source.strip())

    @property
    def blank_lines(self) -> int:
        """How many lines the kernel drops, and does not count, before the first one that holds anything."""
        lines = self.source.splitlines()
        return next((index for index, line in enumerate(lines) if line.strip()), 0)


class ReadNotebook(NamedTuple):
    """What was read of a notebook.

    Attributes:
        cells: the cells in order.
        remarks: what was wrong with it.
        language: the language of its statement, English where it does not say.
    """

    cells: list[NotebookCell]
    remarks: list[str]
    language: str


def read_notebook(path: Path) -> ReadNotebook:
    """The cells of a notebook, remarks on what was wrong with it, and its language.

    Raises:
        LabError: this is no notebook, or it holds no test cell.
    """
    text, remarks = _text(path)
    notebook = _notebook(path, text)
    cells = [NotebookCell.of(number, cell) for number, cell in enumerate(notebook["cells"], 1)]
    tests = [cell for cell in cells if cell.is_test]
    if not tests:
        raise LabError(
            explain(
                expected=f"the notebook of a lab in {path}",
                got="no test cell in it",
                do="give the notebook of the lab, not one of your own; or copy your answers into a fresh one",
            )
        )
    language = object_in(object_in(notebook.get("metadata")).get("amal")).get("language")
    known = language if language in LANGUAGES else ENGLISH.code
    return ReadNotebook(cells, remarks + _doubles(cells) + _untested(cells), known)


def decoded(raw: bytes) -> tuple[str, list[str]]:
    """The text of a file, and a remark if it is not in UTF-8; a character that is cut off at the end is left out."""
    if raw.startswith(_UTF_16):
        return raw.decode("utf-16", "replace"), ["the file is not in UTF-8, but in UTF-16: save it again from Jupyter"]
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(raw), []
    except UnicodeDecodeError:
        return raw.decode("latin-1"), ["the file is not in UTF-8, and was read as Latin-1: save it again from Jupyter"]


def _text(path: Path) -> tuple[str, list[str]]:
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise OSError("it is a folder" if path.is_dir() else "it is no ordinary file")
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LabError(
            explain(expected=f"a notebook in {path}", got=reason, do="give the path of a file .ipynb")
        ) from error
    return decoded(raw)


def _notebook(path: Path, text: str) -> dict[str, Any]:
    import nbformat  # it takes a second to import, and who marks a notebook reads it without

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook: dict[str, Any] = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        if not isinstance(notebook["cells"], list):
            raise TypeError("its cells are no list")
    except Exception as error:  # what nbformat raises on a damaged notebook is anything
        reason = " ".join(str(error).split()) or "nothing readable"
        raise LabError(
            explain(
                expected=f"a notebook in {path}",
                got=f"{type(error).__name__}: {reason[:200]}",
                do="open it in Jupyter and save it again, or copy your answers into a fresh one",
            )
        ) from error
    return notebook


def _source(value: Any) -> str:
    """A text, or a list of its lines; what is no character becomes a question mark."""
    lines = value if isinstance(value, list) else [value]
    return "".join(line for line in lines if isinstance(line, str)).encode("utf-8", "replace").decode()


def _text_or_empty(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _points(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if number else None


def object_in(value: Any) -> dict[str, Any]:
    """A JSON object as it is; an empty one in the place of anything else."""
    return value if isinstance(value, dict) else {}


def _doubles(cells: Sequence[NotebookCell]) -> list[str]:
    places: dict[str, list[str]] = {}
    for cell in cells:
        places.setdefault(cell.grade_id, []).append(str(cell.number))
    twice = {name: numbers for name, numbers in places.items() if name and len(numbers) > 1}
    return [f"{name} stands in cells {' and '.join(numbers)}: the last one counts" for name, numbers in twice.items()]


def _untested(cells: Sequence[NotebookCell]) -> list[str]:
    tested = {cell.question for cell in cells if cell.is_test}
    untested = dict.fromkeys(cell.grade_id for cell in cells if cell.is_solution and cell.grade_id not in tested)
    return [f"{name} has no test cell, and is not checked: was it deleted?" for name in untested]
