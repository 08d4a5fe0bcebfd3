"""What nbgrader does for us: clear a notebook for students, as its own ``generate_assignment`` would."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING

from amal_attention.cell_names import UNGRADED
from amal_attention.course.problems import grade_extra
from amal_attention.course.script.lookalikes import KINDS, marker
from amal_attention.errors import LabError, explain
from amal_attention.language import Language

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["cleared", "stub", "stub_ungraded"]

_BEGIN, _END = (f"### {marker(verb, KINDS[0])}" for verb in ("BEGIN", "END"))
_ANSWER = re.compile(rf"(?ms)^([ \t]*){_BEGIN}$.*?^[ \t]*{_END}$")


def stub(language: str) -> str:
    """What stands in a release in the place of an answer."""
    say = Language(language).say
    here, to_do = say("YOUR CODE HERE"), say("to do: write your code here")
    return f'# {here}\nraise NotImplementedError("{to_do}")'


def stub_ungraded(notebook: NotebookNode, language: str) -> NotebookNode:
    """``notebook``, changed in place: answers to exercises that are not graded are stubs.

    To nbgrader such a cell is no solution, and it refuses one with an answer in it.
    """

    def put(found: re.Match[str]) -> str:
        return "\n".join(f"{found[1]}{line}" for line in stub(language).split("\n"))

    for cell in notebook.cells:
        if UNGRADED in cell.metadata.get("tags", []):
            cell.source = _ANSWER.sub(put, cell.source)
    return notebook


def cleared(notebook: NotebookNode, language: str) -> NotebookNode:
    """``notebook``, changed in place: solutions made stubs; hidden tests, mark schemes and outputs removed; locked.

    The preprocessors are those of ``GenerateAssignment``, in its order, less those that read or write other files.

    Raises:
        LabError: nbgrader is missing, or refuses the notebook.
    """
    with grade_extra(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies announce changes that are none of ours
        from nbgrader import preprocessors as nb
    stub_ungraded(notebook, language)
    quiet = logging.Logger("nbgrader", logging.CRITICAL)
    steps = [
        nb.LockCells(log=quiet),
        nb.ClearSolutions(log=quiet, code_stub={"python": stub(language)}),
        nb.ClearOutput(log=quiet),
        nb.CheckCellMetadata(log=quiet),
        nb.ComputeChecksums(log=quiet),
        nb.ClearHiddenTests(log=quiet),
        nb.ClearMarkScheme(log=quiet),
        nb.ComputeChecksums(log=quiet),
        nb.CheckCellMetadata(log=quiet),
    ]
    try:
        for step in steps:
            notebook, _ = step(notebook, {})
    except Exception as error:  # RuntimeError, jsonschema's and its own ValidationError: all say that it refuses
        first = str(error).strip().split("\n")[0]
        raise LabError(
            explain(expected="a notebook that nbgrader clears", got=first, do="mend the cell in the lab's script")
        ) from error
    return notebook
