"""Tiny notebooks of a lab, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
REPORTS = "application/vnd.amal.check+json"


def code(source: str, *tags: str) -> Any:
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str) -> Any:
    return new_markdown_cell(source)


def graded(cell: Any, grade_id: str, **values: Any) -> Any:
    """The same cell with nbgrader's metadata."""
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "task": False, "locked": False,
    } | values  # fmt: skip
    return cell


def answer(question: str, source: str) -> Any:
    return graded(code(source), question, solution=True)


def examination(question: str, source: str, points: float = 1) -> Any:
    """A test cell as releases hold it, with the tag of cells that the lab's script leaves out."""
    return graded(code(source, "active-ipynb"), f"test-{question}", grade=True, locked=True, points=points)


def shows(question: str, *states: str) -> str:
    """Code that shows a report as a check does, and imports nothing of ours."""
    outcomes = [{"expectation": f"expectation {index}", "state": state} for index, state in enumerate(states)]
    return displays({"question": question, "outcomes": outcomes})


def displays(value: Any) -> str:
    return f"from IPython.display import display\ndisplay({{{REPORTS!r}: {value!r}}}, raw=True)"


def write(path: Path, *cells: Any, **metadata: Any) -> Path:
    path.write_text(nbformat.writes(new_notebook(cells=list(cells), metadata=metadata)), "utf-8")
    return path
