"""The notebook of a lab with all its answers, as graders put mutants into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amal_attention.course.problems import grade_extra
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab
from amal_attention.notebook.cells import NotebookCell

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["as_bytes", "solution_cells", "solved_notebook"]


def solved_notebook(lab: Lab) -> NotebookNode:
    """The lab's notebook in its first language, with the reference answers.

    Raises:
        LabError: the script cannot be read.
    """
    solved = notebook_of(read_script(lab), lab.languages[0])
    solved.metadata["amal"] = {"lab": lab.name, "language": lab.languages[0]}
    return solved


def solution_cells(notebook: NotebookNode) -> dict[str, str]:
    """The source of each solution cell, by ``grade_id``, in the order of the notebook."""
    read = [NotebookCell.of(number, cell) for number, cell in enumerate(notebook.cells, 1)]
    return {cell.grade_id: cell.source for cell in read if cell.is_solution}


def as_bytes(notebook: NotebookNode) -> bytes:
    """The bytes of its file."""
    with grade_extra():
        import nbformat
    return nbformat.writes(notebook).encode()  # type: ignore[no-untyped-call, no-any-return]
