"""The notebook of a submission as a grader sees it: the release's cells, the student's answers, and their marks."""

from __future__ import annotations

import contextlib
import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any
from unicodedata import category

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.checks.notebook_cells import NotebookCell
from amal_attention.checks.outcome import State
from amal_attention.course.release import for_graders
from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.identity import identified
from amal_attention.grading.recognition import Sheet, recognised
from amal_attention.grading.reference import Reference
from amal_attention.grading.salvage import salvage
from amal_attention.grading.telling import told
from amal_attention.grading.verdict import QuestionVerdict, Verdict
from amal_attention.lab import Lab

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["GradedNotebooks"]

_LONGEST = 200_000  # characters of a cell


class GradedNotebooks:
    """Makes the notebooks of a lab that graders see.

    Args:
        lab: the lab.
        language: of a submission that cannot be read.
    """

    def __init__(self, lab: Lab, language: str) -> None:
        self._lab, self._language = lab, language
        self._made: dict[str, NotebookNode] = {}

    @cached_property
    def reference(self) -> Reference:
        """The releases that a submission may be of."""
        return Reference.of(self._lab)

    def of(self, raw: bytes | None, verdict: Verdict) -> NotebookNode:
        """A notebook with the student's answers in the release's order, the marks in its test cells, the mark schemes.

        Nothing of the file goes into it but the text of cells: no output, no metadata.

        Args:
            raw: the bytes of the submission; None where there is none.
            verdict: on the submission.

        Returns:
            The notebook; where the submission cannot be read, the release with the marks.
        """
        language, sheet = self._language, None
        with contextlib.suppress(Unreadable, WrongLab):
            submission = salvage(raw or b"")
            identity = identified(submission, self.reference)
            language = identity.language
            cells = self.reference.releases[language][1]
            sheet = recognised(submission.cells, cells, by_id=identity.same_release)
        notebook = copy.deepcopy(self._given(language))
        if sheet is not None:
            notebook.cells = _answered(notebook.cells, sheet)
        return _with_marks(notebook, verdict)

    def _given(self, language: str) -> NotebookNode:
        if language not in self._made:
            self._made[language] = for_graders(self._lab, language)
        return self._made[language]


def _with_marks(notebook: NotebookNode, verdict: Verdict) -> NotebookNode:
    """The notebook, its test cells with the points that were earned, as nbgrader reads them, and why.

    A number that is the result of a test cell is its partial credit (``nbgrader.utils.determine_grade``).
    """
    import nbformat

    earned = {f"{TEST_PREFIX}{each.question}": each for each in verdict.questions}
    for cell in notebook.cells:
        question = earned.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if cell.cell_type == "code" and question is not None:
            points = {"text/plain": f"{question.earned:g}"}
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text=_told(question, verdict)),  # type: ignore[no-untyped-call]
                nbformat.v4.new_output("execute_result", points),  # type: ignore[no-untyped-call]
            ]
    return notebook


def _told(question: QuestionVerdict, verdict: Verdict) -> str:
    lines = [f"{question.earned:g} of {question.points:g} points", *([verdict.why] if verdict.why else [])]
    lost = [test for test in question.tests if test.outcome.state is not State.MET]
    if question.state is State.TO_DO:
        lines += [told(question.question, lost[0].outcome)]
    else:
        lines += [f"-{test.points:g}  {told(question.question, test.outcome)}" for test in lost]
    return "\n".join(lines) + "\n"


def _answered(given: list[Any], sheet: Sheet) -> list[Any]:
    """The release's cells with the student's text where students write, and what they added behind what it followed."""
    added: dict[int, list[NotebookCell]] = {}
    place = -1
    for each in sheet.found:
        if each.place is None:
            added.setdefault(place, []).append(each.cell)
        else:
            place = each.place
    cells = [_new(cell) for cell in added.get(-1, [])]
    for number, cell in enumerate(given):
        own = [copy for copy in sheet.copies.get(number, []) if copy.number not in sheet.left_out]
        if own and not sheet.release[number].locked:
            cell.source = _text(own[0])
            cells += [cell, *map(_new, own[1:])]
        else:
            cells.append(cell)
        cells += [_new(each) for each in added.get(number, []) if each.source.strip()]
    return cells


def _new(cell: NotebookCell) -> Any:
    import nbformat

    make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
    return make(_text(cell), id=f"student-{cell.number}")  # type: ignore[no-untyped-call]


def _text(cell: NotebookCell) -> str:
    """Its text, less what no file of nbgrader's could hold: control characters, halves of a pair."""
    kept = (each for each in cell.source[:_LONGEST] if each in "\n\t" or category(each) not in ("Cc", "Cs"))
    return "".join(kept)
