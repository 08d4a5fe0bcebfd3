"""The notebook of a submission as a grader sees it: the release's cells, the student's answers, and their marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import category

from amal_attention.checks.notebook_cells import TEST_PREFIX, NotebookCell
from amal_attention.checks.outcome import State
from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.identity import identified
from amal_attention.grading.recognition import Sheet, recognised
from amal_attention.grading.reference import Reference
from amal_attention.grading.salvage import salvage
from amal_attention.grading.telling import told
from amal_attention.grading.verdict import QuestionVerdict, Verdict

__all__ = ["graded_notebook", "with_marks"]

_LONGEST = 200_000  # characters of a cell


def graded_notebook(raw: bytes | None, reference: Reference, releases: Mapping[str, Any], verdict: Verdict) -> Any:
    """A notebook with the student's answers in the release's order, and the marks in its test cells.

    Nothing of the file goes into it but the text of cells: no output, no metadata.

    Args:
        raw: the bytes of the submission; None where there is none.
        reference: the releases that it may be of.
        releases: the same by language, as ``nbformat`` reads them.
        verdict: on the submission.

    Returns:
        The notebook, an ``nbformat`` node; where the submission cannot be read, the release with the marks.
    """
    language = next(iter(releases))
    sheet: Sheet | None = None
    try:
        submission = salvage(raw or b"")
        identity = identified(submission, reference)
        language = identity.language
        sheet = recognised(submission.cells, reference.releases[language][1], by_id=identity.same_release)
    except (Unreadable, WrongLab):
        pass
    import nbformat

    notebook = nbformat.from_dict(releases[language])  # type: ignore[no-untyped-call]
    if sheet is not None:
        notebook.cells = _answered(notebook.cells, sheet)
    return with_marks(notebook, verdict)


def with_marks(notebook: Any, verdict: Verdict) -> Any:
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
